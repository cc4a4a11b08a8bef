"""A feed as server-sent events: one connection, no transaction and no database connection while it is silent.

A reader that takes nothing stops us at its full buffer: we hold some events for it, and go on from there when it reads again.
Source: HTML Living Standard §9.2 (server-sent events).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from typing import Any, Final
from uuid import UUID

import orjson
import structlog
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.core.actor import Actor
from app.core.errors import Unavailable
from app.core.problem import problem_of
from app.delivery.feed import Heads
from app.delivery.schemas.feed import STREAM
from app.delivery.service.feed import Events
from app.identity.service import KeyRing

HEARTBEAT: Final = 15.0  # ⚙ seconds; also how long a revoked key keeps a silent stream at most
LOOK_AGAIN: Final = 1.0
RECONNECT_AFTER: Final = 2000  # ⚙ milliseconds
SPREAD: Final = 4000  # ⚙ milliseconds over which those come back who are told to at the same moment
BEAT: Final = b":\n\n"

log = structlog.get_logger(__name__)


class EventStream(StreamingResponse):
    """A stream that takes its place when it begins, and gives it back however it ends."""

    media_type = STREAM

    def __init__(self, lines: AsyncIterator[bytes], place: AbstractContextManager[None]) -> None:
        """Proxies are told not to collect it."""
        super().__init__(lines, headers={"X-Accel-Buffering": "no", "Vary": "Accept"})
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until it ends or the reader hangs up."""
        with self._place:
            await super().__call__(scope, receive, send)


class Follower:
    """Reads a feed on behalf of one key, for as long as that key may."""

    def __init__(self, state: Any, authorization: str, actor: Actor, organisation: UUID) -> None:  # noqa: ANN401  Starlette's
        """Follow the feed of `actor`'s organisation; `state` is the application's."""
        self._heads: Heads = state.heads
        self._keyring: KeyRing = state.keyring
        self._authorization, self._actor, self._organisation = authorization, actor, organisation
        self._key = actor.key or organisation

    async def lines(self, first: Events) -> AsyncIterator[bytes]:
        """The stream after `first`, which was read already; ends when this process does, or the key."""
        yield b"retry: %d\n\n" % RECONNECT_AFTER
        part: Events | None = first
        while part:
            if part.bodies:
                yield b"".join(told(part))
            if part.is_end:
                await self._heads.news(self._organisation, part.reached, HEARTBEAT)
            if self._heads.is_ending:
                yield b": this process ends; come back\nretry: %d\n\n" % (RECONNECT_AFTER + self._key.int % SPREAD)
                return
            if self._heads.nothing_after(self._organisation, part.reached):
                yield BEAT
            part = await self._next(part.reached)
        yield b": over\n\n"

    async def _next(self, after: int) -> Events | None:
        """What comes after `after`; None when that is not for this key any more, or no longer kept."""
        try:
            if nothing := self._heads.nothing_after(self._organisation, after):
                return nothing if await self._keyring.who(self._authorization) == self._actor else None
            return await self._heads.woken.read(self._organisation, after, self._key)
        except Exception as error:
            problem = problem_of(error)
            if not problem:
                raise
            if not isinstance(problem, Unavailable):
                return None
            log.warning("stream.unavailable", error=type(error).__name__)
            await asyncio.sleep(LOOK_AGAIN)
            return Events(after, (), after + 1, 1)  # there may be more: look again


def told(part: Events) -> list[bytes]:
    """A part of a feed as server-sent events. The bytes of an event are one line: JSON without line breaks."""
    return [
        b"id: %d\nevent: %b\ndata: %b\n\n" % (number, orjson.loads(body)["type"].encode(), body)
        for number, body in enumerate(part.bodies, part.after + 1)
    ]
