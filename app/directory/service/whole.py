"""The whole directory at once, for who looks at many moments of a period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from app.core.spans import Span
from app.core.work import Work
from app.directory.queries import whole as queries

LONG_AGO: Final = datetime(1900, 1, 1, tzinfo=UTC)
NO_ID: Final = UUID(int=0)
PAGE: Final = 5000
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Whole:
    """Rows as they are stored; `services` have what `Surroundings.from_json` reads in `told`, without whose shift runs."""

    version: int
    municipalities: Rows
    services: Rows
    areas: Rows
    rosters: Rows
    shifts: Rows


async def whole(work: Work, period: Span) -> Whole:
    """Everything that the directory says now, with the shifts that touch a period."""
    version = await work.one(queries.VERSION)
    return Whole(
        version=version["number"] if version else 0,
        municipalities=await work.rows(queries.MUNICIPALITIES),
        services=await work.rows(queries.SERVICES, day=date(1900, 1, 1), at=LONG_AGO),
        areas=await work.rows(queries.AREAS),
        rosters=await work.rows(queries.ROSTERS),
        shifts=await _shifts(work, period),
    )


async def _shifts(work: Work, period: Span) -> Rows:
    """Page by page: there may be hundreds of thousands, and others wait for this process's loop meanwhile."""
    found: list[Mapping[str, Any]] = []
    after = NO_ID
    while True:
        rows = await work.rows(queries.SHIFTS, after=after, starts_at=period.start, ends_at=period.end, most=PAGE)
        found += rows
        if len(rows) < PAGE:
            return found
        after = rows[-1]["id"]
