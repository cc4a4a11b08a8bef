"""Keep what organisations do where: services and their hours. What changes is announced, and its effect on coverage told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.core import outbox
from app.core.errors import FieldError, Invalid, Refused
from app.core.events import camel
from app.core.ids import new_id
from app.core.work import Work
from app.directory.events import ServiceChanged
from app.directory.opening_hours import OpeningHours
from app.directory.queries import organisations as queries
from app.directory.service.effects import effect_of, tried
from app.directory.service.entries import changed_of, found, locked, refuse_faults, refuse_reserved, today
from app.directory.service.look_up import national_desks
from app.directory.service.organisations import organisation, refuse_last
from app.directory.service_rules import ITS_OWN, Kind, service_faults
from app.directory.uncovered import Effect

COLUMN: Final = "out_of_hours_organisation_id"
FIELD: Final = "stand_in_organisation_id"


@dataclass(frozen=True, slots=True)
class Changed:
    """A service after a change, or as it would be after one that was only tried; which fields, and what that does to coverage."""

    service: Mapping[str, Any]
    fields: tuple[str, ...] = ()
    effect: tuple[Effect, ...] = ()


async def service(work: Work, service_id: UUID, *, known: datetime | None = None) -> Mapping[str, Any]:
    """One service, as it is, or as the directory knew it at a moment.

    Raises:
        NotFound: there is none with this id, or there was none then.
    """
    if known:
        return _told(await work.one(queries.SERVICE_AS_KNOWN, service_id=service_id, known=known))
    return _told(await work.one(queries.SERVICE, service_id=service_id))


async def services_of(work: Work, organisation_id: UUID) -> Sequence[Mapping[str, Any]]:
    """The services of an organisation, oldest first, ended ones too.

    Raises:
        NotFound: there is no such organisation.
    """
    await organisation(work, organisation_id)
    return [_told(row) for row in await work.rows(queries.SERVICES, organisation_id=organisation_id)]


async def add_service(work: Work, organisation_id: UUID, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """A new service of an organisation. It serves nobody until it has areas; a national desk serves all.

    Raises:
        NotFound: there is no such organisation.
        Refused: the organisation has ended.
        Invalid: a rule of `service_rules` does not hold.
    """
    owner = await organisation(work, organisation_id)
    if owner["ends_on"] and owner["ends_on"] <= today(work):
        raise Refused("This organisation has ended. Give it a later endsOn first, or none.")
    made = {"id": new_id(work.at), "organisation_id": organisation_id, "version": 1, **told}
    await _refuse_wrong(work, made, {})
    row = _told(await work.one(queries.ADD_SERVICE, **_row(_normal(made))))
    await announce(work, row, ("created",))
    return row


async def change_service(
    work: Work, service_id: UUID, version: int, wanted: Mapping[str, Any], *, dry_run: bool = False
) -> Changed:
    """Change what is named, or only try it; what stays the same makes no new version.

    Raises:
        NotFound: there is none with this id.
        Forbidden: it is another organisation's, or only an administrator may.
        Stale: it was changed since it was read.
        Invalid: a rule of `service_rules` does not hold.
        Refused: it is the last national desk and would end.
    """
    before = await locked_service(work, service_id, version)
    await _refuse_wrong(work, {**before, **wanted}, before)
    changed = changed_of(before, _normal(wanted))
    if not changed:
        return Changed(before)
    refuse_reserved(work, changed, ITS_OWN)
    if before["kind"] == Kind.NATIONAL_DESK and (ends_on := changed.get("ends_on")):
        await refuse_last(work, [service_id], ends_on)
    async with tried(work, only=dry_run):
        after = await store(work, service_id, version, changed)
        effect = await effect_of(work, await _municipalities(work, service_id))
    fields = tuple(sorted(camel(field) for field in changed))
    if not dry_run:
        await announce(work, after, fields)
    return Changed(after, fields, effect)


async def locked_service(work: Work, service_id: UUID, version: int) -> Mapping[str, Any]:
    """The service as it is, locked until this work ends; raises as `entries.locked`."""
    return _told(await locked(work, queries.SERVICE_LOCKED, queries.SERVICE, version, service_id=service_id))


async def store(work: Work, service_id: UUID, version: int, changed: Mapping[str, Any]) -> Mapping[str, Any]:
    """Store what changed as the version after `version`."""
    statement = queries.CHANGE_SERVICE.values(version=version + 1, **_row(changed))
    return _told(await work.one(statement, key=service_id))


async def announce(work: Work, service: Mapping[str, Any], fields: tuple[str, ...]) -> None:
    """Tell the organisation itself and the national desks."""
    event = ServiceChanged(
        organisation_id=service["organisation_id"], service_id=service["id"], version=service["version"], changed=fields
    )
    outbox.record(work, event, [service["organisation_id"], *await national_desks(work)])


async def _municipalities(work: Work, service_id: UUID) -> list[str]:
    return [row["municipality_code"] for row in await work.rows(queries.AREAS, service_id=service_id, day=None)]


async def _refuse_wrong(work: Work, told: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    refuse_faults(service_faults(told, before, today(work)))
    stand_in = told[FIELD]
    if stand_in is None or (stand_in == before.get(FIELD) and told["out_of_hours"] == before["out_of_hours"]):
        return
    row = await work.one(queries.ORGANISATION, organisation_id=stand_in)
    if row is None or (row["ends_on"] and row["ends_on"] <= today(work)):
        why = "There is no organisation with this id." if row is None else "This organisation has ended."
        fault = FieldError(f"/{camel(FIELD)}", "stand_in", f"{why} Name one that answers.")
        raise Invalid("The stand-in would not answer. Nothing was changed.", errors=[fault])


def _normal(told: Mapping[str, Any]) -> dict[str, Any]:
    """Hours in the one form in which they are stored."""
    made = dict(told)
    if "hours" in made:
        made["hours"] = OpeningHours.parse(made["hours"]).to_json()
    if "channels" in made:
        made["channels"] = [{**one, "hours": OpeningHours.parse(one["hours"]).to_json()} for one in made["channels"]]
    return made


def _row(told: Mapping[str, Any]) -> dict[str, Any]:
    return {COLUMN if field == FIELD else field: value for field, value in told.items()}


def _told(row: Mapping[str, Any] | None) -> dict[str, Any]:
    return {FIELD if column == COLUMN else column: value for column, value in found(row, "service").items()}
