"""A roster to sign up for: its slots by the day, who has a seat, and signing up and withdrawing for a participant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from app.console.rosters.filled import SIGN_UP
from app.console.rosters.listing import READS, Mine
from app.console.rosters.planning import told_values
from app.console.rosters.reading import everybody, must_plan, own_roster
from app.console.rosters.rehearsing import settled
from app.console.rosters.trying import Told
from app.console.rosters.weeks import Day, Week, week_at, week_named
from app.console.visiting import PageRoute, Sent, Visit
from app.core.errors import FieldError, Invalid, NotFound
from app.core.work import Work
from app.rosters.participants import Participant
from app.rosters.periods import period
from app.rosters.service import rosters, sign_ups
from app.rosters.service.overrides import LONGEST
from app.rosters.service.sign_ups import Slot

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Open:
    """A slot with those who could still take a seat in it."""

    slot: Slot
    name: str
    could: Sequence[Participant]
    is_asked: bool  # by the form that was sent

    @property
    def key(self) -> str:
        """What it is called on the page."""
        return f"slot-{self.slot.rotation.id}-{self.slot.span.start:%Y%m%d%H%M}"

    @property
    def free(self) -> int:
        """How many seats nobody has."""
        return max(0, self.slot.rotation.seats - len(self.slot.taken))


@router.api_route("/rosters/{roster_id}/slots", methods=READS)
async def slots_page(roster_id: UUID, visit: Mine) -> Response:
    """The slots of a week."""
    return await _slots(visit, roster_id, Told())


@router.post("/rosters/{roster_id}/slots")
async def sign_up(roster_id: UUID, visit: Mine) -> Response:
    """Take a seat for a participant; too little rest and the like is shown once before it is saved."""
    must_plan(visit)
    await own_roster(visit.work, roster_id)

    async def take(work: Work) -> None:
        who, rotation, starts_at = _id(visit.sent, "participant"), _id(visit.sent, "rotation"), _moment(visit.sent)
        await sign_ups.sign_up(work, roster_id, rotation, starts_at, who)

    told = await settled(visit, [roster_id], take)
    return _saved(visit, roster_id, "signed_up") if told.is_saved else await _slots(visit, roster_id, told)


@router.post("/rosters/{roster_id}/slots/{sign_up_id}")
async def withdraw(roster_id: UUID, sign_up_id: UUID, visit: Mine) -> Response:
    """Give a seat back; when nobody is there any more by that, it is shown first."""
    must_plan(visit)
    await own_roster(visit.work, roster_id)
    told = await settled(visit, [roster_id], lambda work: sign_ups.withdraw(work, sign_up_id, of_roster=roster_id))
    if told.is_saved:
        return _saved(visit, roster_id, "signed_off")
    return await _slots(visit, roster_id, told, withdrawn=sign_up_id)


async def _slots(visit: Visit, roster_id: UUID, told: Told, withdrawn: UUID | None = None) -> Response:
    work = visit.work
    await own_roster(work, roster_id)
    plan = await rosters.roster(work, roster_id)
    if plan.plan["kind"] != SIGN_UP:
        raise NotFound("Nobody signs up for this roster: its participants take turns.")
    week, people = _week(visit), await everybody(work)
    names = {one.rotation.id: one.name for one in plan.rotations}
    found = [_open(slot, names, people, visit) for slot in await sign_ups.slots(work, roster_id, week.span)]
    values: Mapping[str, Any] = {
        **told_values(visit, told, people),
        "week": week,
        "week_at": week_at,
    }
    return visit.page(
        "rosters/slots.html",
        status=told.answer,
        plan=plan,
        days=[(day, [one for one in found if day.span.contains(one.slot.span.start)]) for day in _days(week, found)],
        wanted=sum(one.free for one in found if one.slot.span.end > work.at),
        withdrawn=withdrawn,
        sent=visit.sent,
        **values,
    )


def _days(week: Week, found: Sequence[Open]) -> list[Day]:
    """The days of a week, and the one before where a slot goes on into it."""
    first = Day(week.days[0].date.fromordinal(week.days[0].date.toordinal() - 1))
    return [first, *week.days] if any(one.slot.span.start < week.span.start for one in found) else [*week.days]


def _open(slot: Slot, names: Mapping[UUID, str], people: Mapping[UUID, Participant], visit: Visit) -> Open:
    wanted, taken = slot.rotation.qualification, {one.participant_id for one in slot.taken}
    could = [
        one
        for one in people.values()
        if one.id not in taken and not one.has_ended(slot.span.start) and (not wanted or wanted in one.qualifications)
    ]
    sent = visit.sent
    asked = (sent["rotation"], sent["starts_at"]) == (str(slot.rotation.id), slot.span.start.isoformat())
    return Open(slot, names[slot.rotation.id], could if slot.span.start > visit.work.at else [], asked)


def _week(visit: Visit) -> Week:
    return week_named(visit.request.query_params.get("week", "") or visit.sent["week"], visit.work.at)


def _id(sent: Sent, name: str) -> UUID:
    try:
        return UUID(sent[name])
    except ValueError:
        raise Invalid("The form is not complete.", errors=[FieldError(f"/{name}", "choose", "Choose one.")]) from None


def _moment(sent: Sent) -> datetime:
    try:
        at = datetime.fromisoformat(sent["starts_at"])
        return period(at, at + LONGEST, LONGEST).start if at.tzinfo else _never()
    except (ValueError, OverflowError):
        return _never()


def _never() -> datetime:
    raise Invalid("There is no such slot.", errors=[FieldError("/starts_at", "slot", "Name a slot by its start.")])


def _saved(visit: Visit, roster_id: UUID, done: str) -> Response:
    return RedirectResponse(f"/rosters/{roster_id}/slots?week={_week(visit).name}&done=roster_{done}", 303)
