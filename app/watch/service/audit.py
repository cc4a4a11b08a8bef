"""Look at what must always hold, measure it, and leave a sign that somebody looked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import orjson
import structlog

from app.cases.silence import Silence
from app.core import clock, metrics
from app.core.work import Work
from app.watch import queries

A_DAY: Final = timedelta(hours=24)

log = structlog.get_logger(__name__)


class Fault(StrEnum):
    """What does not hold of an open case."""

    NO_OWNER = "no_owner"  # and nobody is asked
    NO_DEADLINE = "no_deadline"
    CLOCK_STOPPED = "clock_stopped"  # its moment passed a quarter of an hour ago, and no worker looked


@dataclass(frozen=True, slots=True)
class Look:
    """What the auditor saw last. `at`: by the machine's clock; `broken`: cases of which something must hold that does not."""

    at: datetime
    left_lying: int
    broken: int


async def audit(work: Work) -> None:
    """One look, for the worker: measured, logged when something is wrong, and noted with the machine's time."""
    found, lying = await faults(work), await left_lying(work)
    for fault in Fault:
        metrics.BROKEN_INVARIANTS.labels(fault).set(found[fault])
    metrics.LEFT_LYING.set(lying)
    silent = {row["kind"]: row["count"] for row in await work.rows(queries.SILENCES_SINCE, since=work.at - A_DAY)}
    for kind in Silence:
        metrics.SILENCES.labels(kind).set(silent.get(kind, 0))
    if any(found.values()):
        log.error("watch.broken", **found)
    await work.change(queries.LOOKED, at=clock.wall(), left_lying=lying, faults=orjson.dumps(found).decode())


async def faults(work: Work) -> dict[str, int]:
    """How many cases have which fault, for the worker; all must be 0."""
    counted = {row["fault"]: row["count"] for row in await work.rows(queries.FAULTS)}
    return {fault.value: counted.get(fault, 0) for fault in Fault}


async def left_lying(work: Work) -> int:
    """On how many open cases nobody acts."""
    row = await work.one(queries.COUNT_LYING)
    return int(row["count"]) if row else 0


async def last(work: Work) -> datetime | None:
    """When somebody last looked, by the machine's clock; None: never."""
    row = await work.one(queries.LAST_AUDIT)
    found: datetime | None = row["at"] if row else None
    return found


async def last_look(work: Work) -> Look | None:
    """The last look with what it saw; None: there was none."""
    row = await work.one(queries.LAST_LOOK)
    return Look(row["at"], row["left_lying"], sum(row["faults"].values())) if row else None


async def anything_open(work: Work) -> bool:
    """Whether there is an open case at all."""
    row = await work.one(queries.ANYTHING_OPEN)
    return bool(row and row["open"])
