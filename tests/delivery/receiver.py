"""A receiver of webhooks that does as it is told: answers, is slow, is away."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from standardwebhooks.webhooks import Webhook


class Receiver:
    """Listens on the loopback; `answer` says what status the next request gets."""

    def __init__(self, answer: Callable[[int], int] = lambda _: 204, *, slow: float = 0.0, headers: str = "") -> None:
        """Answers 204 at once, unless told otherwise."""
        self.answer, self.slow, self.headers = answer, slow, headers
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.port = 0
        self.arrived = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def start(self) -> "Receiver":
        """Listen, on the same port as before if there was one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        """Be away: connections are closed and refused."""
        if self._server:
            self._server.close()
            self._server = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    def numbers(self) -> list[int]:
        """The numbers of what came and was answered well, in order of arrival."""
        return [int(json.loads(body)["sequence"]) for _, body in self.got]

    def verified(self, secret: str) -> list[Any]:
        """What came, as the reference library sees it."""
        return [Webhook(secret).verify(body, headers) for headers, body in self.got]

    async def until(self, count: int) -> None:
        """Wait until so many have come and been answered well."""
        async with asyncio.timeout(20):
            while len(self.got) < count:
                self.arrived.clear()
                await self.arrived.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")[1:]
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                if self.slow:
                    await asyncio.sleep(self.slow)
                status = self.answer(len(self.got))
                if 200 <= status < 300:
                    self.got.append((headers, body))
                    self.arrived.set()
                writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\n{self.headers}\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
