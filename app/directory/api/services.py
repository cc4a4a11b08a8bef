"""Keep services, their hours and their areas over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.core.errors import Forbidden, Invalid, NotFound, PreconditionRequired, Refused, Stale
from app.core.http import etag, expected_version, problems, rooms_router
from app.directory.api.organisations import Known
from app.directory.schemas.history import HistoryOut
from app.directory.schemas.services import (
    AreasChangedOut,
    AreasIn,
    AreasOut,
    EffectOut,
    ServiceChange,
    ServiceChangedOut,
    ServiceIn,
    ServiceOut,
    ServicesOut,
)
from app.directory.service import areas, history
from app.directory.service import services as service
from app.identity.doors import AdministratorDoor, DirectoryDoor, DirectoryReader

router = rooms_router("directory")
DryRun = Annotated[bool, Query(alias="dryRun", description="Tell what would change, and store nothing")]
CHANGES = problems(Invalid, Forbidden, NotFound, Refused, Stale, PreconditionRequired)


@router.get("/organisations/{organisation_id}/services", responses=problems(Invalid, NotFound))
async def list_services(organisation_id: UUID, work: DirectoryReader) -> ServicesOut:
    """The services of an organisation, ended ones too."""
    return ServicesOut(items=[ServiceOut.of(one) for one in await service.services_of(work, organisation_id)])


@router.post("/organisations/{organisation_id}/services", status_code=201, responses=problems(Invalid, NotFound, Refused))
async def create_service(organisation_id: UUID, body: ServiceIn, work: AdministratorDoor, response: Response) -> ServiceOut:
    """Add a service to an organisation. For administrators. It serves nobody until it has areas."""
    made = await service.add_service(work, organisation_id, body.told(all_fields=True))
    response.headers["Location"] = f"/v1/services/{made['id']}"
    response.headers["ETag"] = etag(made["version"])
    return ServiceOut.of(made)


@router.get("/services/{service_id}", responses=problems(Invalid, NotFound))
async def read_service(service_id: UUID, work: DirectoryReader, response: Response, known: Known = None) -> ServiceOut:
    """One service, as it is, or as it was known at a moment."""
    told = await service.service(work, service_id, known=known)
    if known is None:
        response.headers["ETag"] = etag(told["version"])
    return ServiceOut.of(told)


@router.patch("/services/{service_id}", responses=CHANGES)
async def change_service(
    service_id: UUID,
    body: ServiceChange,
    work: DirectoryDoor,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> ServiceChangedOut:
    """Change a service, or only try it. Needs If-Match. The answer tells where nobody would be left in the coming 14 days.

    Your own: hours, channels, languages, contact ways, what is promised out of hours (and its areas, below); the rest is an
    administrator's.
    """
    changed = await service.change_service(work, service_id, expected_version(request), body.told(), dry_run=dry_run)
    if not dry_run:
        response.headers["ETag"] = etag(changed.service["version"])
    told = ServiceOut.of(changed.service)
    return ServiceChangedOut(
        **{name: getattr(told, name) for name in ServiceOut.model_fields},
        dry_run=dry_run,
        changed=list(changed.fields),
        effect=EffectOut.of(changed.effect),
    )


@router.get("/services/{service_id}/areas", responses=problems(Invalid, NotFound))
async def list_areas(
    service_id: UUID,
    work: DirectoryReader,
    response: Response,
    on: Annotated[date | None, Query(description="Only what holds on this day. Default: all, past and to come")] = None,
    known: Known = None,
) -> AreasOut:
    """Which municipalities, or parts of them, a service serves."""
    found = await areas.areas(work, service_id, on=on, known=known)
    if known is None:
        response.headers["ETag"] = etag(found.version)
    return AreasOut.of(found.items, found.version)


@router.put("/services/{service_id}/areas", responses=CHANGES)
async def replace_areas(
    service_id: UUID,
    body: AreasIn,
    work: DirectoryDoor,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> AreasChangedOut:
    """Let these be all areas of a service of yours, or only try it. Needs If-Match with the service's ETag.

    The answer tells where nobody would be left in the coming 14 days. A municipality that ended is refused, with its successors.
    """
    wanted = [one.area() for one in body.items]
    found = await areas.change_areas(work, service_id, expected_version(request), wanted, dry_run=dry_run)
    if not dry_run:
        response.headers["ETag"] = etag(found.version)
    told = AreasOut.of(found.items, found.version)
    return AreasChangedOut(items=told.items, version=told.version, dry_run=dry_run, effect=EffectOut.of(found.effect))


@router.get("/services/{service_id}/history", responses=problems(Invalid, NotFound))
async def read_service_history(service_id: UUID, work: DirectoryReader) -> HistoryOut:
    """What changed of a service and its areas, from what to what, when, and by which key."""
    return HistoryOut.of(await history.history_of_service(work, service_id))
