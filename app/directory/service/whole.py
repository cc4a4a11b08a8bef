"""The whole directory at once, for who looks at many moments of a period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from app.core.spans import Span
from app.core.work import Work
from app.directory.queries import whole as queries

LONG_AGO: Final = datetime(1900, 1, 1, tzinfo=UTC)
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
        shifts=await work.rows(queries.SHIFTS, starts_at=period.start, ends_at=period.end),
    )
