"""What still forbids closing, each with the place on the page where it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.followup.aftercare import Missing
from app.followup.service.overview import Overview

PLACES: Final = MappingProxyType(
    {
        "first_contact": "do-contact",
        "goal": "do-goal",
        "aftercare": "goals",
        "pending_invitation": "people",
        "pending_handover": "handover",
        "pending_joining": "ties",
        "own_goal": "do-goal",
    }
)
OWED: Final = frozenset({"feedback", "still_worried", "inform_person", "evaluation"})


@dataclass(frozen=True, slots=True)
class Lacking:
    """One thing: `code` is its sentence, `words` say which one, `week` of a check, `who` must do or answer it."""

    code: str
    place: str
    words: str
    week: int | None
    who: UUID | None


def lacking_in(page: Overview) -> Sequence[Lacking] | None:
    """Everything that forbids closing, in the order in which it is usually done; None for who does not close it."""
    if page.missing is None:
        return None
    said = {item.id: words.get("note", "") for item, words in page.open}
    said |= {goal["id"]: goal["words"].get("what", "") for goal in page.goals}
    weeks = {check["id"]: check["week"] for check in page.checks}
    return [_lacking(one, said.get(one.subject, "") if one.subject else "", weeks) for one in page.missing]


def _lacking(one: Missing, words: str, weeks: dict[UUID, int]) -> Lacking:
    week = weeks.get(one.subject) if one.subject else None
    return Lacking(one.code, _place(one), words, week, one.responsible)


def _place(one: Missing) -> str:
    if one.code in PLACES:
        return PLACES[one.code]
    if one.code in OWED:
        return f"o-{one.code}"
    start = {"goal_outcome": "g", "aftercare_check": "c"}.get(one.code, "i")
    return f"{start}-{one.subject.hex}" if one.subject else "todo"
