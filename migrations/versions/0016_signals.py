"""Traces of calls as keyed hashes, what they tell together, and calls that join a case."""

from migrations.script import carry_out

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

UP = """
-- Not partitioned: a look-up goes to a hash, and would have to go to it in every month.
CREATE TABLE trace (
  hash bytea NOT NULL CHECK (length(hash) = 16),
  at timestamptz NOT NULL,
  call_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('address', 'person', 'phone')),
  sure boolean NOT NULL,
  about_case_id uuid,
  organisation_id uuid NOT NULL,
  municipality_code text,
  urgency text NOT NULL,
  PRIMARY KEY (hash, at, call_id) INCLUDE (sure, about_case_id, organisation_id, municipality_code, urgency)
);
CREATE INDEX trace_by_call ON trace (call_id);
COMMENT ON TABLE trace IS 'What calls can be recognised by, as keyed hashes only. It goes when the key of its call is destroyed.';
COMMENT ON COLUMN trace.about_case_id IS 'The case that the call opened or joined.';

CREATE TABLE signal_due (
  call_id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL,
  at timestamptz NOT NULL
);
COMMENT ON TABLE signal_due IS 'Calls that have ended and were not yet looked at for early signals.';

CREATE TABLE signal_thread (
  hash bytea PRIMARY KEY CHECK (length(hash) = 16),
  thread_id uuid NOT NULL
);
CREATE INDEX signal_thread_by_thread ON signal_thread (thread_id);
COMMENT ON TABLE signal_thread IS 'Hashes that were found to be about one person, or one address.';

CREATE TABLE early_signal (
  id uuid PRIMARY KEY,
  rule text NOT NULL,
  thread_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('address', 'person')),
  state text NOT NULL CHECK (state IN ('raised', 'acknowledged', 'dismissed', 'ended')),
  organisation_ids uuid[] NOT NULL,
  municipality_code text,
  involved uuid[] NOT NULL,
  case_ids uuid[] NOT NULL,
  raised_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  times int NOT NULL,
  facts jsonb NOT NULL,
  acknowledged_at timestamptz,
  ended_at timestamptz,
  quiet_until timestamptz,
  reason text,
  led_to_help text CHECK (led_to_help IN ('yes', 'no', 'unknown')),
  what text,
  version int NOT NULL,
  CHECK ((state IN ('dismissed', 'ended')) = (ended_at IS NOT NULL)),
  CHECK ((state = 'dismissed') = (reason IS NOT NULL)),
  CHECK ((state = 'ended') = (led_to_help IS NOT NULL))
);
CREATE UNIQUE INDEX one_open_signal ON early_signal (rule, thread_id) WHERE state IN ('raised', 'acknowledged');
CREATE INDEX early_signal_ended ON early_signal (thread_id, rule, ended_at);
CREATE INDEX early_signal_told ON early_signal USING gin (organisation_ids);
COMMENT ON COLUMN early_signal.organisation_ids IS 'Who coordinates in the municipality, and was told.';
COMMENT ON COLUMN early_signal.involved IS 'Whose calls and cases it is made of.';

CREATE TABLE early_signal_act (
  id uuid PRIMARY KEY,
  signal_id uuid NOT NULL REFERENCES early_signal,
  at timestamptz NOT NULL,
  organisation_id uuid,
  key_id uuid,
  act text NOT NULL CHECK (act IN ('raised', 'again', 'acknowledged', 'dismissed', 'outcome')),
  code text
);
CREATE INDEX early_signal_act_by_signal ON early_signal_act (signal_id, id);

CREATE TABLE earlier_look (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL,
  organisation_id uuid NOT NULL,
  key_id uuid NOT NULL,
  kinds text[] NOT NULL,
  found int NOT NULL
);
CREATE INDEX earlier_look_by_key ON earlier_look (key_id, at);
COMMENT ON TABLE earlier_look IS 'Who asked for earlier calls, when and by what kind of mark; never by which.';

DO $$
DECLARE
  guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['trace', 'signal_due', 'early_signal', 'early_signal_act', 'earlier_look'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('CREATE POLICY worker ON %I TO nodus_worker USING (true) WITH CHECK (true)', guarded);
  END LOOP;
END $$;
CREATE POLICY read ON trace FOR SELECT TO nodus_app USING (organisation_id = me() OR EXISTS (
  SELECT FROM cases c WHERE c.id = about_case_id AND c.owner_organisation_id = me()));
CREATE POLICY leave ON trace FOR INSERT TO nodus_app WITH CHECK (organisation_id = me());
CREATE POLICY change ON trace FOR UPDATE TO nodus_app USING (organisation_id = me());
CREATE POLICY own ON signal_due FOR INSERT TO nodus_app WITH CHECK (organisation_id = me());
CREATE POLICY own ON earlier_look TO nodus_app USING (organisation_id = me());
CREATE POLICY told ON early_signal TO nodus_app USING (organisation_ids @> ARRAY[me()]);
CREATE POLICY read ON early_signal_act FOR SELECT TO nodus_app
  USING (EXISTS (SELECT FROM early_signal s WHERE s.id = signal_id));
CREATE POLICY write ON early_signal_act FOR INSERT TO nodus_app WITH CHECK (organisation_id = me());
GRANT SELECT, INSERT ON trace, earlier_look, early_signal_act TO nodus_app;
GRANT UPDATE (about_case_id) ON trace TO nodus_app;
GRANT INSERT ON signal_due TO nodus_app;
GRANT SELECT ON early_signal TO nodus_app;
GRANT UPDATE (state, acknowledged_at, ended_at, quiet_until, reason, led_to_help, what, version) ON early_signal TO nodus_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON trace, signal_due, signal_thread, early_signal TO nodus_worker;
GRANT SELECT, INSERT ON early_signal_act, earlier_look TO nodus_worker;

-- What other organisations know is told as counts: row-level security keeps the rows themselves closed. The asker must hold
-- the hashes, which only the program can make, out of what a caller told.
CREATE FUNCTION earlier_calls(hashes bytea[], kinds text[], sures boolean[], until timestamptz, today timestamptz,
  recent interval, longest interval)
RETURNS TABLE (kind text, sure boolean, recently bigint, in_all bigint, same_day bigint, last_at timestamptz,
  urgencies text[], municipality_codes text[], open_case_id uuid, ours bigint, others uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH found AS (
    SELECT DISTINCT ON (a.kind, t.call_id) a.kind, a.sure, t.*
    FROM unnest(hashes, kinds, sures) AS a (hash, kind, sure) CROSS JOIN LATERAL (
      SELECT call_id, at, about_case_id, organisation_id, municipality_code, urgency
      FROM trace WHERE trace.hash = a.hash AND trace.at > until - longest AND trace.at <= until OFFSET 0) t
    ORDER BY a.kind, t.call_id, a.sure DESC),
  told AS (
    SELECT f.*, CASE WHEN c.state <> 'closed' THEN c.id END AS open_id,
      coalesce(c.owner_organisation_id, f.organisation_id) AS knows
    FROM found f LEFT JOIN cases c ON c.id = f.about_case_id)
  SELECT t.kind, t.sure, count(*) FILTER (WHERE t.at > until - recent), count(*), count(*) FILTER (WHERE t.at >= today),
    max(t.at),
    coalesce(array_agg(t.urgency ORDER BY t.at, t.call_id) FILTER (WHERE t.at > until - recent), '{}'),
    coalesce(array_agg(DISTINCT t.municipality_code) FILTER (WHERE t.municipality_code IS NOT NULL), '{}'),
    (array_agg(t.open_id ORDER BY t.at DESC) FILTER (WHERE t.open_id IS NOT NULL))[1],
    count(*) FILTER (WHERE t.organisation_id = me()),
    coalesce(array_agg(DISTINCT t.knows) FILTER (WHERE t.knows <> me()), '{}')
  FROM told t GROUP BY t.kind, t.sure
$$;

-- A call may join a case that its operator can't see: it becomes known to its owner, and nothing of the case to the operator.
CREATE FUNCTION touch_case(about uuid)
RETURNS TABLE (id uuid, reference text, state text, urgency text, version int, intake_organisation_id uuid,
  owner_organisation_id uuid, asked_organisation_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public AS $$
  UPDATE cases c SET version = c.version + 1 WHERE c.id = about
  RETURNING c.id, c.reference, c.state, c.urgency, c.version, c.intake_organisation_id, c.owner_organisation_id,
    (SELECT o.organisation_id FROM offer o WHERE o.case_id = about AND o.state = 'pending')
$$;

CREATE FUNCTION early_signal_figures()
RETURNS TABLE (rule text, municipality_code text, ours boolean, state text, reason text, led_to_help text, count bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT s.rule, s.municipality_code, s.organisation_ids @> ARRAY[me()], s.state, s.reason, s.led_to_help, count(*)
  FROM early_signal s GROUP BY 1, 2, 3, 4, 5, 6
$$;
DO $$
DECLARE
  named text;
BEGIN
  FOREACH named IN ARRAY ARRAY['touch_case(uuid)', 'early_signal_figures()',
    'earlier_calls(bytea[], text[], boolean[], timestamptz, timestamptz, interval, interval)'] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', named);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO nodus_app, nodus_worker', named);
  END LOOP;
END $$;
"""

DOWN = """
DROP FUNCTION early_signal_figures();
DROP FUNCTION touch_case(uuid);
DROP FUNCTION earlier_calls(bytea[], text[], boolean[], timestamptz, timestamptz, interval, interval);
DROP TABLE earlier_look, early_signal_act, early_signal, signal_thread, signal_due, trace;
"""


def upgrade() -> None:
    """Empty: calls of before leave no traces."""
    carry_out(UP)


def downgrade() -> None:
    """Repeats go unseen again; what was joined stays joined."""
    carry_out(DOWN)
