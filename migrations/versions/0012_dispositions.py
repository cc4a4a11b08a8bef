"""Calls ring, say what became of them, and may join a case that is open; professionals may have keys."""

from migrations.script import carry_out

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE api_key DROP CONSTRAINT api_key_role_check;
ALTER TABLE api_key ADD CONSTRAINT api_key_role_check CHECK (role IN
  ('operator', 'supervisor', 'desk', 'planner', 'administrator', 'professional'));
ALTER TABLE call DROP CONSTRAINT call_state_check;
ALTER TABLE call ADD CONSTRAINT call_state_check CHECK (state IN ('ringing', 'active', 'completed', 'abandoned'));
ALTER TABLE call ADD COLUMN joined_case_id uuid;
ALTER TABLE call ADD COLUMN disposition text CHECK (disposition IN ('case_opened', 'joined_case', 'advice_only', 'handed_off',
  'callback', 'information', 'silent', 'wrong_number', 'abuse'));
UPDATE call SET disposition = CASE
    WHEN kind = 'report' THEN 'case_opened' WHEN kind = 'advice' THEN 'advice_only' ELSE kind END
  WHERE state = 'completed';
ALTER TABLE call ADD CONSTRAINT a_completed_call_says_what_became_of_it
  CHECK ((state = 'completed') = (disposition IS NOT NULL));
CREATE INDEX call_by_joined_case ON call (joined_case_id) WHERE joined_case_id IS NOT NULL;
DROP INDEX call_open;
CREATE INDEX call_open ON call (organisation_id, id) WHERE state IN ('ringing', 'active');
COMMENT ON COLUMN call.case_id IS
  'The case that it opened, and in any case the name of the key under which its contents are sealed.';
COMMENT ON COLUMN call.joined_case_id IS
  'The case, opened by an earlier call, that it is about. Its contents stay under its own key: it can be split off again.';

ALTER POLICY read ON call USING (organisation_id = me() OR EXISTS (
  SELECT FROM cases c WHERE c.id IN (case_id, joined_case_id) AND c.owner_organisation_id = me()));
-- The key of a call that joined a case is for the owner of that case too.
ALTER POLICY read ON vault_key USING (
  intake_organisation_id = me() OR EXISTS (
  SELECT FROM cases c WHERE c.id = case_id AND c.owner_organisation_id = me())
  OR EXISTS (SELECT FROM call l JOIN cases c ON c.id = l.joined_case_id
    WHERE l.case_id = vault_key.case_id AND c.owner_organisation_id = me()));
"""

DOWN = """
ALTER POLICY read ON vault_key USING (intake_organisation_id = me() OR EXISTS (
  SELECT FROM cases c WHERE c.id = case_id AND c.owner_organisation_id = me()));
ALTER POLICY read ON call USING (organisation_id = me() OR EXISTS (
  SELECT FROM cases c WHERE c.id = case_id AND c.owner_organisation_id = me()));
DROP INDEX call_by_joined_case;
DROP INDEX call_open;
CREATE INDEX call_open ON call (organisation_id, id) WHERE state = 'active';
ALTER TABLE call DROP COLUMN disposition, DROP COLUMN joined_case_id;
UPDATE call SET state = 'abandoned' WHERE state = 'ringing';
ALTER TABLE call DROP CONSTRAINT call_state_check;
ALTER TABLE call ADD CONSTRAINT call_state_check CHECK (state IN ('active', 'completed', 'abandoned'));
DELETE FROM api_key WHERE role = 'professional';
ALTER TABLE api_key DROP CONSTRAINT api_key_role_check;
ALTER TABLE api_key ADD CONSTRAINT api_key_role_check CHECK (role IN
  ('operator', 'supervisor', 'desk', 'planner', 'administrator'));
"""


def upgrade() -> None:
    """Dispositions of the calls that there are follow from how they ended."""
    carry_out(UP)


def downgrade() -> None:
    """Calls that are ringing count as abandoned; keys of professionals go."""
    carry_out(DOWN)
