"""Whoever asks is answered by the route that would have been the first to fit, or by none."""

from fastapi import FastAPI, Request, Response
from hypothesis import given
from hypothesis import strategies as some
from starlette.routing import BaseRoute, Match, Route

from app.core.routes import Signpost
from app.main import create_app
from tests.conftest import settings_for

APP: FastAPI = create_app(settings_for("postgresql://nobody@/none"))
ROUTES: list[BaseRoute] = APP.routes[1:]
PARTS = sorted({part for route in ROUTES for part in getattr(route, "path", "").split("/")})
a_part = some.one_of(some.sampled_from(PARTS), some.text(max_size=3))
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


async def _answer(_: Request) -> Response:
    """Something to find."""
    return Response()


def _the_first(method: str, path: str) -> BaseRoute | None:
    scope = {"type": "http", "method": method, "path": path, "root_path": ""}
    return next((route for route in ROUTES if route.matches(scope)[0] == Match.FULL), None)


def _found(signpost: BaseRoute, method: str, path: str, root: str = "") -> BaseRoute | None:
    match, found = signpost.matches({"type": "http", "method": method, "path": root + path, "root_path": root})
    return found["route"] if match == Match.FULL else None


@given(some.sampled_from(METHODS), some.lists(a_part, min_size=1, max_size=6))
def test_it_leads_to_the_first_that_fits(method: str, parts: list[str]) -> None:
    """Whatever the path is made of."""
    path = "/" + "/".join(parts)
    assert _found(APP.routes[0], method, path) == _the_first(method, path)


def test_every_route_is_found() -> None:
    """As it is written, with something at its places; also behind a prefix of a proxy."""
    for route in ROUTES:
        for method in getattr(route, "methods", ()):
            path = getattr(route, "path", "").replace("{", "").replace("}", "")
            assert _found(APP.routes[0], method, path) == _the_first(method, path) is not None
            assert _found(APP.routes[0], method, path, root="/nodus") is not None


def test_what_differs_may_stand_anywhere() -> None:
    """And what comes first counts, however it is written."""
    routes = [Route(path, _answer) for path in ("/{a}/x", "/b/{c}", "/b/x", "/{d}", "/b")]
    signpost = Signpost(routes)
    for path, place in {"/b/x": 0, "/q/x": 0, "/b/y": 1, "/b": 3, "/q": 3}.items():
        assert _found(signpost, "GET", path) is routes[place]
    assert _found(signpost, "GET", "/") is None
    assert _found(signpost, "POST", "/b") is None
