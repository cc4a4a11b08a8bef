"""What boards cost: `python -m tests.benchmarks.boards [--json] [--cases 1000000] [--plans]`.

Each board with ten thousand cases and with a million, of the asker and of others, in one database, under the policies that everybody
is under: milliseconds, statements, and whether anything large was read from end to end.
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI
from rich.console import Console
from sqlalchemy import event

from app.core import clock, embedded, log, migrations
from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.delivery.queries import HEADS
from app.directory.seeding import load_netherlands, organisation_id
from app.main import create_app, edged
from tests.benchmarks.table import Line, show
from tests.conftest import settings_for
from tests.makers import AMSTERDAM_DESK, a_token

SMALL: Final = 10_000
ROUNDS: Final = 60
GOAL: Final = 1.5
MEMBER: Final = organisation_id("crisis-vr13")  # owns little, and is on the teams of many cases
LARGE: Final = frozenset({"cases", "case_item", "aftercare_check", "case_member", "offer", "obligation", "goal"})
# A fifth of all cases are the asker's, one in twelve of those is closed; the member is on the team of one in ten, invited to one in fifty.
# What triggers keep is written as they would.
FILL: Final = """
  SET session_replication_role = replica;
  CREATE TEMP TABLE made ON COMMIT DROP AS
    SELECT n, uuidv7() AS id, uuidv7() AS offer_id,
      CASE WHEN n % 5 = 0 THEN '{me}'::uuid ELSE others[1 + n % cardinality(others)] END AS owner,
      CASE WHEN n % 12 = 11 THEN 'closed' WHEN n % 100 = 1 THEN 'offered'
        ELSE (ARRAY['accepted', 'in_follow_up', 'in_follow_up', 'aftercare'])[1 + n % 4] END AS state,
      now() + make_interval(secs => (random() * 180 - 20) * 86400) AS due,
      codes[1 + n % cardinality(codes)] AS code,
      CASE WHEN n % 7 = 0 THEN '{member}'::uuid WHEN n % 3 = 0 THEN '{hotline}'::uuid END AS other
    FROM generate_series({first}, {last}) n,
      (SELECT ARRAY(SELECT id FROM organisation WHERE id NOT IN ('{me}', '{member}') ORDER BY id) AS others,
        ARRAY(SELECT code FROM municipality ORDER BY code) AS codes) known;
  INSERT INTO cases (id, reference, intake_organisation_id, owner_organisation_id, coordinator, state, urgency, flags, municipality_code,
      opened_at, accepted_at, closed_at, deadline_at, deadline_kind, next_climb_at)
    SELECT id, 'REF-' || n, CASE WHEN n % 100 = 1 THEN '{me}'::uuid ELSE '{hotline}' END, CASE WHEN state <> 'offered' THEN owner END,
      'coordinator ' || n % 20, state, (ARRAY['urgent', 'normal', 'normal', 'crisis'])[1 + n % 4], '{{}}', code,
      now() - interval '30 days', CASE WHEN state <> 'offered' THEN now() - interval '30 days' END,
      CASE WHEN state = 'closed' THEN now() END, CASE WHEN state <> 'closed' THEN due END,
      CASE state WHEN 'closed' THEN NULL WHEN 'offered' THEN 'accept' WHEN 'accepted' THEN 'first_contact' WHEN 'aftercare' THEN state
        ELSE 'follow_up' END, CASE WHEN state <> 'closed' THEN due END
    FROM made;
  INSERT INTO offer (id, case_id, decision_id, organisation_id, intake_organisation_id, written_by, rung, state, urgency, municipality_code,
      offered_at, accept_by, next_call_at)
    SELECT offer_id, id, id, CASE WHEN n % 2 = 1 AND n % 300 < 150 THEN '{me}'::uuid ELSE owner END, '{me}', '{me}', 'meldpunt',
      CASE WHEN state = 'offered' THEN 'pending' ELSE 'expired' END, 'urgent', code, now(), due, due
    FROM made WHERE n % 10 = 1;
  INSERT INTO obligation (case_id, organisation_id, kind, due_at)
    SELECT id, owner, kind, due + interval '1 hour' FROM made, unnest(ARRAY['inform_person', 'evaluation']) kind WHERE state <> 'offered';
  INSERT INTO goal (id, case_id, organisation_id, of, set_at, sealed) SELECT uuidv7(), id, owner, 'person', now(), '' FROM made;
  INSERT INTO aftercare_check (id, case_id, organisation_id, owner_organisation_id, week, due_at)
    SELECT uuidv7(), id, owner, owner, week, due + make_interval(weeks => week) FROM made, unnest(ARRAY[1, 4, 12]) week
    WHERE state = 'aftercare';
  INSERT INTO case_item (id, case_id, kind, organisation_id, owner_organisation_id, written_at, at, state, assigned_to, due_at)
    SELECT uuidv7(), id, 'action', owner, CASE WHEN state <> 'closed' THEN owner END, now(), now(),
      CASE WHEN k = 3 THEN 'done' ELSE 'open' END, CASE WHEN k = 2 THEN coalesce(other, owner) ELSE owner END, due + make_interval(days => k)
    FROM made, generate_series(1, 3) k WHERE state <> 'offered' AND k <> 3;
  INSERT INTO case_member (id, case_id, organisation_id, owner_organisation_id, role, purpose, state, invited_by, invited_at, answer_by)
    SELECT uuidv7(), id, coalesce(other, '{member}'), CASE WHEN state <> 'closed' THEN owner END, 'other', 'guidance',
      CASE WHEN n % 50 = 0 THEN 'invited' ELSE 'member' END, owner, now(), now() + interval '3 days'
    FROM made WHERE state <> 'offered' AND (other IS NOT NULL OR n % 50 = 0);
"""
ANALYZE: Final = "VACUUM ANALYZE cases, offer, obligation, goal, aftercare_check, case_item, case_member"
WHAT: Final = (
    ("my-cases", "/v1/boards/my-cases"),
    ("my-cases, of a coordinator", "/v1/boards/my-cases?coordinator=coordinator%205"),
    ("my-cases, in a municipality", "/v1/boards/my-cases?municipalityCode=GM0363&limit=5"),
    ("my-cases, q of a municipality", "/v1/boards/my-cases?q=amster&limit=5"),
    ("my-cases, q of a reference", "/v1/boards/my-cases?q=K7M4-2QXD-H"),
    ("overdue", "/v1/boards/overdue"),
    ("waiting-for-others", "/v1/boards/waiting-for-others"),
    ("to-accept", "/v1/boards/to-accept"),
    ("actions", "/v1/boards/actions"),
    ("aftercare-this-week", "/v1/boards/aftercare-this-week?limit=10"),
    ("counts of all", "/v1/boards"),
)
OF_A_MEMBER: Final = (
    ("GET /v1/cases, on very many teams", "/v1/cases"),
    ("GET /v1/cases?mine=true, owning few", "/v1/cases?mine=true"),
    ("actions, on very many teams", "/v1/boards/actions"),
    ("to-accept, on very many teams", "/v1/boards/to-accept"),
)


def main() -> int:
    """Measure, print; 0 whatever comes out: a figure is told, not asserted."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.boards")
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--cases", type=int, default=1_000_000)
    asked.add_argument("--plans", action="store_true", help="print every plan of the large database")
    options = asked.parse_args()
    warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
    log.set_up("warning")
    with tempfile.TemporaryDirectory(prefix="nodus-bench-") as folder:
        cluster = embedded.start(Path(folder))
        try:
            lines = asyncio.run(_measure(cluster, options))
        finally:
            cluster.stop()
    show(lines, as_json=options.json)
    return 0


async def _measure(cluster: embedded.Embedded, options: argparse.Namespace) -> list[Line]:
    await asyncio.to_thread(migrations.upgrade, cluster.admin_url)
    await asyncio.to_thread(migrations.grant_login, cluster.admin_url, embedded.LOGIN)
    database = Database(cluster.url, settings_for(cluster.url))
    async with begin(database, WORKER) as work:
        await load_netherlands(work, from_day=clock.now().date(), days=30)
    keys = {who: await a_token(database, who, "desk") for who in (AMSTERDAM_DESK, MEMBER)}
    await database.close()
    await _fill(cluster, 1, SMALL)
    await asyncio.to_thread(cluster.psql, f"CREATE DATABASE small TEMPLATE {embedded.NAME}")
    await _fill(cluster, SMALL + 1, options.cases)
    async with _desk(cluster.url_of("small", embedded.LOGIN)) as small, _desk(cluster.url) as large:
        lines = []
        for who, boards in ((AMSTERDAM_DESK, WHAT), (MEMBER, OF_A_MEMBER)):
            for name, path in boards:
                took = await _took((small, large), path, keys[who])
                asked, rows = await _asked(large, path, keys[who])
                scanned = await _scanned(cluster, who, name, asked, plans=options.plans)
                lines.append(_line(f"{name}, {options.cases} cases", took, len(asked), rows, scanned))
    return lines


@dataclass(frozen=True, slots=True)
class Desk:
    """An application on one of the databases, and a client of it."""

    app: FastAPI
    client: httpx.AsyncClient


@asynccontextmanager
async def _desk(url: str) -> AsyncIterator[Desk]:
    app = create_app(settings_for(url))
    transport = httpx.ASGITransport(edged(app))
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
        yield Desk(app, client)


async def _fill(cluster: embedded.Embedded, first: int, last: int) -> None:
    names = {"me": AMSTERDAM_DESK, "member": MEMBER, "hotline": organisation_id("landelijk-meldpunt")}
    connection = await asyncpg.connect(cluster.admin_url)
    for start in range(first, last + 1, 100_000):
        async with connection.transaction():
            await connection.execute(FILL.format(first=start, last=min(last, start + 99_999), **names))
    await connection.execute(ANALYZE)
    await connection.close()


async def _took(desks: Sequence[Desk], path: str, key: dict[str, str]) -> list[float]:
    """The median in milliseconds of the first page and the one after it, in turns: a slow minute of the machine hits all alike."""
    paths: list[list[str]] = []
    for desk in desks:
        cursor = (await desk.client.get(path, headers=key)).json().get("next")
        paths.append([path] + ([f"{path}{'&' if '?' in path else '?'}cursor={cursor}"] if cursor else []))
    took: list[list[float]] = [[] for _ in desks]
    for count in range(ROUNDS):
        for desk, known, mine in zip(desks, paths, took, strict=True):
            before = time.perf_counter()
            answer = await desk.client.get(known[count % len(known)], headers=key)
            mine.append((time.perf_counter() - before) * 1000)
            answer.raise_for_status()
    return [median(mine[10:]) for mine in took]


async def _asked(desk: Desk, path: str, key: dict[str, str]) -> tuple[list[tuple[str, Any]], int]:
    """The statements of a page with their parameters, and how many rows it has."""
    seen: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if statement != str(HEADS):
            seen.append((statement, parameters))

    engine = desk.app.state.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    answer = await desk.client.get(path, headers=key)
    event.remove(engine, "before_cursor_execute", note)
    return list(seen), len(answer.json().get("items", answer.json()))


async def _scanned(
    cluster: embedded.Embedded, who: UUID, name: str, asked: Sequence[tuple[str, Any]], *, plans: bool
) -> frozenset[str]:
    """The large tables that its statements read from end to end, as the application's role, by PostgreSQL's own account."""
    connection = await asyncpg.connect(cluster.url)
    found: set[str] = set()
    for statement, parameters in asked:
        if not re.match(r"\s*(SELECT|\(SELECT)", statement):
            continue
        async with connection.transaction():
            await connection.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{who}'")
            told = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", *parameters)
        [plan] = json.loads(told)
        found |= set(_read_whole(plan["Plan"]))
        if plans:
            Console(width=150).print(f"{name}: {plan['Planning Time']} + {plan['Execution Time']} ms", statement[:300])
            Console(width=150).print("\n".join(_outline(plan["Plan"])), markup=False, highlight=False)
    await connection.close()
    return frozenset(found)


def _read_whole(node: dict[str, Any]) -> list[str]:
    mine = node["Node Type"] == "Seq Scan" and node["Actual Loops"] and node.get("Relation Name") in LARGE
    below = [name for child in node.get("Plans", ()) for name in _read_whole(child)]
    return [node["Relation Name"], *below] if mine else below


def _outline(node: dict[str, Any], depth: int = 0) -> list[str]:
    what = f"{node['Node Type']} {node.get('Index Name') or node.get('Relation Name') or ''}"
    cost = f"{node['Actual Rows']} rows × {node['Actual Loops']}, {node['Actual Total Time']} ms"
    lines = [f"{'  ' * depth}{what}: {cost}, {node.get('Rows Removed by Filter', 0)} removed"]
    return lines + [line for child in node.get("Plans", ()) for line in _outline(child, depth + 1)]


def _line(name: str, took: Sequence[float], statements: int, rows: int, scanned: frozenset[str]) -> Line:
    small, large = took
    whole = f"; whole: {', '.join(sorted(scanned))}" if scanned else ""
    measured = f"{large:.1f} ms, {statements} statements, {rows} rows{whole}"
    well = large / small <= GOAL and not scanned
    return Line(name, measured, f"{SMALL} cases: {small:.1f} ms", f"× {large / small:.2f}", f"≤ × {GOAL}, by index", well)


if __name__ == "__main__":
    sys.exit(main())
