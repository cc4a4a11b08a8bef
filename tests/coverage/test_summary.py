"""Who is on now, who is next, and the summary of every morning."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.coverage import due
from app.coverage.service import summary
from tests.coverage.countries import Country, Service
from tests.coverage.watching import CRISIS, MONDAY, carry_out_at, furnish, told

HOUR = timedelta(hours=1)
EIGHT = datetime.fromisoformat("2026-11-24T07:00Z")  # a Tuesday, 08:00 in Amsterdam


def _on(shifts: tuple[tuple[datetime, datetime, int], ...]) -> Country:
    return Country((Service("crisis", "crisis", "crisis", (), shifts=shifts),))


async def test_a_higher_layer_goes_before_a_lower_one(own: Database) -> None:
    """A swap in the middle of a shift: whoever is rung is the one who swapped, and the shift goes on after it."""
    await furnish(own, _on(((MONDAY, MONDAY + 10 * HOUR, 1), (MONDAY + 2 * HOUR, MONDAY + 4 * HOUR, 2))))
    async with begin(own, WORKER, at=MONDAY + HOUR) as work:
        [roster] = await summary.duty(work, CRISIS)
    assert roster.now
    assert roster.next
    assert (roster.now.participant, roster.now.span.end) == ("crisis 0", MONDAY + 2 * HOUR)
    assert (roster.next.participant, roster.next.span.end) == ("crisis 1", MONDAY + 4 * HOUR)
    assert [one.participant for one in roster.hand_overs] == ["crisis 1", "crisis 0"]
    assert [one.start for one in roster.unfilled] == [MONDAY + 10 * HOUR]
    assert roster.changed == 2


async def test_a_roster_without_shifts_says_so(own: Database) -> None:
    """An empty roster is the gap that is seen last."""
    await furnish(own, _on(()))
    async with begin(own, WORKER, at=MONDAY) as work:
        [roster] = await summary.duty(work, CRISIS)
    assert (roster.now, roster.next, roster.hand_overs) == (None, None, ())
    assert [one.duration for one in roster.unfilled] == [timedelta(days=7)]


async def test_the_roster_of_a_service_that_ended_is_told_no_more(own: Database) -> None:
    """Its shifts may still stand there; a summary that warns of them for ever is one that nobody reads."""
    country = _on(((MONDAY, MONDAY + 100 * HOUR, 1),))
    [service] = country.services
    await furnish(own, Country((replace(service, until=MONDAY.date() + timedelta(days=1)),)))
    for at, told_of in ((MONDAY, 1), (MONDAY + 30 * HOUR, 0)):
        async with begin(own, WORKER, at=at) as work:
            assert len(await summary.duty(work, CRISIS)) == told_of


async def test_every_morning_at_eight_once(own: Database) -> None:
    """Not before the day begins, not twice when two workers run, on Monday for the week."""
    await furnish(own, _on(((MONDAY, MONDAY + 100 * HOUR, 1),)))
    assert await carry_out_at(own, due.SUMMARIES, EIGHT - timedelta(minutes=1)) == 0

    async def one() -> None:
        await carry_out_at(own, due.SUMMARIES, EIGHT)

    await asyncio.gather(*(one() for _ in range(3)))
    assert await carry_out_at(own, due.SUMMARIES, EIGHT + 3 * HOUR) == 0
    assert await carry_out_at(own, due.SUMMARIES, EIGHT + timedelta(days=6)) == 1
    first, second = await told(own)
    assert first[:2] == (CRISIS, "duty.summary")
    assert first[2] == {
        "organisationId": str(CRISIS), "period": "day", "rosters": 1, "onDutyNow": 1, "nobodyNow": 0, "handOvers": 0, "openGaps": 0,
    }  # fmt: skip
    assert (second[2]["period"], second[2]["nobodyNow"]) == ("week", 1)
