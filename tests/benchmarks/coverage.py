"""How long it takes to ask who would get a case, and where nobody is, everywhere for a whole year."""

import asyncio
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Final

from rich.console import Console
from rich.table import Table

from app.core import clock, embedded, log, migrations
from app.core.actor import WORKER
from app.core.db import Database
from app.core.spans import Span
from app.core.work import Work, begin
from app.coverage.lines import QUESTIONS, Line
from app.coverage.service import find
from app.directory.seeding import load_netherlands
from app.directory.service import coverage as directory
from tests.conftest import settings_for

ROUNDS: Final = 5
GOAL: Final = 2.0


def main() -> None:
    """Measure and print; a figure is told, not asserted."""
    warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
    log.set_up("warning")
    with tempfile.TemporaryDirectory(prefix="nodus-bench-") as folder:
        cluster = embedded.start(Path(folder))
        try:
            migrations.upgrade(cluster.admin_url)
            migrations.grant_login(cluster.admin_url, embedded.LOGIN)
            asyncio.run(_measure(cluster.url))
        finally:
            cluster.stop()


async def _measure(url: str) -> None:
    database = Database(url, settings_for(url))
    at = clock.now()
    async with begin(database, WORKER, at=at) as work:
        await load_netherlands(work, from_day=at.date(), days=366)
    year, ahead = Span(at, at + timedelta(days=365)), Span(at, at + timedelta(days=14))
    table = Table("the Netherlands", "median", "slowest", "goal", "")

    async def everything(work: Work) -> int:
        groups = await directory.groups(work, year, QUESTIONS.values())
        return sum(len(answer.spans) for group in groups for answer in group.answers)

    async def gaps_of_a_year(work: Work) -> int:
        return len(await find.find(work, year, Line))

    async def gaps_ahead(work: Work) -> int:
        return len(await find.find(work, ahead, Line))

    async def moment(work: Work) -> int:
        return len(await find.at_moment(work, Line.URGENT, at))

    rounds: tuple[tuple[str, Callable[[Work], Awaitable[int]]], ...] = (
        ("every line, a year: spans", everything),
        ("every line, a year: gaps", gaps_of_a_year),
        ("every line, 14 days: gaps", gaps_ahead),
        ("one line, one moment: municipalities", moment),
    )
    for name, asked in rounds:
        took, count = [], 0
        for _ in range(ROUNDS):
            async with begin(database, WORKER, at=at) as work:
                before = time.perf_counter()
                count = await asked(work)
                took.append(time.perf_counter() - before)
        well = "✓" if max(took) < GOAL else "✗"
        table.add_row(f"{name} ({count:,})", f"{median(took):.2f} s", f"{max(took):.2f} s", f"< {GOAL:.0f} s", well)
    await database.close()
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
