"""What an organisation can do with somebody's case in the database itself, past all that the program looks at."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from app.core.db import Database
from tests.followup.following import REACHED
from tests.makers import HOTLINE, an_accepted_case
from tests.routing.handing import GGZ, OWNER, STRANGER, TEAM, Handing, a_handing

DENIED = asyncpg.InsufficientPrivilegeError
OF_A_CASE = ("contact", "goal", "aftercare_check", "obligation", "case_item")
TIE = """INSERT INTO case_tie (id, kind, case_id, other_case_id, organisation_id, other_organisation_id, state, reason, at, answer_by)
    VALUES ($1, 'joined', $2, $3, $4, $4, 'proposed', 'same_person', now(), now())"""
HANDOVER = """INSERT INTO handover (id, case_id, what, organisation_id, asked_at, reason, warm)
    VALUES ($1, $2, 'handover', $3, now(), 'other_expertise', false)"""
OFFERED = """INSERT INTO offer (id, case_id, handover_id, what, from_organisation_id, organisation_id, intake_organisation_id,
    written_by, rung, state, urgency, municipality_code, offered_at, accept_by, next_call_at)
    VALUES ($1, $2, $3, 'handover', $4, $5, $6, me(), 'chosen', 'pending', 'urgent', '0363', now(), now(), now())"""
DECISION = """INSERT INTO decision (id, case_id, at, rules, directory_version, inputs, lines, offered_to, accept_by, written_by)
    VALUES ($1, $2, now(), 'x', 1, '{}', '[]', $3, now(), $3)"""
ASSIGNED = """INSERT INTO offer (id, case_id, decision_id, organisation_id, intake_organisation_id,
    written_by, rung, state, urgency, municipality_code, offered_at, accept_by, next_call_at)
    VALUES ($1, $2, $3, $4, $4, $4, 'chosen', 'pending', 'urgent', '0363', now(), now(), now())"""
TAKES = [
    "owner_organisation_id = me()",
    "state = 'closed', closed_at = now(), deadline_at = NULL, deadline_kind = NULL, next_climb_at = NULL",
    "intake_organisation_id = me()",
    "reference = 'X'",
    "opened_at = now()",
    "coordinator = 'Ik', deputy = 'Ik'",
    "accepted_at = now() - interval '1 day'",
]


@asynccontextmanager
async def _as(raw: asyncpg.Connection, organisation: object) -> AsyncIterator[None]:
    """Whatever an organisation does; nothing of it stays."""
    tried = raw.transaction()
    await tried.start()
    try:
        await raw.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{organisation}'")
        await raw.execute("SELECT set_config('nodus.at', now()::text, true)")
        yield
    finally:
        await tried.rollback()


@pytest.fixture
async def handing(client: httpx.AsyncClient, database: Database) -> Handing:
    """A case on which everybody may have a part."""
    return await a_handing(client, database)


async def _told(handing: Handing) -> None:
    await handing.do("owner", "contacts", REACHED)
    await handing.do("owner", "goals", {"of": "person", "what": "Weer slapen."})
    await handing.do("owner", "notes", {"what": "Belt zelf terug."})


@pytest.mark.parametrize("taken", TAKES)
async def test_who_works_on_a_case_or_is_asked_does_not_take_it(handing: Handing, raw: asyncpg.Connection, taken: str) -> None:
    """Who has a case, who coordinates it there, and that it ends, is for its owner alone; an offer makes one owner of it."""
    await handing.join("team", TEAM)
    await handing.ask()
    asked = () if taken.startswith("owner") else (GGZ,)
    for other in (TEAM, HOTLINE, *asked):
        async with _as(raw, other):
            with pytest.raises(DENIED):
                await raw.execute(f"UPDATE cases SET {taken} WHERE id = $1", UUID(handing.case))


@pytest.mark.parametrize("column", ["joined_into", "split_from"])
async def test_who_took_a_case_in_does_not_join_it_into_its_own(
    client: httpx.AsyncClient, handing: Handing, raw: asyncpg.Connection, column: str
) -> None:
    """Whoever owns the case that goes on reads what is written in the one that was joined."""
    into = await an_accepted_case(client, handing.keys["operator"], handing.keys["owner"])
    for other in (HOTLINE, OWNER):
        async with _as(raw, other):
            with pytest.raises(DENIED):
                await raw.execute(f"UPDATE cases SET {column} = '{into}' WHERE id = $1", UUID(handing.case))


async def test_nobody_joins_a_case_that_its_owner_did_not_propose(
    client: httpx.AsyncClient, handing: Handing, raw: asyncpg.Connection
) -> None:
    """A tie between two cases of one's own, turned to somebody else's, would close that and let its words be read."""
    await handing.answer("ggz", await handing.ask())
    mine = [UUID(await an_accepted_case(client, handing.keys["operator"], handing.keys["owner"])) for _ in range(2)]
    tie = uuid4()
    async with _as(raw, OWNER):
        await raw.execute(TIE, tie, *mine, OWNER)
        with pytest.raises(DENIED):
            await raw.execute(
                "UPDATE case_tie SET case_id = $2, organisation_id = $3 WHERE id = $1", tie, UUID(handing.case), GGZ
            )


async def test_only_who_has_a_case_proposes_to_join_it(
    client: httpx.AsyncClient, handing: Handing, raw: asyncpg.Connection
) -> None:
    """What is tied is tied by the function that asks both; what was answered is not proposed again by who answered."""
    into = UUID(await an_accepted_case(client, handing.keys["operator"], handing.keys["owner"]))
    for state in ("done", "undone"):
        async with _as(raw, OWNER):
            with pytest.raises(DENIED):
                await raw.execute(TIE.replace("'proposed'", f"'{state}'"), uuid4(), into, UUID(handing.case), OWNER)
    async with _as(raw, OWNER):
        tie = uuid4()
        await raw.execute(TIE, tie, into, UUID(handing.case), OWNER)
        await raw.execute("UPDATE case_tie SET state = 'declined', answered_at = now() WHERE id = $1", tie)
        with pytest.raises(DENIED):
            await raw.execute("UPDATE case_tie SET state = 'proposed' WHERE id = $1", tie)


async def test_nobody_asks_themselves_to_take_over(client: httpx.AsyncClient, handing: Handing, raw: asyncpg.Connection) -> None:
    """Who is asked reads conditions, and the key they are sealed with: so only the owner asks, in a handover of that case."""
    own = UUID(await an_accepted_case(client, handing.keys["operator"], handing.keys["owner"]))
    await handing.answer("ggz", await handing.ask())
    case, handover = UUID(handing.case), uuid4()
    async with _as(raw, STRANGER):
        decision = uuid4()
        await raw.execute(DECISION, decision, case, STRANGER)
        with pytest.raises(DENIED):
            await raw.execute(ASSIGNED, uuid4(), case, decision, STRANGER)
    async with _as(raw, OWNER):
        await raw.execute(HANDOVER, handover, own, OWNER)
        with pytest.raises(DENIED):
            await raw.execute(OFFERED, uuid4(), own, handover, OWNER, STRANGER, STRANGER)
    async with _as(raw, GGZ):
        mine = uuid4()
        await raw.execute(HANDOVER, mine, case, GGZ)
        with pytest.raises(DENIED):
            await raw.execute(OFFERED, uuid4(), own, mine, OWNER, GGZ, HOTLINE)


async def test_nobody_is_made_a_member(handing: Handing, raw: asyncpg.Connection) -> None:
    """Who is invited accepts for itself, as what it was invited."""
    invited = UUID((await handing.invite("owner", TEAM))["id"])
    async with _as(raw, OWNER):
        with pytest.raises(DENIED):
            await raw.execute("UPDATE case_member SET state = 'member', answered_at = now() WHERE id = $1", invited)
    for change in ("organisation_id = me()", "role = 'police'", "purpose = 'x'", f"case_id = '{handing.case}'"):
        for other in (OWNER, TEAM):
            async with _as(raw, other):
                with pytest.raises(DENIED):
                    await raw.execute(f"UPDATE case_member SET {change} WHERE id = $1", invited)


async def test_what_is_written_is_not_written_over(handing: Handing, raw: asyncpg.Connection) -> None:
    """Another row corrects it. And that something owed was done is told by the owner."""
    await handing.join("team", TEAM)
    await _told(handing)
    for change in ("facts = '{}'", "kind = 'action'", "organisation_id = me()", "sealed = NULL", "owner_organisation_id = me()"):
        async with _as(raw, OWNER):
            with pytest.raises(DENIED):
                await raw.execute(f"UPDATE case_item SET {change} WHERE case_id = $1", UUID(handing.case))
    async with _as(raw, TEAM):
        with pytest.raises(DENIED):
            await raw.execute("UPDATE obligation SET state = 'done', ended_at = now() WHERE case_id = $1", UUID(handing.case))


async def test_who_has_no_part_in_a_case_reads_nothing_of_it(handing: Handing, raw: asyncpg.Connection) -> None:
    """Who is invited, has left, was removed, declined to take it over, or had it once."""
    await _told(handing)
    left = await handing.join("team", TEAM)
    await handing.do("team", f"team/{left}/end", {"reason": "task_done"}, version=2)
    await handing.invite("owner", STRANGER)
    await handing.answer("ggz", await handing.ask(conditions="Alleen overdag."), "decline", reason="no_capacity")
    for other in (TEAM, STRANGER, GGZ, HOTLINE):
        await _reads_nothing(raw, handing.case, other)
    await handing.answer("ggz", await handing.ask())
    for other in (TEAM, STRANGER, HOTLINE, OWNER):
        await _reads_nothing(raw, handing.case, other)


async def _reads_nothing(raw: asyncpg.Connection, case: str, other: object) -> None:
    async with _as(raw, other):
        for table in OF_A_CASE:
            assert await raw.fetch(f"SELECT FROM {table} WHERE case_id = $1", UUID(case)) == [], (table, other)
        assert await raw.fetch("SELECT FROM case_story WHERE case_id = $1 AND entry <> 'line'", UUID(case)) == []
        if other != HOTLINE:  # which sealed what its caller said
            assert await raw.fetch("SELECT FROM vault_key WHERE case_id = $1", UUID(case)) == []
        if other != OWNER:  # which wrote one
            assert await raw.fetch("SELECT FROM handover WHERE case_id = $1", UUID(case)) == []
        assert await raw.fetchval("SELECT case_page($1, 5)", UUID(case)) is None
        assert await raw.fetchval("SELECT case_clock($1)", UUID(case)) is None
        assert await raw.fetch("SELECT FROM case_pending($1)", UUID(case)) == []


@pytest.mark.parametrize("whose", ["owner_organisation_id", "split_from", "joined_into"])
async def test_a_new_case_is_nobody_elses(handing: Handing, raw: asyncpg.Connection, whose: str) -> None:
    """Who takes a call in makes nobody an owner who was not asked, and hangs no case on one of somebody else."""
    value = OWNER if whose == "owner_organisation_id" else UUID(handing.case)
    withdrawn = "NULL" if whose == "owner_organisation_id" else "now()"
    async with _as(raw, STRANGER):
        with pytest.raises(DENIED):
            await raw.execute(
                f"INSERT INTO cases (id, reference, intake_organisation_id, state, urgency, municipality_code, opened_at,"
                f" climbed, closed_at, withdrawn_at, version, {whose}) VALUES ($1, $2, $3, 'closed', 'urgent',"
                f" (SELECT min(code) FROM municipality), now(), 0, now(), {withdrawn}, 1, $4)",
                uuid4(), uuid4().hex[:10], STRANGER, value,
            )  # fmt: skip
