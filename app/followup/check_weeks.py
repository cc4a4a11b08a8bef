"""In which weeks a person is looked at after the goals have their outcomes: as usual, or as fits this person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.core.errors import FieldError, Invalid
from app.followup.clocks import weeks_after
from app.followup.situation import Check, CheckState

MOST: Final = 6  # ⚙
LAST_FROM: Final = 4  # ⚙ whoever is better for a week may not be better
LATEST: Final = 26  # ⚙


class WeeksReason(StrEnum):
    """Why not the usual weeks."""

    PERSON_WISHES = "person_wishes"
    HIGH_RISK = "high_risk"
    STABLE_FOR_LONG = "stable_for_long"
    OTHER_CARE_INVOLVED = "other_care_involved"


@dataclass(frozen=True, slots=True)
class Replanned:
    """What becomes of a round of aftercare that runs: these checks are not done, and in these weeks there are new ones."""

    dropped: tuple[Check, ...]
    added: tuple[int, ...]


def insist_on_weeks(weeks: Iterable[int]) -> tuple[int, ...]:
    """The weeks of the checks, in order.

    Raises:
        Invalid: none, too many, the same twice, or the last one too soon or too late to say anything.
    """
    found = tuple(sorted(weeks))
    well = 0 < len(found) <= MOST and len(set(found)) == len(found) and found[0] > 0
    if not (well and LAST_FROM <= found[-1] <= LATEST):
        rule = f"One to {MOST} different weeks; the last of them week {LAST_FROM} to {LATEST}."
        raise Invalid("Aftercare can't be planned so. Nothing was changed.", errors=[FieldError("/weeks", "weeks", rule)])
    return found


def replanned(checks: Iterable[Check], weeks: tuple[int, ...], began: datetime, at: datetime) -> Replanned:
    """What other weeks mean, at `at`, for a round that began at `began` and has these checks.

    A check that is overdue stays: it is done, or waived with a reason and a role.

    Raises:
        Invalid: none of the weeks lies ahead, so that nobody would look any more.
    """
    of_round = tuple(checks)
    known = {one.week for one in of_round}
    planned = tuple(one for one in of_round if one.state is CheckState.PLANNED)
    dropped = tuple(one for one in planned if one.week not in weeks and one.due_at > at)
    added = tuple(week for week in weeks if week not in known and weeks_after(began, week) > at)
    if not added and len(dropped) == len(planned):
        fault = FieldError("/weeks", "past", "At least one week that is still to come.")
        raise Invalid("Nobody would look any more. Nothing was changed.", errors=[fault])
    return Replanned(dropped, added)
