"""Deadlines in one's own calendar program."""

from uuid import UUID

from fastapi import Request, Response

from app.boards.schemas.calendars import DeadlineCalendarIn, DeadlineCalendarMade, DeadlineCalendarOut, DeadlineCalendarsOut
from app.boards.service import calendars
from app.core.errors import Invalid, NotFound
from app.core.http import problems, rooms_router, unless_known
from app.identity.doors import CaseReader

router = rooms_router("boards")
CALENDAR = "text/calendar"


@router.post("/deadline-calendars", status_code=201, responses=problems(Invalid))
async def add_deadline_calendar(body: DeadlineCalendarIn, work: CaseReader, request: Request) -> DeadlineCalendarMade:
    """A secret address under which calendar programs read your deadlines. It is shown only in this answer."""
    made, address = calendars.make(work, body.coordinator)
    request.state.reservation = None  # a secret that is shown once must not lie in a stored answer
    return DeadlineCalendarMade(**DeadlineCalendarOut.of(made).model_dump(), address=address)


@router.get("/deadline-calendars")
async def list_deadline_calendars(work: CaseReader) -> DeadlineCalendarsOut:
    """The calendars of deadlines that your organisation gave out and did not withdraw."""
    return DeadlineCalendarsOut(items=[DeadlineCalendarOut.of(one) for one in await calendars.calendars(work)])


@router.delete("/deadline-calendars/{calendar_id}", status_code=204, responses=problems(Invalid, NotFound))
async def withdraw_deadline_calendar(calendar_id: UUID, work: CaseReader) -> None:
    """Withdraw an address: from now on it shows nothing."""
    await calendars.withdraw(work, calendar_id)


@router.get(
    "/deadline-calendars/{calendar_id}/{secret}",
    response_class=Response,
    responses={
        200: {"description": "iCalendar (RFC 5545)", "content": {CALENDAR: {"schema": {"type": "string"}}}},
        304: {"description": "The same as the answer with the ETag that If-None-Match names"},
        **problems(Invalid, NotFound),
    },
)
async def read_deadline_calendar(calendar_id: UUID, secret: str, request: Request) -> Response:
    """The deadlines at a secret address: references and what must be done by when, nothing else. The address is the secret."""
    found = await calendars.calendar(request.app.state.database, calendar_id, secret.removesuffix(".ics"))
    return unless_known(request, found, CALENDAR)
