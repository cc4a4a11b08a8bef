"""How long an offer stands, and when the last rung is reminded. Source: domain.md, Urgency ⚙ (protocol `nl-2026.1`)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.cases.lifecycle import Urgency
from app.directory.holidays import add_working_days


class Rung(StrEnum):
    """A step of the ladder, from the nearest to the last."""

    MELDPUNT = "meldpunt"
    ON_DUTY = "on_duty"  # a care provider whose shift runs
    CONTRACTED = "contracted"  # another care provider for the area, or one that stands in for the desk
    NATIONAL_DESK = "national_desk"  # never closed, can't decline, its offer does not expire
    CHOSEN = "chosen"  # by the operator, with a reason


ACCEPT_WITHIN: Final[Mapping[Urgency, timedelta]] = MappingProxyType(
    {
        Urgency.ACUTE: timedelta(minutes=5),
        Urgency.CRISIS: timedelta(minutes=10),
        Urgency.URGENT: timedelta(minutes=30),
    }
)
ACCEPT_WORKING_DAYS: Final = 1
REMIND_NORMAL: Final = timedelta(hours=4)
SLOWEST_REMINDER: Final = 8


def accept_by(urgency: Urgency, counted_from: datetime) -> datetime:
    """By when an offer must be answered, UTC: minutes of elapsed time, or one working day of the service calendar."""
    within = ACCEPT_WITHIN.get(urgency)
    return counted_from + within if within else add_working_days(counted_from, ACCEPT_WORKING_DAYS)


def next_reminder(urgency: Urgency, reminders: int, at: datetime) -> datetime:
    """When the last rung is reminded again: as long as it had to accept, then ever slower, at most eight times as long."""
    slower: int = min(2**reminders, SLOWEST_REMINDER)
    return at + ACCEPT_WITHIN.get(urgency, REMIND_NORMAL) * slower
