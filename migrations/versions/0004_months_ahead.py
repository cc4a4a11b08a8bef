"""Months made ahead, whatever lies in the default partition; who declined passes a case on only while declining."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# A month that has come before its partition has its rows in the default one: they move, under a lock on that table alone.
MONTHS = """
CREATE OR REPLACE PROCEDURE ensure_partitions(parent text, from_month date, months int) LANGUAGE plpgsql AS $$
DECLARE
  month date;
  name text;
  first uuid;
  beyond uuid;
BEGIN
  FOR i IN 0 .. months - 1 LOOP
    month := (date_trunc('month', from_month) + make_interval(months => i))::date;
    name := parent || to_char(month, '_YYYY_MM');
    CONTINUE WHEN to_regclass(quote_ident(name)) IS NOT NULL;
    first := first_id_at(month::timestamp AT TIME ZONE 'UTC');
    beyond := first_id_at((month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name, parent);
    EXECUTE format('WITH moved AS (DELETE FROM %I WHERE id >= %L AND id < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
      parent || '_default', first, beyond, name);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, name, first, beyond);
  END LOOP;
END $$
"""
MONTHS_BEFORE = """
CREATE OR REPLACE PROCEDURE ensure_partitions(parent text, from_month date, months int) LANGUAGE plpgsql AS $$
DECLARE
  month date;
BEGIN
  FOR i IN 0 .. months - 1 LOOP
    month := (date_trunc('month', from_month) + make_interval(months => i))::date;
    EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
      parent || to_char(month, '_YYYY_MM'), parent,
      first_id_at(month::timestamp AT TIME ZONE 'UTC'),
      first_id_at((month + interval '1 month')::timestamp AT TIME ZONE 'UTC'));
  END LOOP;
END $$
"""
WAS_ASKED = """
CREATE OR REPLACE FUNCTION was_asked(about uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT FROM offer WHERE case_id = about AND organisation_id = me(){only}) $$
"""
# The row's own version was written by the transaction that is running.
ONLY_NOW = " AND state = 'declined' AND offer.xmin = pg_current_xact_id()::xid"


def upgrade() -> None:
    """Replace both; no row is touched."""
    op.execute(MONTHS)
    op.execute(WAS_ASKED.format(only=ONLY_NOW))


def downgrade() -> None:
    """As they were."""
    op.execute(MONTHS_BEFORE)
    op.execute(WAS_ASKED.format(only=""))
