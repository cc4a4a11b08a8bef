"""What follow-up announces: ids, codes and moments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from app.cases.lifecycle import PRESSING
from app.core.events import CaseEvent, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLogged(CaseEvent):
    """Somebody was contacted, or it was tried."""

    type: ClassVar[str] = "nl.nodus.contact.logged.v1"
    example: ClassVar[Mapping[str, object]] = {"way": "visit", "party": "person", "result": "reached", "state": "in_follow_up"}
    contact_id: UUID
    contacted_at: datetime
    way: str
    party: str
    result: str
    state: str
    deadline_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseInAftercare(CaseEvent):
    """Every goal has an outcome; the first of the planned checks is due at `deadline_at`."""

    type: ClassVar[str] = "nl.nodus.case.in_aftercare.v1"
    round: int
    deadline_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRelapsed(CaseEvent):
    """A goal was set in aftercare: the case is followed up again, and the checks of `round` that were planned are waived."""

    type: ClassVar[str] = "nl.nodus.case.relapsed.v1"
    example: ClassVar[Mapping[str, object]] = {"state": "in_follow_up"}
    round: int
    goal_id: UUID
    state: str
    deadline_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDueSoon(CaseEvent):
    """A deadline comes near: `organisation_id` must do `what` by `deadline_at`. It goes to that organisation only.

    `answers`: who there answers for the case at this moment, the coordinator or a deputy; null: nobody was named.
    """

    type: ClassVar[str] = "nl.nodus.case.due_soon.v1"
    example: ClassVar[Mapping[str, object]] = {
        "reference": "K7M4-2QXD-H",
        "what": ("action",),
        "deadline_kind": "follow_up",
        "answers": "regisseur",
    }
    reference: str
    organisation_id: UUID
    what: tuple[str, ...]
    deadline_kind: str
    deadline_at: datetime
    answers: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOverdue(CaseEvent):
    """Something should have happened by `deadline_at` and did not; `level` 1 (coordinator) to 4 (national desk) must act.

    `answers`: the coordinator of the case, or who stands in at this moment; null: nobody was named, or you are not its owner. A
    member of the team to whom something of it is assigned hears of that part; of what hangs on the case others hear `item` only.
    """

    type: ClassVar[str] = "nl.nodus.case.overdue.v1"
    example: ClassVar[Mapping[str, object]] = {
        "reference": "K7M4-2QXD-H",
        "municipality_code": "GM0363",
        "urgency": "urgent",
        "deadline_kind": "first_contact",
        "overdue": ("first_contact",),
        "hears": ("coordinator",),
        "answers": "regisseur",
    }
    reference: str
    owner_organisation_id: UUID
    municipality_code: str
    urgency: str
    deadline_kind: str
    deadline_at: datetime
    overdue: tuple[str, ...]
    level: int
    hears: tuple[str, ...]
    climbs_at: datetime
    answers: str | None = None

    @property
    def pressing(self) -> bool:
        """Whether somebody must act within the hour or so."""
        return self.urgency in PRESSING


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed(CaseEvent):
    """Nothing is missing any more; retention begins. With outcome `entered_in_error` its owner agreed that there was no case."""

    type: ClassVar[str] = "nl.nodus.case.closed.v1"
    example: ClassVar[Mapping[str, object]] = {"outcome": "better"}
    outcome: str
    closed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemWritten(CaseEvent):
    """Something was judged, agreed, arranged, asked or given to somebody to do; what it says stays behind the API."""

    type: ClassVar[str] = "nl.nodus.item.written.v1"
    example: ClassVar[Mapping[str, object]] = {"kind": "action", "state": "open"}
    item_id: UUID
    kind: str
    organisation_id: UUID
    state: str
    assigned_to: UUID | None
    due_at: datetime | None
    corrects_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMoved(CaseEvent):
    """What is still to be done is for somebody else, or due at another moment."""

    type: ClassVar[str] = "nl.nodus.item.moved.v1"
    example: ClassVar[Mapping[str, object]] = {"kind": "action", "reason": "no_capacity"}
    item_id: UUID
    kind: str
    organisation_id: UUID
    assigned_to: UUID | None
    due_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEnded(CaseEvent):
    """An open item is done, or is not going to be."""

    type: ClassVar[str] = "nl.nodus.item.ended.v1"
    example: ClassVar[Mapping[str, object]] = {"kind": "action", "state": "done"}
    item_id: UUID
    kind: str
    organisation_id: UUID
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed(CaseEvent):
    """Something that was to be done is put off until `due_at`, for a reason; `times` counts."""

    type: ClassVar[str] = "nl.nodus.case.snoozed.v1"
    example: ClassVar[Mapping[str, object]] = {"what": "action", "reason": "waiting_for_others"}
    subject_id: UUID
    what: str
    reason: str
    due_at: datetime
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinatorNamed(CaseEvent):
    """Somebody else coordinates the case, or stands in for who does."""

    type: ClassVar[str] = "nl.nodus.case.coordinator_named.v1"
    organisation_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReopened(CaseEvent):
    """A closed case goes on with who had it: for a `reason`; or, without one, because its call was no error after all."""

    type: ClassVar[str] = "nl.nodus.case.reopened.v1"
    example: ClassVar[Mapping[str, object]] = {"state": "in_follow_up", "reason": "relapse"}
    state: str
    deadline_at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerStillWorried(CaseEvent):
    """Asked again, the caller still worries: somebody must look by `look_by`, and think of a new goal."""

    type: ClassVar[str] = "nl.nodus.caller.still_worried.v1"
    example: ClassVar[Mapping[str, object]] = {"state": "aftercare", "suggests": "goal"}
    item_id: UUID
    state: str
    look_by: datetime
    suggests: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTied(CaseEvent):
    """This case and another: joining it into that one is `proposed` or `declined`, it `joined` that one, or was `unjoined`.

    Or a case about another person was `split` off it.
    """

    type: ClassVar[str] = "nl.nodus.case.tied.v1"
    example: ClassVar[Mapping[str, object]] = {"tie": "joined", "reason": "duplicate"}
    other_case_id: UUID
    tie_id: UUID
    tie: str
    reason: str
    answer_by: datetime | None = None


EVENTS: Final[tuple[type[Event], ...]] = (
    ContactLogged, CaseInAftercare, CaseRelapsed, CaseDueSoon, CaseOverdue, CaseClosed, ItemWritten, ItemMoved, ItemEnded,
    Snoozed, CoordinatorNamed, CaseReopened, CallerStillWorried, CaseTied,
)  # fmt: skip
