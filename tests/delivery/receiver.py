"""A receiver of webhooks that does as it is told: answers, is slow, is away."""

import asyncio
import json
from collections.abc import Callable
from ssl import SSLContext
from typing import Any, Self

from standardwebhooks.webhooks import Webhook


class Receiver:
    """Listens on the loopback; `answer` says what status the next request gets, `shown` whether each came with a certificate."""

    def __init__(
        self, answer: Callable[[int], int] = lambda _: 204, *, slow: float = 0.0, headers: str = "", tls: SSLContext | None = None
    ) -> None:
        """Answers 204 at once, unless told otherwise."""
        self.answer, self.slow, self.headers, self.tls = answer, slow, headers, tls
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.shown: list[bool] = []
        self.content = b""
        self.seen = self.most_at_once = 0
        self.port = 0
        self.arrived = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._now = 0

    async def start(self) -> Self:
        """Listen, on the same port as before if there was one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        """Be away: connections are closed and refused."""
        if self._server:
            self._server.close()
            self._server = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def __aenter__(self) -> Self:
        """Listen as long as the block lasts."""
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        """Whatever happened in it."""
        await self.stop()

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

    async def judge(self, path: str, headers: dict[str, str], body: bytes) -> int:  # noqa: ARG002  others look at them
        """The status that this request is answered with."""
        return self.answer(len(self.got))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode().split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.seen += 1
                self.shown.append(bool(writer.get_extra_info("peercert")))
                self._now += 1
                self.most_at_once = max(self.most_at_once, self._now)
                try:
                    if self.slow:
                        await asyncio.sleep(self.slow)
                    status = await self.judge(first.split(" ")[1], headers, body)
                finally:
                    self._now -= 1
                if 200 <= status < 300:
                    self.got.append((headers, body))
                    self.arrived.set()
                writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(self.content)}\r\n{self.headers}\r\n".encode())
                writer.write(self.content)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()
