"""Of an endpoint that does not work people are told; nobody believes it works while it does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.core import clock
from app.core.ids import least_id
from app.core.work import Row, Work
from app.delivery import queries
from app.delivery.events import CertificateEnding, EndpointDisabled, EndpointSilent, EndpointUnverified, PressingUndelivered
from app.delivery.queries import alarms as asked

SILENT_AFTER: Final = timedelta(minutes=15)  # ⚙ elapsed on the wall's clock, as all delivery
UNVERIFIED_FOR: Final = timedelta(minutes=15)  # ⚙
AGAIN_AFTER: Final = timedelta(hours=24)  # ⚙
DISABLED_AFTER: Final = timedelta(days=5)  # ⚙ of unbroken failure
TRIED_WITHIN: Final = timedelta(hours=48)  # the schedule's longest wait is a day
PRESSING_AFTER: Final = timedelta(minutes=2)  # ⚙
CERTIFICATE_ENDS_WITHIN: Final = timedelta(days=30)  # ⚙


@dataclass(frozen=True, slots=True)
class Counts:
    """Endpoints by state, unverified for too long, whose certificate ends soon; and pressing events that are late somewhere."""

    by_state: dict[str, int]
    stuck: int
    ending: int
    pressing: int


@dataclass(frozen=True, slots=True)
class Troubled:
    """An endpoint that does not do what its organisation believes. `why`: pressing, disabled, failing, or unverified."""

    id: UUID
    organisation: UUID
    why: str
    since: datetime | None
    pressing: int
    undelivered: int


async def silent(work: Work) -> Sequence[UUID]:
    """The endpoints that have failed for a quarter of an hour, and were not told of today."""
    return await _ids(work, queries.SILENT, **_silence())


async def tell_silent(work: Work, endpoint_id: UUID) -> tuple[EndpointSilent, UUID] | None:
    """What to tell of one, and whose it is; None: it works again, or another worker was faster."""
    row = await work.one(queries.TELL_SILENT, endpoint_id=endpoint_id, at=clock.wall(), **_silence())
    if row is None:
        return None
    event = EndpointSilent(
        case_id=row["case_id"], organisation_id=row["organisation_id"], endpoint_id=endpoint_id,
        silent_since=row["failing_since"], undelivered=row["undelivered"], given_up=row["given_up"], state=row["state"],
    )  # fmt: skip
    return event, row["organisation_id"]


async def unverified(work: Work) -> Sequence[UUID]:
    """The endpoints that have waited for a quarter of an hour to be verified, and were not told of today."""
    return await _ids(work, asked.UNVERIFIED, **_waiting())


async def tell_unverified(work: Work, endpoint_id: UUID) -> tuple[EndpointUnverified, UUID] | None:
    """What to tell of one, and whose it is; None: it is verified, or another worker was faster."""
    row = await work.one(asked.TELL_UNVERIFIED, endpoint_id=endpoint_id, at=clock.wall(), **_waiting())
    if row is None:
        return None
    event = EndpointUnverified(
        organisation_id=row["organisation_id"], endpoint_id=endpoint_id, waiting_since=row["verification_started_at"],
        verification=row["verification"], error=row["verification_error"], undelivered=row["undelivered"],
    )  # fmt: skip
    return event, row["organisation_id"]


async def ended(work: Work) -> Sequence[UUID]:
    """The endpoints that are to be disabled, or are and were not told of."""
    return await _ids(work, asked.ENDED, **_days())


async def tell_ended(work: Work, endpoint_id: UUID) -> tuple[EndpointDisabled, UUID] | None:
    """Disable one, if it is not; what to tell, and whose it is; None: it works again, or another worker was faster."""
    row = await work.one(asked.END, endpoint_id=endpoint_id, at=clock.wall(), **_days())
    if row is None:
        return None
    event = EndpointDisabled(
        organisation_id=row["organisation_id"], endpoint_id=endpoint_id, reason=row["disabled_reason"],
        failing_since=row["failing_since"], undelivered=row["undelivered"],
    )  # fmt: skip
    return event, row["organisation_id"]


async def ending(work: Work) -> Sequence[UUID]:
    """The endpoints whose client certificate ends soon, and were not told of."""
    return await _ids(work, asked.ENDING, soon=_soon())


async def tell_ending(work: Work, endpoint_id: UUID) -> tuple[CertificateEnding, UUID] | None:
    """What to tell of one, and whose it is; None: it was replaced, or another worker was faster."""
    row = await work.one(asked.TELL_ENDING, endpoint_id=endpoint_id, at=clock.wall(), soon=_soon())
    if row is None:
        return None
    owner, ends_at = row["organisation_id"], row["certificate_ends_at"]
    return CertificateEnding(organisation_id=owner, endpoint_id=endpoint_id, ends_at=ends_at), owner


async def pressing(work: Work) -> Sequence[UUID]:
    """The endpoints behind which something pressing waits for too long that nobody was told of."""
    return await _ids(work, asked.PRESSING, late=_late())


async def tell_pressing(work: Work, endpoint_id: UUID) -> tuple[PressingUndelivered, UUID] | None:
    """What to tell of one, and whose it is; None: it arrived, or another worker was faster."""
    row = await work.one(asked.TELL_PRESSING, endpoint_id=endpoint_id, late=_late())
    if row is None:
        return None
    told: dict[str, Any] = dict(row)
    return PressingUndelivered(endpoint_id=endpoint_id, **told), row["organisation_id"]


async def counts(work: Work) -> Counts:
    """How many there are of everything, at this moment."""
    rows = await work.rows(asked.COUNTS, soon=_soon(), late=_late(), since=clock.wall() - UNVERIFIED_FOR)
    return Counts(
        {row["state"]: row["count"] for row in rows},
        sum(row["stuck"] for row in rows),
        sum(row["ending"] for row in rows),
        sum(int(row["pressing"]) for row in rows),
    )


async def troubled(work: Work, most: int) -> list[Troubled]:
    """The endpoints that do not work at this moment, at most `most`, what presses first; for the worker."""
    rows = await work.rows(asked.TROUBLED, late=_late(), since=clock.wall() - UNVERIFIED_FOR, most=most)
    return [_troubled(row) for row in rows]


def _troubled(row: Row) -> Troubled:
    since = row["failing_since"] or row["disabled_at"] or (row["verification_started_at"] if row["stuck"] else None)
    why = "disabled" if row["state"] == "disabled" else "failing" if row["failing_since"] else "unverified"
    if row["pressing"]:
        why = "pressing"
    return Troubled(row["id"], row["organisation_id"], why, since, row["pressing"], row["undelivered"])


async def _ids(work: Work, statement: Any, **binds: object) -> list[UUID]:  # noqa: ANN401  a statement
    rows: Sequence[Row] = await work.rows(statement, **binds)
    return [row["id"] for row in rows]


def _silence() -> dict[str, object]:
    at = clock.wall()
    return {"since": at - SILENT_AFTER, "before": at - AGAIN_AFTER}


def _waiting() -> dict[str, object]:
    at = clock.wall()
    return {"since": at - UNVERIFIED_FOR, "before": at - AGAIN_AFTER}


def _days() -> dict[str, object]:
    at = clock.wall()
    return {"since": at - DISABLED_AFTER, "recent": least_id(at - TRIED_WITHIN)}


def _soon() -> datetime:
    return clock.wall() + CERTIFICATE_ENDS_WITHIN


def _late() -> datetime:
    """Events carry the domain's moment, and in the demo its clock runs ahead of what elapses: two minutes of ours."""
    return clock.now() - PRESSING_AFTER * clock.speed()
