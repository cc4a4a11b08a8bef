"""What saving costs while two hundred operators type: `python -m tests.benchmarks.drafts [--json] [--operators 200] [--seconds 20]`.

Each operator has a connection and a draft of their own and saves once a second, whether the last save was answered or not: a save
that has to wait counts with its waiting. The same pace goes to a bare FastAPI route that changes one row and adds one.
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from app.core import clock, embedded, log, migrations
from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.demo.receiver import free_port
from app.directory.seeding import load_netherlands
from tests.benchmarks.bare import TABLES
from tests.conftest import MASTER_KEY, settings_for
from tests.makers import a_token

EVERY: Final = 1.0  # seconds between two saves of one operator
SENTENCE: Final = "Zij zegt dat de buurman al dagen niet eet en ’s nachts schreeuwt. "
SHORT: Final = (
    "person.name",
    "place.stay.postcode",
    "place.stay.houseNumber",
    "caller.language",
    "answers.weapon",
    "answers.danger_now",
)


@dataclass(frozen=True, slots=True)
class Typed:
    """How long saves took, in milliseconds, how busy the server's process was (of one core), and its CPU time a save."""

    saves: int
    median: float
    p99: float
    slowest: float
    busy: float
    cpu_per_save: float


class Line:
    """One connection, kept alive."""

    def __init__(self, port: int, method: str, path: str, token: str) -> None:
        """Not connected yet."""
        self._port = port
        self._head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAuthorization: {token}\r\n"

        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, body: Any) -> Any:
        """The answer to one request; what is refused for want of a connection, or lost, is sent again.

        Raises:
            RuntimeError: it was not 200: what is measured must be work that was done.
        """
        content = json.dumps(body).encode()
        while (answer := await self._once(content)) is None:
            await asyncio.sleep(0.2)
        return answer

    async def _once(self, content: bytes) -> Any:
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            return await self._told(*self._streams, content)
        except (asyncio.IncompleteReadError, ConnectionError):
            self._streams = None
            return None

    async def _told(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, content: bytes) -> Any:
        writer.write(f"{self._head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        told = await reader.readexactly(int(head.partition("content-length: ")[2].partition("\r\n")[0]))
        if head.startswith("http/1.1 503"):
            return None
        if not head.startswith("http/1.1 200"):
            raise RuntimeError(f"{head[:60]!r} {told[:500]!r}")
        return json.loads(told)


class Operator:
    """Somebody who types: a long text that grows, and now and then a short field."""

    def __init__(self, line: Line, number: int) -> None:
        """At the beginning of a draft."""
        self._line, self._random, self._text = line, random.Random(number), ""
        self._sequence, self._seen = 0, 1

    async def save(self) -> None:
        """One save."""
        self._sequence += 1
        self._text = (self._text + SENTENCE)[-1500:]
        changes = [{"field": "worry", "value": self._text}]
        if self._random.random() < 0.3:
            changes.append({"field": self._random.choice(SHORT), "value": str(self._sequence)})
        body = {"screen": "bench", "sequence": self._sequence, "seen": self._seen, "changes": changes}
        self._seen = (await self._line.send(body))["version"]


async def _at_pace(saves: Sequence[Callable[[], Awaitable[None]]], seconds: float, process: psutil.Process) -> Typed:
    took: list[float] = []
    used, started = sum(process.cpu_times()[:2]), time.perf_counter()

    async def one(save: Callable[[], Awaitable[None]], number: int) -> None:
        due = started + EVERY * number / len(saves)
        while due < started + seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await save()
            took.append((time.perf_counter() - due) * 1000)
            due += EVERY

    await asyncio.gather(*(one(save, number) for number, save in enumerate(saves)))
    passed, used = time.perf_counter() - started, sum(process.cpu_times()[:2]) - used
    cuts = quantiles(took, n=100)
    return Typed(len(took), cuts[49], cuts[98], max(took), used / passed, used / len(took) * 1000)


async def _ours(port: int, token: str, operators: int, seconds: float, process: psutil.Process) -> Typed:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        drafts = [
            (await client.post("/v1/drafts", json={}, headers={"Authorization": token})).raise_for_status().json()["id"]
            for _ in range(operators)
        ]
    lines = [Line(port, "PATCH", f"/v1/drafts/{draft}", token) for draft in drafts]
    typing = [Operator(line, number).save for number, line in enumerate(lines)]
    await _at_pace(typing, 2, process)
    return await _at_pace(typing, seconds, process)


async def _bare(port: int, operators: int, seconds: float, process: psutil.Process) -> Typed:
    def saving(line: Line) -> Callable[[], Awaitable[None]]:
        async def save() -> None:
            await line.send({"body": SENTENCE * 20})

        return save

    lines = [Line(port, "PATCH", f"/drafts/{number + 1}", "none") for number in range(operators)]
    typing = [saving(line) for line in lines]
    await _at_pace(typing, 2, process)
    return await _at_pace(typing, seconds, process)


async def _measure(cluster: embedded.Embedded, operators: int, seconds: float) -> tuple[Typed, Typed]:
    await asyncio.to_thread(migrations.upgrade, cluster.admin_url)
    await asyncio.to_thread(migrations.grant_login, cluster.admin_url, embedded.LOGIN)
    cluster.psql(TABLES.format(login=embedded.LOGIN), embedded.NAME)
    database = Database(cluster.url, settings_for(cluster.url))
    async with begin(database, WORKER) as work:
        await load_netherlands(work, from_day=clock.now().date(), days=2)
    token = (await a_token(database))["Authorization"]
    await database.close()
    environment = {**os.environ, "NODUS_DATABASE_URL": cluster.url, "NODUS_MASTER_KEY": MASTER_KEY, "BARE_URL": cluster.url}
    ours = await _served(
        ["app.main:served", "--factory"], environment, lambda port, it: _ours(port, token, operators, seconds, it)
    )
    bare = await _served(["tests.benchmarks.bare:app"], environment, lambda port, it: _bare(port, operators, seconds, it))
    return ours, bare


async def _served(
    application: list[str], environment: dict[str, str], measure: Callable[[int, psutil.Process], Awaitable[Typed]]
) -> Typed:
    """Measure one served process; each is alone with the database."""
    port = free_port(0)
    command = [sys.executable, "-m", "uvicorn", *application, "--port", str(port), "--no-access-log", "--log-level", "warning"]
    process = await asyncio.to_thread(subprocess.Popen, command, env=environment, stdout=subprocess.DEVNULL)
    try:
        async with httpx.AsyncClient() as client:
            for _ in range(300):
                try:
                    await client.get(f"http://127.0.0.1:{port}/livez")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
        return await measure(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)


def main() -> int:
    """Measure, print; 0 whatever comes out: a figure is told, not asserted."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.drafts")
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--operators", type=int, default=200)
    asked.add_argument("--seconds", type=float, default=20)
    options = asked.parse_args()
    warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
    log.set_up("warning")
    with tempfile.TemporaryDirectory(prefix="nodus-bench-") as folder:
        cluster = embedded.start(Path(folder))
        try:
            ours, bare = asyncio.run(_measure(cluster, options.operators, options.seconds))
        finally:
            cluster.stop()
    lines = [
        (f"PATCH /v1/drafts/…, {options.operators} operators", ours),
        ("bare FastAPI + asyncpg, the same pace", bare),
    ]
    if options.json:
        told = [{"work": work, **{name: getattr(one, name) for name in Typed.__slots__}} for work, one in lines]
        print(json.dumps(told, indent=1))  # noqa: T201
        return 0
    table = Table("work", "saves", "median", "p99", "slowest", "one core", "CPU a save")
    for work, one in lines:
        table.add_row(work, str(one.saves), *_texts(one))
    table.add_row("ratio", "", f"× {ours.median / bare.median:.1f}", f"× {ours.p99 / bare.p99:.1f}", "",
                  "", f"× {ours.cpu_per_save / bare.cpu_per_save:.1f}")  # fmt: skip
    Console(width=150).print(table)
    return 0


def _texts(one: Typed) -> list[str]:
    return [f"{one.median:.1f} ms", f"{one.p99:.1f} ms", f"{one.slowest:.0f} ms", f"{one.busy:.0%}", f"{one.cpu_per_save:.2f} ms"]


if __name__ == "__main__":
    sys.exit(main())
