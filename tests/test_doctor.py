"""What `nodus doctor` finds in a database that is in order, and in one that is not."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from app import doctor
from app.accounts.service import people
from app.core import clock, embedded, migrations
from app.core.actor import WORKER
from app.core.db import Database
from app.core.ids import new_id
from app.core.settings import Settings
from app.core.work import begin
from tests.conftest import as_owner, settings_for
from tests.makers import AMSTERDAM_DESK

ABOUT = [
    "master key", "protocols", "police channel", "database", "login", "clock", "partitions", "coverage", "delivery",
    "endpoints", "callbacks", "telephony", "mail", "invariants", "left lying", "auditor",
    "accounts",
]  # fmt: skip
# One endpoint of Amsterdam's desk, and one event that it has not received.
WAITING = """
    WITH known AS (INSERT INTO recipient_counter (recipient_id, last) VALUES ($1, 1)),
      happened AS (
        INSERT INTO event (recipient_id, number, id, type, recorded_at, body) VALUES ($1, 1, $2, 'nl.nodus.test', $3, ''))
    INSERT INTO webhook_endpoint (id, organisation_id, url, types, state, next_attempt_at, created_at, verified_at)
      VALUES ($2, $1, 'https://example.nl', '{}', 'active', $3, $3, $3)"""


async def found(settings: Settings) -> dict[str, doctor.Finding]:
    """The findings, by what they are about."""
    return {finding.about: finding for finding in await doctor.examine(settings)}


def wrong(findings: dict[str, doctor.Finding]) -> list[str]:
    """What is not in order."""
    return [about for about, finding in findings.items() if not finding.well]


@pytest.fixture
def settings(fresh_url: str) -> Settings:
    """Settings of an installation that is in order."""
    return settings_for(fresh_url)


async def test_everything_in_order_is_said_line_by_line(settings: Settings) -> None:
    """Somebody reads this before going live: every look is there, and none is only "fine"."""
    findings = await found(settings)
    assert (list(findings), wrong(findings)) == (ABOUT, [])
    assert all(len(finding.sentence) > 10 for finding in findings.values())
    assert "342 municipalities" in findings["coverage"].sentence


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "NODUS_DATABASE_URL"),
        ("somewhere", "NODUS_DATABASE_URL"),
        ("postgresql://nobody@127.0.0.1:1/none", "does not answer"),
    ],
)
async def test_without_a_database_the_rest_is_not_guessed(url: str, says: str) -> None:
    """Not set, mistyped, or away: a sentence that says so and no trace, since this is the moment when it is run."""
    findings = await found(settings_for(url))
    assert (list(findings), wrong(findings)) == (ABOUT[:4], ["database"])
    assert says in findings["database"].sentence


async def test_a_database_that_is_not_ours_is_told_apart(cluster: embedded.Embedded) -> None:
    """No such database, no such login, nothing of ours in it: found before a call is lost in it."""
    for url in (
        cluster.url_of("nowhere", embedded.LOGIN),
        cluster.url_of(embedded.NAME, "stranger"),
        cluster.url_of("postgres", embedded.LOGIN),
    ):
        findings = await found(settings_for(url))
        assert (wrong(findings), "nodus migrate" in findings["database"].sentence) == (["database"], True)


async def test_a_master_key_that_is_none_is_found(shared_url: str) -> None:
    """Without it nothing can be stored or read: not set, not base64, too short, each with the command that makes one."""
    for key in ("", "n\u00f8t base64!", "c2hvcnQ="):
        finding = (await found(settings_for(shared_url, master_key=key)))["master key"]
        assert (finding.well, "openssl" in finding.sentence) == (False, True)


async def test_a_login_that_may_see_everything_is_found(shared_url: str) -> None:
    """As the owner row-level security does not hold: one forgotten condition would show everybody's cases."""
    assert "login" in wrong(await found(settings_for(as_owner(shared_url))))


async def test_missing_months_are_found_and_migrate_makes_them(settings: Settings, owner: asyncpg.Connection) -> None:
    """What the finding advises must help: the months that the first structure made end one day."""
    month = await owner.fetchval("SELECT to_char(now() + interval '2 months', 'YYYY_MM')")
    for table in migrations.BY_MONTH:
        await owner.execute(f"DROP TABLE {table}_{month}")
        findings = await found(settings)
        assert (wrong(findings), f"{table}_{month}" in findings["partitions"].sentence) == (["partitions"], True)
    await asyncio.to_thread(migrations.upgrade, as_owner(settings.database_url))
    assert wrong(await found(settings)) == []


async def test_a_place_without_anybody_is_found_by_name(settings: Settings, owner: asyncpg.Connection) -> None:
    """Without the national desk there is nobody after the last: the municipalities that this leaves alone are named."""
    await owner.execute("DELETE FROM service_area WHERE municipality_code = 'GM0363'")
    assert wrong(await found(settings)) == []
    await owner.execute("UPDATE organisation SET ends_on = '2026-01-01' WHERE kind = 'hotline'")
    findings = await found(settings)
    assert (wrong(findings), "Amsterdam" in findings["coverage"].sentence) == (["coverage"], True)
    await owner.execute("TRUNCATE municipality CASCADE")
    assert "import the directory" in (await found(settings))["coverage"].sentence


async def test_events_that_wait_are_found(settings: Settings, owner: asyncpg.Connection) -> None:
    """A minute is life, three minutes are a receiver or a worker that is away."""
    at = clock.wall()
    await owner.execute(WAITING, AMSTERDAM_DESK, new_id(at), at - timedelta(minutes=1))
    assert wrong(await found(settings)) == []
    await owner.execute("UPDATE event SET recorded_at = $1", at - timedelta(minutes=3))
    findings = await found(settings)
    assert (wrong(findings), "waits since 18" in findings["delivery"].sentence) == (["delivery"], True)
    await owner.execute("UPDATE event SET pressing = true")
    await owner.execute("UPDATE webhook_endpoint SET state = 'paused', certificate_ends_at = now()")
    told = (await found(settings))["endpoints"]
    assert (told.well, "events late: 1" in told.sentence, "30 days: 1" in told.sentence) == (False, True, True)


async def test_what_can_not_be_looked_at_is_not_in_order(settings: Settings, owner: asyncpg.Connection) -> None:
    """One look that fails hides none of the others, and is never taken for "fine"."""
    await owner.execute("DROP TABLE shift CASCADE")
    findings = await found(settings)
    assert (list(findings), wrong(findings)) == (ABOUT, ["coverage"])
    assert "could not be looked at" in findings["coverage"].sentence
    await owner.execute("UPDATE alembic_version SET version_num = '0001'")
    findings = await found(settings)
    assert (list(findings), wrong(findings)) == (ABOUT[:4], ["database"])


async def test_an_administrator_without_a_code_is_named(settings: Settings) -> None:
    """Whoever guesses one password would keep the directory, and everybody's accounts."""
    database = Database(settings.database_url, settings)
    async with begin(database, WORKER) as work:
        people.make(work, organisation=AMSTERDAM_DESK, role="administrator", login="ad.beheer", name="Ad Beheer")
        people.make(work, organisation=AMSTERDAM_DESK, role="desk", login="jip", name="Jip")
    await database.close()
    findings = await found(settings)
    assert wrong(findings) == ["accounts"]
    assert "ad.beheer" in findings["accounts"].sentence
    assert "jip" not in findings["accounts"].sentence
