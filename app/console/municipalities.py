"""The map of municipalities as every page draws it: the outlines, and who would be asked first at this moment."""

import time
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import orjson
from fastapi import Request
from markupsafe import Markup

from app.console.country import Country, country
from app.console.outline import HEIGHT, WIDTH, outlines
from app.console.pages import environment, language_of
from app.console.why import why
from app.console.words import words
from app.core.actor import Actor, Role
from app.core.work import begin
from app.directory.service import look_up as directory
from app.routing.coverage import coverage

ANYBODY: Final = Actor(organisation=None, role=Role.PLANNER)
BOUNDARIES: Final = Path(str(files("app.directory"))) / "data" / "municipalities.geojson"
SHAPES: Final = {code: Markup(path) for code, path in outlines(orjson.loads(BOUNDARIES.read_bytes())).items()}  # noqa: S704  our own figures
VIEW: Final = f"0 0 {WIDTH} {HEIGHT}"
FRESH: Final = 10.0
DRAWINGS: Final = 16  # kept at once


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


def picture(request: Request, name: str, shown: Country, gaps: frozenset[str]) -> Markup:
    """The map as HTML, in the reader's language, drawn once for all who look while it shows the same.

    It is the most of a page, and as good as always the same as a moment before.
    """
    language, kept = language_of(request), _drawn(request.app.state)
    what = (name, language, shown.at, gaps)
    if what not in kept:
        if len(kept) >= DRAWINGS:
            kept.clear()
        said = {"t": words(language), "because": lambda reason, at: why(reason, language, at)}
        draw = vars(environment().get_template("parts/map.html").make_module(said))["municipality_map"]
        kept[what] = draw(name, shown, gaps, SHAPES, VIEW)
    return kept[what]


def _drawn(state: Any) -> dict[Any, Markup]:
    if not hasattr(state, "maps"):
        state.maps = {}
    found: dict[Any, Markup] = state.maps
    return found
