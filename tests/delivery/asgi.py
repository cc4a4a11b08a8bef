"""A client that speaks ASGI itself: it sees exactly what is sent, reads streams as they come, stops reading, and hangs up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message

from app.delivery.api.quick import Route


@dataclass
class Exchange:
    """One request under way."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    route: str = ""
    was_quick: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    reading: asyncio.Event = field(default_factory=asyncio.Event)
    more: asyncio.Event = field(default_factory=asyncio.Event)
    scope: dict[str, Any] = field(default_factory=dict)

    async def receive(self) -> Message:
        """An empty body, then nothing until it hangs up."""
        if "asked" not in self.scope:
            self.scope["asked"] = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.hung_up.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take what is sent, once it is read."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            await self.reading.wait()
            self.body += message["body"]
        self.more.set()

    async def until(self, *told: bytes) -> None:
        """Wait until all of this was told."""
        async with asyncio.timeout(10):
            while not all(one in self.body for one in told):
                assert not self.ended.is_set(), (self.status, self.body)
                self.more.clear()
                await self.more.wait()

    async def end(self) -> bytes:
        """All that was told, once it has ended."""
        async with asyncio.timeout(10):
            await self.ended.wait()
        return self.body


@asynccontextmanager
async def asking(app: ASGIApp, target: str, headers: dict[str, str]) -> AsyncIterator[Exchange]:
    """A GET, until the block ends; then it hangs up."""
    path, _, query = target.partition("?")
    exchange = Exchange()
    exchange.reading.set()
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"nodus.test"), *((name.lower().encode(), value.encode()) for name, value in headers.items())],
        "client": ("127.0.0.1", 1), "server": ("nodus.test", 80), "state": {},
    }  # fmt: skip

    async def serve() -> None:
        try:
            await app(scope, exchange.receive, exchange.send)
        finally:
            exchange.route = getattr(scope.get("route"), "path", "")
            exchange.was_quick = isinstance(scope.get("route"), Route)
            exchange.ended.set()
            exchange.more.set()

    task = asyncio.create_task(serve())
    try:
        yield exchange
    finally:
        exchange.hung_up.set()
        exchange.reading.set()
        async with asyncio.timeout(10):
            await task


async def answered(app: ASGIApp, target: str, headers: dict[str, str]) -> Exchange:
    """A GET to its end."""
    async with asking(app, target, headers) as exchange:
        await exchange.end()
    return exchange
