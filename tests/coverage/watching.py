"""A region with a crisis service that leaves a night open, and what workers do about it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text

from app.core.actor import WORKER
from app.core.db import Database
from app.core.due import Due
from app.core.work import begin
from app.coverage import due
from tests.coverage.countries import CODES, Country, Service, an_id, put

MONDAY: Final = datetime.fromisoformat("2026-11-23T12:00Z")
NIGHT: Final = MONDAY + timedelta(days=11, hours=8), MONDAY + timedelta(days=11, hours=20)
CRISIS, OUTREACH, LAST, SECOND = an_id("crisis"), an_id("outreach"), an_id("last"), an_id("second")
NIGHT_OPEN: Final = (
    (MONDAY - timedelta(days=5), NIGHT[0], 1),
    (NIGHT[1], MONDAY + timedelta(days=60), 1),
)
REGION: Final = Country(
    (
        Service("crisis", "crisis", "crisis", CODES[:2], shifts=NIGHT_OPEN),
        Service("outreach", "outreach", "outreach", CODES),
        Service("other crisis", "other", "crisis", CODES[2:], shifts=((MONDAY - timedelta(1), MONDAY + timedelta(60), 1),)),
        Service("the last", "last", "national_desk", ()),
    )
)
WITH_SECOND: Final = replace(REGION, services=(*REGION.services, Service("second", "second", "crisis", CODES, rank=2)))
GAPS: Final = text("""
  SELECT id, line, municipality_codes, organisation_ids, lower(span) AS starts_at, upper(span) AS ends_at, reason, level, closed_by
  FROM gap ORDER BY id""")
EVENTS: Final = text("SELECT recipient_id, type, body FROM event ORDER BY id, recipient_id")


async def furnish(database: Database, country: Country = REGION) -> None:
    """Store a country for good."""
    async with begin(database, WORKER, at=MONDAY) as work:
        await put(work, country)


async def change(database: Database, statement: str, at: datetime = MONDAY, **binds: object) -> None:
    """Change what is stored."""
    async with begin(database, WORKER, at=at) as work:
        await work.change(text(statement), **binds)


async def work_at(database: Database, at: datetime) -> None:
    """A worker carries out everything about gaps that is due at a moment."""
    for one in (due.LOOKS, due.GAPS):
        await carry_out_at(database, one, at)


async def carry_out_at(database: Database, one: Due[Any], at: datetime) -> int:
    """Claim, and act on each; how many there were."""
    async with begin(database, WORKER, at=at) as work:
        claimed = await one.claim(work)
    for item in claimed:
        async with begin(database, WORKER, at=at) as work:
            await one.act(work, item)
    return len(claimed)


async def gaps(database: Database) -> list[Any]:
    """Every gap that was ever kept, oldest first."""
    async with begin(database, WORKER) as work:
        return list(await work.rows(GAPS))


async def told(database: Database) -> list[tuple[UUID, str, dict[str, Any]]]:
    """Every event: to whom, its short type, its data."""
    async with begin(database, WORKER) as work:
        rows = await work.rows(EVENTS)
    return [
        (row["recipient_id"], row["type"].removeprefix("nl.nodus.").removesuffix(".v1"), orjson.loads(row["body"])["data"])
        for row in rows
    ]


async def heard(database: Database) -> list[tuple[UUID, str]]:
    """To whom, and which type, in order."""
    return [(who, kind) for who, kind, _ in await told(database)]
