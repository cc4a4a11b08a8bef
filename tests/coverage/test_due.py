"""A gap from the day it comes into sight to the hour it is over: who hears, and that each hears it once."""

import asyncio
from datetime import datetime, timedelta

import orjson

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.coverage import due
from app.coverage.service import look
from tests.coverage.countries import CODES, an_id
from tests.coverage.watching import (
    CRISIS,
    LAST,
    MONDAY,
    NIGHT,
    WITH_SECOND,
    carry_out_at,
    change,
    furnish,
    gaps,
    heard,
    told,
    work_at,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FILL = """
  INSERT INTO shift (id, roster_number, layer, span, participant)
  SELECT gen_random_uuid(), number, 1, tstzrange(CAST(:starts_at AS timestamptz), CAST(:ends_at AS timestamptz)), 'a stand-in'
  FROM roster WHERE id = :roster"""
ROSTER = an_id("roster crisis")


async def _fill(database: Database, starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    await change(database, FILL, at, starts_at=starts_at, ends_at=ends_at, roster=ROSTER)


async def test_from_sight_to_the_day_before_more_people_hear(own: Database) -> None:
    """The planner at once, the supervisor when it stays, the national desk the day before; whoever was told hears the end."""
    await furnish(own)
    await work_at(own, MONDAY)
    [gap] = await gaps(own)
    assert (gap["line"], gap["reason"], gap["municipality_codes"]) == ("crisis", "no_shift", list(CODES[:2]))
    assert (gap["starts_at"], gap["ends_at"]) == NIGHT
    assert await heard(own) == [(CRISIS, "gap.found")]
    await work_at(own, MONDAY + 2 * DAY)
    assert await heard(own) == [(CRISIS, "gap.found")]
    await work_at(own, MONDAY + 3 * DAY)
    assert (await heard(own))[1:] == [(LAST, "gap.found")]
    assert [data["level"] for _, _, data in await told(own)] == ["planner", "supervisor"]
    await work_at(own, NIGHT[0] - DAY - HOUR)
    assert len(await heard(own)) == 2
    await work_at(own, NIGHT[0] - DAY)
    assert set((await heard(own))[2:]) == {(CRISIS, "gap.near"), (LAST, "gap.near")}
    await _fill(own, *NIGHT, at=NIGHT[0] - HOUR)
    await work_at(own, NIGHT[0] - HOUR)
    await work_at(own, NIGHT[0] + HOUR)
    assert set((await heard(own))[4:]) == {(CRISIS, "gap.closed"), (LAST, "gap.closed")}
    assert len(await heard(own)) == 6
    assert [one["closed_by"] for one in await gaps(own)] == ["filled"]


async def test_a_gap_that_is_found_late_is_near_at_once(own: Database) -> None:
    """Somebody falls ill this evening: waiting three days for the supervisor would be waiting past it."""
    await furnish(own)
    await work_at(own, NIGHT[0] - HOUR)
    assert set(await heard(own)) == {(CRISIS, "gap.found"), (CRISIS, "gap.near"), (LAST, "gap.near")}


async def test_within_a_week_the_supervisor_hears_at_once(own: Database) -> None:
    """Seven days are what it takes to find somebody."""
    await furnish(own)
    await work_at(own, NIGHT[0] - 6 * DAY)
    assert await heard(own) == [(CRISIS, "gap.found"), (LAST, "gap.found")]


async def test_a_gap_that_nobody_fills_passes(own: Database) -> None:
    """What happened is kept: unfilled is another end than filled."""
    await furnish(own)
    await work_at(own, NIGHT[0] - HOUR)
    await work_at(own, NIGHT[0] + HOUR)
    [gap] = await gaps(own)
    assert (gap["starts_at"], gap["closed_by"]) == (NIGHT[0], None)
    await work_at(own, NIGHT[1])
    assert [one["closed_by"] for one in await gaps(own)] == ["passed"]
    assert (await heard(own)).count((CRISIS, "gap.closed")) == 1


async def test_half_filled_it_is_the_same_gap(own: Database) -> None:
    """A planner who fills the evening is not told of a new gap for the night."""
    await furnish(own)
    await work_at(own, MONDAY)
    await _fill(own, NIGHT[0], NIGHT[0] + 3 * HOUR, at=MONDAY + HOUR)
    await work_at(own, MONDAY + HOUR)
    [gap] = await gaps(own)
    assert (gap["starts_at"], gap["ends_at"]) == (NIGHT[0] + 3 * HOUR, NIGHT[1])
    assert await heard(own) == [(CRISIS, "gap.found")]


async def test_a_gap_that_grows_is_another_one(own: Database) -> None:
    """Who acknowledged two hours has not acknowledged two days."""
    await furnish(own)
    await work_at(own, MONDAY)
    await change(
        own,
        "UPDATE shift SET span = tstzrange(CAST(:until AS timestamptz), upper(span)) WHERE lower(span) = CAST(:since AS timestamptz)",
        MONDAY + HOUR, until=NIGHT[1] + DAY, since=NIGHT[1],
    )  # fmt: skip
    await work_at(own, MONDAY + HOUR)
    assert [one["closed_by"] for one in await gaps(own)] == ["changed", None]
    assert sorted(kind for _, kind in await heard(own)) == ["gap.closed", "gap.found", "gap.found"]


async def test_a_gap_that_reaches_beyond_sight_grows_in_silence(own: Database) -> None:
    """A roster that ends: the same gap every day, not a new one every hour."""
    await furnish(own)
    await change(own, "DELETE FROM shift WHERE lower(span) = CAST(:since AS timestamptz)", since=NIGHT[1])
    for hours in range(0, 40, 3):
        await work_at(own, MONDAY + hours * HOUR)
    [gap] = await gaps(own)
    assert gap["ends_at"] == MONDAY + 14 * DAY + 39 * HOUR
    assert await heard(own) == [(CRISIS, "gap.found")]


async def test_a_fallback_that_routing_reaches_closes_it(own: Database) -> None:
    """Another service is contracted for the same people: no alarm; before it was named it was one."""
    await furnish(own, WITH_SECOND)
    await work_at(own, MONDAY)
    assert await heard(own) == [(CRISIS, "gap.found")]
    await change(
        own,
        "INSERT INTO fallback (service_id, by_service_id, organisation_id) VALUES (:one, :other, :who)",
        MONDAY, one=an_id("service crisis"), other=an_id("service second"), who=CRISIS,
    )  # fmt: skip
    await work_at(own, MONDAY + HOUR)
    assert [one["closed_by"] for one in await gaps(own)] == ["fallback"]
    await change(own, "DELETE FROM service_area WHERE service_id = :other", MONDAY, other=an_id("service second"))
    await work_at(own, MONDAY + 2 * HOUR)
    assert [one["closed_by"] for one in await gaps(own)] == ["fallback", None]


async def test_hours_that_are_free_by_design_are_no_gap(own: Database) -> None:
    """The night was agreed to be the national desk's: nobody is alarmed about it."""
    await furnish(own)
    await work_at(own, MONDAY)
    await change(
        own,
        """INSERT INTO demand (id, organisation_id, line, scheme, codes, hours, valid, enough)
        VALUES (gen_random_uuid(), :who, 'crisis', 'safety_region', '{VR01}', CAST(:hours AS jsonb), '(,)', 'on_duty')""",
        MONDAY, who=CRISIS, hours=orjson.dumps({"weekly": {"0-6": ["09:00-17:00"]}}).decode(),
    )  # fmt: skip
    await work_at(own, MONDAY + HOUR)
    assert [one["closed_by"] for one in await gaps(own)] == ["not_asked"]


async def test_where_nobody_is_contracted_the_national_desk_hears(own: Database) -> None:
    """A municipality without a crisis service has no planner to tell."""
    await furnish(own)
    await change(own, "DELETE FROM service_area WHERE service_id = :one", one=an_id("service other crisis"))
    await work_at(own, MONDAY)
    found = [one for one in await gaps(own) if one["reason"] == "nobody_contracted"]
    assert [(one["organisation_ids"], one["municipality_codes"]) for one in found] == [([LAST], [CODES[2]])]
    assert (LAST, "gap.found") in await heard(own)
    before = await heard(own)
    await work_at(own, MONDAY + 2 * HOUR)
    assert await heard(own) == before


async def test_when_nothing_changed_nobody_looks(own: Database) -> None:
    """Fourteen days of the whole country are not computed every second; a changed shift is seen at once."""
    await furnish(own)
    assert await carry_out_at(own, due.LOOKS, MONDAY) == 1
    assert await carry_out_at(own, due.LOOKS, MONDAY + timedelta(minutes=59)) == 0
    await _fill(own, *NIGHT, at=MONDAY)
    assert await carry_out_at(own, due.LOOKS, MONDAY + timedelta(minutes=59)) == 1
    assert await carry_out_at(own, due.LOOKS, MONDAY + timedelta(minutes=60)) == 0
    assert await carry_out_at(own, due.LOOKS, MONDAY + timedelta(minutes=120)) == 1


async def test_two_workers_tell_it_once(own: Database) -> None:
    """Both see the same gap at the same moment; one tells it."""
    await furnish(own)

    async def one(at: datetime) -> None:
        async with begin(own, WORKER, at=at) as work:
            await look.look(work)
        async with begin(own, WORKER, at=at) as work:
            claimed = await look.due_gaps(work)
        for gap_id in claimed:
            async with begin(own, WORKER, at=at) as work:
                await look.follow(work, gap_id)

    for at in (MONDAY, MONDAY + 3 * DAY, NIGHT[0] - HOUR, NIGHT[1]):
        await asyncio.gather(*(one(at) for _ in range(4)))
        await asyncio.gather(*(one(at) for _ in range(4)))
    kinds = sorted(await heard(own))
    assert len(kinds) == len({*kinds}) == 6
    assert len(await gaps(own)) == 1
