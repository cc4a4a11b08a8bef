"""An endpoint that is ahead of its feed, as after a part of a backup was restored: nothing would be sent to it any more."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from app.core.work import Work
from app.delivery.queries import ahead as queries

log = structlog.get_logger(__name__)


async def endpoints_ahead(work: Work) -> Sequence[UUID]:
    """The endpoints that are said to have had events that are not there."""
    return [row["id"] for row in await work.rows(queries.AHEAD)]


async def set_back(work: Work, endpoint_id: UUID) -> None:
    """Let it go on after the last event that it had for certain: some may come twice, none is missed."""
    found = await work.one(queries.SET_BACK, endpoint_id=endpoint_id)
    if found:
        log.error("webhook.set_back", endpoint=str(endpoint_id), before=found["before"], through=found["through"])
