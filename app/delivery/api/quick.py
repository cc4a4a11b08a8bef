"""The empty poll, answered before FastAPI's routing: most polls find nothing, and most of their cost was finding that out.

It answers only what is sure from memory, with the same function as the route; whatever is the least unusual passes on to it.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID

from fastapi import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.paging import LARGEST
from app.delivery.api.feed import OFFERED, USUAL, Asked, answer
from app.delivery.asked import NotAcceptable, chosen
from app.delivery.feed import Heads
from app.delivery.schemas.feed import STREAM
from app.identity.may import missing
from app.identity.service import KeyRing

PATH: Final = re.compile(r"/v1/organisations/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/events")
QUERY: Final = re.compile(rb"after=(0|[1-9][0-9]{0,17})(?:&limit=([1-9][0-9]{0,2}))?")
UNUSUAL: Final = frozenset({b"prefer", b"last-event-id"})
NEEDED: Final = ("feed:read",)


@dataclass(frozen=True, slots=True)
class Route:
    """What the log and the measurement call it: as the route that it answers for."""

    path: str = "/v1/organisations/{organisation_id}/events"


class Quick:
    """Stands before the application."""

    def __init__(self, app: ASGIApp, heads: Heads, keyring: KeyRing) -> None:
        """Answer from what `heads` and `keyring` remember."""
        self._app, self._heads, self._keyring = app, heads, keyring
        self._route = Route()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        response = self._answer(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if response:
            scope["route"] = self._route
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _answer(self, scope: Scope) -> Response | None:
        whose, asked = _whose(scope["path"]), QUERY.fullmatch(scope["query_string"])
        if not whose or not asked or scope.get("root_path"):
            return None
        headers: dict[bytes, bytes] = dict(reversed(scope["headers"]))  # of a repeated one the first counts, as for the route
        nothing, limit = self._heads.nothing_after(whose, int(asked[1])), int(asked[2] or USUAL)
        if not nothing or limit > LARGEST or UNUSUAL & headers.keys():
            return None
        actor = self._keyring.remembered(_text(headers, b"authorization"))
        if not actor or actor.organisation != whose or missing(actor.scopes, NEEDED):
            return None
        try:
            media = chosen(_text(headers, b"accept"), OFFERED)
        except NotAcceptable:
            return None
        if media == STREAM:
            return None
        return answer(whose, nothing, Asked(media, _text(headers, b"if-none-match"), limit))


@lru_cache(maxsize=4096)
def _whose(path: str) -> UUID | None:
    found = PATH.fullmatch(path)
    return UUID(found[1]) if found else None


def _text(headers: dict[bytes, bytes], name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")
