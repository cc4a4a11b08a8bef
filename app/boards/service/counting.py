"""How long each board is, no further than anybody would count."""

from dataclasses import dataclass
from typing import Final

from app.boards.rows import MOST_COUNTED, Count
from app.boards.weeks import week_at, week_named
from app.cases import service as cases
from app.cases.case import Wanted
from app.core.work import Work
from app.followup.service import duties
from app.routing.service import waiting as offers
from app.team.service import invitations

MOST: Final = MOST_COUNTED + 1


@dataclass(frozen=True, slots=True)
class Counts:
    """Of every board; `week`: the week of `aftercare_this_week`."""

    my_cases: Count
    overdue: Count
    waiting_for_others: Count
    to_accept: Count
    actions: Count
    aftercare_this_week: Count
    week: str


async def counts(work: Work) -> Counts:
    """Of this organisation, now."""
    week = week_at(work.at)
    mine, overdue = await cases.counted(work, [Wanted(), Wanted(due_by=work.at)], MOST)
    actions, waits, checks = await duties.counted(work, week_named(week), MOST)
    invited, inviting = await invitations.counted(work, MOST)
    asked, asking = await offers.counted(work, MOST)
    return Counts(
        my_cases=Count.of(mine),
        overdue=Count.of(overdue),
        waiting_for_others=Count.of(waits, inviting, asking),
        to_accept=Count.of(invited, asked),
        actions=Count.of(actions),
        aftercare_this_week=Count.of(checks),
        week=week,
    )
