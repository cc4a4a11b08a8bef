"""The rotations of a roster: made, changed and taken away; what a plan comes to is looked at before it is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from app.console.pages import language_of
from app.console.rosters.filled import SIGN_UP, fields_of, rotation_of, version_for, version_of, wrong_of
from app.console.rosters.firsts import first_weeks
from app.console.rosters.listing import READS, Mine
from app.console.rosters.reading import everybody, may_plan, must_plan, own_roster
from app.console.rosters.rehearsing import settled
from app.console.rosters.telling import helpers
from app.console.rosters.trying import Told
from app.console.rosters.weeks import midnight, week_at
from app.console.visiting import PageRoute, Sent, Visit, told_of
from app.console.words import words
from app.core.errors import NotFound
from app.core.work import Work
from app.directory.rotations import Unit
from app.directory.service.look_up import local_day
from app.rosters.participants import Participant
from app.rosters.service import rosters
from app.rosters.service.rosters import NamedRotation, RosterPlan

router = APIRouter(include_in_schema=False, route_class=PageRoute)
EVERY_DAY: Final = tuple(range(1, 8))
USUAL: Final = {"unit": "day", "every": "1", "hand_over": "08:00", "layer": "1", "seats": "1"}


@dataclass(frozen=True, slots=True)
class Place:
    """A participant, and which turn is theirs; none when they take no turns in this rotation."""

    who: Participant
    turn: str


@router.api_route("/rosters/{roster_id}/rotations/new", methods=READS)
async def new_rotation_page(roster_id: UUID, visit: Mine) -> Response:
    """A rotation more."""
    must_plan(visit)
    return await _rotation(visit, roster_id, None)


@router.post("/rosters/{roster_id}/rotations/new")
async def add_rotation(roster_id: UUID, visit: Mine) -> Response:
    """Look at the first weeks of it, try it, or save it once they were looked at."""
    must_plan(visit)
    kind = (await _plan(visit, roster_id)).plan["kind"]

    async def add(work: Work) -> None:
        await rosters.add_rotation(work, roster_id, rotation_of(visit.sent, kind))

    told = await settled(visit, [roster_id], add, always=True)
    return _saved(roster_id) if told.is_saved else await _rotation(visit, roster_id, None, told)


@router.api_route("/rosters/{roster_id}/rotations/{rotation_id}", methods=READS)
async def rotation_page(roster_id: UUID, rotation_id: UUID, visit: Mine) -> Response:
    """A rotation: who takes turns in which order, how long and when."""
    return await _rotation(visit, roster_id, rotation_id)


@router.post("/rosters/{roster_id}/rotations/{rotation_id}")
async def change_rotation(roster_id: UUID, rotation_id: UUID, visit: Mine) -> Response:
    """Say everything about it anew (`act`: save, look or try); what gives doubts is shown once before it is saved."""
    must_plan(visit)
    kind = (await _plan(visit, roster_id)).plan["kind"]

    async def change(work: Work) -> None:
        await rosters.change_rotation(work, roster_id, rotation_id, version_of(visit.sent), rotation_of(visit.sent, kind))

    told = await settled(visit, [roster_id], change)
    return _saved(roster_id) if told.is_saved else await _rotation(visit, roster_id, rotation_id, told)


@router.post("/rosters/{roster_id}/rotations/{rotation_id}/removal")
async def remove_rotation(roster_id: UUID, rotation_id: UUID, visit: Mine) -> Response:
    """Take it away; who loses shifts by that, and when nobody is there any more, is shown first."""
    must_plan(visit)

    async def remove(work: Work) -> None:
        await rosters.remove_rotation(work, roster_id, rotation_id, version_of(visit.sent))

    told = await settled(visit, [roster_id], remove, always=True)
    return _saved(roster_id, "removed") if told.is_saved else await _rotation(visit, roster_id, rotation_id, told, removes=True)


def rotation_values(
    visit: Visit, people: Mapping[UUID, Participant], one: NamedRotation | None, kind: str, layer: int = 1
) -> dict[str, Any]:
    """What the fields of a rotation show: what was sent, else the rotation, else what is usual."""
    sent, today = visit.sent, local_day(visit.work.at)
    usual = fields_of(one) if one else USUAL | {"name": "", "layer": str(layer), "starts_on": today.isoformat()}
    turns = {who: str(number) for number, who in enumerate(one.rotation.participants, start=1)} if one else {}
    days = set(map(str, one.rotation.weekdays if one else EVERY_DAY))
    if "unit" in dict(sent.pairs):  # as it was filled in
        usual = {name: sent[name] for name in (*usual, "rotation_name", "day_from", "day_to", "ends_on", "qualification")}
        turns = {who: sent[f"turn-{who}"] for who in people}
        days = set(sent.all("weekdays"))
    places = [Place(who, turns.get(who.id, "")) for who in people.values() if who.id in turns or not who.has_ended(visit.work.at)]
    return {
        "field": usual.get,
        "places": sorted(places, key=lambda place: (not place.turn.isdecimal(), place.turn.zfill(3), place.who.name.casefold())),
        "days": days,
        "units": list(Unit),
        "signs_up": kind == SIGN_UP,
        "codes": sorted({code for who in people.values() for code in who.qualifications}),
    }


def told_values(visit: Visit, told: Told, people: Mapping[UUID, Participant], *, layer: int = 0) -> dict[str, Any]:
    """What a page shows of what came of its form: the fault by field, what it would come to, and the first weeks."""
    language = language_of(visit.request)
    start = _start_of(visit.sent, visit.work.at)
    firsts = first_weeks(told.rosters[0], start, layer) if told.rosters and not told.others else None
    return {
        "result": told,
        "fault": told.fault,
        "wrong": wrong_of(told.fault, words(language)),
        "told": told_of,
        "firsts": firsts,
        "week": week_at(visit.work.at),
        "names": {who.id: who.name for who in people.values()},
        "may": may_plan(visit),
        **helpers(language, visit.work.at),
    }


def _start_of(sent: Sent, now: datetime) -> datetime:
    """From when on what is new counts."""
    try:
        return max(now, midnight(date.fromisoformat(sent["starts_on"])))
    except (ValueError, OverflowError):
        return now


async def _rotation(
    visit: Visit, roster_id: UUID, rotation_id: UUID | None, told: Told | None = None, *, removes: bool = False
) -> Response:
    told = told or Told()
    plan, people = await _plan(visit, roster_id), await everybody(visit.work)
    one = _of(plan, rotation_id) if rotation_id else None
    layers = [other.rotation.layer + max(other.rotation.seats, 1) for other in plan.rotations]
    values = rotation_values(visit, people, one, plan.plan["kind"], max(layers, default=1))
    told_layer = values["field"]("layer") or ""
    layer = int(told_layer) if told_layer.isascii() and told_layer.isdecimal() and not values["signs_up"] else 0
    return visit.page(
        "rosters/rotation.html",
        status=told.answer,
        plan=plan,
        one=one,
        removes=removes,
        version=version_for(visit.sent, told.fault, one.version) if one else "",
        **values,
        **told_values(visit, told, people, layer=0 if removes or len(plan.rotations) > 1 else layer),
    )


async def _plan(visit: Visit, roster_id: UUID) -> RosterPlan:
    await own_roster(visit.work, roster_id)
    return await rosters.roster(visit.work, roster_id)


def _of(plan: RosterPlan, rotation_id: UUID) -> NamedRotation:
    for one in plan.rotations:
        if one.rotation.id == rotation_id:
            return one
    raise NotFound("This roster has no such rotation.")


def _saved(roster_id: UUID, done: str = "rotation") -> Response:
    return RedirectResponse(f"/rosters/{roster_id}?done=roster_{done}", 303)
