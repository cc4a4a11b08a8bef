"""What a planner should look at before a schedule goes live: too little rest, two places at once, nobody to reach.

Source: Arbeidstijdenwet art. 5:3 (a daily rest of at least eleven uninterrupted hours). These warn; they refuse nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.core.spans import Span
from app.rosters.participants import Participant

REST: Final = timedelta(hours=11)  # ⚙ 2026-11: Arbeidstijdenwet art. 5:3


class Worry(StrEnum):
    """Why a planner should look."""

    REST = "rest"  # less than eleven hours since the shift before
    ELSEWHERE = "elsewhere"  # on another roster at the same time
    NO_CONTACT_WAY = "no_contact_way"  # no telephone number, no e-mail address
    ABSENT = "absent"  # not available by their own calendar


@dataclass(frozen=True, slots=True, order=True)
class Held:
    """A shift somebody has, or would have."""

    span: Span
    participant: UUID
    roster_id: UUID


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to look at; `other` is the shift or the absence that it collides with."""

    worry: Worry
    participant: UUID
    roster_id: UUID
    span: Span
    other: Span | None = None


def cautions(
    shifts: Iterable[Held], people: Mapping[UUID, Participant], busy: Mapping[UUID, Sequence[Span]], rest: timedelta = REST
) -> list[Caution]:
    """Everything to look at in these shifts of whatever rosters, by participant and time."""
    found: list[Caution] = []
    by_participant: dict[UUID, list[Held]] = {}
    for one in sorted(shifts):
        by_participant.setdefault(one.participant, []).append(one)
    for participant, held in by_participant.items():
        if participant in people and not people[participant].is_reachable:
            first = held[0]
            found.append(Caution(Worry.NO_CONTACT_WAY, participant, first.roster_id, first.span))
        found += _collisions(held, rest)
        for absent in busy.get(participant, ()):
            found += [
                Caution(Worry.ABSENT, participant, one.roster_id, one.span, absent) for one in held if one.span.overlaps(absent)
            ]
    return found


def _collisions(held: Sequence[Held], rest: timedelta) -> Iterator[Caution]:
    """Each shift against that of the ones before it which ends last. On one roster, shifts that touch are one stretch."""
    latest = held[0]
    for one in held[1:]:
        gap = one.span.start - latest.span.end
        same = latest.roster_id == one.roster_id
        if gap < timedelta() and not same:
            yield Caution(Worry.ELSEWHERE, one.participant, one.roster_id, one.span, latest.span)
        elif timedelta() <= gap < rest and (gap or not same):
            yield Caution(Worry.REST, one.participant, one.roster_id, one.span, latest.span)
        latest = max(latest, one, key=lambda shift: shift.span.end)
