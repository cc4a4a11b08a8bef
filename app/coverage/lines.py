"""What is asked for: the lines, and the question that each puts to the ladder (`routing/candidates.py`)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.cases.lifecycle import Urgency
from app.directory.answers import Asked
from app.routing.ladder import Rung
from app.routing.need import Need


class Line(StrEnum):
    """A kind of case, or (`outreach`) the providers behind the desks alone."""

    CRISIS = "crisis"
    URGENT = "urgent"
    NORMAL = "normal"
    OUTREACH = "outreach"


NEEDS: Final[Mapping[Line, Need]] = MappingProxyType(
    {Line.CRISIS: Need(Urgency.CRISIS), Line.URGENT: Need(Urgency.URGENT), Line.NORMAL: Need(Urgency.NORMAL)}
)
"""The case of a line; nobody calls for outreach."""

QUESTIONS: Final[Mapping[Line, Asked]] = MappingProxyType(
    {
        Line.CRISIS: Asked(Line.CRISIS, "crisis", desks=False, waits=False),
        Line.URGENT: Asked(Line.URGENT, "outreach", desks=True, waits=False),
        Line.NORMAL: Asked(Line.NORMAL, "outreach", desks=True, waits=True),
        Line.OUTREACH: Asked(Line.OUTREACH, "outreach", desks=False, waits=False),
    }
)
DESKLESS: Final = (Line.CRISIS, Line.OUTREACH)
"""No meldpunt is asked on these; they are the lines of care providers."""
STEPS: Final = (Rung.MELDPUNT, Rung.ON_DUTY, Rung.CONTRACTED, Rung.NATIONAL_DESK)
"""From the nearest to the last."""
