"""Schedules, who is on duty, and proposals on the wire."""

from operator import itemgetter
from uuid import UUID

from pydantic import Field

from app.core.http import Moment, Wire
from app.core.spans import Span
from app.directory.planned import KeptShift, PlannedShift
from app.rosters.cautions import Caution
from app.rosters.onduty import OnTop
from app.rosters.schedule import Duty
from app.rosters.schemas.rosters import RotationIn
from app.rosters.service.shown import NowAndNext, Preview, Schedule


class DutyOut(Wire):
    """Somebody has a layer from one moment to another."""

    layer: int
    starts_at: Moment
    ends_at: Moment
    participant: str
    participant_id: UUID | None

    @classmethod
    def planned(cls, one: PlannedShift | KeptShift) -> "DutyOut":
        """A shift, whether it is kept or only planned."""
        return cls(
            layer=one.layer,
            starts_at=one.span.start,
            ends_at=one.span.end,
            participant=one.participant,
            participant_id=one.participant_id,
        )


class PlannedShiftOut(DutyOut):
    """A shift of the final schedule, and what it comes from; neither: it was planned before the plan was changed."""

    id: UUID
    rotation_id: UUID | None
    override_id: UUID | None

    @classmethod
    def of(cls, one: KeptShift, duty: Duty | None) -> "PlannedShiftOut":
        """As it is shown."""
        told = DutyOut.planned(one).model_dump()
        return cls(id=one.id, rotation_id=duty.rotation if duty else None, override_id=duty.override if duty else None, **told)


class CautionOut(Wire):
    """Something to look at: `rest` (less than 11 hours), `elsewhere`, `no_contact_way`, `absent`."""

    code: str
    participant_id: UUID
    roster_id: UUID
    starts_at: Moment
    ends_at: Moment
    other_starts_at: Moment | None = Field(description="What it collides with")
    other_ends_at: Moment | None

    @classmethod
    def of(cls, one: Caution) -> "CautionOut":
        """As it is shown."""
        return cls(
            code=one.worry,
            participant_id=one.participant,
            roster_id=one.roster_id,
            starts_at=one.span.start,
            ends_at=one.span.end,
            other_starts_at=one.other.start if one.other else None,
            other_ends_at=one.other.end if one.other else None,
        )


class ScheduleOut(Wire):
    """The final schedule of a roster: by layer and time."""

    items: list[PlannedShiftOut]
    warnings: list[CautionOut]

    @classmethod
    def of(cls, found: Schedule) -> "ScheduleOut":
        """As it is shown."""
        return cls(
            items=[PlannedShiftOut.of(one, found.reasons.get(one.id)) for one in found.shifts],
            warnings=[CautionOut.of(one) for one in found.cautions],
        )


class OnTopOut(Wire):
    """Who counts: the highest layer on which somebody is."""

    starts_at: Moment
    ends_at: Moment
    shift: PlannedShiftOut

    @classmethod
    def of(cls, one: OnTop, duty: Duty | None) -> "OnTopOut":
        """As it is shown."""
        return cls(starts_at=one.span.start, ends_at=one.span.end, shift=PlannedShiftOut.of(one.shift, duty))


class OnDutyOut(Wire):
    """Who is on duty at a moment, and who is next within two weeks; each with the rotation or override it comes from."""

    at: Moment
    now: OnTopOut | None
    next: OnTopOut | None

    @classmethod
    def of(cls, found: NowAndNext) -> "OnDutyOut":
        """As it is shown."""
        told = [OnTopOut.of(one, found.reasons.get(one.shift.id)) if one else None for one in (found.now, found.next)]
        return cls(at=found.at, now=told[0], next=told[1])


class ProposalIn(Wire):
    """Rotations instead of the present ones; overrides stay as they are."""

    rotations: list[RotationIn] = Field(max_length=40)
    starts_at: Moment | None = Field(None, description="Default: now")
    ends_at: Moment | None = Field(None, description="Default: four weeks later")


class ChangeOut(Wire):
    """A shift that the proposal changes: as it is, as it would be; one of them is missing when it goes or comes."""

    now: DutyOut | None
    then: DutyOut | None


class RosterPreviewOut(Wire):
    """What the proposal comes to, what would change, and what to look at. Nothing was stored."""

    items: list[DutyOut]
    changes: list[ChangeOut]
    warnings: list[CautionOut]

    @classmethod
    def of(cls, found: Preview) -> "RosterPreviewOut":
        """As it is shown."""
        change = found.difference
        pairs: list[tuple[Span, KeptShift | None, PlannedShift | None]] = [(one.span, one, None) for one in change.gone]
        pairs += [*((was.span, was, to) for was, to in change.changed), *((one.span, None, one) for one in change.new)]
        return cls(
            items=[DutyOut.planned(one) for one in found.shifts],
            changes=[
                ChangeOut(now=DutyOut.planned(was) if was else None, then=DutyOut.planned(to) if to else None)
                for _, was, to in sorted(pairs, key=itemgetter(0))
            ],
            warnings=[CautionOut.of(one) for one in found.cautions],
        )
