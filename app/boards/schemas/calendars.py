"""Calendars of deadlines on the wire."""

from typing import Self
from uuid import UUID

from pydantic import Field

from app.boards.service.calendars import DeadlineCalendar
from app.core.http import Line, Moment, Wire


class DeadlineCalendarIn(Wire):
    """A calendar to make."""

    coordinator: Line | None = Field(None, description="Only the cases of this coordinator; default: all of your organisation")


class DeadlineCalendarOut(Wire):
    """A calendar of deadlines that programs may subscribe to."""

    id: UUID
    coordinator: str | None
    made_at: Moment

    @classmethod
    def of(cls, one: DeadlineCalendar) -> Self:
        """As it is shown."""
        return cls(id=one.id, coordinator=one.coordinator, made_at=one.made_at)


class DeadlineCalendarMade(DeadlineCalendarOut):
    """A new calendar with its address, which is shown only here. Whoever knows it sees references and deadlines."""

    address: str


class DeadlineCalendarsOut(Wire):
    """The calendars of your organisation that were not withdrawn."""

    items: list[DeadlineCalendarOut]
