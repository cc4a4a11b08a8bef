"""What must be covered, who closes whose gaps, and the gaps that are raised before they happen."""

from alembic import op

from migrations.script import carry_out

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE demand (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL REFERENCES organisation,
  line text NOT NULL CHECK (line IN ('crisis', 'urgent', 'normal', 'outreach')),
  scheme text NOT NULL CHECK (scheme IN ('country', 'municipality', 'safety_region', 'ggd_region', 'police_unit')),
  codes text[] NOT NULL,
  hours jsonb NOT NULL,
  valid daterange NOT NULL CHECK (NOT isempty(valid)),
  enough text NOT NULL CHECK (enough IN ('meldpunt', 'on_duty', 'contracted')),
  version int NOT NULL DEFAULT 1
);
COMMENT ON TABLE demand IS 'What must be covered: other hours are free by design. Where no demand speaks, the default holds.';

CREATE TABLE fallback (
  service_id uuid PRIMARY KEY REFERENCES service ON DELETE CASCADE,
  by_service_id uuid NOT NULL REFERENCES service ON DELETE CASCADE CHECK (by_service_id <> service_id),
  organisation_id uuid NOT NULL REFERENCES organisation,
  version int NOT NULL DEFAULT 1
);
COMMENT ON TABLE fallback IS 'The gaps of a service are closed by another one, where that is contracted on the same line.';

CREATE TABLE gap (
  id uuid PRIMARY KEY,
  line text NOT NULL,
  municipality_codes text[] NOT NULL,
  organisation_ids uuid[] NOT NULL,
  span tstzrange NOT NULL CHECK (NOT isempty(span)),
  runs_on boolean NOT NULL,
  left_rung text NOT NULL,
  reason text NOT NULL,
  level smallint NOT NULL DEFAULT 0 CHECK (level BETWEEN 0 AND 2),
  told uuid[] NOT NULL,
  found_at timestamptz NOT NULL,
  next_at timestamptz NOT NULL,
  acknowledgement text CHECK (acknowledgement IN ('being_filled', 'covered_otherwise', 'risk_accepted')),
  acknowledged_by uuid,
  acknowledged_at timestamptz,
  cleared_at timestamptz,
  closed_by text CHECK (closed_by IN ('filled', 'fallback', 'not_asked', 'changed', 'passed')),
  version int NOT NULL DEFAULT 1,
  CHECK ((cleared_at IS NULL) = (closed_by IS NULL)),
  CHECK ((acknowledged_at IS NULL) = (acknowledgement IS NULL))
);
CREATE INDEX gap_due ON gap (next_at) WHERE cleared_at IS NULL;
COMMENT ON COLUMN gap.organisation_ids IS 'Whose roster or desk it is; the national desks when nobody is contracted at all.';

CREATE TABLE coverage_look (
  sole boolean PRIMARY KEY DEFAULT true CHECK (sole),
  directory_version bigint,
  next_at timestamptz NOT NULL DEFAULT 'epoch',
  summarised_on date
);
INSERT INTO coverage_look DEFAULT VALUES;
COMMENT ON TABLE coverage_look IS 'When was looked for gaps, and when summaries went out: one row, locked by whoever does.';

CREATE FUNCTION watches_over_all() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT FROM service WHERE kind = 'national_desk' AND organisation_id = me()) $$;
COMMENT ON FUNCTION watches_over_all() IS 'Whether this transaction is a national desk''s, which hears of every gap.';
ALTER TABLE gap ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON gap TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY concerned ON gap FOR SELECT TO nodus_app
  USING (everywhere() OR me() = ANY (organisation_ids) OR watches_over_all());
CREATE POLICY responsible ON gap FOR UPDATE TO nodus_app
  USING (everywhere() OR me() = ANY (organisation_ids) OR watches_over_all());
GRANT SELECT ON gap TO nodus_app;
GRANT UPDATE (acknowledgement, acknowledged_by, acknowledged_at, version) ON gap TO nodus_app;
GRANT SELECT, INSERT, UPDATE ON gap TO nodus_worker;
GRANT SELECT, UPDATE ON coverage_look TO nodus_worker;
"""
# Both are kept and remembered as the directory is: a change makes a new version of it, and so a new look for gaps.
KEPT = """
ALTER TABLE {table} ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT moment(), ADD COLUMN recorded_by uuid DEFAULT my_key();
CREATE TRIGGER remembers BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION remember();
CREATE TRIGGER numbers AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION number_directory();
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON {table} FOR SELECT USING (true);
CREATE POLICY worker ON {table} TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY own ON {table} TO nodus_app USING (everywhere() OR organisation_id = me())
  WITH CHECK (everywhere() OR organisation_id = me());
GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO nodus_app, nodus_worker;
"""


def upgrade() -> None:
    """Four tables, empty: the default demand holds, and the first look finds what there is."""
    carry_out(TABLES)
    carry_out("".join(KEPT.format(table=table) for table in ("demand", "fallback")))


def downgrade() -> None:
    """Nobody hears of gaps any more; what was demanded is forgotten."""
    for table in ("coverage_look", "gap", "fallback", "demand"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION watches_over_all()")
