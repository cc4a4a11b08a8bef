"""Keep which municipalities, or parts of them, a service serves, from when until when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from app.core.errors import Refused
from app.core.work import Work
from app.directory.areas import Area, Known, area_faults
from app.directory.municipalities import Change
from app.directory.queries import organisations as queries
from app.directory.service.effects import effect_of, tried
from app.directory.service.entries import refuse_faults, today
from app.directory.service.services import announce, locked_service, service, store
from app.directory.service_rules import Kind
from app.directory.uncovered import Effect


@dataclass(frozen=True, slots=True)
class Areas:
    """The areas of a service at a version of it, and what a change of them does to coverage."""

    items: Sequence[Mapping[str, Any]]
    version: int
    effect: tuple[Effect, ...] = ()


async def areas(work: Work, service_id: UUID, *, on: date | None = None, known: datetime | None = None) -> Areas:
    """Where a service is there: on a day, or on all; as it is, or as the directory knew it at a moment.

    Raises:
        NotFound: there is no such service, or there was none then.
    """
    of = await service(work, service_id, known=known)
    if known:
        rows = await work.rows(queries.AREAS_AS_KNOWN, service_id=service_id, day=on, known=known)
    else:
        rows = await work.rows(queries.AREAS, service_id=service_id, day=on)
    return Areas([dict(row) for row in rows], of["version"])


async def change_areas(work: Work, service_id: UUID, version: int, wanted: Sequence[Area], *, dry_run: bool = False) -> Areas:
    """Let these be all areas of a service, or only try it. Areas that stay as they are keep their history.

    Raises:
        NotFound: there is no such service.
        Forbidden: it is another organisation's.
        Stale: it was changed since it was read.
        Refused: a national desk is there for everybody.
        Invalid: a rule of `areas` does not hold; a municipality that ended names its successors.
    """
    of = await locked_service(work, service_id, version)
    if of["kind"] == Kind.NATIONAL_DESK:
        raise Refused("A national desk is there for the whole country; it has no areas.")
    codes = {one.municipality_code for one in wanted}
    refuse_faults(area_faults(wanted, await _known(work, wanted), await _changes(work, codes), today(work)))
    was = {_area(row) for row in await work.rows(queries.AREAS, service_id=service_id, day=None)}
    if was == set(wanted):
        return await areas(work, service_id)
    async with tried(work, only=dry_run):
        rows = orjson.dumps([_row(service_id, one) for one in wanted]).decode()
        await work.change(queries.REMOVE_AREAS, service_id=service_id, rows=rows)
        await work.change(queries.ADD_AREAS, rows=rows)
        after = await store(work, service_id, version, {})
        told = await areas(work, service_id)
        effect = await effect_of(work, codes | {one.municipality_code for one in was})
    if not dry_run:
        await announce(work, after, ("areas",))
    return Areas(told.items, told.version, effect)


async def _known(work: Work, wanted: Sequence[Area]) -> dict[str, Known]:
    codes = sorted({one.municipality_code for one in wanted})
    pc4s = sorted({pc4 for one in wanted for pc4 in one.pc4s or ()})
    rows = await work.rows(queries.MUNICIPALITIES_KNOWN, codes=codes, pc4s=pc4s)
    return {row["code"]: Known(row["ends_on"], frozenset(row["pc4s"])) for row in rows}


async def _changes(work: Work, codes: set[str]) -> list[Change]:
    return [Change(**row) for row in await work.rows(queries.CHANGES_OF, codes=sorted(codes))]


def _area(row: Mapping[str, Any]) -> Area:
    pc4s = row["pc4s"]
    return Area(row["municipality_code"], row["starts_on"], row["ends_on"], tuple(pc4s) if pc4s is not None else None)


def _row(service_id: UUID, area: Area) -> dict[str, Any]:
    return {
        "service_id": str(service_id),
        "municipality_code": area.municipality_code,
        "valid": f"[{area.starts_on or ''},{area.ends_on or ''})",
        "pc4s": area.pc4s,
    }
