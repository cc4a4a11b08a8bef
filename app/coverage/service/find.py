"""Ask for a period: who would get a case, and where nobody is."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.core.errors import FieldError, Invalid
from app.core.spans import Span
from app.core.work import Work
from app.coverage import queries
from app.coverage.demand import Demand, Required, Scheme, required
from app.coverage.gaps import Doubt, Gap, Known, gaps
from app.coverage.lines import NEEDS, QUESTIONS, Line
from app.directory.answers import Group
from app.directory.opening_hours import OpeningHours
from app.directory.service import coverage as directory
from app.directory.service import look_up
from app.rosters.service import doubts as rosters
from app.routing.coverage import Covered, coverage
from app.routing.ladder import Rung

LONGEST: Final = timedelta(days=400)
EVERY: Final = 100_000
NO_ID: Final = UUID(int=0)


def period_of(starts_at: datetime, ends_at: datetime) -> Span:
    """The period between two moments.

    Raises:
        Invalid: it is empty, or longer than 400 days.
    """
    if not timedelta() < ends_at - starts_at <= LONGEST:
        fault = FieldError("/to", "period", "Choose an end after the start, at most 400 days later.")
        raise Invalid("The period is not one that can be looked at.", errors=[fault])
    return Span(starts_at, ends_at)


async def at_moment(work: Work, line: Line, at: datetime) -> list[Covered]:
    """Who would get a case of a line in each municipality at any moment, by the routing decision itself."""
    return coverage(await look_up.everywhere(work, at), at, NEEDS[line])


async def over_period(work: Work, line: Line, period: Span, municipality: str | None = None) -> list[Group]:
    """Who would get a case of a line, and when, for municipalities that are served alike; or for one of them."""
    found = await directory.groups(work, period, [QUESTIONS[line]])
    return [one for one in found if municipality is None or municipality in one.codes]


async def find(work: Work, period: Span, lines: Iterable[Line]) -> list[Gap]:
    """The gaps of a period, those too that are intended or that a fallback closes; what is in doubt counts as not there."""
    return await find_with(work, period, tuple(lines), await rosters.doubts(work, period))


async def find_own(work: Work, period: Span, lines: Iterable[Line]) -> list[Gap]:
    """The gaps of a period where this organisation serves, by whoever has a shift; what is in doubt counts as there."""
    codes = await directory.own_area(work)
    return await find_with(work, period, tuple(lines), (), codes) if codes else []


async def find_with(
    work: Work, period: Span, asked: Sequence[Line], doubts: Sequence[Doubt], codes: Iterable[str] | None = None
) -> list[Gap]:
    """The same, when these shifts are in doubt; in these municipalities only, when any are named."""
    doubted = [(one.service_id, one.span) for one in doubts]
    groups = await directory.groups(work, period, [QUESTIONS[one] for one in asked], doubted, codes)
    places = {row["code"]: row for row in await directory.regions(work)}
    demands = [demand_of(row) for row in await work.rows(queries.DEMANDS, after=NO_ID, most=EVERY)]
    fallbacks = {row["service_id"]: row["by_service_id"] for row in await work.rows(queries.FALLBACKS)}
    national = tuple(sorted(await look_up.national_desks(work)))
    kept: dict[tuple[Line, tuple[UUID, ...]], tuple[Required, ...]] = {}

    def requirements(code: str, line: Line) -> tuple[Required, ...]:
        speaking = [one for one in demands if one.line == line and one.speaks_for(places[code])]
        key = line, tuple(one.id for one in speaking)
        if key not in kept:
            kept[key] = required(line, speaking, period)
        return kept[key]

    return gaps(groups, asked, requirements, Known(tuple(doubts), fallbacks, national))


def demand_of(row: Mapping[str, Any]) -> Demand:
    """The value of a stored demand."""
    return Demand(
        row["id"],
        row["organisation_id"],
        Line(row["line"]),
        Scheme(row["scheme"]),
        tuple(row["codes"]),
        OpeningHours.parse(row["hours"]),
        row["since"],
        row["until"],
        Rung(row["enough"]),
        row["version"],
    )
