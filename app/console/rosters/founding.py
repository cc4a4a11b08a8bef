"""A new roster, what can be changed of one, and its end."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from app.console.rosters.filled import KINDS, roster_of, rotation_of, settings_fields, settings_of, version_for, version_of
from app.console.rosters.listing import READS, Mine
from app.console.rosters.planning import rotation_values, told_values
from app.console.rosters.reading import everybody, must_plan, own_roster
from app.console.rosters.rehearsing import settled
from app.console.rosters.trying import Told
from app.console.visiting import PageRoute, Sent, Visit
from app.core.work import Work
from app.directory.service import services
from app.directory.service.look_up import local_day
from app.rosters.service import rosters

router = APIRouter(include_in_schema=False, route_class=PageRoute)
FIELDS: Final = ("service_id", "name", "area", "confirms", "ends_on", "kind")


@router.api_route("/rosters/new", methods=READS)
async def new_roster_page(visit: Mine) -> Response:
    """A new roster, with its first rotation."""
    must_plan(visit)
    return await _new(visit, Told())


@router.post("/rosters/new")
async def add_roster(visit: Mine) -> Response:
    """Look at its first weeks, try it, or save it once they were looked at."""
    must_plan(visit)
    made: list[UUID] = []

    async def add(work: Work) -> UUID:
        kind = visit.sent["kind"]
        one = await rosters.add_roster(work, roster_of(visit.sent), [rotation_of(visit.sent, kind, "rotation_name")])
        made[:] = [one.roster.id]
        return one.roster.id

    told = await settled(visit, [], add, always=True)
    return RedirectResponse(f"/rosters/{made[0]}?done=roster_made", 303) if told.is_saved else await _new(visit, told)


@router.api_route("/rosters/{roster_id}/settings", methods=READS)
async def settings_page(roster_id: UUID, visit: Mine) -> Response:
    """What can be changed of a roster as a whole."""
    must_plan(visit)
    return await _settings(visit, roster_id, Told())


@router.post("/rosters/{roster_id}/settings")
async def change_roster(roster_id: UUID, visit: Mine) -> Response:
    """Say everything about it anew; an end that leaves nobody there is shown once before it is saved."""
    must_plan(visit)
    await own_roster(visit.work, roster_id)

    async def change(work: Work) -> None:
        await rosters.change_roster(work, roster_id, version_of(visit.sent), settings_of(visit.sent))

    told = await settled(visit, [roster_id], change)
    return _saved(roster_id, "changed") if told.is_saved else await _settings(visit, roster_id, told)


@router.post("/rosters/{roster_id}/end")
async def end_roster(roster_id: UUID, visit: Mine) -> Response:
    """Let it end now; whose shifts go by that is shown first."""
    must_plan(visit)
    await own_roster(visit.work, roster_id)

    async def end(work: Work) -> None:
        await rosters.end_roster(work, roster_id, version_of(visit.sent))

    told = await settled(visit, [roster_id], end, always=True)
    return _saved(roster_id, "over") if told.is_saved else await _settings(visit, roster_id, told, ends=True)


async def _new(visit: Visit, told: Told) -> Response:
    people, own = await everybody(visit.work), await _services(visit)
    sent = visit.sent
    asked = Sent(list(visit.request.query_params.multi_items()))["kind"]
    kind = next((one for one in (sent["kind"], asked) if one in KINDS), KINDS[0])
    roster: Mapping[str, str] = {name: sent[name] for name in FIELDS} if sent.pairs else {"confirms": "yes"}
    if not roster.get("service_id") and len(own) == 1:
        roster = {**roster, "service_id": str(own[0]["id"])}
    return visit.page(
        "rosters/new.html",
        status=told.answer,
        services=own,
        roster={name: roster.get(name, "") for name in FIELDS} | {"kind": kind},
        people=people,
        **rotation_values(visit, people, None, kind),
        **told_values(visit, told, people),
    )


async def _settings(visit: Visit, roster_id: UUID, told: Told, *, ends: bool = False) -> Response:
    await own_roster(visit.work, roster_id)
    plan, people = await rosters.roster(visit.work, roster_id), await everybody(visit.work)
    sent = visit.sent
    fields: dict[str, Any] = settings_fields(plan)
    if "name" in dict(sent.pairs):
        fields |= {name: sent[name] for name in FIELDS if name != "kind"}
    return visit.page(
        "rosters/settings.html",
        status=told.answer,
        plan=plan,
        roster=fields,
        services=await _services(visit),
        ends=ends,
        has_ended=bool(plan.plan["ends_on"] and plan.plan["ends_on"] <= local_day(visit.work.at)),
        version=version_for(sent, told.fault, plan.plan["version"]),
        **told_values(visit, told, people),
    )


async def _services(visit: Visit) -> Sequence[Mapping[str, Any]]:
    """The services of one's organisation that have not ended."""
    found = await services.services_of(visit.work, visit.account.organisation)
    today = local_day(visit.work.at)
    return [one for one in found if not (one["ends_on"] and one["ends_on"] <= today)]


def _saved(roster_id: UUID, done: str) -> Response:
    return RedirectResponse(f"/rosters/{roster_id}?done=roster_{done}", 303)
