"""Keep rosters and their rotations; the shifts to come follow in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from app.core.errors import FieldError, Invalid, NotFound, Refused
from app.core.http import match, utc_text
from app.core.ids import new_id
from app.core.paging import Page, page_of
from app.core.spans import Span
from app.core.work import Row, Work
from app.directory.rotations import Rotation, Unit, faults_of
from app.directory.service import shifts as directory
from app.directory.service.look_up import local_day
from app.rosters import queries, tables
from app.rosters.schedule import overlap
from app.rosters.service.ahead import make_ahead
from app.rosters.service.people import usable
from app.rosters.service.plans import own_plan, rotation_of

NO_ID: Final = UUID(int=0)
CHECKED: Final = timedelta(days=366)  # how far ahead two rotations are compared
MOST_ROTATIONS: Final = 40


class ShiftsOverlap(Refused):
    """Two shifts would be on one layer at one moment."""

    slug, title = "shifts-overlap", "Two shifts would overlap on one layer"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRotation:
    """A rotation with the name that planners gave it, and its version."""

    rotation: Rotation
    name: str
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPlan:
    """A roster as its planner sees it."""

    roster: directory.Roster
    plan: Row
    rotations: tuple[NamedRotation, ...]


async def roster(work: Work, roster_id: UUID) -> RosterPlan:
    """One roster of this organisation.

    Raises:
        NotFound: it has no such roster.
    """
    return (await _with_rotations(work, [await own_plan(work, roster_id)]))[0]


async def rosters(work: Work, after: UUID | None, limit: int) -> Page[RosterPlan]:
    """The rosters of this organisation, by id."""
    rows = await work.rows(queries.PLANS.limit(limit + 1), after=after or NO_ID)
    found = await _with_rotations(work, rows)
    return page_of(found, limit, found[limit - 1].roster.id if len(found) > limit else None)


async def add_roster(work: Work, told: Mapping[str, Any], rotations: Sequence[Mapping[str, Any]]) -> RosterPlan:
    """A new roster of one of this organisation's services, with its rotations, and its shifts made ahead.

    Raises:
        Invalid: no service of this organisation, or a rotation that can't be.
        ShiftsOverlap: two rotations would have somebody on one layer at one moment.
    """
    organisation_id = await directory.own_service(work, told["service_id"])
    roster_id = directory.make_roster(work, told["service_id"], told["name"])
    kept = {key: told[key] for key in ("kind", "area", "confirms")}
    work.write(tables.roster_plan, roster_id=roster_id, organisation_id=organisation_id, generate_at=work.at, version=1, **kept)
    made = [_made(work, one) for one in rotations]
    for one in made:
        _write(work, roster_id, organisation_id, one)
    await work.flush()
    await _checked(work, roster_id, [one.rotation for one in made])
    await make_ahead(work, [roster_id], reason="roster_made")
    return await roster(work, roster_id)


async def change_roster(work: Work, roster_id: UUID, version: int, told: Mapping[str, Any]) -> RosterPlan:
    """Say everything about a roster anew, save its kind and its rotations.

    Raises:
        NotFound, Stale, Invalid: no such roster; changed since it was read; no service of this organisation.
    """
    plan = await own_plan(work, roster_id, lock=True)
    match(version, plan["version"])
    if await directory.own_service(work, told["service_id"]) != plan["organisation_id"]:
        fault = FieldError("/serviceId", "service", "Name a service of the organisation that has the roster.")
        raise Invalid("A roster stays with its organisation. Make a new one for another.", errors=[fault])
    await directory.change_roster(work, roster_id, told["service_id"], told["name"])
    kept = {key: told[key] for key in ("area", "confirms", "ends_on")}
    await work.change(queries.CHANGE_PLAN.values(version=version + 1, **kept), id_of_roster=roster_id)
    await make_ahead(work, [roster_id], reason="roster_changed")
    return await roster(work, roster_id)


async def end_roster(work: Work, roster_id: UUID, version: int) -> None:
    """Let a roster end now: nobody is on duty by it any more. What was stays readable.

    Raises:
        NotFound, Stale: no such roster; changed since it was read.
    """
    plan = await own_plan(work, roster_id, lock=True)
    match(version, plan["version"])
    values = {"version": version + 1, "ends_on": local_day(work.at)}
    await work.change(queries.CHANGE_PLAN.values(**values), id_of_roster=roster_id)
    await make_ahead(work, [roster_id], reason="roster_ended")


async def add_rotation(work: Work, roster_id: UUID, told: Mapping[str, Any]) -> NamedRotation:
    """A rotation more on a roster; shifts that have begun stay as they are.

    Raises:
        NotFound: this organisation has no such roster.
        Invalid, ShiftsOverlap: a rotation that can't be, by itself or beside the others.
    """
    plan = await own_plan(work, roster_id, lock=True)
    made = _made(work, told)
    _write(work, roster_id, plan["organisation_id"], made)
    await work.flush()
    await _follow(work, roster_id, made.rotation)
    return made


async def change_rotation(work: Work, roster_id: UUID, rotation_id: UUID, version: int, told: Mapping[str, Any]) -> NamedRotation:
    """Say everything about a rotation anew; shifts that have begun stay as they are.

    Raises:
        NotFound, Stale: no such rotation on this roster; changed since it was read.
        Invalid, ShiftsOverlap: a rotation that can't be, by itself or beside the others.
    """
    await _rotation(work, roster_id, rotation_id, version)
    made = _made(work, told, rotation_id, version + 1)
    values = {key: value for key, value in _stored(made).items() if key != "id"}
    await work.change(queries.CHANGE_ROTATION.values(**values), id_of_rotation=rotation_id)
    await _follow(work, roster_id, made.rotation)
    return made


async def remove_rotation(work: Work, roster_id: UUID, rotation_id: UUID, version: int) -> None:
    """Take a rotation away; shifts that have begun stay as they are.

    Raises:
        NotFound, Stale: no such rotation on this roster; changed since it was read.
    """
    await _rotation(work, roster_id, rotation_id, version)
    await work.change(queries.REMOVE_ROTATION, rotation_id=rotation_id)
    await make_ahead(work, [roster_id], reason="rotation_changed")


def proposed(work: Work, told: Mapping[str, Any]) -> Rotation:
    """A rotation that nobody stored yet.

    Raises:
        Invalid: it can't be, by itself.
    """
    return _made(work, told).rotation


async def check(work: Work, plan: Row, rotations: Sequence[Rotation], made: Sequence[Rotation]) -> None:
    """Refuse rotations that can't be together on a roster; `made` are those of them that are new or changed.

    Raises:
        Invalid: a participant unknown or ended, rotations of the other kind, or too many.
        ShiftsOverlap: two would have somebody on one layer at one moment; both are named.
    """
    if len(rotations) > MOST_ROTATIONS:
        raise Invalid(f"A roster has at most {MOST_ROTATIONS} rotations. Make a second roster for the rest.")
    if any(bool(one.seats) != (plan["kind"] == "sign_up") for one in rotations):
        fault = FieldError("/seats", "kind", "Seats on a roster of kind sign_up, participants on one of kind rotation.")
        raise Invalid("This rotation is not of the roster's kind.", errors=[fault])
    layers = [layer for one in rotations for layer in range(one.layer, one.layer + one.seats)]
    if len(layers) > len(set(layers)):
        fault = FieldError("/layer", "layer", "Each seat takes a layer: leave as many layers free as there are seats.")
        raise Invalid("Two rotations would have seats on the same layer.", errors=[fault])
    named = {participant for one in made for participant in one.participants}
    await usable(work, plan["organisation_id"], named, "/participants")
    changed = {one.layer for one in made}
    both = overlap([one for one in rotations if one.layer in changed], Span(work.at, work.at + CHECKED))
    if both:
        raise ShiftsOverlap(
            f"On layer {both[0].layer} two rotations would have somebody from {utc_text(max(both[1].span.start, work.at))}."
            " Choose another layer, or other weekdays, hours or dates. Nothing was changed.",
            rotations=[str(one.rotation) for one in both],
        )


async def _follow(work: Work, roster_id: UUID, made: Rotation) -> None:
    await _checked(work, roster_id, [made])
    await make_ahead(work, [roster_id], reason="rotation_changed")


async def _checked(work: Work, roster_id: UUID, made: Sequence[Rotation]) -> None:
    plan = await own_plan(work, roster_id, lock=True)
    await check(work, plan, [rotation_of(row) for row in await work.rows(queries.ROTATIONS, ids=[roster_id])], made)


async def _rotation(work: Work, roster_id: UUID, rotation_id: UUID, version: int) -> None:
    await own_plan(work, roster_id, lock=True)
    row = await work.one(queries.ROTATION, rotation_id=rotation_id)
    if row is None or row["roster_id"] != roster_id:
        raise NotFound("This roster has no such rotation. GET /v1/rosters/{id} shows those it has.")
    match(version, row["version"])


def _made(work: Work, told: Mapping[str, Any], rotation_id: UUID | None = None, version: int = 1) -> NamedRotation:
    fields = {key: value for key, value in told.items() if key != "name"}
    made = Rotation(
        id=rotation_id or new_id(work.at),
        **fields
        | {
            "unit": Unit(told["unit"]),
            "participants": tuple(told["participants"]),
            "weekdays": frozenset(told["weekdays"]),
        },
    )
    if faults := faults_of(made):
        raise Invalid("The rotation can't be as it is; `errors` says where. Nothing was changed.", errors=faults)
    return NamedRotation(rotation=made, name=told["name"], version=version)


def _stored(made: NamedRotation) -> dict[str, Any]:
    told = {name: getattr(made.rotation, name) for name in Rotation.__dataclass_fields__}
    told |= {"unit": str(made.rotation.unit), "participants": list(made.rotation.participants)}
    return told | {"weekdays": sorted(made.rotation.weekdays), "name": made.name, "version": made.version}


def _write(work: Work, roster_id: UUID, organisation_id: UUID, made: NamedRotation) -> None:
    work.write(tables.rotation, roster_id=roster_id, organisation_id=organisation_id, **_stored(made))


async def _with_rotations(work: Work, rows: Sequence[Row]) -> list[RosterPlan]:
    ids = [row["roster_id"] for row in rows]
    known = await directory.rosters(work, ids)
    rotations = await work.rows(queries.ROTATIONS, ids=ids)
    return [
        RosterPlan(
            roster=known[row["roster_id"]],
            plan=row,
            rotations=tuple(
                NamedRotation(rotation=rotation_of(one), name=one["name"], version=one["version"])
                for one in rotations
                if one["roster_id"] == row["roster_id"]
            ),
        )
        for row in rows
    ]
