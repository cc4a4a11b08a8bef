"""A caller is asked again, a case is reopened, joined into another, or split in two."""

from migrations.script import carry_out

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE obligation DROP CONSTRAINT obligation_kind_check;
ALTER TABLE obligation ADD CONSTRAINT obligation_kind_check
  CHECK (kind IN ('feedback', 'inform_person', 'evaluation', 'still_worried'));
CREATE INDEX case_item_told ON case_item (case_id) WHERE kind = 'caller_contact';

ALTER TABLE cases ADD COLUMN joined_into uuid REFERENCES cases, ADD COLUMN split_from uuid REFERENCES cases;
ALTER TABLE cases ADD CONSTRAINT what_is_joined_is_closed CHECK (joined_into IS NULL OR (state = 'closed' AND joined_into <> id));
CREATE INDEX cases_joined ON cases (joined_into) WHERE joined_into IS NOT NULL;
COMMENT ON COLUMN cases.joined_into IS 'It was a duplicate of this case, which goes on in its place.';

-- Two cases and two organisations: no item of one of them could say where both stand, nor how to undo it.
CREATE TABLE case_tie (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('joined', 'split')),
  case_id uuid NOT NULL REFERENCES cases,
  other_case_id uuid NOT NULL REFERENCES cases,
  organisation_id uuid NOT NULL,
  other_organisation_id uuid NOT NULL,
  key_id uuid,
  state text NOT NULL CHECK (state IN ('proposed', 'done', 'declined', 'undone')),
  reason text NOT NULL,
  at timestamptz NOT NULL,
  answer_by timestamptz,
  answered_at timestamptz,
  reversible_until timestamptz,
  undone_at timestamptz,
  before jsonb NOT NULL DEFAULT '{}',
  moved jsonb NOT NULL DEFAULT '{}',
  version int NOT NULL DEFAULT 1,
  CHECK (case_id <> other_case_id),
  CONSTRAINT what_is_proposed_has_an_end CHECK (state <> 'proposed' OR answer_by IS NOT NULL)
);
CREATE INDEX case_tie_by_case ON case_tie (case_id, id);
CREATE INDEX case_tie_by_other ON case_tie (other_case_id, id);
CREATE UNIQUE INDEX joined_once ON case_tie (case_id) WHERE kind = 'joined' AND state = 'done';
COMMENT ON TABLE case_tie IS 'A case joined into another, or split off from one (`case_id` is the older); undone ones stay.';
COMMENT ON COLUMN case_tie.moved IS 'Ids of what went over, so that it can go back: calls, items as from and to.';

ALTER TABLE case_tie ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON case_tie TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY read ON case_tie FOR SELECT TO nodus_app USING (
  organisation_id = me() OR other_organisation_id = me() OR owns_case(case_id) OR owns_case(other_case_id));
CREATE POLICY write ON case_tie FOR INSERT TO nodus_app WITH CHECK (organisation_id = me() AND owns_case(case_id));
CREATE POLICY change ON case_tie FOR UPDATE TO nodus_app USING (owns_case(case_id) OR owns_case(other_case_id));
GRANT SELECT, INSERT, UPDATE ON case_tie TO nodus_app, nodus_worker;
"""

# Whoever owns the case that goes on reads what was written in the one that was joined into it.
READING = """
CREATE FUNCTION owns_what_it_joined(about uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM cases c JOIN cases on_it ON on_it.id = c.joined_into
  WHERE c.id = about AND on_it.owner_organisation_id = me()) $$;
COMMENT ON FUNCTION owns_what_it_joined IS 'Whether the asker owns the case that this one was joined into.';
CREATE POLICY joined ON cases FOR SELECT TO nodus_app USING (joined_into IS NOT NULL AND owns_case(joined_into));
DO $$
DECLARE
  guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['contact', 'goal', 'aftercare_check', 'obligation', 'case_item', 'case_line', 'case_member',
    'vault_key'] LOOP
    EXECUTE format('CREATE POLICY joined ON %I FOR SELECT TO nodus_app USING (owns_what_it_joined(case_id))', guarded);
  END LOOP;
END $$;
-- A judgement that is hidden stays so, however the case went on.
ALTER POLICY joined ON case_item USING (owns_what_it_joined(case_id) AND (kind <> 'judgement' OR judgements_told(parent_id)));
"""

FUNCTIONS = """
CREATE FUNCTION case_pending(about uuid) RETURNS TABLE (kind text, id uuid, organisation_id uuid, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.* FROM (
    SELECT 'invitation', m.id, m.organisation_id, m.answer_by FROM case_member m WHERE m.case_id = about AND m.state = 'invited'
    UNION ALL
    SELECT 'handover', coalesce(o.handover_id, o.id), o.organisation_id, o.accept_by FROM offer o
      WHERE o.case_id = about AND o.state = 'pending'
    UNION ALL
    SELECT 'joining', t.id, t.other_organisation_id, t.answer_by FROM case_tie t
      WHERE t.case_id = about AND t.kind = 'joined' AND t.state = 'proposed') AS p (kind, id, organisation_id, until)
  WHERE owns_case(about)
$$;
COMMENT ON FUNCTION case_pending IS 'What others have yet to answer, for the owner. An offer of an owned case is a handover.';

CREATE FUNCTION case_now(about uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH RECURSIVE went AS (
    SELECT c.id, c.joined_into, 0 AS steps FROM cases c WHERE c.id = about
    UNION ALL
    SELECT c.id, c.joined_into, went.steps + 1 FROM went JOIN cases c ON c.id = went.joined_into)
  SELECT id FROM went ORDER BY steps DESC LIMIT 1
$$;
COMMENT ON FUNCTION case_now IS 'The case that goes on in place of one that was joined into others; the same when it was not.';

-- Both cases are locked in the order of their ids, so that two who join at once don't wait for each other.
CREATE FUNCTION lock_tie(tie uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  t case_tie;
BEGIN
  SELECT * INTO t FROM case_tie WHERE id = tie AND kind = 'joined' AND owns_case(other_case_id);
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  PERFORM FROM cases WHERE id IN (t.case_id, t.other_case_id) ORDER BY id FOR UPDATE;
  RETURN (SELECT jsonb_build_object('state', c.state, 'owner', c.owner_organisation_id, 'deadline_at', c.deadline_at,
    'deadline_kind', c.deadline_kind, 'joined_into', c.joined_into,
    'kinds', (SELECT coalesce(jsonb_agg(DISTINCT i.kind), '[]') FROM case_item i WHERE i.case_id = c.id AND i.state = 'open'),
    'handover', EXISTS (SELECT FROM offer o WHERE o.case_id = c.id AND o.state = 'pending'))
    FROM cases c WHERE c.id = t.case_id);
END $$;

CREATE FUNCTION join_case(tie uuid, moment timestamptz, until timestamptz) RETURNS uuid[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  t case_tie;
  own uuid[];
  others uuid[];
  items uuid[];
BEGIN
  SELECT * INTO t FROM case_tie WHERE id = tie AND kind = 'joined' AND state = 'proposed' AND owns_case(other_case_id) FOR UPDATE;
  IF NOT FOUND OR NOT EXISTS (SELECT FROM cases c WHERE c.id = t.case_id AND c.owner_organisation_id = t.organisation_id
    AND c.state <> 'closed') THEN
    RAISE insufficient_privilege USING MESSAGE = 'Nothing that may be joined.';
  END IF;
  WITH went AS (UPDATE call SET joined_case_id = t.other_case_id WHERE joined_case_id = t.case_id RETURNING id)
    SELECT coalesce(array_agg(id), '{}') INTO others FROM went;
  WITH went AS (UPDATE call SET joined_case_id = t.other_case_id
      WHERE case_id = t.case_id AND joined_case_id IS NULL RETURNING id)
    SELECT coalesce(array_agg(id), '{}') INTO own FROM went;
  UPDATE trace SET about_case_id = t.other_case_id WHERE call_id = ANY (own || others) AND about_case_id = t.case_id;
  WITH ended AS (UPDATE case_item SET state = 'cancelled', ended_at = moment, ended_by = me(), version = version + 1,
      ended_facts = jsonb_build_object('joined_into', t.other_case_id)
    WHERE case_id = t.case_id AND state = 'open' RETURNING id)
    SELECT coalesce(array_agg(id ORDER BY id), '{}') INTO items FROM ended;
  UPDATE case_member SET state = 'withdrawn', reason = 'other', answered_at = moment, ended_at = moment, version = version + 1
    WHERE case_id = t.case_id AND state = 'invited';
  UPDATE case_tie SET state = 'done', answered_at = moment, reversible_until = until, version = version + 1,
    before = (SELECT jsonb_build_object('state', c.state, 'deadline_at', c.deadline_at, 'deadline_kind', c.deadline_kind)
      FROM cases c WHERE c.id = t.case_id),
    moved = jsonb_build_object('own', own, 'joined', others)
    WHERE id = tie;
  UPDATE cases SET state = 'closed', closed_at = moment, joined_into = t.other_case_id, deadline_at = NULL, deadline_kind = NULL,
    next_climb_at = NULL, climbed = 0, version = version + 1 WHERE id = t.case_id;
  RETURN items;
END $$;
COMMENT ON FUNCTION join_case IS 'A case ends in another that the asker owns, as its own owner proposed; the items to take over.';

CREATE FUNCTION unjoin_case(tie uuid, moment timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  t case_tie;
BEGIN
  SELECT * INTO t FROM case_tie WHERE id = tie AND kind = 'joined' AND state = 'done' AND owns_case(other_case_id)
    AND moment <= reversible_until FOR UPDATE;
  IF NOT FOUND THEN
    RAISE insufficient_privilege USING MESSAGE = 'Nothing that may be undone.';
  END IF;
  UPDATE cases SET state = t.before ->> 'state', closed_at = NULL, joined_into = NULL, climbed = 0, version = version + 1,
    deadline_at = (t.before ->> 'deadline_at')::timestamptz, next_climb_at = (t.before ->> 'deadline_at')::timestamptz,
    deadline_kind = t.before ->> 'deadline_kind'
    WHERE id = t.case_id AND joined_into = t.other_case_id;
  UPDATE trace SET about_case_id = t.case_id WHERE about_case_id = t.other_case_id
    AND call_id::text IN (SELECT jsonb_array_elements_text(t.moved -> 'own' || (t.moved -> 'joined')));
  UPDATE call SET joined_case_id = NULL WHERE joined_case_id = t.other_case_id AND case_id = t.case_id
    AND id::text IN (SELECT jsonb_array_elements_text(t.moved -> 'own'));
  UPDATE call SET joined_case_id = t.case_id WHERE joined_case_id = t.other_case_id
    AND id::text IN (SELECT jsonb_array_elements_text(t.moved -> 'joined'));
  -- What was done in the meantime is done; what is still open goes back.
  WITH went AS (SELECT (one ->> 'from')::uuid AS source, (one ->> 'to')::uuid AS copy
      FROM jsonb_array_elements(coalesce(t.moved -> 'items', '[]')) AS one),
    back AS (UPDATE case_item i SET state = 'cancelled', ended_at = moment, ended_by = me(), version = i.version + 1,
        ended_facts = jsonb_build_object('back_to', t.case_id)
      FROM went WHERE i.id = went.copy AND i.case_id = t.other_case_id AND i.state = 'open' RETURNING went.source)
    UPDATE case_item i SET state = 'open', ended_at = NULL, ended_by = NULL, ended_facts = '{}', version = i.version + 1
      FROM back WHERE i.id = back.source AND i.case_id = t.case_id AND i.state = 'cancelled';
  UPDATE case_tie SET state = 'undone', undone_at = moment, version = version + 1 WHERE id = tie;
END $$;
COMMENT ON FUNCTION unjoin_case IS 'Both go on as they were; what was done in the meantime stays done.';

REVOKE ALL ON FUNCTION owns_what_it_joined(uuid), case_pending(uuid), case_now(uuid), lock_tie(uuid),
  join_case(uuid, timestamptz, timestamptz), unjoin_case(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION owns_what_it_joined(uuid), case_pending(uuid), case_now(uuid), lock_tie(uuid),
  join_case(uuid, timestamptz, timestamptz), unjoin_case(uuid, timestamptz) TO nodus_app;
"""

DOWN = """
DO $$
DECLARE
  guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['cases', 'contact', 'goal', 'aftercare_check', 'obligation', 'case_item', 'case_line',
    'case_member', 'vault_key'] LOOP
    EXECUTE format('DROP POLICY joined ON %I', guarded);
  END LOOP;
END $$;
DROP FUNCTION unjoin_case(uuid, timestamptz);
DROP FUNCTION join_case(uuid, timestamptz, timestamptz);
DROP FUNCTION lock_tie(uuid);
DROP FUNCTION case_now(uuid);
DROP FUNCTION case_pending(uuid);
DROP FUNCTION owns_what_it_joined(uuid);
DROP TABLE case_tie;
ALTER TABLE cases DROP CONSTRAINT what_is_joined_is_closed;
ALTER TABLE cases DROP COLUMN joined_into, DROP COLUMN split_from;
DROP INDEX case_item_told;
DELETE FROM obligation WHERE kind = 'still_worried';
ALTER TABLE obligation DROP CONSTRAINT obligation_kind_check;
ALTER TABLE obligation ADD CONSTRAINT obligation_kind_check CHECK (kind IN ('feedback', 'inform_person', 'evaluation'));
"""


def upgrade() -> None:
    """Nothing that there is changes: who has a case already is not asked to ask its caller again."""
    carry_out(TABLES + READING + FUNCTIONS)


def downgrade() -> None:
    """What was joined stays closed, and no longer says where it went; that a caller must be asked again is forgotten."""
    carry_out(DOWN)
