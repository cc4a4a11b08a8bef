"""What a change does to coverage: which municipalities at which hours would have nobody, and which get somebody."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import text

from app.core.spans import Span
from app.core.work import Work
from app.directory.opening_hours import OpeningHours
from app.directory.queries import organisations as queries
from app.directory.uncovered import Cover, Effect, Serving, cover, effects

AHEAD: Final = timedelta(days=14)  # ⚙ how far ahead an effect is computed
A_MOMENT: Final = timedelta(microseconds=1)
ALWAYS: Final = datetime(9999, 1, 1, tzinfo=UTC)  # what is known now was known before then


def period(work: Work) -> Span:
    """The time that effects are computed for."""
    return Span(work.at, work.at + AHEAD)


async def effect_of(work: Work, municipality_codes: Iterable[str]) -> tuple[Effect, ...]:
    """What this work has changed, so far, for the coming 14 days ⚙ in these municipalities.

    The directory's history knows what it said a moment before this work; both are read in the same transaction. Two statements.
    """
    codes = sorted(set(municipality_codes))
    if not codes:
        return ()
    before = await _covers(work, codes, work.at - A_MOMENT)
    after = await _covers(work, codes, ALWAYS)
    return effects(before, after, period(work))


@asynccontextmanager
async def tried(work: Work, *, only: bool) -> AsyncIterator[None]:
    """Carry something out; take it back at the end when it is `only` tried."""
    if only:
        await work.change(text("SAVEPOINT tried"))
    yield
    if only:
        await work.change(text("ROLLBACK TO SAVEPOINT tried"))


async def _covers(work: Work, codes: list[str], known: datetime) -> list[Cover]:
    within = period(work)
    rows = await work.rows(queries.SERVING, codes=codes, known=known, starts_at=within.start, ends_at=within.end)
    return [cover(one, within) for row in rows for one in _servings(row)]


def _servings(row: Mapping[str, Any]) -> Iterator[Serving]:
    hours, shifts = OpeningHours.parse(row["hours"]), tuple(Span(one.lower, one.upper) for one in row["shifts"])
    for code, starts_on, ends_on, pc4s in row["areas"]:
        yield Serving(
            code,
            row["kind"],
            frozenset(row["accepts"]),
            hours,
            row["out_of_hours"],
            row["has_stand_in"],
            shifts,
            date.fromisoformat(starts_on) if starts_on else None,
            date.fromisoformat(ends_on) if ends_on else None,
            frozenset(pc4s) if pc4s is not None else None,
            row["stand_in_ends_on"],
        )
