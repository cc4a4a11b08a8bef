"""The panel of a shift, or of a hole: what can be done about it, tried before it is done, and warned of before it is saved."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from app.console.pages import language_of
from app.console.rosters.changes import REASONS, Change, change_of, looked_at
from app.console.rosters.listing import READS, Mine
from app.console.rosters.reading import Seen, may_plan, must_plan, own_roster, seen
from app.console.rosters.telling import helpers
from app.console.rosters.trying import Told, period_of, prepared, tried
from app.console.rosters.weeks import FIRST, LAST, as_field, local_moment, week_at
from app.console.visiting import PageRoute, Sent, Visit, told_of
from app.core.errors import NotFound, Problem
from app.core.spans import Span
from app.core.work import begin
from app.directory.planned import KeptShift
from app.directory.service import shifts as directory
from app.rosters.service import confirmations
from app.rosters.service.overrides import LONGEST

router = APIRouter(include_in_schema=False, route_class=PageRoute)
SWAPPED_WITHIN: Final = timedelta(weeks=6)  # shifts that are offered to swap with
MOST_SWAPS: Final = 120


@dataclass(frozen=True, slots=True)
class Asked:
    """What the panel is of: a shift, or a span of a layer in which nobody is."""

    shift: KeptShift | None
    layer: int
    span: Span


@router.api_route("/rosters/{roster_id}/shift", methods=READS)
async def shift_panel(roster_id: UUID, visit: Mine) -> Response:
    """A shift (`shift`), or a hole (`layer`, `from`, `until`); a script gets the panel alone."""
    return await _show(visit, roster_id, Sent(list(visit.request.query_params.multi_items())), Told())


@router.post("/rosters/{roster_id}/shift")
async def change_shift(roster_id: UUID, visit: Mine) -> Response:
    """Do what a form of the panel asks (`act`: save or try); what gives doubts is shown once before it is saved."""
    must_plan(visit)
    what, shift = visit.sent["what"], visit.sent["shift"]
    if what == "confirm":
        who = _uuid(visit.sent["confirmed"]) if visit.sent["confirmed"] else None
        fault = await visit.attempt(lambda work: confirmations.confirm(work, _uuid(shift), who))
        if fault is None:
            return _back(visit, roster_id, "confirm", visit.work.at)
        return await _show(visit, roster_id, visit.sent, Told(what=what, fault=fault))
    change, told = await _look(visit, roster_id)
    if told.fault or change is None or told.tried:
        return await _show(visit, roster_id, visit.sent, told)
    if told.looked and told.looked.doubts and told.looked.doubts != visit.sent["aware"]:
        return await _show(visit, roster_id, visit.sent, replace(told, status=409))
    if fault := await visit.attempt(change.save):
        return await _show(visit, roster_id, visit.sent, Told(what=what, fault=fault))
    asked = what == "swap" and visit.sent["settled"] != "yes"
    return _back(visit, roster_id, "asked" if asked else what, change.told.span.start)


async def _look(visit: Visit, roster_id: UUID) -> tuple[Change | None, Told]:
    """Read in a transaction of its own, so that none is open while calls are played."""
    what, tries = visit.sent["what"], visit.sent["act"] == "try"
    state = visit.request.app.state
    try:
        async with begin(state.database, visit.account.actor, request_id=visit.request.state.request_id) as work:
            roster = await own_roster(work, roster_id)
            change = await change_of(work, roster_id, visit.sent)
            period = period_of(change.span, work.at)
            looked = await looked_at(work, roster_id, change, period.end if tries else None)
            material = await prepared(work, roster, looked, period) if tries else None
        result = await tried(*material) if material else None
    except Problem as fault:
        return None, Told(what=what, fault=fault)
    return change, Told(what=what, looked=looked, tried=result)


async def _show(visit: Visit, roster_id: UUID, sent: Sent, told: Told) -> Response:
    work = visit.work
    await own_roster(work, roster_id)
    asked = await _asked(visit, roster_id, sent)
    start = min(work.at, asked.span.start)
    shown = await seen(work, roster_id, Span(start, max(asked.span.end, work.at + SWAPPED_WITHIN)))
    may = may_plan(visit) and shown.plan is not None
    asked_before = await confirmations.confirmations(work, asked.shift.id) if asked.shift and shown.plan else []
    values: Mapping[str, Any] = {
        "seen": shown,
        "asked": asked,
        "sent": sent,
        "result": told,
        "told": told_of,
        "may": may and asked.span.end > work.at,
        "week": week_at(asked.span.start),
        "reasons": REASONS,
        "people": [one for one in shown.people.values() if not one.has_ended(asked.span.start)],
        "swaps": _swaps(shown, asked, work.at),
        "confirmations": asked_before,
        "cautions": _cautions(shown, asked),
        "changed": _changed(shown, asked),
        "as_field": as_field,
        **helpers(language_of(visit.request), visit.work.at),
    }
    template = "rosters/parts/panel.html" if visit.is_part else "rosters/shift.html"
    return visit.page(template, status=told.answer, **values)


async def _asked(visit: Visit, roster_id: UUID, sent: Sent) -> Asked:
    if sent["shift"]:
        shift = await directory.shift(visit.work, _uuid(sent["shift"]))
        if shift.roster_id != roster_id:
            raise NotFound("There is no such shift on this roster.")
        return Asked(shift, shift.layer, shift.span)
    first, last = sent["hole_from"] or sent["from"], sent["hole_until"] or sent["until"]
    start, end = _moment(first, "from"), _moment(last, "until")
    layer = sent["layer"]
    if (
        not timedelta() < end - start <= LONGEST
        or start < visit.work.at - LONGEST
        or not layer.isascii()
        or not layer.isdecimal()
    ):
        raise NotFound("There is no such span.")
    return Asked(None, int(layer[:3]), Span(start, end))


def _moment(told: str, field: str) -> datetime:
    """As an address has it (UTC), or as a form has it (local)."""
    if told.endswith("Z"):
        try:
            found = datetime.fromisoformat(told)
        except ValueError:
            found = datetime.min  # noqa: DTZ901  refused below
        if not FIRST <= found.year < LAST:
            raise NotFound("There is no such moment.")
        return found
    return local_moment(told, field)


def _swaps(shown: Seen, asked: Asked, now: datetime) -> list[KeptShift]:
    """Shifts to come of others, to swap with."""
    one = asked.shift
    if one is None or one.participant_id is None or one.span.start <= now:
        return []
    found = [
        other
        for other in shown.schedule.shifts
        if other.span.start > now and other.participant_id and other.participant_id != one.participant_id
    ]
    return sorted(found, key=lambda other: (other.span, -other.layer))[:MOST_SWAPS]


def _cautions(shown: Seen, asked: Asked) -> list[Any]:
    who = asked.shift.participant_id if asked.shift else None
    return [one for one in shown.schedule.cautions if who and one.participant == who and one.span.overlaps(asked.span)]


def _changed(shown: Seen, asked: Asked) -> list[Any]:
    """What was changed, or is asked, about this shift."""
    reason = shown.schedule.reasons.get(asked.shift.id) if asked.shift else None
    return [
        one
        for one in shown.overrides
        if (reason and one.override.id == reason.override)
        or (one.state == "requested" and asked.shift and one.override.span == asked.span and one.override.layer == asked.layer)
    ]


def _uuid(told: str) -> UUID:
    try:
        return UUID(told)
    except ValueError:
        raise NotFound("There is no shift with this id.") from None


def _back(visit: Visit, roster_id: UUID, done: str, at: datetime) -> Response:
    name = visit.sent["week"] or week_at(at).name
    return RedirectResponse(f"/rosters/{roster_id}?week={name}&done=roster_{done}", 303)
