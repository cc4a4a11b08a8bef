"""Prints one table: what a call costs here, beside what the same machine can do at best."""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import asyncpg
import httpx
from rich.console import Console
from rich.table import Table

from app.core import embedded
from tests.benchmarks import bare, decision, statements
from tests.benchmarks.load import Load, put_under_load, request_bytes
from tests.benchmarks.world import World, a_call_body, made_world

ROOT = Path(__file__).parents[2]
CONNECTIONS = 32
# Measured before we started: what Signalen stores, as a share of pgbench on the same machine (performance.md §6), at best.
SIGNALEN_SHARE = 0.008


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    work: str
    measured: str
    reference: str
    ratio: str
    reach: str
    reached: bool


@contextmanager
def _server(factory: str, port: int, environment: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", "uvicorn", "--factory", factory, "--port", str(port), "--no-access-log"]
    command += ["--loop", "uvloop", "--http", "httptools", "--log-level", "warning"]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with suppress(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/livez", trust_env=False)
            return
        time.sleep(0.05)
    raise TimeoutError("The server did not start.")


def _pgbench(cluster: embedded.Embedded, seconds: float) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(bare.PGBENCH)
        script.flush()
        command = [str(embedded.binaries() / "pgbench"), "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "2"]
        command += ["-T", str(max(1, round(seconds))), "-f", script.name, *cluster.pgbench_arguments()]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    line = next(line for line in told.splitlines() if line.startswith("tps"))
    return float(line.split("=")[1].split()[0])


def _bare(cluster: embedded.Embedded, seconds: float) -> Load:
    body = json.dumps({"municipality": "GM0363", "urgency": "urgent", "answers": '{"danger": "no"}'}).encode()
    with _server("tests.benchmarks.bare:served", 8911, {"BARE_DATABASE_URL": cluster.admin_url}):
        request = request_bytes("/calls", body, {})
        asyncio.run(put_under_load(8911, request, connections=CONNECTIONS, seconds=1))
        return asyncio.run(put_under_load(8911, request, connections=CONNECTIONS, seconds=seconds))


def _ours(world: World, seconds: float) -> Load:
    with _server("app.main:served", 8912, world.environment):
        body = json.dumps(a_call_body(Random(1))).encode()
        headers = {"Authorization": f"Bearer {world.operator_token}", "Idempotency-Key": '"@key@"'}
        request = request_bytes("/v1/calls", body, headers)
        asyncio.run(put_under_load(8912, request, connections=CONNECTIONS, seconds=1))
        return asyncio.run(put_under_load(8912, request, connections=CONNECTIONS, seconds=seconds))


def _calls(cluster: embedded.Embedded, world: World, seconds: float) -> list[Row]:
    best = _pgbench(cluster, seconds)
    reference = _bare(cluster, seconds)
    ours = _ours(world, seconds)
    trips = asyncio.run(statements.of_one_call(world))
    share, of_bare, slower = (
        ours.per_second / best,
        ours.per_second / reference.per_second,
        ours.p99_ms / reference.p99_ms,
    )
    measured = f"{ours.per_second:,.0f}/s, p50 {ours.p50_ms:.0f} ms, p99 {ours.p99_ms:.0f} ms"
    if ours.refused or reference.refused:
        raise RuntimeError(f"{ours.refused} and {reference.refused} requests were refused: the figures mean nothing.")
    return [
        Row(
            f"POST /v1/calls, {CONNECTIONS} connections, one process",
            measured,
            f"bare FastAPI + asyncpg: {reference.per_second:,.0f}/s, p99 {reference.p99_ms:.0f} ms",
            f"{of_bare:.0%}, p99 × {slower:.1f}",
            "≥ 35 %, p99 ≤ × 3",
            of_bare >= 0.35 and slower <= 3,
        ),
        Row(
            "the same",
            f"{ours.per_second:,.0f}/s; {len(trips)} statements inside the transaction",
            f"pgbench, four rows in one statement: {best:,.0f}/s",
            f"{share:.1%}",
            "≥ 8 %, ≤ 3 statements",
            share >= 0.08 and len(trips) <= 3,
        ),
        Row(
            "the same",
            f"{share:.1%} of pgbench",
            f"Signalen, measured elsewhere: at most {SIGNALEN_SHARE:.1%} of it",
            f"× {share / SIGNALEN_SHARE:.0f}",
            "≥ × 15",
            share / SIGNALEN_SHARE >= 15,
        ),
    ]


def _decision() -> Row:
    microseconds = decision.microseconds_a_decision(candidates=20)
    return Row(
        "routing decision, 20 candidates",
        f"{microseconds:.0f} µs",
        "–",
        "1 statement reads the directory",
        "≤ 200 µs, ≤ 2 statements",
        microseconds <= 200,
    )


async def _prepare(cluster: embedded.Embedded) -> None:
    connection = await asyncpg.connect(cluster.admin_url)
    await connection.execute(bare.SCHEMA)
    await connection.close()


def main() -> int:
    """Measure, print, and fail when a ratio is not reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nodus-bench-") as folder:
        cluster = embedded.start(Path(folder), durable=True)
        try:
            world = asyncio.run(made_world(cluster))
            asyncio.run(_prepare(cluster))
            rows = [*_calls(cluster, world, options.seconds), _decision()]
            shown = asyncio.run(statements.of_one_call(world))
        finally:
            cluster.stop()
    _print(rows, shown, as_json=options.json)
    return 0 if all(row.reached for row in rows) else 1


def _print(rows: list[Row], shown: list[str], *, as_json: bool) -> None:
    if as_json:
        told = [{name: getattr(row, name) for name in Row.__slots__} for row in rows]
        sys.stdout.write(json.dumps({"rows": told, "statements": shown}, indent=2) + "\n")
        return
    table = Table("work", "measured", "reference in this run", "ratio", "to reach", "")
    for row in rows:
        table.add_row(row.work, row.measured, row.reference, row.ratio, row.reach, "✓" if row.reached else "✗")
    console = Console(width=160)
    console.print(table)
    console.print("One call, inside its transaction:")
    for number, statement in enumerate(shown, start=1):
        console.print(f"  {number}. {' '.join(statement.split())[:150]} …", highlight=False, markup=False)


if __name__ == "__main__":
    sys.exit(main())
