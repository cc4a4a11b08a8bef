"""Load: connections that each send the next request as soon as the last one was answered."""

import asyncio
import time
from dataclasses import dataclass
from statistics import quantiles
from uuid import uuid4


@dataclass(frozen=True, slots=True)
class Measured:
    """Requests a second, and milliseconds that half and 99 of 100 stayed below."""

    per_second: float
    median: float
    p99: float


async def put_under_load(port: int, head: str, body: str, *, connections: int, seconds: float) -> Measured:
    """Send `body` over and over; `@key@` in head and body is new each time.

    Raises:
        RuntimeError: an answer was not 201: what is measured must be work that was done.
    """
    took: list[float] = []
    until = time.perf_counter() + seconds
    started = time.perf_counter()
    await asyncio.gather(*(_one(port, head, body, until, took) for _ in range(connections)))
    passed = time.perf_counter() - started
    cuts = quantiles(took, n=100)
    return Measured(len(took) / passed, cuts[49] * 1000, cuts[98] * 1000)


async def _one(port: int, head: str, body: str, until: float, took: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        key = uuid4().hex
        content = body.replace("@key@", key).encode()
        lines = f"{head.replace('@key@', key)}\r\nHost: bench\r\nContent-Length: {len(content)}\r\n\r\n"
        before = time.perf_counter()
        writer.write(lines.encode() + content)
        answer = await reader.readuntil(b"\r\n\r\n")
        fields = answer.decode().lower()
        length = int(fields.partition("content-length: ")[2].partition("\r\n")[0])
        told = await reader.readexactly(length)
        if not fields.startswith("http/1.1 201"):
            raise RuntimeError(f"{answer[:60]!r} {told[:500]!r}")
        took.append(time.perf_counter() - before)
    writer.close()
