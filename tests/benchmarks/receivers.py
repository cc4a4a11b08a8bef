"""Receivers of webhooks in a process of their own: `python -m tests.benchmarks.receivers`; a bare protocol, as quick as Python allows.

`POST /<milliseconds>/<anything>` is answered with 204 after so long; `POST /hangs` never. `GET /told` gives what came since the last
time it was asked: the id of each delivery, and the moment of its first byte.
"""

import asyncio
import sys
import time
from typing import Final, cast

import orjson
import uvloop

ANSWER: Final = b"HTTP/1.1 204 No Content\r\n\r\n"
told: list[tuple[str, float]] = []


class Receiving(asyncio.Protocol):
    """One connection, one request after another."""

    def __init__(self) -> None:
        """Nothing read yet."""
        self._read = b""
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to answer."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer when a request is whole."""
        if not self._read:
            self._began = time.time()
        self._read += data
        head, found, body = self._read.partition(b"\r\n\r\n")
        if not found:
            return
        small = head.lower()
        length = int(small.partition(b"content-length: ")[2].partition(b"\r\n")[0] or b"0")
        if len(body) < length:
            return
        self._read = b""
        path = head.split(b" ", 2)[1]
        if path == b"/told":
            content = orjson.dumps(told)
            told.clear()
            self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(content) + content)
        elif path != b"/hangs":
            told.append((small.partition(b"webhook-id: ")[2][:36].decode(), self._began))
            pause = int(path.split(b"/")[1]) / 1000
            asyncio.get_running_loop().call_later(pause, self._transport.write, ANSWER) if pause else self._transport.write(
                ANSWER
            )


async def main() -> None:
    """Say where, and listen until the standard input is closed."""
    server = await asyncio.get_running_loop().create_server(Receiving, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(main())
