"""What a change of a plan would come to: it is done as saving does it, looked at, and undone. So what is shown is what comes."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from app.console.rosters.changes import Looked
from app.console.rosters.holes import Missing
from app.console.rosters.reading import Seen, seen
from app.console.rosters.trying import Told, Tried, period_of, prepared, tried
from app.console.rosters.weeks import midnight, week_at
from app.console.visiting import Visit
from app.core.errors import Problem
from app.core.problem import problem_of
from app.core.spans import Span, common, united, without
from app.core.work import Work, begin
from app.directory.planned import PlannedShift, difference
from app.directory.service.look_up import local_day
from app.rosters.plan import AHEAD
from app.rosters.service import shown
from app.rosters.service.shown import Preview, Schedule

LOOKS: Final = frozenset({"look", "try"})
Doing = Callable[[Work], Awaitable[UUID | None]]
"""What is done to a plan; the id of a roster that it made, if it made one."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A roster as it would be, and what is different."""

    seen: Seen
    looked: Looked


class _Undone(Exception):  # noqa: N818  no fault: what it ends is rolled back
    """Enough was seen."""


async def settled(visit: Visit, rosters: Sequence[UUID], do: Doing, *, always: bool = False) -> Told:
    """Save a change, or tell what it would come to first (`act`: save, look or try): when that is asked for, or gives doubts.

    `rosters`: whose shifts it may change. `always`: nothing is saved that was not looked at, as with what is new.
    """
    act = visit.sent["act"]
    try:
        found = await rehearsed(visit, rosters, do)
        result = await _tried(visit, found[0]) if act == "try" and found else None
    except Problem as fault:
        return Told(fault=fault)
    mark = mark_of(found, always=always)
    if act in LOOKS or (mark and mark != visit.sent["aware"]):
        return Told(
            looked=found[0].looked if found else None,
            tried=result,
            status=200 if act in LOOKS else 409,
            mark=mark,
            rosters=[one.seen for one in found],
            others=[(one.seen.roster.name, one.looked) for one in found[1:]],
        )
    refused = await visit.attempt(do)
    return Told(fault=refused, is_saved=refused is None)


async def rehearsed(visit: Visit, rosters: Sequence[UUID], do: Doing) -> list[Rehearsed]:
    """Do something, look at these rosters, and at one that it made, as far as shifts are made ahead, and undo it.

    Raises:
        Problem: whatever saving would meet.
    """
    await visit.work.let_go()  # no request holds two connections
    try:
        return await _undone(visit, rosters, do)
    except Exception as error:
        if problem := problem_of(error):
            raise problem from error
        raise


def mark_of(found: Sequence[Rehearsed], *, always: bool) -> str:
    """What somebody should look at before it is saved, as a mark that a form carries; empty when there is nothing.

    `always`: also where there are no doubts; then other shifts have another mark.
    """
    told: list[object] = [one.looked.doubts for one in found]
    if not always and not any(told):
        return ""
    if always:  # by their ends: what begins now begins later when it is looked at again
        told += sorted(
            (one.layer, one.span.end, str(one.participant_id)) for looked in found for one in looked.looked.preview.shifts
        )
    return sha256(repr(told).encode()).hexdigest()[:16]


async def _undone(visit: Visit, rosters: Sequence[UUID], do: Doing) -> list[Rehearsed]:
    found: list[Rehearsed] = []
    state = visit.request.app.state
    with suppress(_Undone):
        async with begin(state.database, visit.account.actor, request_id=visit.request.state.request_id) as work:
            found = await _done(work, rosters, do)
            raise _Undone
    return found


async def _done(work: Work, rosters: Sequence[UUID], do: Doing) -> list[Rehearsed]:
    # To a midnight, so that what lasts to the end of it has the same mark when it is looked at again.
    span = Span(work.at, midnight(local_day(work.at + AHEAD)))
    before = {one: await shown.final_schedule(work, one, span) for one in rosters}
    made = await do(work)
    work.hush()
    await work.flush()
    return [_beside(before.get(one), await seen(work, one, span)) for one in (*rosters, *([made] if made else []))]


def _beside(before: Schedule | None, after: Seen) -> Rehearsed:
    was = [one for one in before.shifts if one.span.end > after.span.start] if before else []
    will_be = [
        PlannedShift(one.roster_id, one.layer, one.span, one.participant_id, one.participant)
        for one in after.schedule.shifts
        if one.participant_id and one.span.end > after.span.start
    ]
    known = {(one.worry, one.participant, one.span) for one in before.cautions} if before else set()
    fresh = [one for one in after.schedule.cautions if (one.worry, one.participant, one.span) not in known]
    taken, left = (without((after.span,), united(one.span for one in shifts)) for shifts in (was, will_be))
    gaps = united(one.span for one in after.holes if one.kind is Missing.GAP)
    preview = Preview(will_be, difference(was, will_be), after.schedule.cautions)
    if before is None:
        return Rehearsed(after, Looked(preview, fresh, [], [], left=list(gaps)))
    opened = without(left, taken)
    return Rehearsed(after, Looked(preview, fresh, list(opened), list(without(taken, left)), list(common(opened, gaps))))


async def _tried(visit: Visit, one: Rehearsed) -> Tried:
    """Calls meet the roster as it is and as it would be, in a transaction that has ended before they are played."""
    state = visit.request.app.state
    async with begin(state.database, visit.account.actor, request_id=visit.request.state.request_id) as work:
        period = period_of(Span(work.at, week_at(work.at).later(1).span.end), work.at)
        material = await prepared(work, one.seen.roster, one.looked, period)
    return await tried(*material)
