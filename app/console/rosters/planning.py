"""Who takes turns: participants, and their order in a rotation; another order is looked at before it is saved."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from app.console.pages import language_of
from app.console.rosters.changes import Looked, beside
from app.console.rosters.listing import READS, Mine
from app.console.rosters.reading import everybody, may_plan, must_plan, own_roster
from app.console.rosters.telling import helpers
from app.console.rosters.trying import Told, period_of, prepared, tried
from app.console.rosters.weeks import week_at
from app.console.visiting import PageRoute, Sent, Visit, told_of
from app.core.errors import FieldError, Invalid, NotFound, Problem
from app.core.spans import Span
from app.core.work import Work, begin
from app.rosters.participants import Participant
from app.rosters.schemas.participants import ParticipantIn
from app.rosters.schemas.rosters import RotationIn, RotationOut
from app.rosters.service import participants, rosters, shown
from app.rosters.service.rosters import NamedRotation, RosterPlan

router = APIRouter(include_in_schema=False, route_class=PageRoute)
FIELDS: Final = ("name", "phone", "email")


@dataclass(frozen=True, slots=True)
class Place:
    """A participant, and which turn is theirs; none when they take no turns in this rotation."""

    who: Participant
    turn: str


@router.api_route("/rosters/participants", methods=READS)
async def participants_page(visit: Mine) -> Response:
    """Who takes shifts for one's organisation."""
    return await _participants(visit)


@router.post("/rosters/participants")
async def add_participant(visit: Mine) -> Response:
    """One participant more."""
    must_plan(visit)
    sent = visit.sent
    try:
        told = ParticipantIn(name=sent["name"], phone=sent["phone"] or None, email=sent["email"] or None)
    except ValidationError as error:
        wrong = sorted({str(one["loc"][0]) for one in error.errors() if one["loc"]})
        faults = [FieldError(f"/{one}", one, "This can't be right.") for one in wrong]
        return await _participants(visit, Invalid("The form is not complete. Nothing was changed.", errors=faults))

    async def add(work: Work) -> None:
        participants.add_participant(work, told.told())

    if fault := await visit.attempt(add):
        return await _participants(visit, fault)
    return RedirectResponse("/rosters/participants?done=roster_participant", 303)


@router.api_route("/rosters/{roster_id}/rotations/{rotation_id}", methods=READS)
async def rotation_page(roster_id: UUID, rotation_id: UUID, visit: Mine) -> Response:
    """A rotation, and the order of its participants."""
    return await _rotation(visit, roster_id, rotation_id)


@router.post("/rosters/{roster_id}/rotations/{rotation_id}")
async def change_order(roster_id: UUID, rotation_id: UUID, visit: Mine) -> Response:
    """Another order, or other participants (`act`: save or try); what gives doubts is shown once before it is saved."""
    must_plan(visit)
    state, sent = visit.request.app.state, visit.sent
    tries = sent["act"] == "try"
    try:
        async with begin(state.database, visit.account.actor, request_id=visit.request.state.request_id) as work:
            plan = await rosters.roster(work, roster_id)
            meant = _reordered(_of(plan, rotation_id), order_of(sent))
            period = period_of(Span(work.at, week_at(work.at).later(1).span.end), work.at)
            looked = await _looked(work, plan, rotation_id, meant, period)
            material = await prepared(work, plan.roster, looked, period) if tries else None
            version = _version(sent)
        result = await tried(*material) if material else None
    except Problem as refused:
        return await _rotation(visit, roster_id, rotation_id, Told(fault=refused))
    if tries or (looked.doubts and looked.doubts != sent["aware"]):
        told = Told(looked=looked, tried=result, status=200 if tries else 409)
        return await _rotation(visit, roster_id, rotation_id, told)
    change = meant.told()
    if fault := await visit.attempt(lambda work: rosters.change_rotation(work, roster_id, rotation_id, version, change)):
        return await _rotation(visit, roster_id, rotation_id, Told(fault=fault))
    return RedirectResponse(f"/rosters/{roster_id}?done=roster_rotation", 303)


def order_of(sent: Sent) -> list[UUID]:
    """The participants by the number that each was given; who has none takes no turns.

    Raises:
        Invalid: a number that is none, or two the same; or nobody is left.
    """
    numbered: dict[int, UUID] = {}
    for name, value in sent.pairs:
        if not name.startswith("turn-") or not value.strip():
            continue
        told = value.strip()
        if not (told.isascii() and told.isdecimal() and len(told) < 4) or int(told) in numbered:  # noqa: PLR2004
            raise _wrong("order", "Give each a number of their own.")
        try:
            numbered[int(told)] = UUID(name.removeprefix("turn-"))
        except ValueError:
            raise _wrong("order", "Name participants.") from None
    if not numbered:
        raise _wrong("nobody", "Somebody must take turns.")
    return [numbered[number] for number in sorted(numbered)]


def _wrong(code: str, sentence: str) -> Invalid:
    return Invalid("The order can't be as it is. Nothing was changed.", errors=[FieldError("/order", code, sentence)])


def _version(sent: Sent) -> int:
    return int(sent["version"]) if sent["version"].isdecimal() and len(sent["version"]) < 9 else 0  # noqa: PLR2004


def _of(plan: RosterPlan, rotation_id: UUID) -> NamedRotation:
    for one in plan.rotations:
        if one.rotation.id == rotation_id:
            return one
    raise NotFound("This roster has no such rotation.")


def _reordered(one: NamedRotation, order: list[UUID]) -> RotationIn:
    told = RotationOut.of(one).model_dump(exclude={"id", "version"})
    return RotationIn(**{**told, "participants": order})


async def _looked(work: Work, plan: RosterPlan, rotation_id: UUID, meant: RotationIn, span: Span) -> Looked:
    others = [one for one in plan.rotations if one.rotation.id != rotation_id]
    told = [RotationIn(**RotationOut.of(one).model_dump(exclude={"id", "version"})).told() for one in others]
    preview = await shown.preview(work, plan.roster.id, [*told, meant.told()], span)
    return await beside(work, plan.roster.id, preview, span)


async def _rotation(visit: Visit, roster_id: UUID, rotation_id: UUID, result: Told | None = None) -> Response:
    result = result or Told()
    await own_roster(visit.work, roster_id)
    plan = await rosters.roster(visit.work, roster_id)
    one, people = _of(plan, rotation_id), await everybody(visit.work)
    turns = {who: str(number) for number, who in enumerate(one.rotation.participants, start=1)}
    if visit.sent.pairs:  # as it was filled in
        turns = {who: visit.sent[f"turn-{who}"] for who in people}
    places = [Place(who, turns.get(who.id, "")) for who in people.values() if who.id in turns or not who.has_ended(visit.work.at)]
    values: dict[str, Any] = {
        "plan": plan,
        "one": one,
        "places": sorted(places, key=lambda place: (not place.turn.isdecimal(), place.turn.zfill(3), place.who.name.casefold())),
        "looked": result.looked,
        "tried": result.tried,
        "names": {who.id: who.name for who in people.values()},
        "told": told_of,
        "fault": result.fault,
        "may": may_plan(visit) and not one.rotation.seats,
        "version": visit.sent["version"] or one.version,
        **helpers(language_of(visit.request), visit.work.at),
    }
    return visit.page("rosters/rotation.html", status=result.answer, **values)


async def _participants(visit: Visit, fault: Problem | None = None) -> Response:
    people = await everybody(visit.work)
    values = {"people": list(people.values()), "sent": visit.sent, "may": may_plan(visit), "fault": fault, "told": told_of}
    return visit.page("rosters/participants.html", status=fault.status if fault else 200, **values)
