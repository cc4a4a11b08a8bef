"""Rows of boards: something of a case that has its moment. Codes, ids and moments only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.cases.case import Case
from app.core.paging import Place
from app.followup.items import Item
from app.routing.offers import Offer, What
from app.team.membership import Member

MOST_COUNTED: Final = 200  # ⚙ nobody works from a board that is longer


class Asked(StrEnum):
    """What was asked of an organisation, besides items of a case."""

    OFFER = "offer"  # to take a case that nobody has yet
    HANDOVER = "handover"  # to take over the case of another
    INVITATION = "invitation"  # onto the team of a case


@dataclass(frozen=True, slots=True)
class Pending:
    """Something that waits: `who` must act `by` a moment, and was told `since` another. `kind`: an item's, or `Asked`."""

    kind: str
    id: UUID
    case_id: UUID
    who: UUID | None
    since: datetime
    by: datetime
    version: int

    @property
    def place(self) -> Place:
        """Where it stands on its board."""
        return Place(self.by, self.id)


@dataclass(frozen=True, slots=True)
class Shown:
    """It with its case."""

    pending: Pending
    case: Case


@dataclass(frozen=True, slots=True)
class Late:
    """A case whose deadline is past, and what should have happened."""

    case: Case
    overdue: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a board has; `more`: there are at least so many."""

    count: int
    more: bool

    @classmethod
    def of(cls, *counted: int) -> "Count":
        """The sum of what was counted, each no further than one past `MOST_COUNTED`."""
        total = sum(counted)
        return cls(min(total, MOST_COUNTED), total > MOST_COUNTED)


def place_of(case: Case) -> Place:
    """Where an open case stands on a board."""
    if case.deadline_at is None:
        raise LookupError("An open case has a deadline.")
    return Place(case.deadline_at, case.id)


def of_item(item: Item) -> Pending:
    """An open item with its moment."""
    if item.due_at is None:
        raise LookupError("What is on a board has a moment.")
    return Pending(item.kind, item.id, item.case_id, item.assigned_to, item.written_at, item.due_at, item.version)


def of_invitation(member: Member) -> Pending:
    """An invitation that was not answered."""
    return Pending(
        Asked.INVITATION, member.id, member.case_id, member.organisation, member.invited_at, member.answer_by, member.version
    )


def of_offer(offer: Offer) -> Pending:
    """An offer that was not answered: of a case that nobody has yet, or that is handed over."""
    kind = Asked.OFFER if offer.what is What.ASSIGNMENT else Asked.HANDOVER
    return Pending(kind, offer.id, offer.case_id, offer.organisation, offer.offered_at, offer.accept_by, offer.version)


def in_order(*parts: Iterable[Pending]) -> list[Pending]:
    """Rows of several lists as one, soonest first."""
    return sorted((one for part in parts for one in part), key=lambda one: one.place)
