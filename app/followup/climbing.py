"""Overdue things climb: person → coordinator → organisation → municipality → national desk. Source: domain.md, Closing ⚙.

Each step gives its hearers time before the next one hears too. At the top it is said again and again, never further apart than
the table says, until somebody acts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final

from app.cases.deadlines import DeadlineKind
from app.cases.lifecycle import Urgency
from app.directory.holidays import add_working_days


class Level(IntEnum):
    """How far something overdue has climbed."""

    PERSON = 0  # whoever has the task: not overdue, or not noticed yet
    COORDINATOR = 1
    ORGANISATION = 2
    MUNICIPALITY = 3
    NATIONAL_DESK = 4


class Audience(StrEnum):
    """Who hears of something overdue."""

    COORDINATOR = "coordinator"
    ORGANISATION = "organisation"
    MUNICIPALITY = "municipality"
    NATIONAL_DESK = "national_desk"


@dataclass(frozen=True, slots=True)
class Wait:
    """How long to wait: elapsed time, or working days when there are any."""

    elapsed: timedelta = timedelta()
    working_days: int = 0

    def after(self, at: datetime) -> datetime:
        """The moment that comes so long after `at`, UTC."""
        return add_working_days(at, self.working_days) if self.working_days else at + self.elapsed


A_WORKING_DAY: Final = Wait(working_days=1)
# ⚙ Between two steps, by what is overdue and how urgent the case is.
FIRST_CONTACT_WAITS: Final[Mapping[Urgency, Wait]] = MappingProxyType(
    {
        Urgency.ACUTE: Wait(timedelta(minutes=15)),
        Urgency.CRISIS: Wait(timedelta(minutes=30)),
        Urgency.URGENT: Wait(timedelta(hours=2)),
        Urgency.NORMAL: A_WORKING_DAY,
    }
)
# ⚙ Between two reminders at the top.
AT_THE_TOP: Final[Mapping[Urgency, Wait]] = MappingProxyType(
    {
        Urgency.ACUTE: Wait(timedelta(hours=1)),
        Urgency.CRISIS: Wait(timedelta(hours=4)),
        Urgency.URGENT: Wait(timedelta(hours=24)),
        Urgency.NORMAL: A_WORKING_DAY,
    }
)
HEARERS: Final[Mapping[Level, Audience]] = MappingProxyType(
    {
        Level.COORDINATOR: Audience.COORDINATOR,
        Level.ORGANISATION: Audience.ORGANISATION,
        Level.MUNICIPALITY: Audience.MUNICIPALITY,
        Level.NATIONAL_DESK: Audience.NATIONAL_DESK,
    }
)


@dataclass(frozen=True, slots=True)
class Climb:
    """One step up (or, at the top, one more reminder): who hears now, and when the next step comes if nothing happens."""

    level: Level
    hears: tuple[Audience, ...]
    next_at: datetime


def climb(urgency: Urgency, kind: DeadlineKind, climbed: int, at: datetime) -> Climb:
    """The step that something overdue takes at `at`, having climbed to `climbed` before.

    Who heard before hears again. The next step counts from now, not from when this one was due: after an outage everybody still
    has their time to act.
    """
    level = Level(min(climbed + 1, Level.NATIONAL_DESK))
    hears = tuple(audience for reached, audience in HEARERS.items() if reached <= level)
    return Climb(level, hears, _wait(urgency, kind, level).after(at))


def _wait(urgency: Urgency, kind: DeadlineKind, level: Level) -> Wait:
    if kind not in {DeadlineKind.FIRST_CONTACT, DeadlineKind.TAKE_UP}:
        return A_WORKING_DAY
    return (AT_THE_TOP if level is Level.NATIONAL_DESK else FIRST_CONTACT_WAITS)[urgency]
