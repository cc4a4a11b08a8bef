"""Reminded before, climbing after: who hears that a deadline comes near, and who stands in for whoever is away."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cases.deadlines import DeadlineKind, remind_at
from app.core.actor import WORKER
from app.core.db import Database
from app.core.spans import Span
from app.core.work import begin
from app.followup import due
from app.followup.absences import Absence, answers
from app.followup.clocks import due_by, overdue_in
from tests.followup.situations import NOW, a_check, moments, ready_to_close, situations, uuid
from tests.makers import AMSTERDAM_DESK, HOTLINE, now
from tests.team.table import MENTAL_HEALTH, POLICE, Table, a_table

DAY = timedelta(days=1)


async def ring(database: Database, case: str, at: datetime) -> None:
    """Let the worker meet the case at this moment."""
    async with begin(database, WORKER, at=at) as work:
        await due.act(work, UUID(case))


async def heard(raw: asyncpg.Connection, case: str, organisation: UUID, kind: str) -> list[dict[str, Any]]:
    """What an organisation heard of this kind about a case, in order."""
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        rows = await raw.fetch(
            "SELECT body FROM event WHERE case_id = $1 AND recipient_id = $2 AND type = $3 ORDER BY number",
            UUID(case), organisation, f"nl.nodus.case.{kind}.v1",
        )  # fmt: skip
    return [orjson.loads(row["body"])["data"] for row in rows]


@given(moments, st.timedeltas(timedelta(days=-2), timedelta(days=90)))
def test_the_reminder_comes_while_a_quarter_of_the_time_is_left(at: datetime, left: timedelta) -> None:
    """Soon enough to do something, never before the deadline was set, never more than a day before it, never after it."""
    deadline = at + left
    reminder = remind_at(deadline, at)
    assert at <= reminder <= max(at, deadline)
    assert deadline - reminder <= DAY
    if timedelta() < left <= timedelta(days=4):
        assert abs((deadline - reminder) * 4 - left) < timedelta(microseconds=10)


@settings(deadline=None)  # the first holidays of a year take long to compute
@given(situations, moments)
def test_what_is_due_is_said_to_whoever_must_do_it_and_nothing_is_left_out(situation: Any, by: datetime) -> None:
    """The parts of all organisations together are what the owner hears of as overdue."""
    kind = DeadlineKind.FOLLOW_UP
    parts = due_by(situation, kind, by)
    assert parts
    assert {name for names in parts.values() for name in names} == set(overdue_in(situation, kind, by))


async def _with_an_action_for_ggz(client: httpx.AsyncClient, database: Database) -> tuple[Table, datetime]:
    table = await a_table(client, database, ggz=MENTAL_HEALTH, police=POLICE)
    await table.join("ggz", MENTAL_HEALTH)
    await table.join("police", POLICE, "police")
    await table.do("owner", "contacts", {"way": "visit", "party": "person", "result": "reached"})
    await table.do("owner", "aftercare/obligations/inform_person/fulfilment", {})
    by = now() + timedelta(hours=8)
    body = {"what": "Bellen.", "dueAt": by.isoformat(), "assignedTo": str(MENTAL_HEALTH), "visibility": "owner"}
    await table.do("owner", "actions", body)
    return table, by


async def test_who_must_act_is_reminded_once_and_hears_when_it_is_overdue(
    client: httpx.AsyncClient, database: Database, raw: asyncpg.Connection
) -> None:
    """The member with the action, not the owner and nobody else, two of eight hours before; after it the owner too, and it climbs."""
    table, by = await _with_an_action_for_ggz(client, database)
    await ring(database, table.case, by - timedelta(hours=3))
    assert await heard(raw, table.case, MENTAL_HEALTH, "due_soon") == []
    for _ in range(2):
        await ring(database, table.case, by - timedelta(hours=1, minutes=59))
    [reminder] = await heard(raw, table.case, MENTAL_HEALTH, "due_soon")
    assert (reminder["what"], reminder["organisationId"]) == (["action"], str(MENTAL_HEALTH))
    assert await heard(raw, table.case, AMSTERDAM_DESK, "due_soon") == await heard(raw, table.case, POLICE, "due_soon") == []
    assert (await table.read("owner"))["climbed"] == 0
    await ring(database, table.case, by + timedelta(seconds=1))
    for organisation, count in ((MENTAL_HEALTH, 1), (AMSTERDAM_DESK, 1), (HOTLINE, 1), (POLICE, 0)):
        told = await heard(raw, table.case, organisation, "overdue")
        named = "item" if organisation == HOTLINE else "action"  # who took the call in reads nothing of it
        assert [one["overdue"] for one in told] == [[named]] * count
    kinds = [line["kind"] for line in (await table.read("owner", "/timeline"))["items"]]
    assert kinds[-2:] == ["due_soon", "climbed"]


async def test_a_deadline_that_passed_while_no_worker_ran_climbs_at_once(
    client: httpx.AsyncClient, database: Database, raw: asyncpg.Connection
) -> None:
    """Reminding of what is late already would be one more delay."""
    table, by = await _with_an_action_for_ggz(client, database)
    await ring(database, table.case, by + timedelta(minutes=1))
    assert await heard(raw, table.case, MENTAL_HEALTH, "due_soon") == []
    assert (await table.read("owner"))["climbed"] == 1


async def _put(table: Table, who: str, what: str, body: Any, expected: int = 200, version: int | None = None) -> Any:
    headers = table.keys[who] | ({"If-Match": f'"{version}"'} if version else {})
    answer = await table.client.put(f"/v1/cases/{table.case}/{what}", json=body, headers=headers)
    assert answer.status_code == expected, answer.text
    return answer.json()


async def _away(table: Table, who: str, coordinator: str, deputy: str, *days: float, expected: int = 201) -> Any:
    starts, ends = (now() + timedelta(days=one) for one in days)
    body = {"coordinator": coordinator, "deputy": deputy, "startsAt": starts.isoformat(), "endsAt": ends.isoformat()}
    answer = await table.client.post("/v1/coordinator-absences", json=body, headers=table.keys[who])
    assert answer.status_code == expected, answer.text
    return answer.json()


async def test_a_holiday_of_the_coordinator_moves_what_is_theirs_to_the_deputy(
    client: httpx.AsyncClient, database: Database, raw: asyncpg.Connection
) -> None:
    """For that time and no longer; named once for all of the organisation's cases; overlapping is refused, ending early is not."""
    table = await a_table(client, database, ggz=MENTAL_HEALTH)
    version = (await table.read("owner"))["version"]
    one, two, three = (f"regisseur {name} {table.case[-6:]}" for name in ("een", "twee", "drie"))
    await _put(table, "owner", "coordinator", {"coordinator": one, "deputy": two}, 428)
    named = await _put(table, "owner", "coordinator", {"coordinator": one, "deputy": two}, version=version)
    assert (named["answers"], (await table.read("owner"))["coordinator"]) == (one, one)
    await _put(table, "owner", "coordinator", {"coordinator": two}, 412, version=version)
    await _put(table, "owner", "coordinator", {"coordinator": two, "deputy": two}, 400, version=named["version"])
    await _put(table, "operator", "coordinator", {"coordinator": two}, 403, version=named["version"])
    made = await _away(table, "owner", one, three, -1, 7)
    assert (await table.read("owner", "/coordinator"))["answers"] == three
    assert (await _away(table, "owner", one, two, 6, 9, expected=409))["type"].endswith("absence-overlaps")
    await _away(table, "owner", one, two, 7, 9)
    await _away(table, "owner", one, one, 20, 21, expected=400)
    await _away(table, "owner", one, two, 21, 20, expected=400)
    await _away(table, "owner", three, one, -1, 3)
    assert (await table.read("owner", "/coordinator"))["answers"] == two  # all of the chain away: the deputy of the case
    await ring(database, table.case, now() + 2 * DAY)
    assert (await heard(raw, table.case, AMSTERDAM_DESK, "overdue"))[0]["answers"] == two
    listed = await table.client.get("/v1/coordinator-absences?now=true&limit=200", headers=table.keys["owner"])
    assert [one["id"] for one in listed.json()["items"] if one["id"] == made["id"]] == [made["id"]]
    strangers = await table.client.get("/v1/coordinator-absences", headers=table.keys["ggz"])
    assert made["id"] not in {one["id"] for one in strangers.json()["items"]}
    path = f"/v1/coordinator-absences/{made['id']}/end"
    assert (await table.client.post(path, headers=table.keys["ggz"])).status_code == 404
    for _ in range(2):
        assert (await table.client.post(path, headers=table.keys["owner"])).json()["withdrawnAt"]
    assert (await table.read("owner", "/coordinator"))["answers"] == one


people = st.sampled_from("abcde")
absences = st.builds(
    lambda who, deputy, days, number: Absence(uuid(number), who, deputy, due_span(*days)),
    people, people, st.tuples(st.integers(-9, 9), st.integers(1, 9)), st.integers(1, 99),
).filter(lambda one: one.coordinator != one.deputy)  # fmt: skip


def due_span(start: int, days: int) -> Any:
    """A span around NOW."""
    return Span(NOW + start * DAY, NOW + (start + days) * DAY)


@given(people, st.none() | people, st.lists(absences, max_size=6, unique_by=lambda one: one.coordinator))
def test_whoever_answers_is_there(coordinator: str, deputy: str | None, away: list[Absence]) -> None:
    """However deputies stand in for each other, even in a circle, nobody is told who is away; and who is there is told first."""
    gone = {one.coordinator for one in away if one.holds(NOW)}
    found = answers(coordinator, deputy, away, NOW)
    assert found not in gone
    if coordinator not in gone:
        assert found == coordinator
    if deputy and deputy not in gone:
        assert found is not None
    assert answers(None, None, away, NOW) is None


def test_a_check_is_named_by_its_week() -> None:
    """What the reminder says must be found on the case."""
    situation = replace(ready_to_close(), checks=(a_check(4),))
    kind = DeadlineKind.AFTERCARE
    assert due_by(situation, kind, NOW + timedelta(weeks=4)) == {None: ("aftercare_week_4",)}
