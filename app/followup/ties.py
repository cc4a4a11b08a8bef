"""Two cases about one person are joined, one about two is split: what stands in the way, until when it is undone.

Source: domain.md, Case (joined, as an end with a reason).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from app.cases.lifecycle import State
from app.core.errors import Conflict, Refused
from app.followup.items import PROCEDURES, ItemKind

UNDO_WITHIN: Final = timedelta(days=30)  # ⚙
ANSWER_WITHIN: Final = timedelta(days=3)  # ⚙ for the other owner
# Procedures with parts and terms of their own: they end in the case in which they were begun.
STAY: Final = PROCEDURES - {ItemKind.INFORMATION_REQUEST}


class TieKind(StrEnum):
    """How two cases hang together."""

    JOINED = "joined"
    SPLIT = "split"


class TieState(StrEnum):
    """Where a tie stands."""

    PROPOSED = "proposed"  # the owner of the other case has until `answer_by`
    DONE = "done"
    DECLINED = "declined"
    UNDONE = "undone"


class JoinReason(StrEnum):
    """Why two cases are one."""

    DUPLICATE = "duplicate"  # the same event was told twice
    SAME_PERSON = "same_person"  # other events, one person, one file


class SplitReason(StrEnum):
    """Why one case is two."""

    OTHER_PERSON = "other_person"  # callers meant somebody else
    HOUSEHOLD = "household"  # somebody who lives there needs help too


class CantJoinCases(Refused):
    """They can't be joined now; the detail says what stands in the way."""

    slug, title = "cant-join-cases", "These cases can't be joined"


class TieEnded(Conflict):
    """It was answered or undone already, or its term has passed."""

    slug, title = "tie-ended", "It is not what it was"


@dataclass(frozen=True, slots=True)
class Tie:
    """Two cases that hang together; `case_id` is the one that was joined into the other, or from which that was split off."""

    id: UUID
    kind: TieKind
    case_id: UUID
    other_case_id: UUID
    organisation: UUID
    other_organisation: UUID
    state: TieState
    reason: str
    at: datetime
    answer_by: datetime | None
    answered_at: datetime | None
    reversible_until: datetime | None
    undone_at: datetime | None
    moved: Mapping[str, Any]
    version: int


def tie_of(row: Mapping[str, Any]) -> Tie:
    """The tie in a row."""
    return Tie(
        id=row["id"],
        kind=TieKind(row["kind"]),
        case_id=row["case_id"],
        other_case_id=row["other_case_id"],
        organisation=row["organisation_id"],
        other_organisation=row["other_organisation_id"],
        state=TieState(row["state"]),
        reason=row["reason"],
        at=row["at"],
        answer_by=row["answer_by"],
        answered_at=row["answered_at"],
        reversible_until=row["reversible_until"],
        undone_at=row["undone_at"],
        moved=row["moved"],
        version=row["version"],
    )


def insist_on_joinable(state: State, kinds: Iterable[str], *, handover: bool) -> None:
    """Refuse to join a case that can't end in another now: `kinds` of its open items, `handover`: somebody is asked to take it.

    Raises:
        CantJoinCases: naming what stands in the way.
    """
    if state in {State.OFFERED, State.CLOSED}:
        raise CantJoinCases(f"A case that is {state} can't be joined: it must be owned, and open.", state=state)
    if handover:
        raise CantJoinCases("Somebody is asked to take this case over. Wait for the answer, or take that back.")
    staying = sorted(set(kinds) & STAY)
    if staying:
        named = ", ".join(kind.replace("_", " ") for kind in staying)
        raise CantJoinCases(f"It has what must end in the case in which it was begun: {named}. End that first.", kinds=staying)


def insist_on_standing(tie: Tie, state: TieState, until: datetime | None, at: datetime) -> None:
    """Refuse what is over.

    Raises:
        TieEnded: it stands otherwise, or `until` has passed.
    """
    if tie.state is not state:
        raise TieEnded(f"It is {tie.state}. Nothing was changed.", state=tie.state)
    if until is None or at > until:
        raise TieEnded("Its term has passed. Nothing was changed.", state=tie.state)
