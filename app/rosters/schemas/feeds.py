"""Calendars on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from app.core.http import Moment, Wire
from app.core.spans import Span
from app.rosters.service.feeds import Feed


class CalendarFeedOut(Wire):
    """A calendar that programs may subscribe to."""

    id: UUID
    roster_id: UUID | None
    participant_id: UUID | None
    made_at: Moment

    @classmethod
    def of(cls, one: Feed) -> "CalendarFeedOut":
        """As it is shown."""
        return cls(id=one.id, roster_id=one.roster_id, participant_id=one.participant_id, made_at=one.made_at)


class CalendarFeedMade(CalendarFeedOut):
    """A new calendar with its address, which is shown only here. Whoever knows it sees the shifts."""

    address: str


class CalendarFeedsOut(Wire):
    """The calendars of your organisation."""

    items: list[CalendarFeedOut]


class CalendarIn(Wire):
    """A calendar of one participant."""

    calendar: Annotated[str, StringConstraints(min_length=1, max_length=200_000)] = Field(
        description="The contents of an .ics file: whatever is not transparent counts as being away, for a year from now"
    )


class BusyOut(Wire):
    """A span in which somebody is not available."""

    starts_at: Moment
    ends_at: Moment


class UnavailabilityOut(Wire):
    """When a participant is not available, from now on; what for is not kept."""

    items: list[BusyOut]

    @classmethod
    def of(cls, spans: list[Span]) -> "UnavailabilityOut":
        """As it is shown."""
        return cls(items=[BusyOut(starts_at=one.start, ends_at=one.end) for one in spans])
