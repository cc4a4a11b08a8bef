"""Whose future shifts a new plan changes, told once a participant."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from app.core.spans import Span
from app.directory.planned import Difference
from app.rosters.events import ShiftChanged

MOST: Final = 20  # intervals an event names


def notices(found: Difference, *, known_until: dict[UUID, datetime], now: datetime, reason: str) -> list[ShiftChanged]:
    """One notice for each participant and roster whose shifts to come are not what they were.

    Shifts beyond `known_until` of their roster are new to everybody: making them ahead is no news.
    """
    before: dict[tuple[UUID, UUID], set[Span]] = {}
    after: dict[tuple[UUID, UUID], set[Span]] = {}
    for kept in (*found.gone, *(was for was, _ in found.changed)):
        if kept.participant_id and kept.span.end > now:
            before.setdefault((kept.roster_id, kept.participant_id), set()).add(kept.span)
    for planned in (*found.new, *(to for _, to in found.changed)):
        until = known_until.get(planned.roster_id)
        if until and planned.span.start < until:
            after.setdefault((planned.roster_id, planned.participant_id), set()).add(planned.span)
    return list(_told(before, after, reason))


def _told(
    before: dict[tuple[UUID, UUID], set[Span]], after: dict[tuple[UUID, UUID], set[Span]], reason: str
) -> Iterator[ShiftChanged]:
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key, set()), after.get(key, set())
        if old != new:
            roster_id, participant_id = key
            yield ShiftChanged(
                roster_id=roster_id,
                participant_id=participant_id,
                reason=reason,
                changed=len(old ^ new),
                before=_intervals(old - new),
                after=_intervals(new - old),
            )


def _intervals(spans: Iterable[Span]) -> tuple[str, ...]:
    return tuple(f"{_text(span.start)}/{_text(span.end)}" for span in sorted(spans)[:MOST])


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
