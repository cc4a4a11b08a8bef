"""How whoever is asked answers: accepts, declines or keeps silent, and after how long. ⚙ all of it: no source is known.

What an organisation answers to a call is drawn from the seed, the call and the organisation alone: in another directory, or
asked at another moment, it draws the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from math import log
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.cases.lifecycle import Urgency
from app.routing.ladder import Rung


class Answer(StrEnum):
    """What became of an offer."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Habit:
    """Shares from 0 to 1 of offers that are accepted and declined; the rest hears nothing. `slowness` multiplies the delay."""

    accepts: float
    declines: float
    slowness: float = 1.0


HABITS: Final[Mapping[Rung, Habit]] = MappingProxyType(
    {
        Rung.MELDPUNT: Habit(0.85, 0.10),
        Rung.ON_DUTY: Habit(0.90, 0.05),
        Rung.CONTRACTED: Habit(0.60, 0.25, 1.5),
        Rung.NATIONAL_DESK: Habit(1.0, 0.0),
    }
)
DELAYS: Final[Mapping[Urgency, timedelta]] = MappingProxyType(
    {
        Urgency.ACUTE: timedelta(minutes=1.5),
        Urgency.CRISIS: timedelta(minutes=3),
        Urgency.URGENT: timedelta(minutes=9),
        Urgency.NORMAL: timedelta(hours=2),
    }
)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Habits by rung, and the mean delay by urgency; delays are exponential."""

    habits: Mapping[Rung, Habit] = field(default_factory=lambda: HABITS)
    delays: Mapping[Urgency, timedelta] = field(default_factory=lambda: DELAYS)

    def answer(
        self, rung: Rung, urgency: Urgency, counted_from: datetime, accept_by: datetime, chance: tuple[float, float]
    ) -> tuple[Answer, datetime]:
        """What is answered and when, UTC; silence, or an answer too late, is an offer that expires.

        The last rung never declines and its offer never expires: it only takes its time.
        """
        habit = self.habits[rung]
        at = counted_from + self.delays[urgency] * (habit.slowness * -log(1 - chance[1]))
        if rung is Rung.NATIONAL_DESK:
            return Answer.ACCEPTED, at
        if at >= accept_by or chance[0] >= habit.accepts + habit.declines:
            return Answer.EXPIRED, accept_by
        return (Answer.ACCEPTED if chance[0] < habit.accepts else Answer.DECLINED), at


def chance(seed: int, call: int, organisation: UUID) -> tuple[float, float]:
    """Two numbers from 0 to 1 (not included) that belong to this call and this organisation."""
    drawn = blake2b(b"%d %d %b" % (seed, call, organisation.bytes), digest_size=16).digest()
    return (int.from_bytes(drawn[:8]) >> 11) * 2.0**-53, (int.from_bytes(drawn[8:]) >> 11) * 2.0**-53
