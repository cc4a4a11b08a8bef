"""What becomes of a gap: the same as yesterday or another one, who hears of it next, and why it is over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final
from uuid import UUID

from app.core.spans import Span
from app.coverage.gaps import Gap

LOOKED_AHEAD: Final = timedelta(days=14)  # ⚙
UNFILLED: Final = timedelta(days=3)  # ⚙ then the supervisor hears it
SOON: Final = timedelta(days=7)  # ⚙ or when it starts within this
NEAR: Final = timedelta(hours=24)  # ⚙ then the national desk hears it


class Level(IntEnum):
    """Who has heard of a gap."""

    PLANNER = 0
    SUPERVISOR = 1
    NATIONAL_DESK = 2


class ClosedBy(StrEnum):
    """Why a gap is over."""

    FILLED = "filled"
    FALLBACK = "fallback"  # another service closes it
    NOT_ASKED = "not_asked"  # it is free by design now
    CHANGED = "changed"  # another gap has come in its place
    PASSED = "passed"  # its time went by, unfilled


@dataclass(frozen=True, slots=True)
class Followed:
    """A gap that is kept, and who was told. `runs_on`: it reached as far as was looked, so it may turn out longer."""

    id: UUID
    gap: Gap
    runs_on: bool
    level: Level
    found_at: datetime
    told: tuple[UUID, ...] = ()

    def is_still(self, found: Gap) -> bool:
        """Whether `found` is this gap: the same but for its span, which may have become shorter, never longer."""
        old, new = self.gap, found
        alike = (old.line, old.municipality_codes, old.organisation_ids, old.left, old.reason) == (
            new.line, new.municipality_codes, new.organisation_ids, new.left, new.reason,
        )  # fmt: skip
        within = old.span.start <= new.span.start and (new.span.end <= old.span.end or self.runs_on)
        return alike and within and old.span.overlaps(new.span)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a look changes: gaps that go on with another span, new ones, and those that are over with the reason."""

    kept: Sequence[Followed]
    new: Sequence[Gap]
    closed: Sequence[tuple[Followed, ClosedBy]]


def changes(followed: Iterable[Followed], found: Iterable[Gap], looked: Span) -> Changes:
    """Hold what is followed against what was found in the period `looked`, which begins now."""
    all_found = list(found)
    new = [one for one in all_found if one.is_open]
    kept, closed = [], []
    for old in followed:
        same = next((one for one in new if old.is_still(one)), None)
        if same is None:
            closed.append((old, _why_closed(old.gap, all_found, looked.start)))
            continue
        new.remove(same)
        start = old.gap.span.start if same.span.start <= looked.start else same.span.start
        now = replace(old, gap=replace(old.gap, span=Span(start, same.span.end)), runs_on=same.span.end >= looked.end)
        if now != old:
            kept.append(now)
    return Changes(kept, new, closed)


def _why_closed(old: Gap, found: Iterable[Gap], at: datetime) -> ClosedBy:
    if old.span.end <= at:
        return ClosedBy.PASSED
    codes = set(old.municipality_codes)
    instead = [
        one for one in found if one.line == old.line and one.span.overlaps(old.span) and codes & set(one.municipality_codes)
    ]
    if any(one.is_open for one in instead):
        return ClosedBy.CHANGED
    if any(one.by_fallback for one in instead):
        return ClosedBy.FALLBACK
    return ClosedBy.NOT_ASKED if instead else ClosedBy.FILLED


def level_at(followed: Followed, at: datetime) -> Level:
    """Who must have heard of it by now; never fewer than have."""
    due = [level for level, moment in _moments(followed) if moment <= at]
    return max([followed.level, *due])


def next_at(followed: Followed) -> datetime:
    """When something about it comes due: somebody must hear of it, or its time has gone by."""
    ahead = [moment for level, moment in _moments(followed) if level > followed.level]
    return min([*ahead, followed.gap.span.end])


def _moments(followed: Followed) -> tuple[tuple[Level, datetime], ...]:
    found, start = followed.found_at, followed.gap.span.start
    return (
        (Level.SUPERVISOR, max(found, min(found + UNFILLED, start - SOON))),
        (Level.NATIONAL_DESK, max(found, start - NEAR)),
    )
