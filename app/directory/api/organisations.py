"""Keep organisations over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.core.errors import Forbidden, Invalid, NotFound, PreconditionRequired, Refused, Stale
from app.core.http import USUAL_LIMIT, AskedMoment, Cursor, Limit, PageOut, etag, expected_version, problems, rooms_router
from app.core.paging import after
from app.directory.schemas.history import HistoryOut
from app.directory.schemas.organisations import OrganisationChange, OrganisationIn, OrganisationKind, OrganisationOut
from app.directory.service import history
from app.directory.service import organisations as service
from app.directory.service.organisations import IdentifierTaken
from app.identity.doors import AdministratorDoor, DirectoryDoor, DirectoryReader

router = rooms_router("directory")
Known = Annotated[
    AskedMoment | None, Query(alias="asKnownAt", description="Answer as the directory knew it at this moment. Default: now")
]


@router.get("/organisations", responses=problems(Invalid))
async def list_organisations(
    work: DirectoryReader, cursor: Cursor = None, limit: Limit = USUAL_LIMIT, kind: OrganisationKind | None = None
) -> PageOut[OrganisationOut]:
    """Organisations, by id; ended ones too."""
    page = await service.organisations(work, after(cursor), limit, kind=kind or "")
    return PageOut[OrganisationOut](items=[OrganisationOut.of(one) for one in page.items], next=page.next)


@router.post("/organisations", status_code=201, responses=problems(Invalid, IdentifierTaken))
async def create_organisation(body: OrganisationIn, work: AdministratorDoor, response: Response) -> OrganisationOut:
    """Add an organisation. For administrators."""
    made = await service.add_organisation(work, body.told(all_fields=True))
    response.headers["Location"] = f"/v1/organisations/{made['id']}"
    response.headers["ETag"] = etag(made["version"])
    return OrganisationOut.of(made)


@router.get("/organisations/{organisation_id}", responses=problems(Invalid, NotFound))
async def read_organisation(
    organisation_id: UUID, work: DirectoryReader, response: Response, known: Known = None
) -> OrganisationOut:
    """One organisation, as it is, or as it was known at a moment."""
    told = await service.organisation(work, organisation_id, known=known)
    if known is None:
        response.headers["ETag"] = etag(told["version"])
    return OrganisationOut.of(told)


@router.patch(
    "/organisations/{organisation_id}",
    responses=problems(Invalid, Forbidden, NotFound, IdentifierTaken, Refused, Stale, PreconditionRequired),
)
async def change_organisation(
    organisation_id: UUID, body: OrganisationChange, work: DirectoryDoor, request: Request, response: Response
) -> OrganisationOut:
    """Change an organisation. Needs If-Match. Your own: phone, contact ways, languages; the rest is an administrator's.

    Nothing is deleted: `endsOn` is the first day on which it no longer is.
    """
    told = await service.change_organisation(work, organisation_id, expected_version(request), body.told())
    response.headers["ETag"] = etag(told["version"])
    return OrganisationOut.of(told)


@router.get("/organisations/{organisation_id}/history", responses=problems(Invalid, NotFound))
async def read_organisation_history(organisation_id: UUID, work: DirectoryReader) -> HistoryOut:
    """What changed of an organisation, from what to what, when, and by which key."""
    return HistoryOut.of(await history.history_of_organisation(work, organisation_id))
