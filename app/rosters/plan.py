"""A roster's plan as one value, and the shifts that it means from a moment on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from app.core.spans import Span
from app.directory.holidays import AMSTERDAM
from app.directory.rotations import Rotation
from app.rosters.participants import Participant
from app.rosters.schedule import Duty, Kind, Override, from_now, joined, overrides_from_now, planned, schedule, shared, without

AHEAD: Final = timedelta(weeks=12)  # ⚙ 2026-11: how far ahead shifts are made
FAR: Final = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that says who is on duty on a roster. `overrides` are in the order in which they were decided."""

    roster_id: UUID
    organisation_id: UUID
    rotations: tuple[Rotation, ...]
    overrides: tuple[Override, ...]
    participants: Mapping[UUID, Participant]
    signed_up: tuple[Duty, ...] = ()
    ends_on: date | None = None
    generated_at: datetime | None = None

    @property
    def ends_at(self) -> datetime | None:
        """From when nobody is on duty by this plan, UTC: midnight, local time."""
        return datetime.combine(self.ends_on, time(), AMSTERDAM).astimezone(UTC) if self.ends_on else None


def duties(plan: Plan, span: Span, held: Sequence[Duty] = ()) -> list[Duty]:
    """Who is on duty from `span.start` on, by what begins before `span.end`.

    `held` are shifts that have begun: no rotation takes them from whoever has them. An override that was decided since shifts
    were last made ahead does; the older ones are in them already, and are not said twice.
    """
    now = span.start
    overrides = overrides_from_now((*_ends(plan), *plan.overrides), now)
    decided_since = [one for one in overrides if _is_new(one, plan.generated_at)]
    kept = [part for duty in schedule(held, decided_since) for part in _within(duty, held)]
    rest = schedule(from_now((*plan.signed_up, *planned(plan.rotations, span)), now), overrides)
    taken = {duty.layer: [one.span for one in held if one.layer == duty.layer] for duty in held}
    free = [replace(duty, span=part) for duty in rest for part in without(duty.span, taken.get(duty.layer, ()))]
    return list(_until(max(plan.ends_at, now) if plan.ends_at else None, joined((*kept, *free))))


def meant(plan: Plan, span: Span) -> list[Duty]:
    """What the plan means for a span, whatever has begun: the reasons for the shifts in it."""
    found = schedule((*plan.signed_up, *planned(plan.rotations, span)), (*_ends(plan), *plan.overrides))
    return list(_until(plan.ends_at, found))


def _is_new(override: Override, generated_at: datetime | None) -> bool:
    return generated_at is None or override.decided_at is None or override.decided_at >= generated_at


def _within(duty: Duty, held: Iterable[Duty]) -> Iterator[Duty]:
    for one in held:
        part = shared(duty.span, one.span) if one.layer == duty.layer else None
        if part:
            yield replace(duty, span=part)


def _ends(plan: Plan) -> Iterator[Override]:
    """Whoever takes no shifts any more is absent for good."""
    for one in plan.participants.values():
        if one.ends_at:
            yield Override(id=one.id, kind=Kind.ABSENCE, participant=one.id, span=Span(one.ends_at, FAR))


def _until(end: datetime | None, found: list[Duty]) -> Iterator[Duty]:
    for duty in found:
        if end is None or duty.span.end <= end:
            yield duty
        elif duty.span.start < end:
            yield Duty(duty.layer, Span(duty.span.start, end), duty.participant, duty.rotation, duty.override)
