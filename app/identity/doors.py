"""The doors: who may, one transaction, one moment. The only way from a route to the database.

A door commits before the answer leaves (`scope="function"`; FastAPI's default commits after it): whoever hears 201 can rely
on it. Answers that take long (long poll, streams) use `Asking`, which opens nothing.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from app.core.actor import Actor
from app.core.errors import Forbidden
from app.core.idempotency import reserve
from app.core.work import Work, begin
from app.identity.may import missing

COMMANDS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
COOKIE: Final = "nodus"
HOST_COOKIE: Final = "__Host-nodus"  # where we are reached by https
BEARER: Final = HTTPBearer(auto_error=False, description="A token made by `nodus key create`.", scheme_name="token")


def session_of(request: Request) -> str | None:
    """The secret of the console's session that a request came with.

    By https only the cookie that this host alone can have set: a neighbour's subdomain could plant another.
    """
    return request.cookies.get(cookie_of(request))


def cookie_of(request: Request) -> str:
    """What the session's cookie is called here."""
    return HOST_COOKIE if request.app.state.settings.base_url.startswith("https:") else COOKIE


async def _who(request: Request, needed: tuple[str, ...]) -> Actor:
    """By a key, else by a session of the console."""
    state = request.app.state
    authorization, secret = request.headers.get("authorization"), session_of(request)
    actor: Actor
    if authorization is None and secret:
        token = request.headers.get("x-page-token")
        actor = await state.sessions.actor(secret, token, is_command=request.method in COMMANDS)
    else:
        actor = await state.keyring.who(authorization)
    if lacking := missing(actor.scopes, needed):
        raise Forbidden(f"This key lacks {', '.join(lacking)}. Ask your administrator for a key with it.")
    return actor


def asking(*needed: str) -> Callable[..., Awaitable[Actor]]:
    """A dependency that says who is asking, and refuses whoever lacks a needed scope; it opens no transaction."""

    async def ask(request: Request, _: Annotated[object, Depends(BEARER)]) -> Actor:
        return await _who(request, needed)

    return ask


def door(*needed: str) -> Callable[..., AsyncIterator[Work]]:
    """A dependency that opens work for whoever holds the needed scopes, commits it after the route, and honours the key."""

    async def enter(request: Request, _: Annotated[object, Depends(BEARER)]) -> AsyncIterator[Work]:
        actor = await _who(request, needed)
        async with begin(request.app.state.database, actor, request_id=request.state.request_id) as work:
            if request.method in COMMANDS:
                await reserve(work, request)
            yield work

    return enter


IntakeDoor = Annotated[Work, Depends(door("calls:write"), scope="function")]
CallReader = Annotated[Work, Depends(door("calls:read"), scope="function")]
CaseReader = Annotated[Work, Depends(door("cases:read"), scope="function")]
OfferAnswerer = Annotated[Work, Depends(door("offers:answer"), scope="function")]
FollowUpDoor = Annotated[Work, Depends(door("cases:write"), scope="function")]
EndpointDoor = Annotated[Work, Depends(door("webhooks:manage"), scope="function")]
MailboxDoor = Annotated[Work, Depends(door("mailboxes:manage"), scope="function")]
DirectoryReader = Annotated[Work, Depends(door("directory:read"), scope="function")]
DirectoryDoor = Annotated[Work, Depends(door("directory:write"), scope="function")]
AdministratorDoor = Annotated[Work, Depends(door("directory:admin"), scope="function")]
TelephonyDoor = Annotated[Work, Depends(door("telephony:manage"), scope="function")]
ProtocolComparer = Annotated[Work, Depends(door("protocols:compare"), scope="function")]
WatchDoor = Annotated[Work, Depends(door("watch:read"), scope="function")]
FeedReader = Annotated[Actor, Depends(asking("feed:read"))]
