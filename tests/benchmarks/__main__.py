"""One table: what a call costs, beside what the same machine does without us in the same run."""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Final
from uuid import UUID

import httpx
from rich.console import Console
from sqlalchemy import event

from app.cases.lifecycle import Urgency
from app.core import clock, embedded, log, migrations
from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.demo.receiver import free_port
from app.directory.opening_hours import OpeningHours
from app.directory.seeding import load_netherlands
from app.directory.surroundings import Desk, NationalDesk, OutOfHours, Provider, Surroundings
from app.main import create_app, edged
from app.routing.decide import decide
from app.routing.need import Need
from tests.benchmarks.bare import PGBENCH, TABLES
from tests.benchmarks.load import Measured, put_under_load
from tests.benchmarks.table import Line, show
from tests.conftest import MASTER_KEY, settings_for
from tests.makers import a_call, a_token

CONNECTIONS: Final = 32
ROUNDS: Final = 3
SIGNALEN: Final = 0.008  # of pgbench, at best: numbers.md
CANDIDATES: Final = 20


def main() -> int:
    """Measure, print; 0 whatever comes out: a figure is told, not asserted."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--seconds", type=float, default=5, help="of load, each round")
    options = asked.parse_args()
    warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
    log.set_up("warning")
    with tempfile.TemporaryDirectory(prefix="nodus-bench-") as folder:
        cluster = embedded.start(Path(folder))
        try:
            lines, statements = asyncio.run(_measure(cluster, options.seconds))
        finally:
            cluster.stop()
    show(lines, as_json=options.json)
    if not options.json:
        _tell(statements)
    return 0


async def _measure(cluster: embedded.Embedded, seconds: float) -> tuple[list[Line], list[str]]:
    await asyncio.to_thread(migrations.upgrade, cluster.admin_url)
    await asyncio.to_thread(migrations.grant_login, cluster.admin_url, embedded.LOGIN)
    cluster.psql(TABLES.format(login=embedded.LOGIN), embedded.NAME)
    database = Database(cluster.url, settings_for(cluster.url))
    async with begin(database, WORKER) as work:
        await load_netherlands(work, from_day=clock.now().date(), days=30)
    headers = await a_token(database)
    await database.close()
    statements = await _statements(cluster.url, headers)
    ours, bare, pgbench = await _rounds(cluster, headers["Authorization"], seconds)
    lines = _judged(ours, bare, pgbench, statements)
    return [*lines, _decision(), _lookups(statements)], statements


async def _rounds(cluster: embedded.Embedded, token: str, seconds: float) -> tuple[Measured, Measured, float]:
    """In turns, so that a slow minute of the machine hits all alike; the median round of each."""
    call = json.dumps(a_call())
    head = f"POST {{}} HTTP/1.1\r\nContent-Type: application/json\r\nAuthorization: {token}\r\nIdempotency-Key: @key@"
    ours: list[Measured] = []
    bare: list[Measured] = []
    raw: list[float] = []
    environment = {**os.environ, "NODUS_DATABASE_URL": cluster.url, "NODUS_MASTER_KEY": MASTER_KEY, "NODUS_LOG_LEVEL": "info"}
    with (
        _serving(["app.main:served", "--factory"], environment) as nodus,
        _serving(["tests.benchmarks.bare:app"], {**os.environ, "BARE_URL": cluster.url}) as reference,
    ):
        for _ in range(ROUNDS):
            ours.append(await put_under_load(nodus, head.format("/v1/calls"), call, connections=CONNECTIONS, seconds=seconds))
            body = json.dumps({"body": "x" * 400})
            bare.append(await put_under_load(reference, head.format("/calls"), body, connections=CONNECTIONS, seconds=seconds))
            raw.append(await asyncio.to_thread(_pgbench, cluster, seconds))

    def middle(found: list[Measured]) -> Measured:
        return sorted(found, key=lambda one: one.per_second)[ROUNDS // 2]

    return middle(ours), middle(bare), median(raw)


@contextmanager
def _serving(application: list[str], environment: dict[str, str]) -> Iterator[int]:
    port = free_port(0)
    command = [sys.executable, "-m", "uvicorn", *application, "--port", str(port), "--no-access-log", "--log-level", "warning"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{port}/livez")
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def _pgbench(cluster: embedded.Embedded, seconds: float) -> float:
    """Transactions a second of the bare statement, without anybody in between."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(PGBENCH)
        script.flush()
        Path(script.name).chmod(0o644)
        options = f"-n -M prepared -f {script.name} -c {CONNECTIONS} -j 2 -T {max(1, round(seconds))}"
        command = [str(embedded.binaries() / "pgbench"), *options.split(), *cluster.pgbench_arguments()]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"tps = ([\d.]+)", told)
    if found is None:
        raise RuntimeError(told)
    return float(found[1])


async def _statements(url: str, headers: dict[str, str]) -> list[str]:
    """What one call says to the database within its transaction."""
    seen: list[str] = []
    app = create_app(settings_for(url))

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "pg_notify" not in statement:  # the doorbell rings after the commit
            seen.append(" ".join(statement.split()))

    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(edged(app)), base_url="http://bench") as client,
    ):
        (await client.post("/v1/calls", json=a_call(), headers=headers)).raise_for_status()
        event.listen(app.state.database.engine.sync_engine, "before_cursor_execute", note)
        answer = await client.post("/v1/calls", json=a_call(), headers=headers | {"Idempotency-Key": "bench"})
        answer.raise_for_status()
    return seen


def _judged(ours: Measured, bare: Measured, pgbench: float, statements: list[str]) -> list[Line]:
    share, slower, of_raw = ours.per_second / bare.per_second, ours.p99 / bare.p99, ours.per_second / pgbench
    told = f"{ours.per_second:.0f}/s, median {ours.median:.1f} ms, p99 {ours.p99:.1f} ms"
    reference = f"bare FastAPI + asyncpg: {bare.per_second:.0f}/s, p99 {bare.p99:.1f} ms"
    return [
        Line("POST /v1/calls, 32 connections", told, reference, f"{share:.0%}", "≥ 35 %", share >= 0.35),
        Line("its p99", f"{ours.p99:.1f} ms", f"{bare.p99:.1f} ms", f"× {slower:.1f}", "≤ × 3", slower <= 3),
        Line("the same", told, f"pgbench: {pgbench:.0f}/s", f"{of_raw:.1%}", "≥ 8 %", of_raw >= 0.08),
        Line("statements of one call", str(len(statements)), "–", str(len(statements)), "≤ 3", len(statements) <= 3),
        Line("the same", told, f"Signalen at best: {SIGNALEN * pgbench:.0f}/s", f"× {of_raw / SIGNALEN:.0f}", "≥ × 15",
             of_raw / SIGNALEN >= 15),
    ]  # fmt: skip


def _decision() -> Line:
    """The pure decision with everybody around it that numbers.md names."""
    hours, at = OpeningHours.parse({"weekly": {"0-4": ["08:30-17:00"]}, "closedOnHolidays": True}), clock.now()
    desks = tuple(
        Desk(UUID(int=n), UUID(int=n), f"d{n}", frozenset({"worry"}), 0, hours, OutOfHours.NONE, None, n)
        for n in range(1, CANDIDATES // 2)
    )
    providers = tuple(
        Provider(UUID(int=n + 100), UUID(int=n + 100), f"p{n}", "outreach", n, 0, None) for n in range(CANDIDATES // 2)
    )
    around = Surroundings("GM0363", "Amsterdam", 1, desks, providers, (NationalDesk(UUID(int=999), UUID(int=999), "last"),))
    took = []
    for _ in range(500):
        before = time.perf_counter()
        decided = decide(Need(Urgency.URGENT), around, frozenset(), at)
        took.append((time.perf_counter() - before) * 1e6)
    told = f"{median(took):.0f} µs"
    return Line(f"routing decision, {len(decided.lines)} candidates", told, "–", told, "≤ 200 µs", median(took) <= 200)


def _lookups(statements: list[str]) -> Line:
    count = sum("FROM directory_version" in one or "JOIN directory_version" in one for one in statements)
    return Line("directory lookups of one call", str(count), "–", str(count), "1 or 2", count in {1, 2})


def _tell(statements: list[str]) -> None:
    console = Console(width=150)
    console.print("\nThe statements of one call, between BEGIN and COMMIT:")
    for number, statement in enumerate(statements, 1):
        console.print(f"{number}. {statement[:400]}", markup=False, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
