"""The empty poll, answered before FastAPI's routing: most polls find nothing, and most of their cost was finding that out.

It answers only what is sure from memory, with the same function as the route; whatever is the least unusual passes on to it.
"""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fastapi import Response
from starlette.datastructures import Headers
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
UNUSUAL: Final = ("prefer", "last-event-id")
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
        response = None
        if scope["type"] == "http" and scope["method"] == "GET" and (found := PATH.fullmatch(scope["path"])):
            response = self._answer(UUID(found[1]), scope)
        if response:
            scope["route"] = self._route
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _answer(self, organisation_id: UUID, scope: Scope) -> Response | None:
        asked, headers = QUERY.fullmatch(scope["query_string"]), Headers(scope=scope)
        limit = int(asked[2] or USUAL) if asked else 0
        if not asked or limit > LARGEST or scope.get("root_path") or any(name in headers for name in UNUSUAL):
            return None
        nothing = self._heads.nothing_after(organisation_id, int(asked[1]))
        actor = self._keyring.remembered(headers.get("authorization")) if nothing else None
        if not nothing or not actor or actor.organisation != organisation_id or missing(actor.scopes, NEEDED):
            return None
        try:
            media = chosen(headers.get("accept"), OFFERED)
        except NotAcceptable:
            return None
        if media == STREAM:
            return None
        return answer(organisation_id, nothing, Asked(media, headers.get("if-none-match"), limit))
