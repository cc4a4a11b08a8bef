"""The plans that the demo starts with."""

from datetime import timedelta

from app.core.actor import WORKER
from app.core.db import Database
from app.core.spans import Span
from app.core.work import begin
from app.directory.roster import Shift, gaps_in
from app.directory.service import shifts as directory
from app.rosters.seeding import PLANTED, load_plans
from tests.conftest import MOMENT


async def test_every_roster_is_planned_and_two_have_a_hole(fresh_database: Database) -> None:
    """A planner of the demo must find something: somebody away whom nobody covers, and round the clock nothing else."""
    fortnight = Span(MOMENT, MOMENT + timedelta(days=14))
    async with begin(fresh_database, WORKER, at=MOMENT) as work:
        rosters = [one for one in await directory.unplanned(work) if one.line == "crisis"]
        assert len(rosters) == 25
        await load_plans(work)
    async with begin(fresh_database, WORKER, at=MOMENT) as work:
        assert await directory.unplanned(work) == []
        kept = await directory.shifts_on(work, [one.id for one in rosters], fortnight)
    holes = {
        one.name: gaps_in(fortnight, [Shift(each.span, each.participant) for each in kept if each.roster_id == one.id])
        for one in rosters
    }
    found = {name: [gap.duration for gap in gaps] for name, gaps in holes.items() if gaps}
    assert len(found) == len(PLANTED) == 2
    assert all(any(name.startswith(begins) for begins in PLANTED) for name in found)
    assert list(found.values()) == [[timedelta(hours=8)]] * 2
