"""Plans as they are stored, read as values."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.errors import NotFound
from app.core.spans import Span
from app.core.work import Row, Work
from app.directory.rotations import Rotation, Unit
from app.rosters import queries
from app.rosters.participants import Participant
from app.rosters.plan import FAR, Plan
from app.rosters.schedule import Duty, Kind, Override
from app.rosters.service.people import NOBODY, people

ROTATION_FIELDS = tuple(Rotation.__dataclass_fields__)


async def locked(work: Work, roster_ids: Sequence[UUID]) -> list[Row]:
    """The rows of plans, locked in the order of their ids, so that two planners come one after the other."""
    return list(await work.rows(queries.PLANS_LOCKED, ids=sorted(set(roster_ids))))


async def own_plan(work: Work, roster_id: UUID, *, lock: bool = False) -> Row:
    """The row of a plan that this work may see.

    Raises:
        NotFound: this organisation has no such roster.
    """
    found = await locked(work, [roster_id]) if lock else await work.rows(queries.PLAN, roster_id=roster_id)
    if not found:
        raise NotFound("Your organisation has no such roster. GET /v1/rosters lists them.")
    return found[0]


async def plans(
    work: Work,
    rows: Sequence[Row],
    since: datetime | None = None,
    rotations: Sequence[tuple[UUID, Rotation]] | None = None,
    known: Mapping[UUID, Participant] = NOBODY,
) -> dict[UUID, Plan]:
    """The plans of these rows, with the overrides and sign-ups that still count at a moment, which is now unless it is named.

    `rotations` (with their rosters) and who is `known`: read already.
    """
    since = since or work.at
    ids = [row["roster_id"] for row in rows]
    if rotations is None:
        rotations = [(row["roster_id"], rotation_of(row)) for row in await work.rows(queries.ROTATIONS, ids=ids)]
    counted = await work.rows(queries.OVERRIDES_THAT_COUNT, ids=ids, since=since)
    overrides = [(row["roster_id"], override_of(row)) for row in counted]
    signed = await work.rows(queries.SIGN_UPS, ids=ids, starts_at=since, ends_at=FAR)
    signed_up = [(row["roster_id"], _signed_up(row)) for row in signed]
    named = {one for _, rotation in rotations for one in rotation.participants}
    named |= {one for _, override in overrides for one in (override.participant, override.other) if one}
    named |= {duty.participant for _, duty in signed_up}
    everybody = await people(work, named, known)
    return {
        row["roster_id"]: Plan(
            roster_id=row["roster_id"],
            organisation_id=row["organisation_id"],
            rotations=tuple(one for roster, one in rotations if roster == row["roster_id"]),
            overrides=tuple(one for roster, one in overrides if roster == row["roster_id"]),
            signed_up=tuple(one for roster, one in signed_up if roster == row["roster_id"]),
            participants=everybody,
            ends_on=row["ends_on"],
            generated_at=row["generated_at"],
        )
        for row in rows
    }


def rotation_of(row: Mapping[str, Any]) -> Rotation:
    """A rotation as it is stored."""
    told = {name: row[name] for name in ROTATION_FIELDS}
    return Rotation(
        **told
        | {
            "unit": Unit(row["unit"]),
            "participants": tuple(row["participants"]),
            "weekdays": frozenset(row["weekdays"]),
        }
    )


def override_of(row: Mapping[str, Any]) -> Override:
    """An override as it is stored."""
    other = row["other_span"]
    return Override(
        id=row["id"],
        kind=Kind(row["kind"]),
        participant=row["participant_id"],
        span=Span(row["span"].lower, row["span"].upper),
        layer=row["layer"],
        other=row["other_participant_id"],
        other_layer=row["other_layer"],
        other_span=Span(other.lower, other.upper) if other else None,
        decided_at=row["decided_at"],
    )


def _signed_up(row: Mapping[str, Any]) -> Duty:
    return Duty(row["layer"], Span(row["starts_at"], row["ends_at"]), row["participant_id"], row["rotation_id"])
