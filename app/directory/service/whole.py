"""The whole directory at once, for who looks at many moments of a period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from app.core.spans import Span
from app.core.work import Work
from app.directory.queries import whole as queries
from app.directory.service.look_up import local_day

LONG_AGO: Final = datetime(1900, 1, 1, tzinfo=UTC)
NO_ID: Final = UUID(int=0)
PAGE: Final = 5000
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Whole:
    """Rows as they are stored; `services` have what `Surroundings.from_json` reads in `told`, without whose shift runs.

    `endings`: the day from which an organisation is no more, for those that end.
    """

    version: int
    municipalities: Rows
    services: Rows
    areas: Rows
    rosters: Rows
    shifts: Rows
    endings: Rows


async def whole(work: Work, period: Span) -> Whole:
    """Everything that the directory says now of a period: without whoever ended before it, and shifts that don't touch it."""
    version = await work.one(queries.VERSION)
    return Whole(
        version=version["number"] if version else 0,
        municipalities=await work.rows(queries.MUNICIPALITIES),
        services=await work.rows(queries.SERVICES, day=local_day(period.start), at=LONG_AGO),
        areas=await work.rows(queries.AREAS),
        rosters=await work.rows(queries.ROSTERS),
        shifts=await _shifts(work, period),
        endings=await work.rows(queries.ENDINGS),
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
