"""How the call screen is used, by its versions: told when there were so many calls that nobody can be seen in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.console.figures.period import Days
from app.core.work import Work
from app.intake.screen_use import KEYSTROKES_UP_TO, SECONDS_UP_TO, Used
from app.intake.service.screen_use import screen_use

FEWEST: Final = 20  # ⚙ calls: of fewer, an average may be one person's evening
KEYS_UP_TO, MINUTES_UP_TO = KEYSTROKES_UP_TO, tuple(one // 60 for one in SECONDS_UP_TO)


@dataclass(frozen=True, slots=True)
class Screens:
    """The versions that can be told of, and how many were used too little for it."""

    told: Sequence[Used]
    too_little: int


async def screens(work: Work, days: Days) -> Screens:
    """Those of this organisation in a period."""
    found = await screen_use(work, days.first, days.last)
    told = [one for one in found if one.calls >= FEWEST]
    return Screens(told, len(found) - len(told))
