"""A load of one request over many kept-alive connections, light enough not to be what is measured."""

import asyncio
import time
from dataclasses import dataclass
from itertools import count
from statistics import quantiles


@dataclass(frozen=True, slots=True)
class Load:
    """What a load measured."""

    per_second: float
    p50_ms: float
    p99_ms: float
    refused: int


def request_bytes(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A POST, as it goes over the wire; `@key@` in a header becomes another value each time."""
    lines = [f"POST {path} HTTP/1.1", "Host: bench", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def put_under_load(port: int, request: bytes, *, connections: int, seconds: float) -> Load:
    """Send `request` over and over on each connection, one at a time, for `seconds`."""
    numbers = count(int(time.time() * 1000) * 1000)
    taken: list[float] = []
    refused = 0
    until = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal refused
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until:
            started = time.perf_counter()
            writer.write(request.replace(b"@key@", str(next(numbers)).encode()))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            taken.append(time.perf_counter() - started)
            refused += not head.startswith(b"HTTP/1.1 201")
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    spent = time.perf_counter() - begun
    percentiles = quantiles(taken, n=100)
    return Load(len(taken) / spent, percentiles[49] * 1000, percentiles[98] * 1000, refused)
