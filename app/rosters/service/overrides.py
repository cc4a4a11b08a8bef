"""Keep overrides: swaps that are asked for and answered, absences, extras and covers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.core import outbox
from app.core.errors import FieldError, Invalid, NotFound, Refused
from app.core.http import match, utc_text
from app.core.ids import new_id
from app.core.paging import Page, page_of
from app.core.spans import Span
from app.core.work import Row, Work
from app.directory.service import shifts as directory
from app.rosters import queries, tables
from app.rosters.events import SwapAnswered, SwapRequested
from app.rosters.overrides import COUNTS, State, answered
from app.rosters.plan import duties
from app.rosters.schedule import Kind, Override
from app.rosters.service.ahead import make_ahead
from app.rosters.service.people import usable
from app.rosters.service.plans import override_of, own_plan, plans
from app.rosters.service.rosters import ShiftsOverlap

NO_ID: Final = UUID(int=0)
LONGEST: Final = timedelta(days=366)
FARTHEST: Final = timedelta(days=2 * 366)


class SwapLapsed(Refused):
    """The shifts are no longer those that were to be swapped."""

    slug, title = "swap-lapsed", "The shifts have changed since the swap was asked for"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOverride:
    """An override as it is stored: what it does, where it stands, who said so and when."""

    override: Override
    roster_id: UUID
    organisation_id: UUID
    state: State
    reason: str
    made_at: datetime
    made_by: UUID | None
    decided_at: datetime | None
    version: int


async def overrides(work: Work, roster_id: UUID, after: UUID | None, limit: int) -> Page[KeptOverride]:
    """The overrides of a roster, whatever became of them, oldest first.

    Raises:
        NotFound: this organisation has no such roster.
    """
    await own_plan(work, roster_id)
    rows = await work.rows(queries.OVERRIDES_AFTER.limit(limit + 1), roster_id=roster_id, after=after or NO_ID)
    found = [_kept(row) for row in rows]
    return page_of(found, limit, found[limit - 1].override.id if len(found) > limit else None)


async def overrides_in(work: Work, roster_id: UUID, span: Span) -> list[KeptOverride]:
    """Those that touch a span, whatever became of them, oldest first.

    Raises:
        NotFound: this organisation has no such roster.
    """
    await own_plan(work, roster_id)
    rows = await work.rows(queries.OVERRIDES_IN, roster_id=roster_id, starts_at=span.start, ends_at=span.end)
    return [_kept(row) for row in rows]


async def override(work: Work, override_id: UUID) -> KeptOverride:
    """One override.

    Raises:
        NotFound: this organisation has no such override.
    """
    row = await work.one(queries.OVERRIDE, override_id=override_id)
    if row is None:
        raise NotFound("Your organisation has no such override. GET /v1/rosters/{id}/overrides lists them.")
    return _kept(row)


async def put_over(work: Work, roster_id: UUID, told: Override, reason: str) -> KeptOverride:
    """An absence, an extra or a cover, from now on at the earliest; the shifts follow at once.

    Raises:
        NotFound: this organisation has no such roster.
        Invalid: a participant or a period that can't be.
        ShiftsOverlap: an extra where somebody is on duty already.
    """
    plan = await own_plan(work, roster_id, lock=True)
    await check(work, plan, told)
    made_id = _write(work, plan, told, State.SET, reason)
    await work.flush()
    await make_ahead(work, [roster_id], reason=told.kind)
    return await override(work, made_id)


async def check(work: Work, plan: Row, told: Override) -> None:
    """Refuse an override that can't be put over a plan.

    Raises:
        Invalid: a participant or a period that can't be.
        ShiftsOverlap: an extra where somebody is on duty already.
    """
    _check_span(work, told.span)
    await usable(work, plan["organisation_id"], [one for one in (told.participant, told.other) if one], "/participantId")
    if told.kind is Kind.EXTRA:
        await _must_be_free(work, plan, told)


async def ask_swap(work: Work, roster_id: UUID, shift_ids: tuple[UUID, UUID], reason: str, *, planner_sets: bool) -> KeptOverride:
    """Two participants exchange two shifts of a roster: asked of who has the second, or set by the planner.

    Raises:
        NotFound: no such roster of this organisation, or no such shift.
        Invalid: not two shifts to come, on this roster, of two participants.
    """
    plan = await own_plan(work, roster_id, lock=True)
    told = await swap_of(work, roster_id, shift_ids)
    made_id = _write(work, plan, told, State.SET if planner_sets else State.REQUESTED, reason)
    await work.flush()
    if planner_sets:
        await make_ahead(work, [roster_id], reason="swap")
    else:
        assert told.other is not None  # noqa: S101  a swap has two
        asked = {"participant_id": told.participant, "other_participant_id": told.other}
        outbox.record(work, SwapRequested(roster_id=roster_id, override_id=made_id, **asked), [plan["organisation_id"]])
    return await override(work, made_id)


async def swap_of(work: Work, roster_id: UUID, shift_ids: tuple[UUID, UUID]) -> Override:
    """What exchanging two shifts of a roster comes to; nothing is stored.

    Raises:
        NotFound: there is no such shift.
        Invalid: not two shifts to come, on this roster, of two participants.
    """
    one, other = [await directory.shift(work, shift_id) for shift_id in shift_ids]
    ours = one.roster_id == other.roster_id == roster_id
    to_come = min(one.span.start, other.span.start) > work.at
    if not (ours and to_come and one.participant_id and other.participant_id and one.participant_id != other.participant_id):
        fault = FieldError("/otherShiftId", "swap", "Name two shifts to come, on this roster, of two participants.")
        raise Invalid("These two shifts can't be swapped. Nothing was changed.", errors=[fault])
    return Override(
        id=NO_ID, kind=Kind.SWAP, participant=one.participant_id, span=one.span, layer=one.layer,
        other=other.participant_id, other_layer=other.layer, other_span=other.span,
    )  # fmt: skip


async def answer(work: Work, override_id: UUID, version: int, state: State, by: UUID | None) -> KeptOverride:
    """Accept, decline or withdraw an override; the shifts follow at once.

    Raises:
        NotFound, Stale: no such override; changed since it was read.
        Refused: it can't become that any more, or it is not for this participant to say.
        SwapLapsed: one of the two no longer has the shift that was to be swapped.
    """
    await own_plan(work, (await override(work, override_id)).roster_id, lock=True)
    kept = await override(work, override_id)
    match(version, kept.version)
    becomes = answered(kept.override, kept.state, state, by)
    if becomes is State.ACCEPTED:
        await _must_still_have(work, kept)
    values = {"state": str(becomes), "decided_at": work.at, "version": version + 1}
    await work.change(queries.CHANGE_OVERRIDE.values(**values), override_id=override_id)
    if kept.state in COUNTS or becomes in COUNTS:
        withdrawn = becomes is State.WITHDRAWN
        released = [span for span in (kept.override.span, kept.override.other_span) if span and withdrawn]
        await make_ahead(work, [kept.roster_id], reason=f"{kept.override.kind}_{becomes}", released=released)
    if kept.override.kind is Kind.SWAP and kept.override.other:
        asked = {"participant_id": kept.override.participant, "other_participant_id": kept.override.other}
        event = SwapAnswered(roster_id=kept.roster_id, override_id=override_id, state=becomes, **asked)
        outbox.record(work, event, [kept.organisation_id])
    return await override(work, override_id)


def _check_span(work: Work, span: Span) -> None:
    if span.end <= work.at or span.duration > LONGEST or span.end > work.at + FARTHEST:
        fault = FieldError("/endsAt", "period", "End after now, within two years, and at most 366 days after the start.")
        raise Invalid("The period is not one in which shifts can be changed. Nothing was changed.", errors=[fault])


async def _must_be_free(work: Work, plan: Row, told: Override) -> None:
    meant = (await plans(work, [plan]))[plan["roster_id"]]
    kept = await directory.shifts_on(work, [plan["roster_id"]], told.span)
    taken: Sequence[Span] = [one.span for one in kept if one.layer == told.layer]
    taken = [*taken, *(one.span for one in duties(meant, Span(work.at, told.span.end)) if one.layer == told.layer)]
    meets = next((span for span in sorted(taken) if span.overlaps(told.span)), None)
    if meets:
        raise ShiftsOverlap(
            f"Somebody is on layer {told.layer} from {utc_text(meets.start)} to {utc_text(meets.end)}."
            " Choose another layer, or a cover instead of an extra. Nothing was changed."
        )


async def _must_still_have(work: Work, kept: KeptOverride) -> None:
    said = kept.override
    wanted = [(said.span, said.layer, said.participant), (said.other_span, said.other_layer, said.other)]
    for span, layer, participant in wanted:
        found = await directory.shifts_on(work, [kept.roster_id], span) if span and span.start > work.at else []
        if not any((one.span, one.layer, one.participant_id) == (span, layer, participant) for one in found):
            raise SwapLapsed("One of the two shifts has begun, or has changed since. Withdraw this swap, and ask for a new one.")


def _write(work: Work, plan: Row, told: Override, state: State, reason: str) -> UUID:
    made_id = new_id(work.at)
    other = told.other_span
    work.write(
        tables.roster_override,
        id=made_id,
        roster_id=plan["roster_id"],
        organisation_id=plan["organisation_id"],
        kind=str(told.kind),
        state=str(state),
        participant_id=told.participant,
        layer=told.layer,
        span=_range(told.span),
        other_participant_id=told.other,
        other_layer=told.other_layer,
        other_span=_range(other) if other else None,
        reason=reason,
        made_at=work.at,
        made_by=work.actor.key,
        decided_at=work.at if state is State.SET else None,
        version=1,
    )
    return made_id


def _range(span: Span) -> str:
    return f"[{span.start.isoformat()},{span.end.isoformat()})"


def _kept(row: Mapping[str, Any]) -> KeptOverride:
    return KeptOverride(
        override=override_of(row),
        roster_id=row["roster_id"],
        organisation_id=row["organisation_id"],
        state=State(row["state"]),
        reason=row["reason"],
        made_at=row["made_at"],
        made_by=row["made_by"],
        decided_at=row["decided_at"],
        version=row["version"],
    )
