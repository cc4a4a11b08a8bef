"""The pages: where each lives."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.console.access_log.router import router as access_log
from app.console.accounts.router import router as accounts
from app.console.assets import assets
from app.console.call.router import router as call
from app.console.case.router import router as case
from app.console.directory.router import router as directory_pages
from app.console.endpoints.router import router as endpoints
from app.console.figures.router import router as figures
from app.console.inbox.router import router as inbox
from app.console.live import router as live
from app.console.notices import router as notices
from app.console.pages import page
from app.console.reference import reference
from app.console.reporting import router as reporting
from app.console.rosters.router import router as rosters
from app.console.signing_in import router as signing_in
from app.console.starting import router as starting
from app.console.wall.router import router as wall
from app.core.errors import NotFound

router = APIRouter(include_in_schema=False)
PARTS: Final = (
    access_log, accounts, directory_pages, endpoints, case, call, reporting, inbox, live, notices, rosters, signing_in, starting,
    figures, wall,
)  # fmt: skip
for part in PARTS:
    router.routes.extend(part.routes)

READS: Final = ["GET", "HEAD"]
KEPT: Final = "public, max-age=31536000, immutable"


@router.api_route("/docs", methods=READS)
async def docs(request: Request) -> Response:
    """The API, described for people."""
    return page(request, "docs.html", api=reference(request.app.openapi()))


@router.api_route("/static/{name}", methods=READS)
async def static(name: str) -> Response:
    """A file of the pages, by its hashed name."""
    found = assets().get(name)
    if found is None:
        raise NotFound("There is no such file; the pages name those that there are.")
    return Response(found.content, media_type=found.media_type, headers={"Cache-Control": KEPT})
