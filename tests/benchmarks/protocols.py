"""How long it takes to judge answers, to look a protocol over, and to compare two over the calls that are stored."""

import argparse
import asyncio
import random
import resource
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

import asyncpg
from rich.console import Console
from rich.table import Table

from app.core import embedded, log, migrations
from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.intake.asking import next_questions
from app.intake.linting import lint
from app.intake.protocol import Protocol
from app.intake.service.comparing import compare
from app.intake.service.protocols import FOLDER, known, protocol
from app.intake.triage import judge
from tests.conftest import settings_for

ROUNDS: Final = 5
JUDGED: Final = 2_000
GOAL: Final = 100.0  # microseconds
STORED: Final = """INSERT INTO call (id, case_id, organisation_id, key_id, state, kind, disposition, reference, channel, received_at,
    registered_at, completed_at, protocol, answers)
  SELECT uuidv7(), uuidv7(), uuidv7(), uuidv7(), 'completed', 'report', 'case_opened', 'bench', 'phone', now(), now(), now(),
    'nl-2026.1', jsonb_object(array_agg(question), array_agg(answer))
  FROM generate_series(1, {calls}) call, LATERAL (
    SELECT question, CASE WHEN random() < .06 THEN 'yes' WHEN random() < .03 THEN 'unknown' ELSE 'no' END AS answer
    FROM unnest('{{{questions}}}'::text[]) question WHERE call > 0 OFFSET 0) told
  GROUP BY call"""


def main() -> None:
    """Measure and print; a figure is told, not asserted."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.protocols")
    asked.add_argument("--calls", type=int, default=1_000_000, help="stored, for the comparison; 0: none")
    options = asked.parse_args()
    warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
    log.set_up("warning")
    table = Table("what", "median", "slowest")
    for one in known().values():
        _judged(table, one)
        text = (FOLDER / f"{one.version}.yaml").read_text(encoding="utf-8")
        _row(table, f"look {one.version} over", "ms", 1e3, partial(lint, text))
    if options.calls:
        _compared(table, options.calls)
    Console(width=110).print(table)


def _judged(table: Table, one: Protocol) -> None:
    chance = random.Random(1)
    everybody = [
        {key: chance.choice(question.options) for key, question in one.questions.items() if chance.random() < 0.6}
        for _ in range(JUDGED)
    ]
    _row(table, f"judge by {one.version}", "µs", 1e6 / JUDGED, lambda: [judge(one, answers) for answers in everybody])
    _row(table, f"what to ask next, {one.version}", "µs", 1e6 / JUDGED, lambda: [next_questions(one, a) for a in everybody])


def _row(table: Table, what: str, unit: str, factor: float, work: Callable[[], object]) -> None:
    took = []
    for _ in range(ROUNDS):
        before = time.process_time()
        work()
        took.append((time.process_time() - before) * factor)
    table.add_row(what, f"{median(took):.1f} {unit}", f"{max(took):.1f} {unit}")


def _compared(table: Table, calls: int) -> None:
    with tempfile.TemporaryDirectory(prefix="nodus-bench-") as folder:
        cluster = embedded.start(Path(folder), durable=False)
        try:
            migrations.upgrade(cluster.admin_url)
            migrations.grant_login(cluster.admin_url, embedded.LOGIN)
            questions = ",".join(protocol("nl-2026.1").questions)
            asyncio.run(_store(cluster.admin_url, STORED.format(calls=calls, questions=questions)))
            asyncio.run(_compare(table, cluster.url))
        finally:
            cluster.stop()


async def _store(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.execute("ANALYZE call")
    await connection.close()


async def _compare(table: Table, url: str) -> None:
    database = Database(url, settings_for(url))
    for _ in range(2):
        before = time.perf_counter()
        async with begin(database, WORKER) as work:
            tally = await compare(work, protocol("nl-2026.1"), protocol("nl-2026.2"), None)
        took = time.perf_counter() - before
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    table.add_row(
        f"compare over {tally.calls:,} calls, {tally.kinds:,} kinds of answers ({megabytes} MB at the peak)", f"{took:.1f} s", ""
    )
    table.add_row(f"of them come out otherwise: {tally.changed:,}", "", "")
    await database.close()


if __name__ == "__main__":
    main()
