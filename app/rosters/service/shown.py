"""What a plan comes to: the final schedule, who is on duty and why, and what a proposal would change. Nothing is stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.core.spans import Span
from app.core.work import Work
from app.directory.planned import Difference, KeptShift, PlannedShift, difference
from app.directory.service import shifts as directory
from app.rosters import queries
from app.rosters.cautions import Caution, Held, cautions
from app.rosters.onduty import OnTop, now_and_next, reasons
from app.rosters.participants import Participant
from app.rosters.plan import Plan, duties, meant
from app.rosters.schedule import Duty, Override
from app.rosters.service.ahead import SOON, held_of
from app.rosters.service.overrides import check as check_override
from app.rosters.service.people import NOBODY, people
from app.rosters.service.plans import own_plan, plans
from app.rosters.service.rosters import RosterPlan, check, proposed

AROUND: Final = timedelta(days=2)  # a shift just outside of what is shown may leave too little rest
NEXT_WITHIN: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The shifts of a roster in a span, for each the duty that it comes from, and what to look at."""

    shifts: list[KeptShift]
    reasons: dict[UUID, Duty]
    cautions: list[Caution]


@dataclass(frozen=True, slots=True)
class NowAndNext:
    """Who is on duty, who is next, and the duties that these come from."""

    at: datetime
    now: OnTop | None
    next: OnTop | None
    reasons: dict[UUID, Duty]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a proposal would come to, and how that differs from what is planned now."""

    shifts: list[PlannedShift]
    difference: Difference
    cautions: list[Caution]


async def final_schedule(work: Work, roster_id: UUID, span: Span) -> Schedule:
    """The shifts of a roster that touch a span.

    Raises:
        NotFound: this organisation has no such roster.
    """
    row = await own_plan(work, roster_id)
    return await _schedule(work, (await plans(work, [row], span.start))[roster_id], span)


async def schedule_of(work: Work, known: RosterPlan, everybody: Mapping[UUID, Participant], span: Span) -> Schedule:
    """The same, of a plan and participants that this work has read already."""
    rotations = [(known.roster.id, one.rotation) for one in known.rotations]
    found = await plans(work, [known.plan], span.start, rotations, everybody)
    return await _schedule(work, found[known.roster.id], span, everybody)


async def on_duty(work: Work, roster_id: UUID, at: datetime) -> NowAndNext:
    """Who is on duty at a moment, who comes after within two weeks, and by which rotation or override.

    Raises:
        NotFound: this organisation has no such roster.
    """
    row = await own_plan(work, roster_id)
    span = Span(at, at + NEXT_WITHIN)
    shifts = await directory.shifts_on(work, [roster_id], span)
    now, after = now_and_next(shifts, at)
    plan = (await plans(work, [row], at))[roster_id]
    told = [one.shift for one in (now, after) if one]
    return NowAndNext(at, now, after, reasons(told, meant(plan, span)))


async def preview(work: Work, roster_id: UUID, rotations: Sequence[Mapping[str, Any]], span: Span) -> Preview:
    """What these rotations instead of the present ones would come to in a span, overrides as they are.

    Raises:
        NotFound: this organisation has no such roster.
        Invalid, ShiftsOverlap: a rotation that can't be, by itself or beside the others.
    """
    row = await own_plan(work, roster_id)
    made = [proposed(work, one) for one in rotations]
    await check(work, row, made, made)
    return await _previewed(work, replace((await plans(work, [row]))[roster_id], rotations=tuple(made)), span)


async def preview_override(work: Work, roster_id: UUID, told: Override, span: Span) -> Preview:
    """What one override more would come to in a span; a swap is checked by who makes its value.

    Raises:
        NotFound: this organisation has no such roster.
        Invalid, ShiftsOverlap: an override that can't be.
    """
    row = await own_plan(work, roster_id)
    await check_override(work, row, told)
    plan = (await plans(work, [row]))[roster_id]
    named = await people(work, [one for one in (told.participant, told.other) if one])
    plan = replace(plan, overrides=(*plan.overrides, told), participants={**plan.participants, **named})
    return await _previewed(work, plan, span)


async def _schedule(work: Work, plan: Plan, span: Span, known: Mapping[UUID, Participant] = NOBODY) -> Schedule:
    shifts = await directory.shifts_on(work, [plan.roster_id], span)
    found = await _cautions(work, [_held(one) for one in shifts if one.participant_id], span, plan.roster_id, known)
    return Schedule(shifts, reasons(shifts, meant(plan, span)), found)


async def _previewed(work: Work, plan: Plan, span: Span) -> Preview:
    roster_id = plan.roster_id
    begun = await directory.shifts_on(work, [roster_id], Span(work.at, work.at + SOON))
    since = Span(work.at, max(span.end, work.at + SOON))
    found = [one for one in duties(plan, since, held_of(begun, work.at)) if one.span.overlaps(span)]
    known = await people(work, {one.participant for one in found})
    shifts = [PlannedShift(roster_id, one.layer, one.span, one.participant, known[one.participant].name) for one in found]
    kept = [one for one in await directory.shifts_on(work, [roster_id], span) if one.span.end > work.at]
    held = [Held(one.span, one.participant, roster_id) for one in found]
    return Preview(shifts, difference(kept, shifts), await _cautions(work, held, span, roster_id))


async def _cautions(
    work: Work, shown: Iterable[Held], span: Span, roster_id: UUID, known: Mapping[UUID, Participant] = NOBODY
) -> list[Caution]:
    """What to look at in the shifts of a roster that are shown, beside those that the same participants have elsewhere."""
    shown = list(shown)
    ids = {one.participant for one in shown}
    if not ids:
        return []
    around = Span(span.start - AROUND, span.end + AROUND)
    others = [_held(one) for one in await directory.shifts_of(work, ids, around) if one.roster_id != roster_id]
    busy: dict[UUID, list[Span]] = {}
    for row in await work.rows(queries.BUSY, ids=sorted(ids), starts_at=around.start, ends_at=around.end):
        busy.setdefault(row["participant_id"], []).append(Span(row["starts_at"], row["ends_at"]))
    found = cautions([*shown, *others], await people(work, ids, known), busy)
    return [
        one for one in found if one.span.overlaps(span) and (one.roster_id == roster_id or one.other in {s.span for s in shown})
    ]


def _held(one: KeptShift) -> Held:
    assert one.participant_id is not None  # noqa: S101  chosen by it
    return Held(one.span, one.participant_id, one.roster_id)
