"""A line between client and server that breaks when it is told to: the server hears, the client never learns."""

import asyncio
from contextlib import suppress
from typing import Self


class ShakyLine:
    """Passes bytes on, until it is told to lose the next answers."""

    def __init__(self, port: int) -> None:
        """To the server at this port of the loopback."""
        self._port = port
        self._server: asyncio.Server | None = None
        self._lose = 0
        self.lost = 0

    async def __aenter__(self) -> Self:
        """Listen on a port of its own."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up."""
        assert self._server
        self._server.close()

    @property
    def url(self) -> str:
        """Where the client rings."""
        assert self._server
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def lose(self, answers: int) -> None:
        """Lose the next answers: their requests arrive, and are carried out."""
        self._lose = answers

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        there = asyncio.create_task(self._pass_on(reader, far_writer))
        with suppress(ConnectionError):
            while answer := await far_reader.read(65_536):
                if self._lose:
                    self._lose -= 1
                    self.lost += 1
                    break
                writer.write(answer)
                await writer.drain()
        there.cancel()
        for end in (writer, far_writer):
            end.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while asked := await reader.read(65_536):
                writer.write(asked)
                await writer.drain()
