"""Shifts beyond the last that is planned: rosters reach weeks ahead, and a simulation a year."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final

from app.directory.holidays import AMSTERDAM
from app.simulation.snapshot import Snapshot, Turn

MOST_WEEKS: Final = 4  # ⚙
WEEK: Final = timedelta(weeks=1)


def repeated(snapshot: Snapshot, until: datetime) -> Snapshot:
    """The same directory, in which each roster goes on as in its last four whole weeks (or as many as it has), until a moment.

    By local time: who has the shift at eight has it at eight when the clock has changed. A roster of less than a week stays.
    """
    return replace(snapshot, turns={number: [*turns, *_going_on(turns, until)] for number, turns in snapshot.turns.items()})


def _going_on(turns: Sequence[Turn], until: datetime) -> Iterator[Turn]:
    last = max((one.end for one in turns), default=until)
    weeks = min(MOST_WEEKS, (last - min((one.start for one in turns), default=last)) // WEEK)
    if not weeks or last >= until:
        return
    first = _later(last, -weeks * WEEK)
    pattern = [one for one in turns if one.start >= first]
    for cycle in count(1):
        made = list(_moved(pattern, cycle * weeks * WEEK, until))
        if not made:
            return
        yield from made


def _moved(turns: Iterable[Turn], by: timedelta, until: datetime) -> Iterator[Turn]:
    for one in turns:
        start, end = _later(one.start, by), _later(one.end, by)
        if start < min(end, until):
            yield replace(one, start=start, end=end)


def _later(moment: datetime, by: timedelta) -> datetime:
    """The same time on the wall, days later."""
    return (moment.astimezone(AMSTERDAM) + by).astimezone(UTC)
