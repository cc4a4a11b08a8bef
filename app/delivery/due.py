"""Of a webhook endpoint that takes nothing people are told: its organisation, by feed, and those who watch over the country."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.core import clock, outbox
from app.core.due import Due
from app.core.work import Work
from app.delivery import queries
from app.delivery.events import EndpointSilent
from app.delivery.service import retention

OLD_EVENTS: Final[Due[UUID]] = Due(
    name="old_events", claim=retention.feeds_to_sweep, act=retention.sweep, idle=timedelta(minutes=10)
)
OLD_ANSWERS: Final[Due[datetime]] = Due(
    name="old_answers", claim=retention.moments_of_old_answers, act=retention.forget_answers, idle=timedelta(hours=1)
)
SILENT_AFTER: Final = timedelta(minutes=15)  # ⚙ elapsed on the wall's clock, as all delivery
AGAIN_AFTER: Final = timedelta(hours=24)  # ⚙


def silent_endpoints(overseers: Callable[[Work], Awaitable[Sequence[UUID]]]) -> Due[UUID]:
    """The endpoints that have failed for a quarter of an hour; `overseers` are the organisations that hear of every one."""

    async def act(work: Work, endpoint_id: UUID) -> None:
        found = await work.one(queries.TELL_SILENT, endpoint_id=endpoint_id, at=clock.wall(), **_moments())
        if found is None:  # it works again, or another worker was faster
            return
        event = EndpointSilent(
            case_id=found["case_id"], organisation_id=found["organisation_id"], endpoint_id=endpoint_id,
            silent_since=found["failing_since"], undelivered=found["undelivered"], given_up=found["given_up"],
            state=found["state"],
        )  # fmt: skip
        outbox.record(work, event, (found["organisation_id"], *await overseers(work)))

    return Due(name="silent_endpoints", claim=_claim, act=act, idle=timedelta(seconds=30))


async def _claim(work: Work) -> Sequence[UUID]:
    return [row["id"] for row in await work.rows(queries.SILENT, **_moments())]


def _moments() -> dict[str, object]:
    at = clock.wall()
    return {"since": at - SILENT_AFTER, "before": at - AGAIN_AFTER}
