"""Who is on duty now, who is next, and the hand-overs of the coming week, a roster at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from app.core.spans import Span, common, united, without
from app.directory.holidays import AMSTERDAM

WEEK: Final = timedelta(days=7)
TOLD_FROM: Final = time(8)  # ⚙ local: summaries go out from this hour
MONDAY: Final = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody's turn on a roster, as far as no higher layer goes before it."""

    participant: str
    layer: int
    span: Span


@dataclass(frozen=True, slots=True)
class RosterDuty:
    """A roster at a moment: `hand_overs` are the turns that begin within the week, `unfilled` the spans without anybody."""

    organisation_id: UUID
    roster_id: UUID
    roster_name: str
    line: str
    now: Turn | None
    next: Turn | None
    hand_overs: tuple[Turn, ...]
    unfilled: tuple[Span, ...]
    changed: int


def duty(rows: Iterable[Mapping[str, Any]], at: datetime) -> list[RosterDuty]:
    """What the shifts of a period from `at` say of each roster; `changed`: shifts ahead that were changed in the past week."""
    return [_of(list(found), at) for _, found in groupby(rows, key=lambda row: row["roster_id"])]


def _of(rows: Sequence[Mapping[str, Any]], at: datetime) -> RosterDuty:
    shifts = [row for row in rows if row["id"]]
    turns = sorted(_turns(shifts), key=lambda one: one.span)
    now = next((one for one in turns if one.span.contains(at)), None)
    ahead = [one for one in turns if one.span.start > at]
    week = Span(at, at + WEEK)
    first = rows[0]
    return RosterDuty(
        first["organisation_id"],
        first["roster_id"],
        first["roster_name"],
        first["line"],
        now,
        next(iter(ahead), None),
        tuple(one for one in ahead if week.contains(one.span.start)),
        without((week,), united(one.span for one in turns)),
        sum(row["ends_at"] > at and row["recorded_at"] > at - WEEK for row in shifts),
    )


def _turns(shifts: Iterable[Mapping[str, Any]]) -> Iterable[Turn]:
    """A higher layer goes before a lower one: what is left of each shift."""
    taken: tuple[Span, ...] = ()
    for row in sorted(shifts, key=lambda row: (-row["layer"], row["starts_at"])):
        span = Span(row["starts_at"], row["ends_at"])
        yield from (Turn(row["participant"], row["layer"], part) for part in without((span,), common(taken, (span,))))
        taken = united((*taken, span))


def is_told(at: datetime) -> bool:
    """Whether the summaries of this day may go out."""
    return at.astimezone(AMSTERDAM).time() >= TOLD_FROM


def period(at: datetime) -> str:
    """What a summary of this day is of: the week on Monday, else the day."""
    return "week" if at.astimezone(AMSTERDAM).weekday() == MONDAY else "day"
