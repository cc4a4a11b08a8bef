"""Clocks on the wire: what is put off, in which weeks somebody looks, who answers."""

from typing import Self
from uuid import UUID

from pydantic import Field

from app.cases.service import Case
from app.core.http import Line, Moment, Text, Wire
from app.followup.absences import Absence
from app.followup.check_weeks import WeeksReason
from app.followup.snoozing import Snoozable, SnoozeReason


class SnoozeIn(Wire):
    """Put an item or an aftercare check off; of the others the refusal says what to do instead."""

    what: Snoozable
    subject: UUID | None = Field(None, description="The id of the item or the check")
    until: Moment
    reason: SnoozeReason


class CheckWeeksIn(Wire):
    """In which weeks after the goals have their outcomes this person is looked at; usual: 1, 4 and 12."""

    weeks: list[int] = Field(min_length=1, max_length=6)
    reason: WeeksReason
    note: Text | None = None


class CoordinatorIn(Wire):
    """Who coordinates a case, and who stands in: functions rather than names."""

    coordinator: Line
    deputy: Line | None = None


class CoordinatorOut(Wire):
    """Who coordinates a case, and who answers for it at this moment."""

    case_id: UUID
    coordinator: str | None
    deputy: str | None
    answers: str | None = Field(description="Null: nobody was named, or all are away; the organisation answers")
    version: int

    @classmethod
    def of(cls, case: Case, answers: str | None) -> Self:
        """As the API shows it."""
        return cls(
            case_id=case.id, coordinator=case.coordinator, deputy=case.deputy, answers=answers, version=case.version
        )  # fmt: skip


class AbsenceIn(Wire):
    """A coordinator of your organisation is away, and somebody stands in: the names as the cases have them."""

    coordinator: Line
    deputy: Line
    starts_at: Moment
    ends_at: Moment


class AbsenceOut(Wire):
    """An absence."""

    id: UUID
    coordinator: str
    deputy: str
    starts_at: Moment
    ends_at: Moment
    withdrawn_at: Moment | None

    @classmethod
    def of(cls, absence: Absence) -> Self:
        """As the API shows it."""
        return cls(
            id=absence.id,
            coordinator=absence.coordinator,
            deputy=absence.deputy,
            starts_at=absence.span.start,
            ends_at=absence.span.end,
            withdrawn_at=absence.withdrawn_at,
        )
