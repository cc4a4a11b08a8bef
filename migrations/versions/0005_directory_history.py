"""The directory remembers: what it said at any moment, and who changed it; each organisation keeps its own entries."""

from alembic import op

from migrations.script import carry_out

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEPT = ("municipality", "postcode", "organisation", "service", "service_area", "roster", "shift")
OWNED = {
    "organisation": "id = me()",
    "service": "organisation_id = me()",
    "service_area": "EXISTS (SELECT FROM service s WHERE s.id = service_id AND s.organisation_id = me())",
    "roster": "EXISTS (SELECT FROM service s WHERE s.id = service_id AND s.organisation_id = me())",
    "shift": (
        "EXISTS (SELECT FROM roster r JOIN service s ON s.id = r.service_id"
        " WHERE r.number = roster_number AND s.organisation_id = me())"
    ),
}
COMMON = """
CREATE FUNCTION moment() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT coalesce(nullif(current_setting('nodus.at', true), '')::timestamptz, now()) $$;
COMMENT ON FUNCTION moment() IS 'The moment of the work that this transaction does: the clock of the domain.';
CREATE FUNCTION my_key() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('nodus.key', true), '')::uuid $$;
CREATE FUNCTION everywhere() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce(current_setting('nodus.everywhere', true), '') = 'on' $$;
COMMENT ON FUNCTION everywhere() IS 'Whether this transaction may change the entries of every organisation: an administrator''s.';

CREATE TABLE directory_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entity text NOT NULL,
  recorded tstzrange NOT NULL,
  recorded_by uuid,
  ended_by uuid,
  told jsonb NOT NULL
);
CREATE INDEX directory_history_by_moment ON directory_history USING gist (recorded);
CREATE INDEX directory_history_by_id ON directory_history (entity, (told ->> 'id')) WHERE told ? 'id';
COMMENT ON TABLE directory_history IS 'What the directory said before: a row as it was, from when until when, and by which keys.';

-- Rows that are changed or go are kept as they were. What changes nothing leaves no trace.
CREATE FUNCTION remember() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  at timestamptz := moment();
BEGIN
  IF TG_OP = 'UPDATE' THEN
    NEW.recorded_at := OLD.recorded_at;
    NEW.recorded_by := OLD.recorded_by;
    IF NEW IS NOT DISTINCT FROM OLD THEN
      RETURN NULL;
    END IF;
  END IF;
  IF at > OLD.recorded_at THEN
    INSERT INTO directory_history (entity, recorded, recorded_by, ended_by, told)
    VALUES (TG_TABLE_NAME, tstzrange(OLD.recorded_at, at), OLD.recorded_by, my_key(), to_jsonb(OLD));
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  NEW.recorded_at := greatest(at, OLD.recorded_at);
  NEW.recorded_by := my_key();
  RETURN NEW;
END $$;

-- Once a transaction; whoever decides stores with the decision which version of the directory it knew.
CREATE FUNCTION number_directory() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  UPDATE directory_version SET number = number + 1, changed_at = moment() WHERE xmin <> pg_current_xact_id()::xid;
  RETURN NULL;
END $$;
GRANT SELECT ON directory_history TO nodus_app, nodus_worker;
"""
EACH = """
ALTER TABLE {table} ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT moment(), ADD COLUMN recorded_by uuid DEFAULT my_key();
CREATE TRIGGER remembers BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION remember();
CREATE TRIGGER numbers AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION number_directory();
CREATE FUNCTION {table}_as_known(known timestamptz) RETURNS SETOF {table} LANGUAGE sql STABLE AS $$
  SELECT * FROM {table} t WHERE t.recorded_at <= known
  UNION ALL
  SELECT (jsonb_populate_record(NULL::{table}, h.told)).* FROM directory_history h
  WHERE h.entity = '{table}' AND h.recorded @> known
$$;
"""
OWN = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON {table} FOR SELECT USING (true);
CREATE POLICY worker ON {table} TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY own ON {table} TO nodus_app USING (everywhere() OR {mine}) WITH CHECK (everywhere() OR {mine});
GRANT INSERT, UPDATE, DELETE ON {table} TO nodus_app;
"""


def upgrade() -> None:
    """History, the version number, and who may change what; a default rewrites each of these small tables once."""
    carry_out(COMMON)
    carry_out("".join(EACH.format(table=table) for table in KEPT))
    carry_out("".join(OWN.format(table=table, mine=mine) for table, mine in OWNED.items()))
    op.execute("GRANT USAGE ON SEQUENCE roster_number_seq TO nodus_app")
    for table in ("organisation", "service"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN version int NOT NULL DEFAULT 1")


def downgrade() -> None:
    """The directory forgets what it said before; what it says now stays."""
    for table in ("organisation", "service"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN version")
    op.execute("REVOKE USAGE ON SEQUENCE roster_number_seq FROM nodus_app")
    for table in OWNED:
        for policy in ("own", "worker", "read"):
            op.execute(f"DROP POLICY {policy} ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM nodus_app")
    for table in KEPT:
        op.execute(f"DROP FUNCTION {table}_as_known(timestamptz)")
        op.execute(f"DROP TRIGGER numbers ON {table}")
        op.execute(f"DROP TRIGGER remembers ON {table}")
        op.execute(f"ALTER TABLE {table} DROP COLUMN recorded_at, DROP COLUMN recorded_by")
    op.execute("DROP TABLE directory_history")
    for function in ("number_directory()", "remember()", "everywhere()", "my_key()", "moment()"):
        op.execute(f"DROP FUNCTION {function}")
