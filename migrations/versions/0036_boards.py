"""Boards read by index, whatever else there is; calendars of deadlines; what a shift hands to the next."""

from migrations.script import carry_out

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

# A board lists rows of many cases in the order of their moments. The owner of the case stands in the row itself, so that an
# index may give that order, and a policy need not ask for each row. The database keeps it; nobody may write it.
OWNER = """
ALTER TABLE case_item ADD COLUMN owner_organisation_id uuid;
ALTER TABLE aftercare_check ADD COLUMN owner_organisation_id uuid;
ALTER TABLE case_member ADD COLUMN owner_organisation_id uuid;

CREATE FUNCTION name_owner() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  NEW.owner_organisation_id := (SELECT owner_organisation_id FROM cases WHERE id = NEW.case_id AND state <> 'closed');
  RETURN NEW;
END $$;
CREATE FUNCTION name_new_owner() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  owner uuid := CASE WHEN NEW.state <> 'closed' THEN NEW.owner_organisation_id END;
BEGIN
  UPDATE case_item SET owner_organisation_id = owner WHERE case_id = NEW.id;
  UPDATE aftercare_check SET owner_organisation_id = owner WHERE case_id = NEW.id;
  UPDATE case_member SET owner_organisation_id = owner WHERE case_id = NEW.id;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION name_owner IS 'The owner of its case in a row, as long as the case is open.';
COMMENT ON FUNCTION name_new_owner IS 'The same when the case goes to another owner, is closed, or reopened.';
REVOKE ALL ON FUNCTION name_owner(), name_new_owner() FROM PUBLIC;

DO $$
DECLARE
  kept text;
BEGIN
  FOREACH kept IN ARRAY ARRAY['case_item', 'aftercare_check', 'case_member'] LOOP
    EXECUTE format('UPDATE %I r SET owner_organisation_id = c.owner_organisation_id
      FROM cases c WHERE c.id = r.case_id AND c.state <> ''closed''', kept);
    EXECUTE format('CREATE TRIGGER name_owner BEFORE INSERT OR UPDATE OF case_id, owner_organisation_id ON %I
      FOR EACH ROW EXECUTE FUNCTION name_owner()', kept);
  END LOOP;
END $$;
CREATE TRIGGER name_new_owner AFTER UPDATE OF owner_organisation_id, state ON cases FOR EACH ROW
  WHEN (OLD.owner_organisation_id IS DISTINCT FROM NEW.owner_organisation_id OR (OLD.state = 'closed') <> (NEW.state = 'closed'))
  EXECUTE FUNCTION name_new_owner();

CREATE INDEX cases_due_in ON cases (owner_organisation_id, municipality_code, deadline_at, id) WHERE state <> 'closed';
CREATE INDEX cases_due_of ON cases (owner_organisation_id, coordinator, deadline_at, id) WHERE state <> 'closed';
CREATE INDEX case_item_waits ON case_item (owner_organisation_id, due_at, id)
  WHERE state = 'open' AND due_at IS NOT NULL AND (assigned_to <> owner_organisation_id OR facts ->> 'direction' = 'out');
CREATE INDEX case_item_waits_for_nobody ON case_item (owner_organisation_id, due_at, id)
  WHERE state = 'open' AND due_at IS NOT NULL AND assigned_to IS NULL;
CREATE INDEX aftercare_check_due ON aftercare_check (owner_organisation_id, due_at, id) WHERE state = 'planned';
CREATE INDEX case_member_waits ON case_member (owner_organisation_id, answer_by, id) WHERE state = 'invited';
CREATE INDEX case_member_asked ON case_member (organisation_id, answer_by, id) WHERE state = 'invited';
CREATE INDEX offer_asked ON offer (organisation_id, accept_by, id) WHERE state = 'pending';
CREATE INDEX offer_taken_in ON offer (intake_organisation_id, accept_by, id) WHERE state = 'pending' AND what = 'assignment';
CREATE INDEX offer_handed_over ON offer (from_organisation_id, accept_by, id) WHERE state = 'pending';
"""

# Whoever is on ten thousand teams reads one row of one case: the team of that case is asked, not all the teams. Where whole
# lists of cases are read, PostgreSQL chooses. What others say in these policies stays as they said it.
POLICIES = """
CREATE FUNCTION is_on_team(about uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM case_member m JOIN cases c ON c.id = m.case_id
  WHERE m.case_id = about AND m.organisation_id = me() AND m.state = 'member' AND c.state <> 'closed') $$;
COMMENT ON FUNCTION is_on_team IS 'Whether the organisation of this transaction is on the team of an open case.';
REVOKE ALL ON FUNCTION is_on_team(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_on_team(uuid) TO nodus_app, nodus_worker;

-- A page of the list of cases, by the ids that follow one: whoever is on ten thousand teams reads the first of them only.
CREATE FUNCTION my_cases_through_others(after uuid, most int, of_state text, due_before timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  (SELECT c.id FROM case_member m JOIN cases c ON c.id = m.case_id
    WHERE m.organisation_id = me() AND m.state IN ('invited', 'member') AND c.state <> 'closed'
      AND m.case_id > coalesce(after, '00000000-0000-0000-0000-000000000000')
      AND (of_state IS NULL OR c.state = of_state) AND (due_before IS NULL OR c.deadline_at < due_before)
    ORDER BY m.case_id LIMIT most)
  UNION
  (SELECT c.id FROM offer o JOIN cases c ON c.id = o.case_id
    WHERE o.organisation_id = me() AND o.state = 'pending'
      AND o.case_id > coalesce(after, '00000000-0000-0000-0000-000000000000')
      AND (of_state IS NULL OR c.state = of_state) AND (due_before IS NULL OR c.deadline_at < due_before)
    ORDER BY o.case_id LIMIT most)
$$;
COMMENT ON FUNCTION my_cases_through_others IS
  'Some of the cases that are shown to an organisation because it is asked, invited, or on the team; in the order of their ids.';
REVOKE ALL ON FUNCTION my_cases_through_others(uuid, int, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION my_cases_through_others(uuid, int, text, timestamptz) TO nodus_app, nodus_worker;

CREATE FUNCTION pg_temp.say_policies(said text, instead text, tables text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  one record;
BEGIN
  FOR one IN SELECT tablename, policyname, qual, with_check FROM pg_policies
      WHERE schemaname = 'public' AND tablename = ANY (tables) AND concat(qual, ' ', with_check) ~ said LOOP
    IF one.qual ~ said THEN
      EXECUTE format('ALTER POLICY %I ON %I USING (%s)', one.policyname, one.tablename,
        regexp_replace(one.qual, said, instead, 'g'));
    END IF;
    IF one.with_check ~ said THEN
      EXECUTE format('ALTER POLICY %I ON %I WITH CHECK (%s)', one.policyname, one.tablename,
        regexp_replace(one.with_check, said, instead, 'g'));
    END IF;
  END LOOP;
END $$;
"""
RULES = """
SELECT pg_temp.say_policies('\\m(case_id) IN \\( SELECT my_teams\\(\\) AS my_teams\\)', 'is_on_team(\\1)',
  ARRAY(SELECT DISTINCT tablename::text FROM pg_policies WHERE schemaname = 'public' AND tablename <> 'cases'));
SELECT pg_temp.say_policies('\\mid IN \\( SELECT my_teams\\(\\) AS my_teams\\)',
  'state <> ''closed'' AND EXISTS (SELECT FROM case_member m WHERE m.case_id = cases.id AND m.organisation_id = me()
    AND m.state = ''member'' OFFSET 0)', ARRAY['cases']);
SELECT pg_temp.say_policies('\\mid IN \\( SELECT my_invitations\\(\\) AS my_invitations\\)',
  'state <> ''closed'' AND EXISTS (SELECT FROM case_member i WHERE i.case_id = cases.id AND i.organisation_id = me()
    AND i.state = ''invited'' OFFSET 0)', ARRAY['cases']);
-- What the row says itself is asked first.
SELECT pg_temp.say_policies('\\mowns_case\\(case_id\\)', '(owner_organisation_id = me() OR owns_case(case_id))',
  ARRAY['case_item', 'aftercare_check', 'case_member']);
"""

CALENDARS = """
CREATE TABLE deadline_calendar (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL REFERENCES organisation,
  coordinator text,
  digest bytea NOT NULL,
  made_at timestamptz NOT NULL,
  withdrawn_at timestamptz
);
CREATE INDEX deadline_calendar_of ON deadline_calendar (organisation_id, id);
COMMENT ON TABLE deadline_calendar IS
  'A secret address under which a calendar program reads deadlines, in codes; the secret is kept as a hash.';
"""

HANDOFFS = """
CREATE TABLE shift_handoff (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL REFERENCES organisation,
  key_id uuid,
  written_at timestamptz NOT NULL,
  from_shift_id uuid,
  from_function text,
  to_shift_id uuid,
  to_function text,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  added jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'confirmed', 'missed')),
  remind_at timestamptz,
  reminders smallint NOT NULL DEFAULT 0,
  confirmed_at timestamptz,
  destroyed_at timestamptz,
  version int NOT NULL DEFAULT 1,
  CONSTRAINT a_shift_ends_after_it_starts CHECK (ends_at > starts_at),
  CONSTRAINT what_waits_is_reminded_of CHECK ((state = 'waiting') = (remind_at IS NOT NULL)),
  CONSTRAINT what_is_confirmed_says_when CHECK ((state = 'confirmed') = (confirmed_at IS NOT NULL))
);
CREATE INDEX shift_handoff_of ON shift_handoff (organisation_id, ends_at);
CREATE INDEX shift_handoff_due ON shift_handoff (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX shift_handoff_to_destroy ON shift_handoff (ends_at) WHERE destroyed_at IS NULL;
COMMENT ON TABLE shift_handoff IS 'What a shift tells the next, read and confirmed. Words without a case have its own key.';

CREATE TABLE shift_handoff_line (
  id uuid PRIMARY KEY,
  handoff_id uuid NOT NULL REFERENCES shift_handoff,
  organisation_id uuid NOT NULL,
  place smallint NOT NULL,
  case_id uuid REFERENCES cases,
  sealed bytea NOT NULL,
  UNIQUE (handoff_id, place)
);
CREATE TABLE shift_handoff_confirmation (
  id uuid PRIMARY KEY,
  handoff_id uuid NOT NULL REFERENCES shift_handoff,
  organisation_id uuid NOT NULL,
  key_id uuid,
  function text,
  at timestamptz NOT NULL
);
CREATE INDEX shift_handoff_confirmation_of ON shift_handoff_confirmation (handoff_id, id);
CREATE TABLE shift_handoff_question (
  id uuid PRIMARY KEY,
  handoff_id uuid NOT NULL REFERENCES shift_handoff,
  line_id uuid NOT NULL REFERENCES shift_handoff_line,
  organisation_id uuid NOT NULL,
  asked_at timestamptz NOT NULL,
  asked_by uuid,
  sealed bytea NOT NULL,
  answered_at timestamptz,
  answered_by uuid,
  answer_sealed bytea,
  CHECK ((answered_at IS NULL) = (answer_sealed IS NULL))
);
CREATE INDEX shift_handoff_question_of ON shift_handoff_question (handoff_id, id);
"""
OWNED = ("deadline_calendar", "shift_handoff", "shift_handoff_line", "shift_handoff_confirmation", "shift_handoff_question")
OWN = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON {table} TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY own ON {table} TO nodus_app USING (organisation_id = me()) WITH CHECK (organisation_id = me());
GRANT SELECT, INSERT, UPDATE ON {table} TO nodus_app, nodus_worker;
"""
GATE = """
GRANT SELECT ON deadline_calendar TO nodus_gate;
CREATE POLICY gate ON deadline_calendar FOR SELECT TO nodus_gate USING (true);
"""

BACK = """
SELECT pg_temp.say_policies('\\(owner_organisation_id = me\\(\\)\\) OR owns_case\\(case_id\\)', 'owns_case(case_id)',
  ARRAY['case_item', 'aftercare_check', 'case_member']);
SELECT pg_temp.say_policies('\\(state <> ''closed''::text\\) AND \\(EXISTS \\( SELECT\\s+FROM case_member m\\s+WHERE '
  '\\(\\(m\\.case_id = cases\\.id\\) AND '
  '\\(m\\.organisation_id = me\\(\\)\\) AND \\(m\\.state = ''member''::text\\)\\)\\s+OFFSET 0\\)\\)',
  'id IN (SELECT my_teams())', ARRAY['cases']);
SELECT pg_temp.say_policies('\\(state <> ''closed''::text\\) AND \\(EXISTS \\( SELECT\\s+FROM case_member i\\s+WHERE '
  '\\(\\(i\\.case_id = cases\\.id\\) AND '
  '\\(i\\.organisation_id = me\\(\\)\\) AND \\(i\\.state = ''invited''::text\\)\\)\\s+OFFSET 0\\)\\)',
  'id IN (SELECT my_invitations())', ARRAY['cases']);
SELECT pg_temp.say_policies('\\mis_on_team\\(case_id\\)', 'case_id IN (SELECT my_teams())',
  ARRAY(SELECT DISTINCT tablename::text FROM pg_policies WHERE schemaname = 'public' AND tablename <> 'cases'));
"""
DOWN = """
DROP TABLE shift_handoff_question, shift_handoff_confirmation, shift_handoff_line, shift_handoff, deadline_calendar;
DROP INDEX offer_handed_over, offer_taken_in, offer_asked, case_member_asked, case_member_waits, aftercare_check_due,
  case_item_waits_for_nobody, case_item_waits, cases_due_of, cases_due_in;
DROP TRIGGER name_new_owner ON cases;
DROP TRIGGER name_owner ON case_member;
DROP TRIGGER name_owner ON aftercare_check;
DROP TRIGGER name_owner ON case_item;
DROP FUNCTION my_cases_through_others(uuid, int, text, timestamptz);
DROP FUNCTION is_on_team(uuid);
DROP FUNCTION name_new_owner();
DROP FUNCTION name_owner();
ALTER TABLE case_member DROP COLUMN owner_organisation_id;
ALTER TABLE aftercare_check DROP COLUMN owner_organisation_id;
ALTER TABLE case_item DROP COLUMN owner_organisation_id;
"""
SAYING = POLICIES[POLICIES.index("CREATE FUNCTION pg_temp") :]


def upgrade() -> None:
    """Nobody sees more or less than before."""
    owned = "".join(OWN.format(table=table) for table in OWNED)
    carry_out(OWNER + POLICIES + RULES + CALENDARS + HANDOFFS + owned + GATE)


def downgrade() -> None:
    """Handoffs and calendars are lost."""
    carry_out(SAYING + BACK + DOWN)
