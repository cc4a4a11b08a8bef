"""What is written about a case next to its goals and contacts: judged, agreed, arranged, asked, to be done.

An item is noted (it tells something), or open until it is done or cancelled. None is deleted: a correction says what was wrong.
Sources: domain.md, Case; facts.md F26 (building blocks 5 assessment, 7 transport), F40 (asking discloses).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from app.core.errors import FieldError, Forbidden, Invalid, Refused
from app.followup.situation import Duty
from app.team.audience import Audience


class ItemKind(StrEnum):
    """What an item is."""

    NOTE = "note"
    ACTION = "action"  # something to do, by somebody, by a moment
    ASSESSMENT = "assessment"  # a level of risk, with its method
    TRANSPORT = "transport"
    AGREEMENT = "agreement"  # with the person
    DEFERRAL = "deferral"  # informing the person is put off
    CIRCLE = "circle"  # somebody of the person's own circle, who takes part without an organisation
    CRISIS_CARD = "crisis_card"  # what helps, and what doesn't, when it goes wrong
    ESCALATION = "escalation"  # the level of problem ownership, and the official who has accepted it
    INFORMATION_REQUEST = "information_request"
    INQUIRY = "inquiry"  # Wvggz exploratory inquiry (verkennend onderzoek)
    INQUIRY_STEP = "inquiry_step"  # who was heard or asked in it
    INQUIRY_NOTICE = "inquiry_notice"  # whoever asked for it hears that it has ended
    PROSECUTOR_HANDOVER = "prosecutor_handover"  # a close relative disagrees: the prosecutor looks at it
    CALAMITY = "calamity"
    CALAMITY_REPORT = "calamity_report"  # to the inspectorate
    JOINT_TABLE = "joint_table"  # several organisations assess one report together
    JUDGEMENT = "judgement"  # what one of them says at that table
    AFTERCARE_PLAN = "aftercare_plan"  # in which weeks this person is looked at afterwards
    CALLER_CONTACT = "caller_contact"  # the caller was told or asked, or it was tried; never for the person to see
    LOOK_AGAIN = "look_again"  # the case was reopened, or its caller is still worried
    VIEW = "view"  # what an organisation of the team says worked and failed


PROCEDURES: Final = frozenset(
    {
        ItemKind.INFORMATION_REQUEST,
        ItemKind.INQUIRY,
        ItemKind.INQUIRY_STEP,
        ItemKind.INQUIRY_NOTICE,
        ItemKind.PROSECUTOR_HANDOVER,
        ItemKind.CALAMITY,
        ItemKind.CALAMITY_REPORT,
        ItemKind.JOINT_TABLE,
        ItemKind.JUDGEMENT,
    }
)
"""What has rules of its own for its end, in the room `procedures`; nothing else ends it."""


class ItemState(StrEnum):
    """Where an item stands."""

    NOTED = "noted"
    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


# It is done by the answer of whoever is asked, and by nothing else.
ANSWERED: Final = frozenset({ItemKind.ESCALATION})


class ItemEnded(Refused):
    """It is no longer open."""

    slug, title = "item-ended", "It has ended already"


class EndsByProcedure(Refused):
    """It is part of a procedure, which has rules for its end."""

    slug, title = "ends-by-procedure", "A procedure says how this ends"


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to write; `due_at` makes it open, until it is ended."""

    kind: ItemKind
    at: datetime
    audience: Audience = None
    open: bool = False
    assigned_to: UUID | None = None
    due_at: datetime | None = None
    facts: Mapping[str, Any] | None = None
    words: Mapping[str, str | None] | None = None
    parent: UUID | None = None
    corrects: UUID | None = None
    may_be_late: bool = False  # a term of the law runs from what happened, also when it is written down after its end


@dataclass(frozen=True, slots=True)
class Ending:
    """How an open item ends; `kind`: what it must be, if that matters."""

    state: ItemState
    note: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    kind: ItemKind | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An item in codes; its words are read with a purpose."""

    id: UUID
    case_id: UUID
    kind: ItemKind
    organisation: UUID
    written_at: datetime
    at: datetime
    audience: Audience
    state: ItemState
    assigned_to: UUID | None
    due_at: datetime | None
    ended_at: datetime | None
    facts: Mapping[str, Any]
    ended_facts: Mapping[str, Any]
    parent: UUID | None
    corrects: UUID | None
    version: int
    corrected_by: UUID | None = None

    @property
    def withdrawn(self) -> bool:
        """Whether it says only that what it corrects was entered in error."""
        return "withdrawn" in self.facts

    snoozed: int = 0

    @property
    def duty(self) -> Duty:
        """The same for the clock of the case."""
        return self.duty_of(self.id)

    def duty_of(self, item_id: UUID) -> Duty:
        """The same duty, of the item that takes its place."""
        return Duty(item_id, self.kind, self.due_at, self.assigned_to)


def item_of(row: Mapping[str, Any]) -> Item:
    """The item in a row."""
    return Item(
        id=row["id"],
        case_id=row["case_id"],
        kind=ItemKind(row["kind"]),
        organisation=row["organisation_id"],
        written_at=row["written_at"],
        at=row["at"],
        audience=None if row["audience"] is None else tuple(row["audience"]),
        state=ItemState(row["state"]),
        assigned_to=row["assigned_to"],
        due_at=row["due_at"],
        ended_at=row["ended_at"],
        facts=row["facts"],
        ended_facts=row["ended_facts"],
        parent=row["parent_id"],
        corrects=row["corrects_id"],
        version=row["version"],
        corrected_by=row.get("corrected_by"),
        snoozed=row["snoozed"],
    )


def insist_on_moments(new: NewItem, now: datetime) -> None:
    """Refuse moments that can't be meant.

    Raises:
        Invalid: it happened in the future, or is due in the past; each with its pointer.
    """
    faults = []
    if new.at > now:
        faults.append(FieldError("/at", "future", "Not later than now."))
    if new.due_at and new.due_at <= now and not new.may_be_late:
        faults.append(FieldError("/dueAt", "past", "A moment to come: what was to be done already is noted as such."))
    if faults:
        raise Invalid("A moment can't be meant so. Nothing was changed.", errors=faults)


def insist_on_end(item: Item, how: Ending, by: UUID, owner: UUID | None) -> None:
    """Refuse an end of what has ended, by who has no say in it, or that passes over an answer.

    Raises:
        ItemEnded: it has ended. Forbidden: naming who may. Refused: it ends by an answer.
        EndsByProcedure: nobody named its kind, and it has rules of its own.
    """
    if item.state is not ItemState.OPEN:
        raise ItemEnded(f"It is {item.state} already. Write a new one, or a correction.", state=item.state)
    if how.kind is None and item.kind in PROCEDURES:
        raise EndsByProcedure("It is part of a procedure. End it by the procedure's own command; nothing was changed.")
    if by not in {owner, item.organisation, item.assigned_to}:
        raise Forbidden("Only the owner of the case, who wrote it, or who must do it ends it.")
    if item.kind in ANSWERED and how.kind is None and (how.state is ItemState.DONE or by not in {owner, item.organisation}):
        raise Refused("This ends by the answer of whoever is asked; who asked may cancel it. Nothing was changed.")
