"""Files of others, for administrators: looked at, carried over, and what was imported when."""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request

from app.core.actor import Actor
from app.core.errors import Conflict, Invalid, TooMany
from app.core.http import USUAL_LIMIT, Cursor, Limit, PageOut, problems, rooms_router
from app.core.paging import after
from app.directory.importing.difference import ImportRefused
from app.directory.importing.told import FileBroken, Kind, Told
from app.directory.importing.upload import read_apart, received
from app.directory.schemas.importing import ImportOut, ImportReportOut
from app.directory.service import importing as service
from app.directory.service.look_up import local_day
from app.identity.doors import AdministratorDoor, asking

router = rooms_router("directory")
MEDIA: Final = ("text/csv", "application/zip", "application/geo+json")
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "description": "The file as published, whole.",
        "required": True,
        "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA},
    }
}
Day = Annotated[date | None, Query(description="The day it is about; default: today")]
Ending = Annotated[
    list[str], Query(max_length=50, description="Codes of municipalities that end though nobody announced it")
]  # fmt: skip


async def told_by(
    request: Request,
    _: Annotated[Actor, Depends(asking("directory:admin"))],
    kind: Annotated[Kind, Query(description="What the file is about")],
    file_name: Annotated[
        str, Query(alias="fileName", max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$", description="CBS writes the year in it")
    ] = "",
) -> Told:
    """What the sent file tells: read whole before the door opens, so that no transaction waits for it."""
    async with received(request.stream()) as (path, digest):
        request.state.digest = digest
        return await read_apart(kind, path, file_name or "upload")


@router.post(
    "/directory-imports", openapi_extra=BODY, responses=problems(FileBroken, ImportRefused, Conflict, TooMany)
)  # fmt: skip
async def import_file(
    told: Annotated[Told, Depends(told_by)],
    work: AdministratorDoor,
    apply: Annotated[bool, Query(description="Carry the difference out; without it nothing is changed")] = False,
    on: Day = None,
    ending: Ending = [],  # noqa: B006  FastAPI copies it
    smaller: Annotated[bool, Query(description="The file is whole though many postcodes are gone")] = False,
) -> ImportReportOut:
    """What a file changes in the directory: checked whole, and carried out only when asked.

    Municipalities as CBS lists them, or announced changes; postcodes of CBS (with house numbers) or GeoNames; boundaries as
    GeoJSON in WGS84. The same file again changes nothing.
    """
    codes = frozenset(code.strip().upper() for code in ending)
    wish = service.Wish(on or local_day(work.at), apply=apply, ending=codes, smaller=smaller)
    return ImportReportOut.of(await service.import_file(work, told, wish))


@router.get("/directory-imports", responses=problems(Invalid))
async def list_imports(work: AdministratorDoor, cursor: Cursor = None, limit: Limit = USUAL_LIMIT) -> PageOut[ImportOut]:
    """What was imported, newest first."""
    page = await service.imports(work, after(cursor), limit)
    return PageOut[ImportOut](items=[ImportOut.model_validate(row) for row in page.items], next=page.next)
