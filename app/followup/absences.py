"""Who answers for a case at a moment: its coordinator, or while that one is away whoever stands in. Functions, as text."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.core.errors import Conflict, FieldError, Invalid
from app.core.spans import Span

LONGEST: Final = timedelta(days=366)  # ⚙ who is away longer coordinates no more


class AbsenceOverlaps(Conflict):
    """The coordinator is away then already."""

    slug, title = "absence-overlaps", "The coordinator is away then already"


@dataclass(frozen=True, slots=True)
class Absence:
    """A coordinator of an organisation is away for a while, and somebody stands in."""

    id: UUID
    coordinator: str
    deputy: str
    span: Span
    withdrawn_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether the coordinator is away at `at`."""
        return self.withdrawn_at is None and self.span.contains(at)


def span_of(starts_at: datetime, ends_at: datetime, at: datetime) -> Span:
    """The time of an absence that is told at `at`.

    Raises:
        Invalid: it ends before it starts, or is over; it lasts longer than a year.
    """
    if ends_at <= max(starts_at, at):
        fault = FieldError("/endsAt", "moment", "After the start, and still to come.")
        raise Invalid("There is no such time to be away. Nothing was changed.", errors=[fault])
    if ends_at - starts_at > LONGEST:
        fault = FieldError("/endsAt", "too_long", "At most a year.")
        raise Invalid("Who is away longer coordinates no more: name another coordinator.", errors=[fault])
    return Span(starts_at, ends_at)


def answers(coordinator: str | None, deputy: str | None, absences: Iterable[Absence], at: datetime) -> str | None:
    """Who answers for a case at `at`; None: nobody by name, so the organisation as a whole does.

    While somebody is away, their deputy of that time answers; when that one is away too, the deputy's deputy, and so on. When
    all of them are, the deputy of the case, and then nobody.
    """
    standing_in = {one.coordinator: one.deputy for one in absences if one.holds(at)}
    asked: set[str] = set()
    for first in (coordinator, deputy):
        person = first
        while person in standing_in and person not in asked:
            asked.add(person)
            person = standing_in[person]
        if person is not None and person not in standing_in:
            return person
    return None
