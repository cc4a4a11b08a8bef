"""How long people waited, how many got nobody, who waits now; and how the exchanges do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from app.core.errors import FieldError, Invalid
from app.core.ids import new_id
from app.core.work import Work
from app.telephony import queries
from app.telephony.service.systems import skew_of

LONGEST: Final = timedelta(days=92)  # ⚙
SOON, LATER = timedelta(seconds=20), timedelta(seconds=60)  # ⚙
LOOKED_BACK: Final = timedelta(days=1)  # ⚙


@dataclass(frozen=True, slots=True)
class Waited:
    """Calls that rang in a period (`hour`: in the hour from then). Waits in seconds; None: there was none."""

    hour: datetime | None
    offered: int
    answered: int
    unanswered: int
    median: float | None
    p90: float | None
    longest: float | None
    soon: float | None
    later: float | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Hour by hour, all together, and who waits now."""

    hours: Sequence[Waited]
    total: Waited
    now: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Health:
    """How an exchange does: seconds that its clock is behind ours, and calls of the last day that it never said rang."""

    label: str
    skew: float | None
    unknown: int


async def waiting(work: Work, starts_at: datetime, ends_at: datetime) -> Waiting:
    """The calls of this organisation that rang from `starts_at` on and before `ends_at`, by the hour (UTC).

    Raises:
        Invalid: the period is empty, or longer than a quarter of a year.
    """
    if not timedelta() < ends_at - starts_at <= LONGEST:
        raise Invalid(
            f"`until` must lie after `from`, at most {LONGEST.days} days.",
            errors=[FieldError("/until", "period", "After `from`, at most 92 days.")],
        )
    asked = {"organisation_id": work.organisation, "starts_at": starts_at, "ends_at": ends_at}
    limits = {"soon_ms": SOON.total_seconds() * 1000, "later_ms": LATER.total_seconds() * 1000}
    *hours, total = await work.rows(queries.WAITING, **asked, **limits)
    return Waiting([_waited(row) for row in hours], _waited(total), total["waiting"], total["since"])


async def health(work: Work) -> list[Health]:
    """How every exchange does, for the doctor."""
    rows = await work.rows(queries.STATE_OF_ALL, since=new_id(work.at - LOOKED_BACK))
    return [Health(row["label"], skew_of(row["skew"]).seconds, row["unknown"]) for row in rows]


def _waited(row: Mapping[str, Any]) -> Waited:
    over = row["answered"] + row["unanswered"]

    def seconds(column: str) -> float | None:
        return None if row[column] is None else row[column] / 1000

    def share(column: str) -> float | None:
        return round(row[column] / over, 4) if over else None

    return Waited(
        row["hour"],
        row["offered"],
        row["answered"],
        row["unanswered"],
        seconds("median_ms"),
        seconds("p90_ms"),
        seconds("longest_ms"),
        share("soon"),
        share("later"),
    )
