"""Say what must be covered, and which service closes whose gaps."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson

from app.core.errors import FieldError, Forbidden, Invalid, NotFound, Refused
from app.core.http import match
from app.core.paging import Page, page_of
from app.core.work import EVERYWHERE, Work
from app.coverage import queries
from app.coverage.demand import Demand
from app.coverage.lines import DESKLESS
from app.coverage.service.find import NO_ID, demand_of
from app.coverage.tables import demand as demand_table
from app.coverage.tables import fallback as fallback_table
from app.directory.service import coverage as directory
from app.routing.ladder import Rung


class FallbackNotPossible(Refused):
    """The two services can't stand in for each other."""

    slug, title = "fallback-not-possible", "This service can't close those gaps"


async def demands(work: Work, after: UUID | None, limit: int) -> Page[Demand]:
    """What is asked for, by id; everybody may see it."""
    found = [demand_of(row) for row in await work.rows(queries.DEMANDS, after=after or NO_ID, most=limit + 1)]
    return page_of(found, limit, found[limit - 1].id if len(found) > limit else None)


async def demand(work: Work, demand_id: UUID) -> Demand:
    """One demand.

    Raises:
        NotFound: there is none with this id.
    """
    row = await work.one(queries.DEMAND, demand_id=demand_id)
    if row is None:
        raise NotFound("There is no demand with this id. GET /v1/demands lists them.")
    return demand_of(row)


async def ask(work: Work, new: Demand) -> Demand:
    """Ask for cover from now on.

    Raises:
        Invalid: a code that is none of its scheme, or a rung that its line does not have.
        Forbidden: a municipality that this organisation does not serve, and the key is no administrator's.
    """
    await _check(work, new)
    work.write(
        demand_table,
        id=new.id,
        organisation_id=new.organisation_id,
        line=new.line,
        scheme=new.scheme,
        codes=list(new.codes),
        hours=new.hours.to_json(),
        valid=f"[{new.since or ''},{new.until or ''})",
        enough=new.enough,
        version=1,
    )
    return new


async def change(work: Work, demand_id: UUID, version: int, new: Demand) -> Demand:
    """Ask for something else; an end date ends it.

    Raises:
        NotFound: there is none with this id.
        Stale: it was changed since it was read.
        Invalid, Forbidden: as for a new one, or it is another organisation's.
    """
    old = await _own(work, demand_id, version)
    await _check(work, new)
    binds = {
        "hours": orjson.dumps(new.hours.to_json()).decode(),
        "line": new.line,
        "scheme": new.scheme,
        "codes": list(new.codes),
    }
    dated = {"since": new.since, "until": new.until, "enough": new.enough}
    if not await work.change(queries.CHANGE_DEMAND, demand_id=demand_id, version=version, **binds, **dated):
        match(version, (await demand(work, demand_id)).version)
    return replace(new, id=demand_id, organisation_id=old.organisation_id, version=version + 1)


async def remove(work: Work, demand_id: UUID, version: int) -> None:
    """Ask for it no more, as if it had never been; to end it, change its end.

    Raises:
        NotFound: there is none with this id.
        Stale: it was changed since it was read.
        Forbidden: it is another organisation's.
    """
    await _own(work, demand_id, version)
    await work.change(queries.REMOVE_DEMAND, demand_id=demand_id, version=version)


async def fallbacks(work: Work) -> list[Mapping[str, Any]]:
    """Which service closes whose gaps."""
    return list(await work.rows(queries.FALLBACKS))


async def set_fallback(work: Work, service_id: UUID, by_service_id: UUID) -> Mapping[str, Any]:
    """Let a service close the gaps of one of this organisation's.

    Raises:
        NotFound: one of the two does not exist.
        Forbidden: the service is another organisation's.
        FallbackNotPossible: they are on different lines, or there is a fallback already.
    """
    found = await directory.services(work, service_id, by_service_id)
    if len(found) < 2:  # noqa: PLR2004  the two
        raise NotFound("There is no service with one of these ids, or they are the same.")
    one, other = found[service_id], found[by_service_id]
    if one["organisation_id"] != work.organisation and EVERYWHERE not in work.actor.scopes:
        raise Forbidden("This service is another organisation's. Ask its planner, or an administrator.")
    if one["kind"] != other["kind"] or one["kind"] not in DESKLESS:
        raise FallbackNotPossible("Both must be on the same line, crisis or outreach: routing would not reach it otherwise.")
    if await work.one(queries.FALLBACK, service_id=service_id):
        raise FallbackNotPossible("This service has a fallback already. Remove that first.")
    row = {"service_id": service_id, "by_service_id": by_service_id, "organisation_id": one["organisation_id"], "version": 1}
    work.write(fallback_table, **row)
    return row


async def remove_fallback(work: Work, service_id: UUID, version: int) -> None:
    """Let nobody close its gaps any more.

    Raises:
        NotFound: it has no fallback.
        Stale: it was changed since it was read.
        Forbidden: the service is another organisation's.
    """
    row = await work.one(queries.FALLBACK, service_id=service_id)
    if row is None:
        raise NotFound("This service has no fallback.")
    _may(work, row["organisation_id"])
    match(version, row["version"])
    await work.change(queries.REMOVE_FALLBACK, service_id=service_id, version=version)


async def _own(work: Work, demand_id: UUID, version: int) -> Demand:
    found = await demand(work, demand_id)
    _may(work, found.organisation_id)
    match(version, found.version)
    return found


def _may(work: Work, organisation_id: UUID) -> None:
    if organisation_id != work.organisation and EVERYWHERE not in work.actor.scopes:
        raise Forbidden("This is another organisation's. Ask its planner, or an administrator.")


async def _check(work: Work, new: Demand) -> None:
    if new.enough is Rung.MELDPUNT and new.line in DESKLESS:
        fault = FieldError("/enough", "rung", "No desk is asked on this line: send on_duty or contracted.")
        raise Invalid("A meldpunt is not asked on this line.", errors=[fault])
    places = await directory.regions(work)
    known = {place[column] for place in places} if (column := new.column) else set()
    if not set(new.codes) <= known or bool(new.codes) is not bool(new.column):
        fault = FieldError(
            "/codes", "unknown", "Send codes of the scheme, as GET /v1/municipalities shows them; none for country."
        )
        raise Invalid("A code is none of the scheme.", errors=[fault])
    if EVERYWHERE not in work.actor.scopes:
        meant = {place["code"] for place in places if new.speaks_for(place)}
        if not meant <= await directory.own_area(work):
            raise Forbidden(
                "It speaks for municipalities that your organisation does not serve. An administrator may ask for those."
            )
