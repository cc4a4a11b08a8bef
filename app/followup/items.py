"""What is written about a case next to its goals and contacts: judged, agreed, arranged, asked, to be done.

An item is noted (it tells something), or open until it is done or cancelled. None is deleted: a correction says what was wrong.
Sources: domain.md, Case; facts.md F26 (building blocks 5 assessment, 7 transport), F40 (asking discloses).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.core.errors import FieldError, Invalid, Refused
from app.followup.situation import Duty
from app.team.audience import Audience


class ItemKind(StrEnum):
    """What an item is."""

    NOTE = "note"
    ACTION = "action"  # something to do, by somebody, by a moment
    ASSESSMENT = "assessment"  # a level of risk, with its method
    TRANSPORT = "transport"
    AGREEMENT = "agreement"  # with the person
    CRISIS_CARD = "crisis_card"  # what helps, and what doesn't, when it goes wrong
    ESCALATION = "escalation"  # the level of problem ownership, and the official who has accepted it
    INFORMATION_REQUEST = "information_request"
    INQUIRY = "inquiry"  # Wvggz exploratory inquiry (verkennend onderzoek)
    CALAMITY = "calamity"
    JOINT_TABLE = "joint_table"  # several organisations assess one report together
    JUDGEMENT = "judgement"  # what one of them says at that table
    CALLER_CONTACT = "caller_contact"  # the caller was told or asked, or it was tried; never for the person to see
    LOOK_AGAIN = "look_again"  # the case was reopened, or its caller is still worried
    VIEW = "view"  # what an organisation of the team says worked and failed


class ItemState(StrEnum):
    """Where an item stands."""

    NOTED = "noted"
    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class ItemEnded(Refused):
    """It is no longer open."""

    slug, title = "item-ended", "It has ended already"


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

    @property
    def duty(self) -> Duty:
        """The same for the clock of the case."""
        return Duty(self.id, self.kind, self.due_at, self.assigned_to)


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
    )


def insist_on_moments(new: NewItem, now: datetime) -> None:
    """Refuse moments that can't be meant.

    Raises:
        Invalid: it happened in the future, or is due in the past; each with its pointer.
    """
    faults = []
    if new.at > now:
        faults.append(FieldError("/at", "future", "Not later than now."))
    if new.due_at and new.due_at <= now:
        faults.append(FieldError("/dueAt", "past", "A moment to come: what was to be done already is noted as such."))
    if faults:
        raise Invalid("A moment can't be meant so. Nothing was changed.", errors=faults)
