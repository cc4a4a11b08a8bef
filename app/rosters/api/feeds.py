"""Calendars: subscribe to shifts, take over when somebody is away."""

from uuid import UUID

from fastapi import Request, Response

from app.core.errors import Invalid, NotFound
from app.core.http import problems, rooms_router, unless_known
from app.identity.doors import DirectoryDoor
from app.rosters.schemas.feeds import CalendarFeedMade, CalendarFeedOut, CalendarFeedsOut, CalendarIn, UnavailabilityOut
from app.rosters.service import feeds as service
from app.rosters.service.feeds import Feed
from app.rosters.unavailability import CalendarRefused

router = rooms_router("rosters")
CALENDAR = "text/calendar"


@router.post("/rosters/{roster_id}/calendar-feeds", status_code=201, responses=problems(Invalid, NotFound))
async def add_roster_feed(roster_id: UUID, work: DirectoryDoor, request: Request) -> CalendarFeedMade:
    """A secret address under which calendar programs read the shifts of a roster. It is shown only in this answer."""
    return _made(request, *await service.make_roster_feed(work, roster_id))


@router.post("/participants/{participant_id}/calendar-feeds", status_code=201, responses=problems(Invalid, NotFound))
async def add_participant_feed(participant_id: UUID, work: DirectoryDoor, request: Request) -> CalendarFeedMade:
    """A secret address under which calendar programs read somebody's shifts. It is shown only in this answer."""
    return _made(request, *await service.make_participant_feed(work, participant_id))


@router.get("/calendar-feeds")
async def list_calendar_feeds(work: DirectoryDoor) -> CalendarFeedsOut:
    """The calendars that your organisation gave out and did not withdraw."""
    return CalendarFeedsOut(items=[CalendarFeedOut.of(one) for one in await service.feeds(work)])


@router.delete("/calendar-feeds/{feed_id}", status_code=204, responses=problems(Invalid, NotFound))
async def withdraw_calendar_feed(feed_id: UUID, work: DirectoryDoor) -> None:
    """Withdraw an address: from now on it shows nothing."""
    await service.withdraw_feed(work, feed_id)


@router.get(
    "/calendars/{feed_id}/{secret}",
    response_class=Response,
    responses={
        200: {"description": "iCalendar (RFC 5545)", "content": {CALENDAR: {"schema": {"type": "string"}}}},
        304: {"description": "The same as the answer with the ETag that If-None-Match names"},
        **problems(Invalid, NotFound),
    },
)
async def read_calendar(feed_id: UUID, secret: str, request: Request) -> Response:
    """The shifts at a secret address: who has which roster when, nothing else. It needs no token; the address is the secret."""
    found = await service.calendar(request.app.state.database, feed_id, secret.removesuffix(".ics"))
    return unless_known(request, found, CALENDAR)


@router.put("/participants/{participant_id}/unavailability", responses=problems(Invalid, NotFound, CalendarRefused))
async def take_over_calendar(participant_id: UUID, body: CalendarIn, work: DirectoryDoor) -> UnavailabilityOut:
    """Take over when somebody is away from their own calendar, instead of what it said before.

    Shifts stay; those that collide are warned of.
    """
    return UnavailabilityOut.of(await service.take_over_calendar(work, participant_id, body.calendar))


@router.get("/participants/{participant_id}/unavailability", responses=problems(Invalid, NotFound))
async def read_unavailability(participant_id: UUID, work: DirectoryDoor) -> UnavailabilityOut:
    """When somebody is away, by the calendar that was taken over last."""
    return UnavailabilityOut.of(await service.unavailability(work, participant_id))


@router.delete("/participants/{participant_id}/unavailability", status_code=204, responses=problems(Invalid, NotFound))
async def forget_calendar(participant_id: UUID, work: DirectoryDoor) -> None:
    """Forget what somebody's calendar said."""
    await service.forget_calendar(work, participant_id)


def _made(request: Request, feed: Feed, address: str) -> CalendarFeedMade:
    request.state.reservation = None  # a secret that is shown once must not lie in a stored answer
    return CalendarFeedMade(**CalendarFeedOut.of(feed).model_dump(), address=address)
