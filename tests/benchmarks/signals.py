"""Look for earlier calls among five million traces: `python -m tests.benchmarks.signals [--traces N]`; the goal is in the last column.

Traces of strangers are made by PostgreSQL itself; those of the people who are looked for by the program, among them one person
with four hundred calls and one with two thousand. Asked as an operator asks: address, name with date of birth, and a telephone number.
"""

import argparse
import asyncio
import tempfile
import time
import warnings
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Final

import asyncpg
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from app.cases.lifecycle import Urgency
from app.core import clock, embedded, log, migrations
from app.core.actor import WORKER, Actor, Role
from app.core.db import Database
from app.core.ids import new_id
from app.core.work import begin
from app.directory.seeding import load_netherlands
from app.signals import queries
from app.signals.marks import About, Address
from app.signals.service import looking, tracing
from tests.conftest import settings_for
from tests.makers import HOTLINE

TRACES: Final = 5_000_000
PEOPLE: Final = 1000
OFTEN: Final = 400
CROWD: Final = 2000  # calls about one mark: a shelter, or a wrong number that many gave
LOOKS: Final = 2000
GOAL_MS: Final = 20.0
# Two years of strangers: half of them were rung about before. The index is made afterwards, as after a restore.
FILL: Final = """
  ALTER TABLE trace DROP CONSTRAINT trace_pkey;
  INSERT INTO trace (hash, at, call_id, kind, sure, about_case_id, organisation_id, municipality_code, urgency)
  SELECT substr(sha256(int8send((n / 2)::bigint)), 1, 16), now() - random() * interval '730 days', gen_random_uuid(), 'address', true,
    gen_random_uuid(), '{organisation}', 'GM0363', 'normal' FROM generate_series(1, {traces}) AS n;
  ALTER TABLE trace ADD PRIMARY KEY (hash, at, call_id)
    INCLUDE (sure, about_case_id, organisation_id, municipality_code, urgency);
"""


EXPLAINED: Final = text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {queries.EARLIER.text}")


def main() -> None:
    """Measure and print; a figure is told, not asserted."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.signals")
    asked.add_argument("--traces", type=int, default=TRACES)
    traces = asked.parse_args().traces
    warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
    log.set_up("warning")
    with tempfile.TemporaryDirectory(prefix="nodus-bench-") as folder:
        cluster = embedded.start(Path(folder))
        try:
            migrations.upgrade(cluster.admin_url)
            migrations.grant_login(cluster.admin_url, embedded.LOGIN)
            asyncio.run(_measure(cluster, traces))
        finally:
            cluster.stop()


async def _measure(cluster: embedded.Embedded, traces: int) -> None:
    database = Database(cluster.url, settings_for(cluster.url))
    async with begin(database, WORKER) as work:
        await load_netherlands(work, from_day=clock.now().date(), days=1)
    before = time.perf_counter()
    size = await _fill(cluster.admin_url, traces)
    console = Console(width=120)
    console.print(f"{traces:,} traces in {time.perf_counter() - before:.0f} s; table and indexes {size}")
    people = [_somebody(number) for number in range(PEOPLE)]
    for number, about in enumerate(people):
        await _ring(database, about, {0: OFTEN, 1: CROWD}.get(number, number % 4))
    table = Table("look-up", "p50", "p99", "slowest", "goal of p99", "", "its statement", "pages read")
    for name, asked in (
        ("nobody known", [_somebody(PEOPLE + number) for number in range(LOOKS)]),
        ("0 to 3 earlier calls", people[2:] * (LOOKS // PEOPLE)),
        (f"{OFTEN} earlier calls", people[:1] * 200),
        (f"{CROWD} earlier calls", people[1:2] * 200),
    ):
        took = sorted(await _look(database, asked))
        p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
        well = "✓" if p99 < GOAL_MS else "✗"
        statement, pages = await _explained(database, asked[:: max(1, len(asked) // 100)])
        table.add_row(
            name,
            f"{p50:.1f} ms",
            f"{p99:.1f} ms",
            f"{took[-1]:.1f} ms",
            f"< {GOAL_MS:.0f} ms",
            well,
            f"{statement:.1f} ms",
            str(pages),
        )
    console.print(table)
    await database.close()


async def _fill(url: str, traces: int) -> str:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(FILL.format(organisation=HOTLINE, traces=traces), timeout=1800)
        await connection.execute("VACUUM ANALYZE trace", timeout=600)
        await connection.execute("CHECKPOINT", timeout=600)  # what was filled is at rest
        return str(await connection.fetchval("SELECT pg_size_pretty(pg_total_relation_size('trace'))"))
    finally:
        await connection.close()


def _somebody(number: int) -> About:
    """A person of whom nothing is anybody else's: one date of birth for all, and every Piet would be likely to be every other."""
    letters = "".join("bdgklmnprt"[int(digit)] + "a" for digit in f"{number:05}")
    address = Address(f"{1000 + number % 9000}AB", str(number + 1), "a")
    return About(
        (address,),
        f"Piet {letters}",
        date(1940, 1, 2) + timedelta(days=number),
        f"06{10000000 + number}",
        f"06{20000000 + number}",
    )


async def _ring(database: Database, about: About, calls: int) -> None:
    async with begin(database, Actor(HOTLINE, Role.OPERATOR, new_id(clock.now()))) as work:
        for number in range(calls):
            at = work.at - timedelta(hours=min(20, 8000 / calls) * number)  # all within the year that is looked back
            tracing.leave(work, tracing.Ended(new_id(at), at, Urgency.NORMAL, "GM0363", new_id(at)), about)


async def _look(database: Database, asked: Sequence[About]) -> list[float]:
    took = []
    actor = Actor(HOTLINE, Role.OPERATOR, new_id(clock.now()))
    for number, about in enumerate(asked):
        if number % 200 == 0:  # another operator: each may look so often
            actor = Actor(HOTLINE, Role.OPERATOR, new_id(clock.now()))
        before = time.perf_counter()
        async with begin(database, actor) as work:
            await looking.earlier(work, about, municipality_code="GM0363", urgency=Urgency.NORMAL)
        took.append((time.perf_counter() - before) * 1000)
    return took


async def _explained(database: Database, asked: Sequence[About]) -> tuple[float, int]:
    """The median of what the statement takes in the database, and of the pages that it reads."""
    took, pages = [], []
    async with begin(database, Actor(HOTLINE, Role.OPERATOR, new_id(clock.now()))) as work:
        for about in asked:
            rows = await work.rows(EXPLAINED, **looking.binds_of(work, about))
            plan = rows[0]["QUERY PLAN"][0]
            took.append(plan["Execution Time"])
            pages.append(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"])
    return median(took), int(median(pages))


if __name__ == "__main__":
    main()
