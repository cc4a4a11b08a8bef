"""Read the directory: municipalities, who serves them now, shifts."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.core.errors import FieldError, Invalid, NotFound
from app.core.http import USUAL_LIMIT, AskedMoment, Cursor, Limit, problems, rooms_router
from app.directory.channels import Caller
from app.directory.places import PlaceAmbiguous, PlaceOfStay, PlaceUnknown, municipality_code
from app.directory.schemas.look_up import (
    MunicipalityOut,
    MunicipalityPage,
    PlaceAsked,
    PlaceFound,
    ShiftOut,
    ShiftsOut,
    SurroundingsOut,
)
from app.directory.service import look_up as service
from app.identity.doors import DirectoryReader

router = rooms_router("directory")
LONGEST = timedelta(days=100)


@router.get("/municipalities", responses=problems(Invalid))
async def list_municipalities(work: DirectoryReader, cursor: Cursor = None, limit: Limit = USUAL_LIMIT) -> MunicipalityPage:
    """The municipalities of today, by code."""
    page = await service.municipalities(work, municipality_code(cursor) if cursor else "", limit)
    return MunicipalityPage(items=[MunicipalityOut(**row) for row in page.items], next=page.next)


@router.get("/municipalities/{code}", responses=problems(PlaceUnknown))
async def read_municipality(
    code: str,
    work: DirectoryReader,
    caller: Annotated[
        Caller, Query(description="Who wants to reach somebody: the channels and contact ways for them")
    ] = Caller.ANYONE,
) -> SurroundingsOut:
    """Who serves a municipality at this moment, and how this caller can reach them now."""
    around = await service.around(work, code)
    return SurroundingsOut.of(around, await service.reach_in(work, around.municipality_code), caller, work.at)


@router.post("/places/_resolve", responses=problems(PlaceUnknown, PlaceAmbiguous))
async def resolve_place(body: PlaceAsked, work: DirectoryReader) -> PlaceFound:
    """The municipality of a place; nothing is stored."""
    place, _ = await service.around_place(work, PlaceOfStay(body.postcode, body.municipality_code, body.house_number))
    return PlaceFound(municipality_code=place.municipality_code, municipality_name=place.municipality_name, how=place.how)


@router.get("/organisations/{organisation_id}/shifts", responses=problems(Invalid, NotFound))
async def list_shifts(
    organisation_id: UUID,
    work: DirectoryReader,
    starts_at: Annotated[AskedMoment | None, Query(alias="startsAt", description="Default: now")] = None,
    ends_at: Annotated[AskedMoment | None, Query(alias="endsAt", description="Default: two weeks later")] = None,
) -> ShiftsOut:
    """The shifts of an organisation's rosters that touch a period of at most 100 days."""
    start = starts_at or work.at
    end = ends_at or start + timedelta(days=14)
    if not timedelta() < end - start <= LONGEST:
        fault = FieldError("/endsAt", "period", "Choose an end after the start, at most 100 days later.")
        raise Invalid("The period is not one that can be shown.", errors=[fault])
    found = await service.shifts(work, organisation_id, start, end)
    return ShiftsOut(items=[ShiftOut(**row) for row in found])
