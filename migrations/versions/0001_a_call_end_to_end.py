"""A call, end to end: the first schema. Its text is the SQL file beside this one."""

from pathlib import Path

from migrations.script import carry_out

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCRIPT = Path(__file__).with_suffix(".sql")


def upgrade() -> None:
    """Make everything."""
    carry_out(SCRIPT.read_text())


def downgrade() -> None:
    """Drop everything that this migration made; the roles belong to the whole cluster and stay."""
    carry_out("""
        DO $$
        DECLARE
          found record;
        BEGIN
          FOR found IN SELECT c.oid::regclass AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'alembic_version'
          LOOP
            EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', found.name);
          END LOOP;
        END $$;
        DROP PROCEDURE ensure_partitions(text, date, int);
        DROP FUNCTION first_id_at(timestamptz);
        DROP FUNCTION was_asked(uuid);
        DROP FUNCTION me();
        REVOKE ALL ON alembic_version FROM nodus_gate, nodus_app, nodus_worker;
        REVOKE USAGE ON SCHEMA public FROM nodus_gate, nodus_app, nodus_worker;
    """)
