"""How a call was taken on a screen, as the screen tells it: counted by version of the screen, never by call or person."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

KEYSTROKES_UP_TO: Final = (20, 40, 60, 100)  # ⚙ and more: one count after these
SECONDS_UP_TO: Final = (120, 300, 600, 1200)  # ⚙ likewise
MOST: Final = 100_000  # nobody presses more keys in a call; what says so is not counted
TOLD: Final = re.compile(r"v=([0-9a-f]{12}); keys=(\d{1,6}); corrections=(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ScreenUse:
    """What a screen tells at the end of a call: its version, the keys that were pressed outside texts, and what was corrected."""

    version: str
    keystrokes: int
    corrections: int


@dataclass(frozen=True, slots=True)
class Used:
    """Of a version of the screen in some days: sums, and how many calls took up to so much."""

    version: str
    calls: int
    abandoned: int
    reports: int
    routes_chosen: int
    urgencies_chosen: int
    corrections: int
    keystrokes: int
    seconds: int
    keystrokes_by: tuple[int, ...]
    seconds_by: tuple[int, ...]


def use_told(header: str | None) -> ScreenUse | None:
    """What a header says; None when it says nothing that can be: no call fails for a count."""
    told = TOLD.fullmatch(header or "")
    if told is None or max(int(told[2]), int(told[3])) > MOST:
        return None
    return ScreenUse(told[1], int(told[2]), int(told[3]))


def in_its_place(value: int, up_to: tuple[int, ...]) -> list[int]:
    """One where a value belongs, nothing elsewhere."""
    place = bisect_left(up_to, value)
    return [int(one == place) for one in range(len(up_to) + 1)]
