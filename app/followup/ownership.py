"""The level of problem ownership: which official has accepted that the problem is theirs. Nobody is made owner by a form.

Sources: domain.md, Case ⚙; facts.md F31 (the AVE model says who owns the problem at which intensity) and F27 (a problem that
nobody forces through stays where it is).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.core.errors import FieldError, Forbidden, Invalid, Refused
from app.followup.items import Item


class ProblemLevel(StrEnum):
    """How heavy the problem is, lightest first ⚙."""

    PRACTITIONER = "practitioner"  # those who work with the person manage
    PROCESS = "process"  # their organisations must be brought together
    MANAGEMENT = "management"  # it takes people or money that those can't give
    EXECUTIVE = "executive"  # it takes a decision of the municipality's board


class Official(StrEnum):
    """In which function somebody holds a problem."""

    COORDINATOR = "coordinator"
    PROCESS_DIRECTOR = "process_director"
    MANAGER = "manager"
    DIRECTOR = "director"
    ALDERMAN = "alderman"
    MAYOR = "mayor"


class ScaleReason(StrEnum):
    """Why another level is asked for."""

    PLAN_FAILS = "plan_fails"
    NOBODY_TAKES_IT = "nobody_takes_it"
    DANGER = "danger"
    NO_FITTING_PLACE = "no_fitting_place"  # care or housing that does not exist, or has no room
    MONEY = "money"
    UNREST = "unrest"  # in the street, in the press
    QUIETER = "quieter"  # a lighter level is enough again


class ScaleRefusal(StrEnum):
    """Why an official does not take it."""

    LEVEL_NOT_NEEDED = "level_not_needed"
    OTHER_OFFICIAL = "other_official"  # it is for somebody else of this or a higher level
    NOT_COMPETENT = "not_competent"  # the law gives them no say in it
    MORE_INFORMATION = "more_information"


OFFICIALS: Final[Mapping[ProblemLevel, frozenset[Official]]] = MappingProxyType(
    {
        ProblemLevel.PRACTITIONER: frozenset({Official.COORDINATOR}),
        ProblemLevel.PROCESS: frozenset({Official.COORDINATOR, Official.PROCESS_DIRECTOR}),
        ProblemLevel.MANAGEMENT: frozenset({Official.MANAGER, Official.DIRECTOR}),
        ProblemLevel.EXECUTIVE: frozenset({Official.ALDERMAN, Official.MAYOR}),
    }
)
ANSWER_HOURS: Final[Mapping[ProblemLevel, int]] = MappingProxyType(  # ⚙ when the asker names no moment
    {ProblemLevel.PRACTITIONER: 72, ProblemLevel.PROCESS: 72, ProblemLevel.MANAGEMENT: 48, ProblemLevel.EXECUTIVE: 24}
)


class ScalingAsked(Refused):
    """An official was asked, and has not answered."""

    slug, title = "scaling-asked", "Another level is being asked for already"


def answer_by(level: ProblemLevel, asked: datetime | None, now: datetime) -> datetime:
    """By when the official answers.

    Raises:
        Invalid: by a moment that has passed.
    """
    if asked and asked <= now:
        raise Invalid("Nobody answers in the past.", errors=[FieldError("/answerBy", "past", "A moment to come.")])
    return asked or now + timedelta(hours=ANSWER_HOURS[level])


def insist_on_official(level: ProblemLevel, official: Official) -> None:
    """Refuse a level that this function does not hold.

    Raises:
        Invalid: naming who may.
    """
    if official not in OFFICIALS[level]:
        possible = ", ".join(sorted(OFFICIALS[level]))
        fault = FieldError("/official", "level", f"For this level: {possible}.")
        raise Invalid(f"An official of this function does not hold the level {level}. Nothing was changed.", errors=[fault])


def insist_on_change(current: Item | None, level: ProblemLevel, official: Official, holder: UUID, *, asked: bool) -> None:
    """Refuse to ask twice at once, or for what is so already.

    Raises:
        ScalingAsked: an answer is awaited. Invalid: this official holds it at this level.
    """
    if asked:
        raise ScalingAsked("An official was asked, and has not answered. Wait for the answer, or cancel that item first.")
    if current and (current.facts["level"], current.facts["official"], current.assigned_to) == (level, official, holder):
        fault = FieldError("/level", "same", "Another level, or another official.")
        raise Invalid("This official holds the problem at this level already. Nothing was changed.", errors=[fault])


def insist_on_asked(item: Item, by: UUID) -> None:
    """Refuse an answer by others than the organisation of the official who was asked.

    Raises:
        Forbidden: naming who may.
    """
    if by != item.assigned_to:
        raise Forbidden("Only the organisation of the official who was asked accepts or declines. The asker may cancel the item.")
