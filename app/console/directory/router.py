"""The directory to look into: municipalities and who answers there, organisations and what they do."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from app.console.directory.areas import router as areas_pages
from app.console.directory.changing import may_change
from app.console.directory.changing import router as changing
from app.console.directory.imports import router as imports
from app.console.directory.looking import around, serving, the_country
from app.console.pages import language_of
from app.console.visiting import PageRoute, Visit, told_of, visiting
from app.core.actor import Role
from app.core.errors import Problem
from app.delivery.service import endpoints
from app.directory.places import MUNICIPALITY, POSTCODE, PlaceOfStay
from app.directory.service import areas, history, look_up, organisations, services

router = APIRouter(include_in_schema=False, route_class=PageRoute)
for part in (areas_pages, changing, imports):
    router.routes.extend(part.routes)

ROLES: Final = (Role.ADMINISTRATOR, Role.PLANNER, Role.DESK, Role.SUPERVISOR, Role.OPERATOR)
Reader = Annotated[Visit, Depends(visiting(*ROLES), scope="function")]
READS: Final = ["GET", "HEAD"]
ALL: Final = 2000  # ⚙ organisations; a page that is longer helps nobody
KINDS: Final = ("hotline", "meldpunt", "care_provider", "police", "housing", "other")
KEEPS: Final = (Role.ADMINISTRATOR, Role.DESK)


@router.api_route("/directory", methods=READS)
async def municipalities(visit: Reader) -> Response:
    """Every municipality, and who answers there now."""
    return await _municipalities(visit)


@router.post("/directory")
async def find(visit: Reader) -> Response:
    """A municipality by name, code or postcode. It is sent in a body: what somebody asks is in no address and no log."""
    asked = visit.sent["asked"]
    try:
        code = await _code(visit, asked)
    except Problem as problem:
        return await _municipalities(visit, asked=asked, fault=problem)
    if code:
        return RedirectResponse(f"/directory/municipalities/{code}", 303)
    codes = await look_up.municipalities_beginning_with(visit.work, asked)
    living = [one.code for one in (await the_country(visit.work, visit.request.app.state)).municipalities if one.code in codes]
    if len(living) == 1:
        return RedirectResponse(f"/directory/municipalities/{living[0]}", 303)
    return await _municipalities(visit, asked=asked, codes=frozenset(living))


@router.api_route("/directory/municipalities/{code}", methods=READS)
async def municipality(code: str, visit: Reader) -> Response:
    """One municipality: who answers now and why, who serves it and when, what changes."""
    found = await around(visit.work, code.upper(), language_of(visit.request))
    return visit.page("directory/municipality.html", around=found)


@router.api_route("/directory/organisations", methods=READS)
async def all_organisations(visit: Reader) -> Response:
    """Organisations, by kind and by the beginning of their name."""
    query = visit.request.query_params
    kind = query.get("kind", "") if query.get("kind") in KINDS else ""
    asked = query.get("name", "").strip()[:100]
    found = (await organisations.organisations(visit.work, None, ALL, kind=kind)).items
    shown = [one for one in found if asked.casefold() in one["name"].casefold()]
    shown.sort(key=lambda one: one["name"].casefold())
    today = look_up.local_day(visit.work.at)
    return visit.page("directory/organisations.html", shown=shown, kinds=KINDS, kind=kind, asked=asked, today=today)


@router.api_route("/directory/organisations/{organisation_id}", methods=READS)
async def organisation(organisation_id: UUID, visit: Reader) -> Response:
    """One organisation: how it is reached, its services with their hours and areas, and what changed."""
    work, language = visit.work, language_of(visit.request)
    told = await organisations.organisation(work, organisation_id)
    rows = await services.services_of(work, organisation_id)
    mine = organisation_id == visit.account.organisation
    return visit.page(
        "directory/organisation.html",
        one=told,
        services=[serving(row, work, language) for row in rows],
        areas={row["id"]: (await areas.areas(work, row["id"], on=look_up.local_day(work.at))).items for row in rows},
        endpoints=await endpoints.ours(work) if mine and visit.account.role in KEEPS else None,
        changes=await history.history_of_organisation(work, organisation_id),
        histories={row["id"]: await history.history_of_service(work, row["id"]) for row in rows},
        may_change=may_change(visit, organisation_id),
        today=look_up.local_day(work.at),
    )


async def _code(visit: Visit, asked: str) -> str:
    """The code that was asked for, by itself or by a postcode; empty: look among the names."""
    text = " ".join(asked.upper().split())
    if MUNICIPALITY.fullmatch(text):
        return str((await look_up.municipality(visit.work, text))["code"])
    if POSTCODE.fullmatch(text):
        place, _ = await look_up.around_place(visit.work, PlaceOfStay(postcode=text))
        return place.municipality_code
    return ""


async def _municipalities(visit: Visit, *, asked: str = "", codes: Any = None, fault: Problem | None = None) -> Response:
    found = await the_country(visit.work, visit.request.app.state)
    rung = visit.request.query_params.get("rung", "")
    shown = [
        one
        for one in found.municipalities
        if (codes is None or one.code in codes) and (not rung or (one.rung or "nobody") == rung)
    ]
    return visit.page(
        "directory/municipalities.html",
        status=fault.status if fault else 200,
        country=found,
        shown=shown,
        asked=asked,
        rung=rung,
        fault=fault,
        told=told_of,
    )
