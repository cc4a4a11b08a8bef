"""A transfer of an exchange knows its hand-off; a case whose call was an error can be ended by its owner, and had back."""

from migrations.script import carry_out

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# A join over rooms: of a call only what may be told to who sent it, and to who took it in. Nothing of a person.
TOLD = """
CREATE OR REPLACE VIEW report_told WITH (security_barrier) AS
  SELECT c.id AS call_id, c.organisation_id, c.reference, c.state AS call_state, c.urgency, k.id AS case_id,
    k.state AS case_state, k.accepted_at, k.owner_organisation_id, o.name AS owner_name{more}
  FROM call c
  LEFT JOIN cases k ON k.id = coalesce(c.joined_case_id, c.case_id)
  LEFT JOIN organisation o ON o.id = k.owner_organisation_id
  WHERE c.organisation_id = me() OR current_user = 'nodus_worker'
    OR EXISTS (SELECT FROM report r WHERE r.call_id = c.id AND r.sender_organisation_id = me())
    OR EXISTS (SELECT FROM police_report p WHERE p.call_id = c.id AND p.sender_organisation_id = me());
COMMENT ON VIEW report_told IS 'Kept by channels: how far a call is, for who sent it and who took it in.';
GRANT SELECT ON report_told TO nodus_app, nodus_worker;
"""
UP = """
ALTER TABLE phone_transfer ADD COLUMN hand_off_id uuid;
COMMENT ON COLUMN phone_transfer.hand_off_id IS 'The hand-off of the call that this transfer is.';

CREATE TABLE error_agreement (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases,
  organisation_id uuid NOT NULL,
  key_id uuid,
  at timestamptz NOT NULL,
  case_state text NOT NULL,
  deadline_at timestamptz NOT NULL,
  deadline_kind text NOT NULL,
  reversible_until timestamptz NOT NULL,
  withdrawn_at timestamptz,
  withdrawn_by uuid
);
CREATE UNIQUE INDEX agreed_once ON error_agreement (case_id) WHERE withdrawn_at IS NULL;
CREATE INDEX entered_in_error_by_case ON entered_in_error (case_id, id);
COMMENT ON TABLE error_agreement IS 'The owner ended a case whose call was entered in error; where the case stood before.';
ALTER TABLE error_agreement ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON error_agreement TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY read ON error_agreement FOR SELECT TO nodus_app USING (EXISTS (SELECT FROM cases c WHERE c.id = case_id));
CREATE POLICY write ON error_agreement FOR INSERT TO nodus_app WITH CHECK (
  organisation_id = me() AND EXISTS (SELECT FROM cases c WHERE c.id = case_id AND c.owner_organisation_id = me()));
CREATE POLICY change ON error_agreement FOR UPDATE TO nodus_app USING (
  EXISTS (SELECT FROM cases c WHERE c.id = case_id AND me() IN (c.owner_organisation_id, c.intake_organisation_id)));
GRANT SELECT, INSERT, UPDATE ON error_agreement TO nodus_app, nodus_worker;
"""
DOWN = """
DROP TABLE error_agreement;
DROP INDEX entered_in_error_by_case;
ALTER TABLE phone_transfer DROP COLUMN hand_off_id;
"""


def upgrade() -> None:
    """Transfers of before have no hand-off."""
    carry_out(UP + TOLD.format(more=", c.in_error_at"))


def downgrade() -> None:
    """Hand-offs stay, without the transfer that they were."""
    carry_out("DROP VIEW report_told;" + TOLD.format(more="") + DOWN)
