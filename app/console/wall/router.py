"""The wall: a page, what changes on it by itself, and the map."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.console.municipalities import country_now, picture
from app.console.visiting import PageRoute, Visit, visiting
from app.console.wall.looking import lacking_now, look
from app.console.wall.seen import Wall
from app.console.wall.troubles import SHOWN, troubles
from app.core.actor import Role

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Watching = Annotated[Visit, Depends(visiting(Role.SUPERVISOR), scope="function")]
READS: Final = ["GET", "HEAD"]
MAP: Final = "wall-places"
ROWS: Final = 12  # of each list; a screen at four metres shows fewer


@router.api_route("/wall", methods=READS)
async def wall(visit: Watching) -> Response:
    """Calls, offers, cases, gaps and deliveries, the biggest trouble first; `screen=1` for a screen on the wall."""
    return await _shown(visit, "wall/wall.html")


@router.api_route("/wall/now", methods=READS)
async def wall_now(visit: Watching) -> Response:
    """What changes by itself."""
    return await _shown(visit, "wall/now.html")


@router.api_route("/wall/map", methods=READS)
async def wall_map(visit: Watching, request: Request) -> Response:
    """Who would be asked first in every municipality, with the gaps of this moment."""
    country = await country_now(request)  # first: it takes a connection of its own
    return visit.page("wall/map.html", map=picture(request, MAP, country, await lacking_now(visit.work)))


async def _shown(visit: Visit, template: str) -> Response:
    request = visit.request
    country = await country_now(request) if template == "wall/wall.html" else None  # first: it takes a connection of its own
    seen: Wall = await look(visit.work, request.app.state.database)
    return visit.page(
        template,
        wall=seen,
        troubles=troubles(seen),
        shown=SHOWN,
        rows=ROWS,
        screen=request.query_params.get("screen") == "1",
        map=picture(request, MAP, country, seen.codes_now) if country else "",
    )
