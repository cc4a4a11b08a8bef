"""Due-lists: a deadline is a column, and a worker carries out what has come due.

Claiming only looks; acting locks its row, looks again, and does everything in one transaction of its own. So any number of
workers may run, and one that is killed in the middle leaves nothing half done.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Generic, TypeVar

import structlog

from app.core.actor import WORKER
from app.core.db import Database
from app.core.metrics import DUE_ACTS
from app.core.work import Work, begin

T = TypeVar("T")
AFTER_FAILURE: Final = timedelta(seconds=5)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Due(Generic[T]):
    """One kind of thing that comes due.

    `claim` gives a batch of what is due at `work.at` (empty when there is none); `act` does one, in its own transaction, and
    must look again under a row lock, since another worker may have been faster. `idle` is how often to look, elapsed time.
    """

    name: str
    claim: Callable[[Work], Awaitable[Sequence[T]]]
    act: Callable[[Work, T], Awaitable[None]]
    idle: timedelta


async def carry_out_once(due: Due[T], database: Database) -> tuple[int, int]:
    """Do what is due at this moment; how many were done and how many failed."""
    async with begin(database, WORKER) as work:
        claimed = await due.claim(work)
    done = failed = 0
    for item in claimed:
        try:
            async with begin(database, WORKER) as work:
                await due.act(work, item)
            done += 1
        except Exception as error:  # one that fails must not keep the others waiting
            failed += 1
            log.exception("due.failed", due=due.name, item=str(item), error=type(error).__name__)
    DUE_ACTS.labels(due.name, "done").inc(done)
    DUE_ACTS.labels(due.name, "failed").inc(failed)
    return done, failed


async def carry_out(due: Due[T], database: Database, stop: asyncio.Event, *, speed: float = 1.0) -> None:
    """Look again and again until told to stop; what is under way is finished first."""
    while not stop.is_set():
        pause = due.idle.total_seconds() / speed
        try:
            done, failed = await carry_out_once(due, database)
            if done and not failed:
                continue
            if failed:
                pause = AFTER_FAILURE.total_seconds()
        except Exception as error:  # noqa: BLE001  the database is away: look again later
            log.warning("due.unavailable", due=due.name, error=type(error).__name__)
            pause = max(pause, 1.0)
        try:
            async with asyncio.timeout(max(pause, 0.02)):
                await stop.wait()
        except TimeoutError:
            pass
