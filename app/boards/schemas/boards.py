"""Rows of boards on the wire: codes, ids and moments."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Self
from uuid import UUID

from pydantic import Field

from app.boards.rows import Count, Late, Shown
from app.boards.service.counting import Counts
from app.cases.case import Case
from app.cases.deadlines import DeadlineKind
from app.cases.lifecycle import State, Urgency
from app.core.http import Moment, Wire
from app.followup.aftercare import earliest
from app.followup.service.duties import CheckDue

LEVELS: Final[Mapping[int, str]] = MappingProxyType(
    {0: "person", 1: "coordinator", 2: "organisation", 3: "municipality", 4: "national_desk"}
)


class OfCase(Wire):
    """What every row tells of its case."""

    case_id: UUID
    reference: str
    municipality_code: str
    urgency: Urgency
    state: State
    coordinator: str | None = Field(None, description="Who coordinates it at its owner")

    @classmethod
    def told(cls, case: Case) -> dict[str, Any]:
        """The members of a case."""
        return {
            "case_id": case.id,
            "reference": case.reference,
            "municipality_code": case.municipality_code,
            "urgency": case.urgency,
            "state": case.state,
            "coordinator": case.coordinator,
        }


class BoardCaseOut(OfCase):
    """A case that your organisation owns, and its next deadline."""

    flags: list[str]
    deadline_at: Moment
    deadline_kind: DeadlineKind
    climbed: int
    version: int

    @classmethod
    def of(cls, case: Case) -> Self:
        """The row of an open case."""
        more = {
            "flags": list(case.flags),
            "deadline_at": case.deadline_at,
            "deadline_kind": case.deadline_kind,
            "climbed": case.climbed,
            "version": case.version,
        }
        return cls.model_validate({**cls.told(case), **more}, by_name=True)


class OverdueOut(BoardCaseOut):
    """A case in which something should have happened since `deadlineAt`; who hears of it by now, and when the next one will."""

    overdue: list[str]
    level: str = Field(description="person, coordinator, organisation, municipality or national_desk")
    climbs_at: Moment | None

    @classmethod
    def of_late(cls, late: Late) -> Self:
        """The row of an overdue case."""
        row = BoardCaseOut.of(late.case).model_dump()
        more = {"overdue": list(late.overdue), "level": LEVELS[late.case.climbed], "climbs_at": late.case.next_climb_at}
        return cls.model_validate({**row, **more}, by_name=True)


class PendingOut(OfCase):
    """Something of a case that waits for somebody, by a moment."""

    kind: str = Field(description="Of an item (action, information_request …), or offer, handover, invitation")
    id: UUID
    organisation_id: UUID | None = Field(description="Who must act; null: nobody was named")
    owner_organisation_id: UUID | None
    since: Moment
    due_at: Moment
    overdue: bool
    seconds_left: int = Field(description="0 when its moment is past")
    version: int

    @classmethod
    def of(cls, shown: Shown, now: datetime) -> Self:
        """The row."""
        one, left = shown.pending, int((shown.pending.by - now).total_seconds())
        more = {
            "kind": str(one.kind),
            "id": one.id,
            "organisation_id": one.who,
            "owner_organisation_id": shown.case.owner,
            "since": one.since,
            "due_at": one.by,
            "overdue": one.by <= now,
            "seconds_left": max(0, left),
            "version": one.version,
        }
        return cls.model_validate({**cls.told(shown.case), **more}, by_name=True)


class CheckOfWeekOut(OfCase):
    """An aftercare check that is due in the week; from `earliestAt` on it counts."""

    check_id: UUID
    round: int
    week: int
    due_at: Moment
    earliest_at: Moment
    overdue: bool

    @classmethod
    def of(cls, check: CheckDue, case: Case, now: datetime) -> Self:
        """The row."""
        more = {
            "check_id": check.id,
            "round": check.round,
            "week": check.week,
            "due_at": check.due_at,
            "earliest_at": earliest(check.week, check.due_at),
            "overdue": check.due_at <= now,
        }
        return cls.model_validate({**cls.told(case), **more}, by_name=True)


class CountOut(Wire):
    """How many rows; `atLeast`: so many and more, such as 200+."""

    count: int
    at_least: bool

    @classmethod
    def of(cls, count: Count) -> Self:
        """As it is told."""
        return cls(count=count.count, at_least=count.more)


class BoardsOut(Wire):
    """How long each board of your organisation is."""

    my_cases: CountOut
    overdue: CountOut
    waiting_for_others: CountOut
    to_accept: CountOut
    actions: CountOut
    aftercare_this_week: CountOut
    week: str = Field(description="The week of `aftercareThisWeek`, by Amsterdam's calendar")

    @classmethod
    def of(cls, counts: Counts) -> Self:
        """As it is told."""
        return cls(
            my_cases=CountOut.of(counts.my_cases),
            overdue=CountOut.of(counts.overdue),
            waiting_for_others=CountOut.of(counts.waiting_for_others),
            to_accept=CountOut.of(counts.to_accept),
            actions=CountOut.of(counts.actions),
            aftercare_this_week=CountOut.of(counts.aftercare_this_week),
            week=counts.week,
        )
