"""Participants: who they are, how they are reached, what they are qualified for, their shifts to come, and their end."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from app.console.pages import language_of
from app.console.rosters.filled import participant_of, version_for, version_of, wrong_of
from app.console.rosters.listing import READS, Mine
from app.console.rosters.planning import told_values
from app.console.rosters.reading import everybody, may_plan, must_plan
from app.console.rosters.rehearsing import settled
from app.console.rosters.telling import helpers
from app.console.rosters.trying import Told
from app.console.rosters.weeks import week_at
from app.console.visiting import PageRoute, Visit, told_of
from app.console.words import words
from app.core.errors import Problem
from app.core.spans import Span
from app.core.work import Work
from app.directory.service import shifts as directory
from app.directory.service.look_up import local_day
from app.rosters.plan import AHEAD
from app.rosters.service import feeds, participants

router = APIRouter(include_in_schema=False, route_class=PageRoute)
FIELDS = ("name", "phone", "email", "qualifications", "ends_on")


@router.api_route("/rosters/participants", methods=READS)
async def participants_page(visit: Mine) -> Response:
    """Who takes shifts for one's organisation."""
    return await _list(visit)


@router.post("/rosters/participants")
async def add_participant(visit: Mine) -> Response:
    """One participant more."""
    must_plan(visit)

    async def add(work: Work) -> None:
        participants.add_participant(work, participant_of(visit.sent))

    if fault := await visit.attempt(add):
        return await _list(visit, fault)
    return RedirectResponse("/rosters/participants?done=roster_participant", 303)


@router.api_route("/rosters/participants/{participant_id}", methods=READS)
async def participant_page(participant_id: UUID, visit: Mine) -> Response:
    """One of them."""
    return await show_participant(visit, participant_id)


@router.post("/rosters/participants/{participant_id}")
async def change_participant(participant_id: UUID, visit: Mine) -> Response:
    """Say everything about one anew; an end that leaves shifts without anybody is shown once before it is saved."""
    must_plan(visit)

    async def change(work: Work) -> None:
        await participants.change_participant(work, participant_id, version_of(visit.sent), participant_of(visit.sent))

    told = await settled(visit, await participants.planned_on(visit.work, participant_id), change)
    return saved(participant_id, "person") if told.is_saved else await show_participant(visit, participant_id, told)


@router.post("/rosters/participants/{participant_id}/end")
async def end_participant(participant_id: UUID, visit: Mine) -> Response:
    """Let them take no shifts from now on; which shifts become holes by that is shown first."""
    must_plan(visit)

    async def end(work: Work) -> None:
        await participants.end_participant(work, participant_id, version_of(visit.sent), local_day(work.at))

    told = await settled(visit, await participants.planned_on(visit.work, participant_id), end, always=True)
    if told.is_saved:
        return saved(participant_id, "person_over")
    return await show_participant(visit, participant_id, told, ends=True)


async def show_participant(visit: Visit, participant_id: UUID, told: Told | None = None, **values: Any) -> Response:
    """Their page; after a form with what came of it."""
    told, work, sent = told or Told(), visit.work, visit.sent
    one = await participants.participant(work, participant_id)
    shifts = await directory.shifts_of(work, [one.id], Span(work.at, work.at + AHEAD))
    fields = {name: getattr(one, name) or "" for name in FIELDS}
    fields |= {"qualifications": ", ".join(one.qualifications), "ends_on": one.ends_on.isoformat() if one.ends_on else ""}
    if "name" in dict(sent.pairs):
        fields = {name: sent[name] for name in FIELDS}
    kept = await feeds.feeds(work) if may_plan(visit) else []
    usual: dict[str, Any] = {"ends": False, "address_made": "", "found": None, "calendar": ""}
    return visit.page(
        "rosters/participant.html",
        status=told.answer,
        one=one,
        field=fields.get,
        has_ended=one.has_ended(work.at),
        version=version_for(sent, told.fault, one.version),
        shifts=shifts,
        rosters=await directory.rosters(work, sorted({shift.roster_id for shift in shifts})),
        feeds=[feed for feed in kept if feed.participant_id == one.id],
        away=await feeds.unavailability(work, one.id),
        week_at=week_at,
        **usual | values,
        **told_values(visit, told, await everybody(work)),
    )


def saved(participant_id: UUID, done: str) -> Response:
    """Back to their page."""
    return RedirectResponse(f"/rosters/participants/{participant_id}?done=roster_{done}", 303)


async def _list(visit: Visit, fault: Problem | None = None) -> Response:
    people = (await everybody(visit.work)).values()
    return visit.page(
        "rosters/participants.html",
        status=fault.status if fault else 200,
        people=[one for one in people if not one.has_ended(visit.work.at)],
        gone=[one for one in people if one.has_ended(visit.work.at)],
        codes=sorted({code for who in people for code in who.qualifications}),
        field=(lambda name: visit.sent[name] if fault else ""),
        may=may_plan(visit),
        fault=fault,
        told=told_of,
        wrong=wrong_of(fault, words(language_of(visit.request))),
        **helpers(language_of(visit.request), visit.work.at),
    )
