"""Compare two protocols over the calls that are stored: their answers alone, each kind once, read in pages."""

import asyncio
from datetime import timedelta
from typing import Final

import orjson

from app.core.ids import least_id
from app.core.work import Work
from app.intake import queries
from app.intake.difference import Tally
from app.intake.protocol import Protocol

PAGE: Final = 1_000  # kinds of answers; judged in some hundredths of a second


async def compare(work: Work, before: Protocol, after: Protocol, days: int | None) -> Tally:
    """How the completed calls of the last `days` days (None: all) would come out by each of the two protocols.

    The calls of the organisation at work; the worker's are all, and it may take its time. A cursor keeps what is read small,
    whatever their number.
    """
    binds: dict[str, object] = {}
    if days is not None:
        binds["since"] = least_id(work.at - timedelta(days=days))
    if work.actor.organisation is None:
        await work.change(queries.UNHURRIED)
    else:
        binds["organisation"] = work.organisation
    await work.change(queries.declare_answers(since=days is not None, own="organisation" in binds), **binds)
    tally = Tally(before, after)
    while page := await work.rows(queries.next_answers(PAGE)):
        await asyncio.to_thread(_add, tally, [(row["answers"], row["calls"]) for row in page])
    await work.change(queries.CLOSE_ANSWERS)
    return tally


def _add(tally: Tally, page: list[tuple[str, int]]) -> None:
    for answers, calls in page:
        tally.add(orjson.loads(answers), calls)
