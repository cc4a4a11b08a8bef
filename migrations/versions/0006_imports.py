"""Files of others become the directory: postcodes down to the house number, and what was imported when."""

from alembic import op

from migrations.script import carry_out

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE postcode6 (
  pc6 text PRIMARY KEY CHECK (pc6 ~ '^[1-9][0-9]{3}[A-Z]{2}$'),
  municipality_code text NOT NULL REFERENCES municipality
);
COMMENT ON TABLE postcode6 IS 'Postcodes that lie in one municipality. Not in the history: a decision keeps what it knew.';
CREATE TABLE postcode6_number (
  pc6 text NOT NULL CHECK (pc6 ~ '^[1-9][0-9]{3}[A-Z]{2}$'),
  house_number int NOT NULL CHECK (house_number > 0),
  municipality_code text NOT NULL REFERENCES municipality,
  PRIMARY KEY (pc6, house_number, municipality_code)
);
COMMENT ON TABLE postcode6_number IS 'Only postcodes that lie in several municipalities: which house number lies where.';
CREATE TABLE directory_import (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('municipalities', 'postcodes', 'boundaries')),
  format text NOT NULL,
  file_name text NOT NULL,
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  rows bigint NOT NULL,
  counts jsonb NOT NULL,
  effective_on date NOT NULL,
  at timestamptz NOT NULL,
  key_id uuid
);
CREATE INDEX directory_import_by_file ON directory_import (sha256);
COMMENT ON COLUMN directory_import.key_id IS 'The API key it came with; null when it was imported on the command line.';

CREATE TRIGGER numbers AFTER INSERT OR UPDATE OR DELETE ON postcode6
  FOR EACH STATEMENT EXECUTE FUNCTION number_directory();
CREATE TRIGGER numbers AFTER INSERT OR UPDATE OR DELETE ON postcode6_number
  FOR EACH STATEMENT EXECUTE FUNCTION number_directory();
GRANT SELECT ON postcode6, postcode6_number, directory_import TO nodus_app, nodus_worker;
GRANT INSERT, UPDATE, DELETE ON postcode6, postcode6_number TO nodus_worker, nodus_app;
GRANT INSERT ON directory_import TO nodus_worker, nodus_app;
GRANT INSERT, UPDATE, DELETE ON municipality, municipality_change, postcode TO nodus_app;
"""
# What belongs to no organisation: everybody reads it, an administrator changes it.
COMMON = ("municipality", "municipality_change", "postcode", "postcode6", "postcode6_number", "directory_import")
EVERYBODYS = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON {table} FOR SELECT USING (true);
CREATE POLICY worker ON {table} TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY administrator ON {table} TO nodus_app USING (everywhere()) WITH CHECK (everywhere());
"""


def upgrade() -> None:
    """Three new tables, and policies on three small ones; no row is touched."""
    carry_out(TABLES)
    carry_out("".join(EVERYBODYS.format(table=table) for table in COMMON))


def downgrade() -> None:
    """What was imported stays, down to the four digits of a postcode; house numbers are forgotten."""
    for table in COMMON[:3]:
        for policy in ("administrator", "worker", "read"):
            op.execute(f"DROP POLICY {policy} ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM nodus_app")
    for table in reversed(COMMON[3:]):
        op.execute(f"DROP TABLE {table}")
