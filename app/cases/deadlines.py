"""The next deadline of an owned case. Source: domain.md, Urgency ⚙ (protocol `nl-2026.1`)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.cases.lifecycle import Urgency
from app.directory.holidays import add_working_days


class DeadlineKind(StrEnum):
    """What must have happened by the deadline."""

    ACCEPT = "accept"
    FIRST_CONTACT = "first_contact"
    FOLLOW_UP = "follow_up"
    AFTERCARE = "aftercare"
    TAKE_UP = "take_up"  # the case was handed over: its new owner must do something


REMINDED_WITH: Final = 0.25  # ⚙ of the time left
REMINDED_AT_MOST: Final = timedelta(days=1)  # ⚙ before the deadline
FIRST_CONTACT_WITHIN: Final[Mapping[Urgency, timedelta]] = MappingProxyType(
    {
        Urgency.ACUTE: timedelta(hours=1),
        Urgency.CRISIS: timedelta(hours=4),
        Urgency.URGENT: timedelta(hours=24),
    }
)
FIRST_CONTACT_WORKING_DAYS: Final = 3


def first_contact_by(urgency: Urgency, accepted_at: datetime) -> datetime:
    """By when the person must have been contacted, UTC.

    Hours are elapsed time, whatever the day; `normal` is three working days (Monday to Friday, no public holiday).
    """
    within = FIRST_CONTACT_WITHIN.get(urgency)
    return accepted_at + within if within else add_working_days(accepted_at, FIRST_CONTACT_WORKING_DAYS)


def take_up_by(urgency: Urgency, at: datetime) -> datetime:
    """By when whoever took a case over at `at` must have done something in it, UTC: as long as for a first contact ⚙."""
    return first_contact_by(urgency, at)


def remind_at(deadline: datetime, at: datetime) -> datetime:
    """When who must act is reminded of a deadline that was set at `at`: when a quarter of the time is left, at most a day.

    A deadline that is past already is not reminded of: the answer is `at`, when it climbs at once.
    """
    left = max(timedelta(), deadline - at)
    return max(deadline, at) - min(left * REMINDED_WITH, REMINDED_AT_MOST)
