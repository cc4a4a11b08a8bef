"""The map of municipalities as every page draws it: the outlines, and who would be asked first at this moment."""

import time
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import orjson
from fastapi import Request

from app.console.country import Country, country
from app.console.outline import HEIGHT, WIDTH, outlines
from app.core.actor import Actor, Role
from app.core.work import begin
from app.directory.service import look_up as directory
from app.routing.coverage import coverage

ANYBODY: Final = Actor(organisation=None, role=Role.PLANNER)
BOUNDARIES: Final = Path(str(files("app.directory"))) / "data" / "municipalities.geojson"
SHAPES: Final = outlines(orjson.loads(BOUNDARIES.read_bytes()))
VIEW: Final = f"0 0 {WIDTH} {HEIGHT}"
FRESH: Final = 10.0


async def country_now(request: Request) -> Country:
    """Who would be asked first everywhere; looked up at most once in ten seconds, whoever asks."""
    state: Any = request.app.state
    until, kept = getattr(state, "country", (0.0, None))
    if kept is None or time.monotonic() > until:
        async with begin(state.database, ANYBODY) as work:
            kept = country(coverage(await directory.everywhere(work), work.at), work.at)
        state.country = time.monotonic() + FRESH, kept
    found: Country = kept
    return found
