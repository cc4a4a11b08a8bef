"""Which handler answers: found by how a path begins, not by asking each of hundreds of routes whether it does."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain, takewhile
from operator import itemgetter
from typing import Final

from fastapi import APIRouter
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

ANY: Final = ""
Beginning = tuple[int, str, str]


def joined(*parts: APIRouter) -> APIRouter:
    """One router with the routes of all, in their order, as they are.

    FastAPI's `include_router` is for parts that get something of the whole, such as a prefix. Ours get nothing, and it costs:
    it makes every route a second time at the first request, and asks each part twice at every request.
    """
    whole = APIRouter()
    for part in parts:
        whole.routes.extend(part.routes)
    return whole


class Signpost(BaseRoute):
    """Stands before the routes and leads to the one that would have answered; it leaves to them what none of them answers."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        """Know these, the first that fits first."""
        alike: defaultdict[Beginning, list[tuple[int, BaseRoute]]] = defaultdict(list)
        for place, route in enumerate(routes):
            if isinstance(route, Route):
                alike[_beginning(route.path_format)].append((place, route))
        fitting = {one: {wider for wider in _wider(one) if wider in alike} for told in alike for one in _wider(told)}
        self._leads = {
            one: [route for _, route in sorted(chain.from_iterable(alike[wider] for wider in wide), key=itemgetter(0))]
            for one, wide in fitting.items()
        }

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The route, if one answers this path and method."""
        if scope["type"] == "http":
            beginning = _beginning(scope["path"].removeprefix(scope.get("root_path", "")))
            for route in next((self._leads[one] for one in _wider(beginning) if one in self._leads), ()):
                match, found = route.matches(scope)
                if match == Match.FULL:
                    return match, {**found, "route": route}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route answer that was found."""
        await scope["route"].handle(scope, receive, send)


def _beginning(path: str) -> Beginning:
    """Of how many parts a path is, and the first two as far as they are the same for all of a route."""
    parts = path.split("/")
    fixed = [*takewhile(lambda one: "{" not in one, parts[1:3]), ANY, ANY]
    return len(parts), fixed[0], fixed[1]


def _wider(beginning: Beginning) -> tuple[Beginning, ...]:
    """This beginning, and those that it is one of."""
    size, first, _ = beginning
    return beginning, (size, first, ANY), (size, ANY, ANY)
