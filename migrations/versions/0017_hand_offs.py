"""Hand-offs with their states, the crisis service's own grade, amendments, what was entered in error, who is the same person."""

from migrations.script import carry_out

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

UP = """
CREATE TABLE hand_off (
  id uuid PRIMARY KEY,
  call_id uuid NOT NULL,
  case_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  addressee text NOT NULL,
  number text,
  way text NOT NULL CHECK (way IN ('warm', 'cold')),
  proposed_by text NOT NULL CHECK (proposed_by IN ('urgency', 'flag', 'operator')),
  state text NOT NULL CHECK (state IN ('calling', 'speaking', 'accepted', 'declined', 'not_reached', 'cancelled', 'not_made')),
  reason text,
  started_at timestamptz NOT NULL,
  speaking_at timestamptz,
  ended_at timestamptz,
  chase_at timestamptz,
  sealed bytea,
  version int NOT NULL DEFAULT 1,
  CONSTRAINT a_hand_off_under_way_is_followed
    CHECK ((state IN ('calling', 'speaking')) = (ended_at IS NULL) AND (ended_at IS NULL) = (chase_at IS NOT NULL)),
  CONSTRAINT what_is_not_made_has_a_reason CHECK (state <> 'not_made' OR reason IS NOT NULL)
);
CREATE INDEX hand_off_by_call ON hand_off (call_id, id);
CREATE INDEX hand_off_to_chase ON hand_off (chase_at) WHERE chase_at IS NOT NULL;
COMMENT ON COLUMN hand_off.case_id IS 'The name of the key under which is sealed who took it over, as of its call.';
COMMENT ON COLUMN hand_off.chase_at IS 'When the worker calls it not reached, if nobody has said what became of it.';

CREATE TABLE triage_grade (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases,
  organisation_id uuid NOT NULL,
  key_id uuid,
  grade text NOT NULL,
  scale text NOT NULL,
  scale_version text NOT NULL,
  graded_by text NOT NULL,
  graded_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL
);
CREATE INDEX triage_grade_by_case ON triage_grade (case_id, id);
COMMENT ON TABLE triage_grade IS 'The crisis service''s own grade, as it told it. It never replaces our urgency.';

CREATE TABLE call_amendment (
  id uuid PRIMARY KEY,
  call_id uuid NOT NULL,
  case_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  key_id uuid,
  at timestamptz NOT NULL,
  fields text[] NOT NULL,
  sealed bytea NOT NULL,
  version int NOT NULL,
  reversible_until timestamptz NOT NULL,
  undone_at timestamptz,
  undone_by uuid
);
CREATE INDEX call_amendment_by_call ON call_amendment (call_id, id);
COMMENT ON TABLE call_amendment IS 'What a call said before and after, and why: sealed. Undone ones stay.';

CREATE TABLE entered_in_error (
  id uuid PRIMARY KEY,
  call_id uuid NOT NULL,
  case_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  key_id uuid,
  at timestamptz NOT NULL,
  sealed bytea,
  withdrew_case boolean NOT NULL,
  reversible_until timestamptz NOT NULL,
  withdrawn_at timestamptz,
  withdrawn_by uuid
);
CREATE UNIQUE INDEX in_error_once ON entered_in_error (call_id) WHERE withdrawn_at IS NULL;
CREATE INDEX entered_in_error_by_call ON entered_in_error (call_id, id);

CREATE TABLE same_person (
  id uuid PRIMARY KEY,
  case_a_id uuid NOT NULL REFERENCES cases,
  case_b_id uuid NOT NULL REFERENCES cases,
  organisation_id uuid NOT NULL,
  key_id uuid,
  at timestamptz NOT NULL,
  reason text NOT NULL,
  reversible_until timestamptz NOT NULL,
  undone_at timestamptz,
  undone_by uuid,
  CONSTRAINT two_cases_in_order CHECK (case_a_id < case_b_id)
);
CREATE UNIQUE INDEX same_person_once ON same_person (case_a_id, case_b_id) WHERE undone_at IS NULL;
CREATE INDEX same_person_by_other ON same_person (case_b_id);

ALTER TABLE call ADD COLUMN feedback_by timestamptz;
ALTER TABLE call ADD COLUMN in_error_at timestamptz;
CREATE INDEX call_by_own_reference ON call (organisation_id, reference);

ALTER TABLE cases ADD COLUMN promised_at timestamptz;
ALTER TABLE cases ADD COLUMN withdrawn_at timestamptz;
COMMENT ON COLUMN cases.promised_at IS 'When the desk that is asked, and is closed now, said it would ring back.';
COMMENT ON COLUMN cases.withdrawn_at IS 'Its call was entered in error before anybody accepted; it is closed without an owner.';
ALTER TABLE cases DROP CONSTRAINT a_case_is_offered_or_owned;
ALTER TABLE cases ADD CONSTRAINT a_case_is_offered_or_owned
  CHECK ((state = 'offered' OR withdrawn_at IS NOT NULL) = (owner_organisation_id IS NULL));
ALTER TABLE cases ADD CONSTRAINT what_is_withdrawn_is_closed CHECK (withdrawn_at IS NULL OR state = 'closed');
DROP INDEX nobody_is_asked_twice;
CREATE UNIQUE INDEX nobody_is_asked_twice ON offer (case_id, organisation_id) WHERE state <> 'withdrawn';

DO $$
DECLARE
  guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['hand_off', 'triage_grade', 'call_amendment', 'entered_in_error', 'same_person'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('CREATE POLICY worker ON %I TO nodus_worker USING (true) WITH CHECK (true)', guarded);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO nodus_app, nodus_worker', guarded);
  END LOOP;
  -- Whoever may see a call sees what hangs on it; only who took the call writes it.
  FOREACH guarded IN ARRAY ARRAY['hand_off', 'call_amendment', 'entered_in_error'] LOOP
    EXECUTE format('CREATE POLICY read ON %I FOR SELECT TO nodus_app USING (organisation_id = me()
      OR EXISTS (SELECT FROM call l WHERE l.id = call_id))', guarded);
    EXECUTE format('CREATE POLICY write ON %I FOR INSERT TO nodus_app WITH CHECK (organisation_id = me())', guarded);
    EXECUTE format('CREATE POLICY change ON %I FOR UPDATE TO nodus_app USING (organisation_id = me())', guarded);
  END LOOP;
END $$;
ALTER POLICY write ON entered_in_error WITH CHECK (
  organisation_id = me() AND EXISTS (SELECT FROM call l WHERE l.id = call_id AND l.organisation_id = me()));
CREATE POLICY read ON triage_grade FOR SELECT TO nodus_app USING (EXISTS (SELECT FROM cases c WHERE c.id = case_id));
CREATE POLICY write ON triage_grade FOR INSERT TO nodus_app WITH CHECK (
  organisation_id = me() AND EXISTS (SELECT FROM cases c WHERE c.id = case_id));
CREATE POLICY read ON same_person FOR SELECT TO nodus_app USING (
  EXISTS (SELECT FROM cases c WHERE c.id IN (case_a_id, case_b_id)));
CREATE POLICY write ON same_person FOR INSERT TO nodus_app WITH CHECK (organisation_id = me()
  AND EXISTS (SELECT FROM cases c WHERE c.id = case_a_id) AND EXISTS (SELECT FROM cases c WHERE c.id = case_b_id));
CREATE POLICY change ON same_person FOR UPDATE TO nodus_app USING (
  EXISTS (SELECT FROM cases c WHERE c.id = case_a_id) AND EXISTS (SELECT FROM cases c WHERE c.id = case_b_id));
"""

DOWN = """
DROP TABLE hand_off, triage_grade, call_amendment, entered_in_error, same_person;
DROP INDEX call_by_own_reference;
ALTER TABLE call DROP COLUMN feedback_by, DROP COLUMN in_error_at;
DROP INDEX nobody_is_asked_twice;
-- What was withdrawn and asked again keeps its last offer only.
DELETE FROM offer o USING offer later WHERE o.state = 'withdrawn' AND later.case_id = o.case_id
  AND later.organisation_id = o.organisation_id AND later.id > o.id;
CREATE UNIQUE INDEX nobody_is_asked_twice ON offer (case_id, organisation_id);
ALTER TABLE cases DROP CONSTRAINT what_is_withdrawn_is_closed;
ALTER TABLE cases DROP CONSTRAINT a_case_is_offered_or_owned;
UPDATE cases SET owner_organisation_id = intake_organisation_id WHERE withdrawn_at IS NOT NULL;
ALTER TABLE cases ADD CONSTRAINT a_case_is_offered_or_owned CHECK ((state = 'offered') = (owner_organisation_id IS NULL));
ALTER TABLE cases DROP COLUMN promised_at, DROP COLUMN withdrawn_at;
"""


def upgrade() -> None:
    """Nothing that there is changes."""
    carry_out(UP)


def downgrade() -> None:
    """Hand-offs, grades, amendments and links go; a case that was withdrawn counts as its taker's own."""
    carry_out(DOWN)
