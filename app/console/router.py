"""The pages: where each lives."""

import time
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.console.access_log.router import router as access_log
from app.console.accounts.router import router as accounts
from app.console.assets import assets
from app.console.country import Country, country
from app.console.directory.router import router as directory_pages
from app.console.endpoints.router import router as endpoints
from app.console.examples import examples
from app.console.notices import router as notices
from app.console.outline import HEIGHT, WIDTH, outlines
from app.console.pages import page
from app.console.play import read_play
from app.console.reference import reference
from app.console.reporting import router as reporting
from app.console.signing_in import router as signing_in
from app.core.actor import Actor, Role
from app.core.errors import NotFound
from app.core.health import ready
from app.core.work import begin
from app.directory.service import look_up as directory
from app.routing.coverage import coverage

router = APIRouter(include_in_schema=False)
router.include_router(access_log)
router.include_router(accounts)
router.include_router(directory_pages)
router.include_router(endpoints)
router.include_router(reporting)
router.include_router(notices)
router.include_router(signing_in)

READS: Final = ["GET", "HEAD"]
KEPT: Final = "public, max-age=31536000, immutable"
ANYBODY: Final = Actor(organisation=None, role=Role.PLANNER)
BOUNDARIES: Final = Path(str(files("app.directory"))) / "data" / "municipalities.geojson"
SHAPES: Final = outlines(orjson.loads(BOUNDARIES.read_bytes()))
FRESH: Final = 10.0


@router.api_route("/", methods=READS)
async def start(request: Request) -> Response:
    """Where to begin; in the demo also what was played, who answers where, and lines to try."""
    state = request.app.state
    faults = await ready(state.database)
    play = read_play(state.settings.demo_file) if state.settings.demo else None
    shown = await _country(request) if play and not faults else None
    return page(
        request,
        "start.html",
        faults=faults,
        play=play,
        examples=examples(play) if play else [],
        country=shown,
        shapes=SHAPES,
        width=WIDTH,
        height=HEIGHT,
    )


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


async def _country(request: Request) -> Country:
    """Looked up at most once in ten seconds, whoever asks."""
    state: Any = request.app.state
    until, kept = getattr(state, "country", (0.0, None))
    if kept is None or time.monotonic() > until:
        async with begin(state.database, ANYBODY) as work:
            kept = country(coverage(await directory.everywhere(work), work.at), work.at)
        state.country = time.monotonic() + FRESH, kept
    found: Country = kept
    return found
