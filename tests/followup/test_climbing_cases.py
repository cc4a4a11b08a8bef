"""Overdue cases on the real database: who hears, and what ends it."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import text

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.directory.seeding import organisation_id
from app.followup import due
from tests.followup.following import REACHED, Following
from tests.makers import AMSTERDAM_DESK, HOTLINE, now

HAND_OVER = text("UPDATE cases SET owner_organisation_id = :owner WHERE id = :case_id")
OTHERS_REST = text("UPDATE cases SET next_climb_at = 'infinity' WHERE next_climb_at IS NOT NULL AND id <> :case_id")


async def climb_at(database: Database, case: str, at: datetime) -> None:
    """Let the worker meet the case at this moment."""
    async with begin(database, WORKER, at=at) as work:
        await due.act(work, UUID(case))


async def told(raw: asyncpg.Connection, case: str, organisation: UUID) -> list[dict[str, Any]]:
    """What an organisation heard of what is overdue in a case, in order."""
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        rows = await raw.fetch(
            "SELECT body FROM event WHERE case_id = $1 AND recipient_id = $2 AND type LIKE '%.overdue.%' ORDER BY number",
            UUID(case),
            organisation,
        )
    return [orjson.loads(row["body"])["data"] for row in rows]


async def test_what_is_overdue_climbs_to_the_top_and_an_act_ends_it(
    following: Following, database: Database, raw: asyncpg.Connection
) -> None:
    """Coordinator, organisation, municipality, national desk, and again, until somebody acts; each time it is told."""
    levels = []
    at = now() + timedelta(days=2)
    async with begin(database, WORKER) as work:
        await work.change(OTHERS_REST, case_id=UUID(following.case))
    for _ in range(5):
        async with begin(database, WORKER, at=at) as work:
            assert UUID(following.case) in await due.claim(work)
        await climb_at(database, following.case, at)
        levels.append((await following.read())["climbed"])
        at += timedelta(days=2)
    assert levels == [1, 2, 3, 4, 4]
    for organisation in (AMSTERDAM_DESK, HOTLINE):
        heard = await told(raw, following.case, organisation)
        assert [one["level"] for one in heard] == levels
        assert {tuple(one["overdue"]) for one in heard} == {("first_contact",)}
    climbs = [line for line in (await following.read("/timeline"))["items"] if line["kind"] == "climbed"]
    assert [line["facts"]["level"] for line in climbs] == levels
    await following.do("contacts", REACHED)
    assert (await following.read())["climbed"] == 0


async def test_the_municipalitys_desk_hears_of_a_case_that_somebody_else_left_lying(
    following: Following, database: Database, raw: asyncpg.Connection
) -> None:
    """A provider owns it, nobody acts: from level 3 whoever answers for the municipality knows, and not before."""
    provider = organisation_id("rotterdam")
    async with begin(database, WORKER) as work:
        await work.change(HAND_OVER, case_id=UUID(following.case), owner=provider)
    at = now() + timedelta(days=2)
    for heard in (0, 0, 1, 2):
        await climb_at(database, following.case, at)
        assert len(await told(raw, following.case, AMSTERDAM_DESK)) == heard
        at += timedelta(days=2)


async def test_a_try_does_not_stop_the_clock(following: Following, database: Database) -> None:
    """Ringing in vain is good, and still nobody has seen the person."""
    deadline = (await following.read())["deadlineAt"]
    await climb_at(database, following.case, now() + timedelta(days=2))
    await following.do("contacts", REACHED | {"result": "tried"})
    case = await following.read()
    assert (case["deadlineAt"], case["climbed"]) == (deadline, 1)


async def test_who_reads_nothing_of_a_case_hears_nothing_of_what_is_in_it(
    following: Following, database: Database, raw: asyncpg.Connection
) -> None:
    """That something is overdue, and whose it is; not that it is an action, nor who coordinates: both may say too much."""
    await following.do("contacts", REACHED)
    due = now() + timedelta(hours=1)
    await following.do("actions", {"what": "Bellen.", "dueAt": due.isoformat(), "visibility": "owner"})
    await climb_at(database, following.case, due + timedelta(hours=1))
    [owners] = await told(raw, following.case, AMSTERDAM_DESK)
    [intakes] = await told(raw, following.case, HOTLINE)
    assert (owners["overdue"], intakes["overdue"], intakes["answers"]) == (["action"], ["item"], None)


async def test_an_act_that_does_not_meet_what_is_overdue_leaves_it_climbing(
    promised: Following, database: Database, raw: asyncpg.Connection
) -> None:
    """The caller is still waiting for the promised call, however often the person was visited."""
    await promised.do("contacts", REACHED)
    await promised.fulfil("inform_person", {})
    late = now() + timedelta(days=13, hours=23)
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        moved = "UPDATE {} SET due_at = due_at - interval '15 days' WHERE case_id = $1 AND kind = 'feedback'"
        await raw.execute(moved.format("obligation"), UUID(promised.case))
    await promised.do("contacts", REACHED)
    await climb_at(database, promised.case, late)
    await promised.do("contacts", REACHED)
    assert (await promised.read())["climbed"] == 1
    assert (await told(raw, promised.case, AMSTERDAM_DESK))[-1]["overdue"] == ["feedback"]
    await promised.fulfil("feedback", {"listener": "sibling"})
    assert (await promised.read())["climbed"] == 0


async def test_two_workers_climb_once(following: Following, database: Database) -> None:
    """Whoever comes second finds that it was done."""
    at = now() + timedelta(days=2)
    await asyncio.gather(*(climb_at(database, following.case, at) for _ in range(3)))
    assert (await following.read())["climbed"] == 1
