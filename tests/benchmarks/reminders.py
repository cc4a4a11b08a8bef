"""The clocks of a million cases: `python -m tests.benchmarks.reminders [--cases N]`; each figure beside that of ten thousand.

Cases of fifty organisations, a thousand of which have come due, the deadlines of the others spread over fourteen days. Told: what it costs to find what is due, how many it carries out a second, one case after the other, and what supervisors look at.
"""

import argparse
import asyncio
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final

import asyncpg
from sqlalchemy import text

from app.cases import service as cases
from app.core import clock, embedded, log, migrations
from app.core.actor import WORKER, Actor, Role
from app.core.db import Database
from app.core.work import Work, begin
from app.directory.seeding import load_netherlands
from app.followup import due as followup
from app.watch import due as watch
from app.watch.service import audit, lying
from tests.benchmarks.table import Line, show
from tests.conftest import settings_for
from tests.makers import HOTLINE

MANY: Final = 1_000_000
FEW: Final = 10_000
ROUNDS: Final = 20
ACTS: Final = 300
GOAL: Final = 1.5  # times what it costs with few
# A thousand have come due, as after a short outage; the others follow. One in five is in aftercare, one in five closed; a thousand lie around.
FILL: Final = """
  INSERT INTO cases (id, reference, intake_organisation_id, owner_organisation_id, coordinator, state, urgency, municipality_code,
    opened_at, accepted_at, closed_at, deadline_at, deadline_kind, climbed, next_climb_at, last_act_at)
  SELECT uuidv7(), 'B' || n, $1, owners.ids[1 + n % cardinality(owners.ids)], 'regisseur',
    CASE WHEN n % 5 = 0 THEN 'closed' WHEN n % 5 = 1 THEN 'aftercare' ELSE 'in_follow_up' END, 'normal', 'GM0363',
    now() - interval '60 days', now() - interval '59 days', CASE WHEN n % 5 = 0 THEN now() END,
    CASE WHEN n % 5 > 0 THEN due.at END, CASE WHEN n % 5 = 0 THEN NULL WHEN n % 5 = 1 THEN 'aftercare' ELSE 'follow_up' END, 0,
    CASE WHEN n % 5 > 0 THEN due.at - interval '1 day' END,
    CASE WHEN n % ($2 / 1000) = 2 THEN now() - interval '15 days' ELSE now() - random() * interval '10 days' END
  FROM generate_series(1, $2::int) AS n,
    LATERAL (SELECT now() + interval '1 day' + CASE WHEN n <= 1000 THEN n * interval '-1 second'
      ELSE n::float / $2 * interval '14 days' END AS at) AS due,
    (SELECT array_agg(id ORDER BY id) AS ids FROM (SELECT id FROM organisation ORDER BY id LIMIT 50) AS fifty) AS owners
"""
OVERDUE_OF_ONE: Final = text("""
  SELECT id, deadline_at FROM cases WHERE owner_organisation_id = :owner AND state <> 'closed' AND deadline_at < :by
  ORDER BY deadline_at, id LIMIT 51
""")


def main() -> None:
    """Measure and print; a figure is told, not asserted."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.reminders")
    asked.add_argument("--cases", type=int, default=MANY)
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
    log.set_up("critical")
    few: dict[str, float] = {}
    many: dict[str, float] = {}
    for count, into in ((FEW, few), (options.cases, many)):
        with tempfile.TemporaryDirectory(prefix="nodus-bench-") as folder:
            cluster = embedded.start(Path(folder))
            try:
                migrations.upgrade(cluster.admin_url)
                migrations.grant_login(cluster.admin_url, embedded.LOGIN)
                into.update(asyncio.run(_measure(cluster, count)))
            finally:
                cluster.stop()
    show([_line(what, many[what], few[what], options.cases) for what in many], as_json=options.json)


def _line(what: str, many: float, few: float, count: int) -> Line:
    per_second = what.endswith("a second")
    ratio = few / many if per_second else many / few
    unit = "" if per_second else " ms"
    measured, reference = f"{many:,.1f}{unit}", f"{few:,.1f}{unit} with {FEW:,}"
    return Line(f"{what}, {count:,} cases", measured, reference, f"{ratio:.2f} ×", f"< {GOAL} ×", ratio < GOAL)


async def _measure(cluster: embedded.Embedded, count: int) -> dict[str, float]:
    database = Database(cluster.url, settings_for(cluster.url))
    async with begin(database, WORKER) as work:
        await load_netherlands(work, from_day=clock.now().date(), days=1)
    owner = await _fill(cluster.admin_url, count)
    desk = Actor(organisation=owner, role=Role.DESK)
    figures = {
        "find what has come due": await _median(database, WORKER, followup.OVERDUE.claim),
        "reminders carried out a second": await _acts(database),
        "one page of what is overdue": await _median(database, desk, _overdue_of(owner)),
        "one page of what lies around": await _median(database, desk, lambda work: lying.page(work, after=None, limit=50)),
        "look whether everything holds": await _median(database, WORKER, audit.faults),
        "find who must hear of what lies": await _median(database, WORKER, watch.LEFT_LYING.claim),
    }
    await database.close()
    return figures


async def _fill(url: str, count: int) -> Any:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(FILL, HOTLINE, count, timeout=1800)
        await connection.execute("VACUUM ANALYZE", timeout=600)
        await connection.execute("CHECKPOINT", timeout=600)
        return await connection.fetchval(
            "SELECT owner_organisation_id FROM cases WHERE owner_organisation_id <> $1 LIMIT 1", HOTLINE
        )
    finally:
        await connection.close()


def _overdue_of(owner: Any) -> Callable[[Work], Awaitable[Sequence[Any]]]:
    return lambda work: work.rows(OVERDUE_OF_ONE, owner=owner, by=work.at + timedelta(days=1))


async def _median(database: Database, actor: Actor, ask: Callable[[Work], Awaitable[object]]) -> float:
    took = []
    for _ in range(ROUNDS):
        async with begin(database, actor) as work:
            await work.one(text("SELECT 1 AS warm"))
            before = time.perf_counter()
            await ask(work)
            took.append((time.perf_counter() - before) * 1000)
    return median(took)


async def _acts(database: Database) -> float:
    """As the worker does: a batch is claimed, each is its own transaction; how many a second, claims included."""
    done, before = 0, time.perf_counter()
    while done < ACTS:
        async with begin(database, WORKER) as work:
            claimed = await cases.overdue(work)
        for case_id in claimed:
            async with begin(database, WORKER) as work:
                await followup.act(work, case_id)
        done += len(claimed)
    return done / (time.perf_counter() - before)


if __name__ == "__main__":
    main()
