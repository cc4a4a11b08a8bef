"""Who answers for a case while its coordinator is away; what was silent; what nobody looks after; that somebody looks."""

from migrations.script import carry_out

revision = "0034"
down_revision = "0030"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE cases ADD COLUMN deputy text, ADD COLUMN last_act_at timestamptz NOT NULL DEFAULT moment();
UPDATE cases c SET last_act_at = greatest(c.opened_at, c.accepted_at,
  (SELECT max(l.at) FROM case_line l WHERE l.case_id = c.id AND l.organisation_id IS NOT NULL));
COMMENT ON COLUMN cases.deputy IS 'Who answers when the coordinator is away and named nobody for that time.';
COMMENT ON COLUMN cases.last_act_at IS
  'When an organisation last did something on it; what the worker does, and a call that joined, is no act.';
COMMENT ON COLUMN cases.next_climb_at IS
  'When the worker looks at the case: a while before the deadline, to remind; from the deadline on, to let it climb.';
ALTER TABLE case_item ADD COLUMN snoozed smallint NOT NULL DEFAULT 0;
ALTER TABLE aftercare_check ADD COLUMN snoozed smallint NOT NULL DEFAULT 0;

CREATE INDEX cases_due ON cases (owner_organisation_id, deadline_at, id) WHERE state <> 'closed';
CREATE INDEX cases_silent ON cases (last_act_at) WHERE state NOT IN ('closed', 'aftercare');
CREATE INDEX cases_silent_after ON cases (deadline_at) WHERE state = 'aftercare';
CREATE INDEX cases_unowned ON cases (id) WHERE owner_organisation_id IS NULL AND state <> 'closed';
CREATE INDEX cases_unkept ON cases (id) WHERE state <> 'closed' AND (deadline_at IS NULL OR next_climb_at IS NULL);
"""

ABSENCES = """
CREATE TYPE textrange AS RANGE (subtype = text);
CREATE TABLE coordinator_absence (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL REFERENCES organisation,
  coordinator text NOT NULL,
  deputy text NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
  key_id uuid,
  written_at timestamptz NOT NULL,
  withdrawn_at timestamptz,
  CONSTRAINT nobody_stands_in_for_themselves CHECK (deputy <> coordinator),
  CONSTRAINT away_once_at_a_time EXCLUDE USING gist (
    uuidrange(organisation_id, organisation_id, '[]') WITH =, textrange(coordinator, coordinator, '[]') WITH =,
    tstzrange(starts_at, ends_at) WITH &&)
    WHERE (withdrawn_at IS NULL)
);
CREATE INDEX coordinator_absence_of ON coordinator_absence (organisation_id, id);
COMMENT ON TABLE coordinator_absence IS 'While a coordinator is away, what is theirs is the deputy''s. None is deleted.';
ALTER TABLE coordinator_absence ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON coordinator_absence TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY own ON coordinator_absence TO nodus_app USING (organisation_id = me()) WITH CHECK (organisation_id = me());
GRANT SELECT, INSERT, UPDATE ON coordinator_absence TO nodus_app, nodus_worker;
"""

SILENCE = """
CREATE TABLE silence (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL,
  kind text NOT NULL CHECK (kind IN ('offer_unseen', 'invitation_unanswered', 'no_first_contact')),
  case_id uuid NOT NULL REFERENCES cases,
  organisation_id uuid NOT NULL,
  subject_id uuid NOT NULL,
  hearers uuid[] NOT NULL
);
CREATE INDEX silence_at ON silence (at);
CREATE INDEX silence_heard ON silence USING gin (hearers);
COMMENT ON TABLE silence IS 'What an organisation was asked and left without any sign: counted, so that it can be learnt from.';
ALTER TABLE silence ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON silence TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY read ON silence FOR SELECT TO nodus_app USING (hearers @> ARRAY[me()]);
GRANT SELECT ON silence TO nodus_app;
GRANT SELECT, INSERT ON silence TO nodus_worker;
"""

WATCH = """
CREATE VIEW case_unkept WITH (security_invoker) AS
  SELECT id AS case_id, 'no_deadline' AS fault FROM cases
    WHERE state <> 'closed' AND (deadline_at IS NULL OR next_climb_at IS NULL)
  UNION ALL
  SELECT c.id, 'no_owner' FROM cases c WHERE c.owner_organisation_id IS NULL AND c.state <> 'closed'
    AND NOT EXISTS (SELECT FROM offer o WHERE o.case_id = c.id AND o.state = 'pending')
  UNION ALL
  SELECT id, 'clock_stopped' FROM cases
    WHERE state NOT IN ('closed', 'offered') AND next_climb_at < moment() - interval '15 minutes'
  UNION ALL
  SELECT case_id, 'clock_stopped' FROM offer WHERE state = 'pending' AND next_call_at < moment() - interval '15 minutes';
COMMENT ON VIEW case_unkept IS
  'Open cases without owner or pending offer, without next deadline, or whose moment passed and nobody looked. Must be empty.';

CREATE VIEW case_left_lying WITH (security_invoker) AS
  SELECT id AS case_id, reference, state, urgency, municipality_code, coalesce(owner_organisation_id,
      (SELECT o.organisation_id FROM offer o WHERE o.case_id = cases.id AND o.state = 'pending')) AS organisation_id,
    coordinator, deputy, last_act_at, deadline_at, intake_organisation_id FROM cases
    WHERE state NOT IN ('closed', 'aftercare') AND last_act_at <= moment() - interval '336 hours'
  UNION ALL
  SELECT id, reference, state, urgency, municipality_code, owner_organisation_id, coordinator, deputy, last_act_at, deadline_at,
    intake_organisation_id FROM cases
    WHERE state = 'aftercare' AND deadline_at <= moment() AND last_act_at <= moment() - interval '336 hours';
COMMENT ON VIEW case_left_lying IS
  'Open cases on which no organisation did anything for 14 days, save those that wait for a planned check.';
GRANT SELECT ON case_unkept, case_left_lying TO nodus_worker;
-- Row policies would be asked for every open case before the index may say which are silent.
CREATE FUNCTION my_left_lying() RETURNS SETOF case_left_lying LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT * FROM case_left_lying WHERE organisation_id = me() OR intake_organisation_id = me() $$;
COMMENT ON FUNCTION my_left_lying IS 'Cases that lie around and that my organisation owns, is asked to take, or took in.';
REVOKE ALL ON FUNCTION my_left_lying() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION my_left_lying() TO nodus_app;

CREATE TABLE left_lying_told (
  case_id uuid PRIMARY KEY REFERENCES cases,
  organisation_id uuid NOT NULL,
  told_at timestamptz NOT NULL
);
COMMENT ON TABLE left_lying_told IS 'When somebody was last told that a case lies around.';
ALTER TABLE left_lying_told ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON left_lying_told TO nodus_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON left_lying_told TO nodus_worker;

CREATE TABLE audit (
  sole boolean PRIMARY KEY DEFAULT true CHECK (sole),
  at timestamptz NOT NULL,
  left_lying bigint NOT NULL,
  faults jsonb NOT NULL
);
COMMENT ON TABLE audit IS
  'The last look at what must always hold, by the machine''s clock: a look that is old is an alarm in itself.';
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON audit TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY read ON audit FOR SELECT TO nodus_gate USING (true);
GRANT SELECT, INSERT, UPDATE ON audit TO nodus_worker;
GRANT SELECT ON audit TO nodus_gate;
"""
DOWN = """
DROP TABLE audit, left_lying_told;
DROP FUNCTION my_left_lying();
DROP VIEW case_left_lying, case_unkept;
DROP TABLE silence, coordinator_absence;
DROP TYPE textrange;
DROP INDEX cases_due, cases_silent, cases_silent_after, cases_unowned, cases_unkept;
ALTER TABLE aftercare_check DROP COLUMN snoozed;
ALTER TABLE case_item DROP COLUMN snoozed;
ALTER TABLE cases DROP COLUMN deputy, DROP COLUMN last_act_at;
"""


def upgrade() -> None:
    """The last act on a case is read from its timeline; nobody has been silent yet."""
    carry_out(COLUMNS + ABSENCES + SILENCE + WATCH)


def downgrade() -> None:
    """Deputies, absences and what was silent are lost."""
    carry_out(DOWN)
