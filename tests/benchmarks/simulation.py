"""What a planner waits for, and whether a large country is as quick as a small one: `python -m tests.benchmarks.simulation [--json]`."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
import warnings
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from app.cases.lifecycle import Urgency
from app.core import embedded, log, migrations
from app.core.actor import WORKER
from app.core.db import Database
from app.core.spans import Span
from app.core.work import begin
from app.directory.places import PlaceOfStay
from app.directory.seeding import load_netherlands
from app.directory.service import look_up as directory
from app.directory.service.whole import whole
from app.routing.decide import decide
from app.routing.need import Need
from app.simulation.behaviour import Behaviour
from app.simulation.generating import Rates, expected, generated
from app.simulation.playing import Player
from app.simulation.snapshot import Around, Snapshot, snapshot_of
from tests.conftest import copy_of, settings_for

START: Final = datetime(2027, 1, 1, tzinfo=UTC)
YEAR: Final = Span(START, START + timedelta(days=365))
PER_YEAR: Final = 250_000
PLAYED: Final = 30_000
ROUNDS: Final = 400
ASKED: Final = ("GM0363", "GM0392", "GM0014", "GM0505", "GM0088", "GM0599", "GM0518", "GM0344")
KNOWN: Final = datetime(2026, 12, 15, tzinfo=UTC)
# As many organisations and shifts as a country could have, everywhere but in the municipalities that are asked about: their answers
# are as long as in the small one, and only the search may differ. Four fifths of the shifts are past or far ahead.
LARGE: Final = (
    """INSERT INTO organisation (id, kind, name, invented)
       SELECT gen_random_uuid(), 'care_provider', 'organisation ' || n, true FROM generate_series(1, 10000) n""",
    """INSERT INTO service (id, organisation_id, kind, name, hours)
       SELECT gen_random_uuid(), id, CASE WHEN hashtext(name) % 2 = 0 THEN 'crisis' ELSE 'outreach' END, name, '{"always": true}'
       FROM organisation WHERE name LIKE 'organisation %'""",
    """INSERT INTO service_area (service_id, municipality_code)
       SELECT s.id, m.code FROM service s CROSS JOIN LATERAL (
         SELECT code FROM municipality WHERE NOT code = ANY (:asked) ORDER BY hashtext(s.name || code) LIMIT 3) m
       WHERE s.name LIKE 'organisation %'""",
    "INSERT INTO roster (id, service_id, name) SELECT gen_random_uuid(), id, name FROM service WHERE name LIKE 'organisation %'",
)
SHIFTS: Final = """
  INSERT INTO shift (id, roster_number, layer, span, participant)
  SELECT gen_random_uuid(), r.number, 1, tstzrange(begun + n * interval '8 hours', begun + (n + 1) * interval '8 hours'), 'team'
  FROM roster r JOIN service s ON s.id = r.service_id, generate_series(0, 49) n, CAST(:start AS timestamptz) begun
  WHERE s.name LIKE 'organisation %' AND abs(hashtext(s.name)) % 10 = :part"""


def main() -> int:
    """Measure, print; 0 whatever comes out: a figure is told, not asserted."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.simulation")
    asked.add_argument("--json", action="store_true")
    as_json = asked.parse_args().json
    warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
    log.set_up("warning")
    with tempfile.TemporaryDirectory(prefix="nodus-bench-") as folder:
        cluster = embedded.start(Path(folder), durable=False)
        try:
            lines = asyncio.run(_measure(cluster))
        finally:
            cluster.stop()
    if as_json:
        print(json.dumps([dict(zip(("work", "measured", "goal"), line, strict=True)) for line in lines], indent=1))  # noqa: T201
        return 0
    table = Table("work", "measured", "goal")
    for line in lines:
        table.add_row(*line)
    Console(width=150).print(table)
    return 0


async def _measure(cluster: embedded.Embedded) -> list[tuple[str, str, str]]:
    await asyncio.to_thread(migrations.upgrade, cluster.admin_url)
    await asyncio.to_thread(migrations.grant_login, cluster.admin_url, embedded.LOGIN)
    small = Database(cluster.url, settings_for(cluster.url))
    async with begin(small, WORKER, at=KNOWN) as work:
        await load_netherlands(work, from_day=START.date(), days=365)
        read = await whole(work, YEAR)
    snapshot = snapshot_of(
        read.version, read.municipalities, read.services, read.areas, read.rosters, read.shifts, endings=read.endings
    )
    lines = _simulated(snapshot)
    await small.close()
    url = cluster.url_of(await asyncio.to_thread(copy_of, cluster), embedded.LOGIN)
    small, large = Database(cluster.url, settings_for(cluster.url)), Database(url, settings_for(url))
    await _enlarge(large)
    for name in (embedded.NAME, url.split("/")[3].split("?")[0]):
        await asyncio.to_thread(cluster.psql, "VACUUM ANALYZE", name)
    lines.append(await _compared("live decision: place, surroundings, decide", small, large, None))
    lines.append(await _compared("the same as known a month before", small, large, KNOWN + timedelta(hours=1)))
    await small.close()
    await large.close()
    return lines


def _simulated(snapshot: Snapshot) -> list[tuple[str, str, str]]:
    rates = Rates(PER_YEAR, {one.code: float(one.postcodes) for one in snapshot.municipalities})
    before = time.perf_counter()
    year = list(generated(rates, YEAR, 1))
    made = time.perf_counter() - before
    assert abs(len(year) / expected(rates, YEAR) - 1) < 0.02
    every = len(year) // PLAYED
    calls = list(islice(year, 0, None, every))
    player = Player(Around(snapshot), Behaviour(), 1)
    before = time.perf_counter()
    decisions = sum(len(outcome.asked) for call in calls if (outcome := player.play(call)))
    took = time.perf_counter() - before
    whole_year = made + took / len(calls) * len(year)
    return [
        ("calls generated", f"{len(year) / made:.0f}/s", "–"),
        ("calls simulated, one core", f"{len(calls) / took:.0f}/s; {took / decisions * 1e6:.0f} µs a decision", "–"),
        (f"a year of {len(year)} calls", f"{whole_year:.0f} s", "minutes"),
    ]


async def _enlarge(large: Database) -> None:
    async with begin(large, WORKER, at=KNOWN) as work:
        for statement in LARGE:
            await work.change(text(statement), **({"asked": list(ASKED)} if ":asked" in statement else {}))
    for part in range(10):
        async with begin(large, WORKER, at=KNOWN) as work:
            await work.change(text(SHIFTS), start=START - timedelta(days=3), part=part)


async def _compared(what: str, small: Database, large: Database, known: datetime | None) -> tuple[str, str, str]:
    """The medians of both in turns, so that a slow minute of the machine hits both."""
    took: dict[Database, list[float]] = {small: [], large: []}
    counts: dict[Database, Any] = {}
    for one in took:
        async with begin(one, WORKER) as work:
            counts[one] = await work.one(text("SELECT (SELECT count(*) FROM organisation) o, (SELECT count(*) FROM shift) s"))
    for number in range(ROUNDS):
        for one, times in took.items():
            at = START + timedelta(hours=number % 300)
            async with begin(one, WORKER, at=at) as work:
                await work.one(text("SELECT 1"))
                before = time.perf_counter()
                place = PlaceOfStay(municipality_code=ASKED[number % len(ASKED)])
                around = (
                    (await directory.around_place_as_known(work, place, at, known)).around
                    if known
                    else (await directory.around_place(work, place))[1]
                )
                decide(Need(Urgency.URGENT), around, frozenset(), at)
                times.append((time.perf_counter() - before) * 1000)
    ours, theirs = median(took[small]), median(took[large])
    sizes = " / ".join(f"{counts[one]['o']} organisations, {counts[one]['s']} shifts" for one in took)
    return f"{what} ({sizes})", f"{ours:.2f} ms / {theirs:.2f} ms: × {theirs / ours:.2f}", "–" if known else "≤ × 1.5"


if __name__ == "__main__":
    sys.exit(main())
