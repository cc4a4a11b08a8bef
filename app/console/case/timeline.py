"""A case as a line in time: who had it, contacts, what was done, and what is promised. Places only; the template draws.

The line is no ruler: half of a place comes from the moment and half from the order, so that the first hour of a long case
can be read too.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from app.cases.service import Case
from app.console.case.lines import Entry, id_in
from app.console.case.next_step import Promise
from app.directory.holidays import AMSTERDAM

LEFT, WIDTH, AHEAD = 96.0, 1000.0, 0.3  # the gutter with names of lanes; the whole; the part of it that is still to come
HEIGHT: Final = 30
CLOSE: Final = 11.0  # marks nearer than this are one
APART: Final = 74.0  # between two dates
LETTER: Final = 6.6  # how wide one is, about


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on the line, or several that are too near to tell apart."""

    x: float
    lane: int
    shape: str
    entries: tuple[Entry, ...] = ()
    promise: Promise | None = None
    is_late: bool = False

    @property
    def y(self) -> int:
        """The middle of its lane."""
        return 20 + self.lane * HEIGHT


@dataclass(frozen=True, slots=True)
class Stretch:
    """An organisation has the case, or is asked to take it (`state` is what became of that)."""

    x: float
    width: float
    organisation: UUID
    state: str
    since: datetime
    until: datetime | None

    def label(self, name: str) -> str:
        """As much of a name as there is room for."""
        room = int((self.width - 8) / LETTER)
        return name if len(name) <= room else f"{name[: room - 1].rstrip()}…" if room > 4 else ""  # noqa: PLR2004  letters


@dataclass(frozen=True, slots=True)
class Strip:
    """The whole picture. `now`: where this moment is; None when nothing is to come."""

    marks: Sequence[Mark]
    stretches: Sequence[Stretch]
    dates: Sequence[tuple[float, datetime]]
    now: float | None
    end: float = WIDTH


class _Scale:
    """From moments to places."""

    def __init__(self, start: datetime, now: datetime, past: Iterable[datetime], ahead: Iterable[datetime]) -> None:
        self.now = now
        to_come = sorted({one for one in ahead if one > now})
        self.turn = WIDTH - 14 - ((WIDTH - LEFT) * AHEAD if to_come else 0)
        self._past = sorted({start, *(min(max(one, start), now) for one in past), now})
        self._ahead = [now, *to_come]

    def __call__(self, at: datetime) -> float:
        if at <= self.now:
            return round(LEFT + 12 + self._part(self._past, at) * (self.turn - LEFT - 12), 1)
        return round(self.turn + self._part(self._ahead, at) * (WIDTH - 24 - self.turn), 1)

    @staticmethod
    def _part(known: Sequence[datetime], at: datetime) -> float:
        length = (known[-1] - known[0]).total_seconds()
        if not length:
            return 1.0
        by_order = max(bisect_right(known, at) - 1, 0) / (len(known) - 1)
        return min(max(((at - known[0]).total_seconds() / length + by_order) / 2, 0.0), 1.0)


def strip_of(case: Case, entries: Sequence[Entry], promises: Sequence[Promise], now: datetime) -> Strip:
    """The picture of a case at a moment."""
    until = case.closed_at or now
    ahead = [] if case.closed_at else [one.at for one in promises]
    scale = _Scale(min((one.at for one in entries), default=case.opened_at), until, (one.at for one in entries), ahead)
    marks = [_mark(one, scale) for one in entries if one.kind not in {"offered", "declined", "expired"}]
    for one in promises if not case.closed_at else ():
        late = one.at <= now
        marks.append(Mark(scale(one.at), 3, "late" if late else "open", (), one, late))
    moments = sorted([one.at for one in entries] + [one for one in ahead if one > now])
    return Strip(_apart(marks), _stretches(entries, scale, until), _dates(moments, scale), scale.turn if ahead else None)


def _mark(one: Entry, scale: _Scale) -> Mark:
    lane = {"contact": 1, "owed": 3, "people": 0, "course": 0}.get(one.group, 2)
    shape = "done" if one.is_end or one.ending else "written"
    if one.kind == "contact":
        shape = "tried" if one.facts.get("result") == "tried" else "reached"
    elif lane == 0:
        shape = "step"
    elif one.kind == "feedback_promised":
        shape = "written"
    return Mark(scale(one.at), lane, shape, (one,))


def _apart(marks: Iterable[Mark]) -> list[Mark]:
    """Marks of a lane that are too near become one; what is promised stays by itself."""
    found: list[Mark] = []
    for one in sorted(marks, key=lambda mark: (mark.lane, mark.promise is not None, mark.x)):
        last = found[-1] if found else None
        near = last and last.lane == one.lane and not last.promise and not one.promise and one.x - last.x < CLOSE
        if last and near:
            shape = last.shape if last.shape in {one.shape, "reached"} else one.shape
            found[-1] = replace(last, entries=(*last.entries, *one.entries), shape=shape)
        else:
            found.append(one)
    return found


def _stretches(entries: Iterable[Entry], scale: _Scale, until: datetime) -> list[Stretch]:
    """Who was asked, until they answered; and who had it, until it was handed over."""
    found: list[Stretch] = []
    open_at: tuple[UUID, str, datetime] | None = None
    for one in sorted(entries, key=lambda entry: (entry.at, entry.id)):
        to = id_in(one.facts.get("to" if one.kind == "offered" else "owner_to"))
        if one.kind == "accepted" and open_at:
            to, state = open_at[0], "owner"
        else:
            state = "asked" if one.kind == "offered" else "owner"
        if to is None or one.kind not in {"offered", "accepted", "handed_over"}:
            continue
        if open_at:
            found.append(_stretch(scale, open_at, one.at))
        open_at = (to, state, one.at)
    return [*found, _stretch(scale, open_at, until, ended=False)] if open_at else found


def _stretch(scale: _Scale, told: tuple[UUID, str, datetime], until: datetime, *, ended: bool = True) -> Stretch:
    organisation, state, since = told
    x = scale(since)
    return Stretch(x, max(3.0, round(scale(until) - x, 1)), organisation, state, since, until if ended else None)


def _dates(moments: Sequence[datetime], scale: _Scale) -> list[tuple[float, datetime]]:
    """The first moment of each day, where there is room to say which."""
    found: list[tuple[float, datetime]] = []
    seen = None
    for at in moments:
        day, x = at.astimezone(AMSTERDAM).date(), scale(at)
        if day != seen and (not found or x - found[-1][0] >= APART):
            found.append((x, at))
        seen = day
    return found
