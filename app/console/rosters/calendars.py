"""The calendars of a participant: an address that tells their shifts, and their own calendar that tells when they are away."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.console.rosters.listing import Mine
from app.console.rosters.people import saved, show_participant
from app.console.rosters.reading import must_plan
from app.console.rosters.rehearsing import settled
from app.console.rosters.trying import Told
from app.console.visiting import PageRoute
from app.core.errors import FieldError, Invalid
from app.core.spans import Span
from app.core.work import Work
from app.rosters.service import feeds, participants
from app.rosters.unavailability import LARGEST

router = APIRouter(include_in_schema=False, route_class=PageRoute)
PATH: Final = "/rosters/participants/{participant_id}"


@router.post(f"{PATH}/feeds")
async def make_feed(participant_id: UUID, visit: Mine) -> Response:
    """A secret address for calendar programs; it is told once, on the page that answers."""
    must_plan(visit)
    made: list[str] = []

    async def make(work: Work) -> None:
        made.append((await feeds.make_participant_feed(work, participant_id))[1])

    fault = await visit.attempt(make)
    return await show_participant(visit, participant_id, Told(fault=fault), address_made=made[0] if made else "")


@router.post(f"{PATH}/feeds/{{feed_id}}")
async def withdraw_feed(participant_id: UUID, feed_id: UUID, visit: Mine) -> Response:
    """Let an address show nothing any more."""
    must_plan(visit)
    if fault := await visit.attempt(lambda work: feeds.withdraw_feed(work, feed_id)):
        return await show_participant(visit, participant_id, Told(fault=fault))
    return saved(participant_id, "feed_withdrawn")


@router.post(f"{PATH}/calendar")
async def take_over_calendar(participant_id: UUID, visit: Mine) -> Response:
    """Look at what a calendar means; or let it say when they are away, once that was looked at."""
    must_plan(visit)
    text = visit.sent.raw("file") or visit.sent.raw("calendar")
    found: list[Span] = []

    async def take_over(work: Work) -> None:
        if not text.strip():
            fault = FieldError("/calendar", "missing", "Choose a calendar.")
            raise Invalid("There is no calendar in this form. Nothing was changed.", errors=[fault])
        found[:] = await feeds.take_over_calendar(work, participant_id, text)

    told = await settled(visit, await participants.planned_on(visit.work, participant_id), take_over, always=True)
    if told.is_saved:
        return saved(participant_id, "calendar")
    if told.fault is None and visit.sent["aware"] == "":
        told = replace(told, status=200)  # nothing was expected to be saved
    shown = None if told.fault else list(found)
    return await show_participant(visit, participant_id, told, found=shown, calendar="" if told.fault else bare(found, text))


@router.post(f"{PATH}/calendar/forget")
async def forget_calendar(participant_id: UUID, visit: Mine) -> Response:
    """Forget what their calendar said."""
    must_plan(visit)
    if fault := await visit.attempt(lambda work: feeds.forget_calendar(work, participant_id)):
        return await show_participant(visit, participant_id, Told(fault=fault))
    return saved(participant_id, "calendar_forgotten")


def bare(found: Sequence[Span], text: str) -> str:
    """A calendar that says only when somebody is away, for the form that saves it: what they do then goes nowhere.

    As it was sent where that would be too long to be read again.
    """
    parts = [f"BEGIN:VEVENT\r\nDTSTART:{_utc(one.start)}\r\nDTEND:{_utc(one.end)}\r\nEND:VEVENT\r\n" for one in found]
    made = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Nodus//Rosters//EN\r\n{''.join(parts)}END:VCALENDAR\r\n"
    return made if len(made) <= LARGEST else text


def _utc(at: object) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"
