"""A case has a team of several organisations, and items that each of them may see or not."""

from migrations.script import carry_out

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

TEAM = """
CREATE TABLE case_member (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases,
  organisation_id uuid NOT NULL REFERENCES organisation,
  role text NOT NULL,
  purpose text NOT NULL,
  state text NOT NULL DEFAULT 'invited' CHECK (
    state IN ('invited', 'member', 'declined', 'expired', 'withdrawn', 'left', 'removed')),
  invited_by uuid NOT NULL,
  invited_at timestamptz NOT NULL,
  answer_by timestamptz NOT NULL,
  answered_at timestamptz,
  ended_at timestamptz,
  reason text,
  version int NOT NULL DEFAULT 1,
  CHECK ((state IN ('invited', 'member')) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX on_a_team_once ON case_member (case_id, organisation_id) WHERE state IN ('invited', 'member');
CREATE INDEX case_member_by_case ON case_member (case_id, id);
CREATE INDEX case_member_of ON case_member (organisation_id, case_id) WHERE state IN ('invited', 'member');
CREATE INDEX case_member_due ON case_member (answer_by) WHERE state = 'invited';
COMMENT ON TABLE case_member IS 'Organisations on the team of a case, besides its owner; who left stays as a row.';

-- Asked once a statement, as a set: a policy that asks row by row makes every list of cases slow.
CREATE FUNCTION my_teams() RETURNS SETOF uuid LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT m.case_id FROM case_member m JOIN cases c ON c.id = m.case_id
  WHERE m.organisation_id = me() AND m.state = 'member' AND c.state <> 'closed' $$;
CREATE FUNCTION my_invitations() RETURNS SETOF uuid LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT m.case_id FROM case_member m JOIN cases c ON c.id = m.case_id
  WHERE m.organisation_id = me() AND m.state = 'invited' AND c.state <> 'closed' $$;
COMMENT ON FUNCTION my_teams IS 'The open cases on whose team the organisation of this transaction is.';
COMMENT ON FUNCTION my_invitations IS 'The open cases onto whose team it is invited.';

ALTER TABLE case_member ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON case_member TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY read ON case_member FOR SELECT TO nodus_app USING (
  organisation_id = me() OR owns_case(case_id) OR case_id IN (SELECT my_teams()));
CREATE POLICY invite ON case_member FOR INSERT TO nodus_app WITH CHECK (
  invited_by = me() AND state = 'invited' AND owns_case(case_id));
CREATE POLICY change ON case_member FOR UPDATE TO nodus_app USING (
  state IN ('invited', 'member') AND (organisation_id = me() OR owns_case(case_id)))
  WITH CHECK (owns_case(case_id) OR (organisation_id = me()
    AND (state IN ('declined', 'left') OR (state = 'member' AND case_id IN (SELECT my_invitations())))));
GRANT SELECT, INSERT, UPDATE ON case_member TO nodus_app, nodus_worker;

ALTER POLICY read ON cases USING (
  intake_organisation_id = me() OR owner_organisation_id = me()
  OR EXISTS (SELECT FROM offer o WHERE o.case_id = cases.id AND o.intake_organisation_id = cases.intake_organisation_id
    AND o.organisation_id = me() AND o.state = 'pending')
  OR id IN (SELECT my_teams()) OR id IN (SELECT my_invitations()));
ALTER POLICY change ON cases USING (
  intake_organisation_id = me() OR owner_organisation_id = me()
  OR EXISTS (SELECT FROM offer o WHERE o.case_id = cases.id AND o.intake_organisation_id = cases.intake_organisation_id
    AND o.organisation_id = me() AND o.state = 'pending')
  OR id IN (SELECT my_teams()));
ALTER POLICY read ON vault_key USING (
  intake_organisation_id = me() OR owns_case(case_id) OR owns_case_joined(case_id) OR case_id IN (SELECT my_teams()));
"""

# `audience`: who on the team sees a row besides its owner and its writer. NULL: everybody; empty: nobody else.
AUDIENCE = """
ALTER TABLE contact ADD COLUMN audience uuid[] DEFAULT '{}';
ALTER TABLE goal ADD COLUMN audience uuid[];
ALTER TABLE case_line ADD COLUMN audience uuid[];
COMMENT ON COLUMN contact.audience IS 'Who on the team sees it besides owner and writer. NULL: everybody; empty: nobody.';

ALTER POLICY read ON case_line USING (EXISTS (SELECT FROM cases c WHERE c.id = case_id)
  AND (audience IS NULL OR organisation_id = me() OR me() = ANY (audience) OR owns_case(case_id)));
DO $$
DECLARE
  guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['contact', 'goal'] LOOP
    EXECUTE format('ALTER POLICY read ON %I USING (owns_case(case_id)
      OR (case_id IN (SELECT my_teams()) AND (audience IS NULL OR organisation_id = me() OR me() = ANY (audience))))', guarded);
    EXECUTE format('ALTER POLICY write ON %I WITH CHECK (organisation_id = me()
      AND (owns_case(case_id) OR case_id IN (SELECT my_teams())))', guarded);
  END LOOP;
END $$;
ALTER POLICY read ON aftercare_check USING (owns_case(case_id) OR case_id IN (SELECT my_teams()));
ALTER POLICY read ON obligation USING (owns_case(case_id) OR case_id IN (SELECT my_teams()));
-- A member that speaks with the person hastens what is owed to them.
ALTER POLICY write ON obligation WITH CHECK (organisation_id = me() AND (owns_case(case_id) OR case_id IN (SELECT my_teams())));
ALTER POLICY change ON obligation USING (owns_case(case_id) OR case_id IN (SELECT my_teams()));
"""

ITEMS = """
CREATE TABLE case_item (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases,
  kind text NOT NULL,
  organisation_id uuid NOT NULL,
  key_id uuid,
  written_at timestamptz NOT NULL,
  at timestamptz NOT NULL,
  audience uuid[],
  state text NOT NULL CHECK (state IN ('noted', 'open', 'done', 'cancelled')),
  assigned_to uuid,
  due_at timestamptz,
  ended_at timestamptz,
  ended_by uuid,
  facts jsonb NOT NULL DEFAULT '{}',
  sealed bytea,
  ended_facts jsonb NOT NULL DEFAULT '{}',
  ended_sealed bytea,
  parent_id uuid REFERENCES case_item,
  corrects_id uuid UNIQUE REFERENCES case_item,
  version int NOT NULL DEFAULT 1,
  CONSTRAINT what_has_ended_says_when CHECK ((state IN ('done', 'cancelled')) = (ended_at IS NOT NULL)),
  CONSTRAINT what_is_assigned_has_a_moment CHECK (state <> 'open' OR assigned_to IS NULL OR due_at IS NOT NULL)
);
CREATE INDEX case_item_by_case ON case_item (case_id, id);
CREATE INDEX case_item_of ON case_item (assigned_to, due_at, id) WHERE state = 'open';
CREATE INDEX case_item_children ON case_item (parent_id) WHERE parent_id IS NOT NULL;
COMMENT ON TABLE case_item IS 'What is done, agreed, judged or asked about a case. None is deleted: another row corrects it.';

ALTER TABLE case_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON case_item TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY read ON case_item FOR SELECT TO nodus_app USING (owns_case(case_id)
  OR (case_id IN (SELECT my_teams()) AND (audience IS NULL OR organisation_id = me() OR me() = ANY (audience))));
CREATE POLICY write ON case_item FOR INSERT TO nodus_app WITH CHECK (organisation_id = me()
  AND (owns_case(case_id) OR case_id IN (SELECT my_teams())));
CREATE POLICY change ON case_item FOR UPDATE TO nodus_app USING (owns_case(case_id)
  OR (case_id IN (SELECT my_teams()) AND (organisation_id = me() OR assigned_to = me())));
GRANT SELECT, INSERT, UPDATE ON case_item TO nodus_app, nodus_worker;

-- Codes and moments of everything that has a deadline, for the clock of a case: it must not depend on who looks.
CREATE FUNCTION case_clock(about uuid) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT jsonb_build_object(
    'goals', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'of', of, 'outcome', outcome) ORDER BY id), '[]')
      FROM goal WHERE case_id = about),
    'checks', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'round', round, 'week', week, 'due_at', due_at,
      'state', state) ORDER BY due_at, id), '[]') FROM aftercare_check WHERE case_id = about),
    'obligations', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'due_at', due_at, 'state', state,
      'deferred', facts ? 'deferred') ORDER BY kind), '[]') FROM obligation WHERE case_id = about),
    'items', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'kind', kind, 'due_at', due_at,
      'assigned_to', assigned_to) ORDER BY id), '[]') FROM case_item WHERE case_id = about AND state = 'open'))
  WHERE me() IS NULL OR owns_case(about) OR about IN (SELECT my_teams())
$$;
COMMENT ON FUNCTION case_clock IS 'What decides the next deadline of a case, in codes, also the part that the asker may not see.';
"""
RIGHTS = """
REVOKE ALL ON FUNCTION my_teams(), my_invitations(), case_clock(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION my_teams(), my_invitations(), case_clock(uuid) TO nodus_app, nodus_worker;
"""
DOWN = """
DROP FUNCTION case_clock(uuid);
DROP TABLE case_item;
ALTER POLICY read ON obligation USING (organisation_id = me()
  OR EXISTS (SELECT FROM cases c WHERE c.id = case_id AND c.owner_organisation_id = me()));
ALTER POLICY write ON obligation WITH CHECK (organisation_id = me()
  AND EXISTS (SELECT FROM cases c WHERE c.id = case_id AND c.owner_organisation_id = me()));
ALTER POLICY change ON obligation USING (EXISTS (SELECT FROM cases c WHERE c.id = case_id AND c.owner_organisation_id = me()));
ALTER POLICY read ON aftercare_check USING (organisation_id = me()
  OR EXISTS (SELECT FROM cases c WHERE c.id = case_id AND c.owner_organisation_id = me()));
DO $$
DECLARE
  guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['contact', 'goal'] LOOP
    EXECUTE format('ALTER POLICY read ON %I USING (organisation_id = me()
      OR EXISTS (SELECT FROM cases c WHERE c.id = case_id AND c.owner_organisation_id = me()))', guarded);
    EXECUTE format('ALTER POLICY write ON %I WITH CHECK (organisation_id = me()
      AND EXISTS (SELECT FROM cases c WHERE c.id = case_id AND c.owner_organisation_id = me()))', guarded);
  END LOOP;
END $$;
ALTER POLICY read ON case_line USING (EXISTS (SELECT FROM cases c WHERE c.id = case_id));
ALTER TABLE case_line DROP COLUMN audience;
ALTER TABLE goal DROP COLUMN audience;
ALTER TABLE contact DROP COLUMN audience;
ALTER POLICY read ON vault_key USING (intake_organisation_id = me() OR owns_case(case_id) OR owns_case_joined(case_id));
ALTER POLICY change ON cases USING (
  intake_organisation_id = me() OR owner_organisation_id = me()
  OR EXISTS (SELECT FROM offer o WHERE o.case_id = cases.id AND o.intake_organisation_id = cases.intake_organisation_id
    AND o.organisation_id = me() AND o.state = 'pending'));
ALTER POLICY read ON cases USING (
  intake_organisation_id = me() OR owner_organisation_id = me()
  OR EXISTS (SELECT FROM offer o WHERE o.case_id = cases.id AND o.intake_organisation_id = cases.intake_organisation_id
    AND o.organisation_id = me() AND o.state = 'pending'));
DROP TABLE case_member;
DROP FUNCTION my_invitations();
DROP FUNCTION my_teams();
"""


def upgrade() -> None:
    """No case has a team yet; who wrote about a case that went to another owner no longer sees what it wrote."""
    carry_out(TEAM + AUDIENCE + ITEMS + RIGHTS)


def downgrade() -> None:
    """Teams and items are lost."""
    carry_out(DOWN)
