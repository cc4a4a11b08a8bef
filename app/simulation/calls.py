"""A call that is simulated: when, where and what is needed. Nothing about a person is in it."""

from dataclasses import dataclass
from datetime import datetime

from app.routing.need import Need


@dataclass(frozen=True, slots=True)
class SimulatedCall:
    """A call that opens a case. `number` ties it to its random answers, so that two directories meet the same ones."""

    number: int
    at: datetime
    municipality_code: str
    need: Need
