"""The structure of the database, forth and back."""

import asyncio

import asyncpg
import pytest

from app.core import embedded, migrations
from tests.conftest import copy_of

STRUCTURE = """
  SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relkind IN ('r', 'p') ORDER BY 1, 2"""
RULES = """
  SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"""
POLICIES = "SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2"


@pytest.fixture
def of_its_own(cluster: embedded.Embedded) -> str:
    """A migrated database that nobody else uses, as its owner."""
    return cluster.url_of(copy_of(cluster), "postgres")


async def _everything(url: str) -> list[list[tuple[object, ...]]]:
    connection = await asyncpg.connect(url)
    try:
        return [[tuple(row) for row in await connection.fetch(asked)] for asked in (STRUCTURE, RULES, POLICIES)]
    finally:
        await connection.close()


async def test_taken_back_and_brought_forward_again_it_is_the_same(of_its_own: str) -> None:
    """Step by step to nothing, and to the head in one go: no column, rule or policy is lost, none is left."""
    before = await _everything(of_its_own)
    assert len(before[2]) > 20
    await asyncio.to_thread(migrations.downgrade, of_its_own, "-1")
    await asyncio.to_thread(migrations.downgrade, of_its_own, "base")
    tables = {row[0] for row in (await _everything(of_its_own))[0]}
    assert tables == {"alembic_version"}
    await asyncio.to_thread(migrations.upgrade, of_its_own)
    assert await _everything(of_its_own) == before


async def test_migrating_makes_the_months_ahead(of_its_own: str) -> None:
    """Two years from now nobody remembers the tables by month; what had to lie in the default one meanwhile moves to its own."""
    connection = await asyncpg.connect(of_its_own)
    try:
        month = await connection.fetchval("SELECT to_char(now() + interval '23 months', 'YYYY_MM')")
        await connection.execute(f"DROP TABLE access_log_{month}")
        late = "SELECT first_id_at(now() + interval '23 months')"
        await connection.execute(f"""INSERT INTO access_log (id, at, organisation_id, role, action, case_id, what, purpose)
            VALUES (({late}), now(), gen_random_uuid(), 'desk', 'read', gen_random_uuid(), 'a call', 'triage')""")
        assert await connection.fetchval("SELECT count(*) FROM access_log_default") == 1
        await asyncio.to_thread(migrations.upgrade, of_its_own)
        assert await connection.fetchval("SELECT count(*) FROM access_log_default") == 0
        assert await connection.fetchval("SELECT count(*) FROM access_log") == 1
        for table in ("call", "event", "access_log", "webhook_attempt"):
            assert await connection.fetchval("SELECT to_regclass($1)", f"{table}_{month}"), table
    finally:
        await connection.close()
