"""What was sent to an endpoint, and how far delivery is behind."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from app.core.paging import Page, page_of
from app.core.work import Work
from app.delivery import queries
from app.delivery.service.endpoints import endpoint

LAST_ID: Final = UUID(int=(1 << 128) - 1)


async def attempts(work: Work, endpoint_id: UUID, before: UUID | None, limit: int) -> Page[Mapping[str, Any]]:
    """The attempts to deliver to an endpoint, newest first.

    Raises:
        NotFound: this organisation has no such endpoint.
    """
    await endpoint(work, endpoint_id)
    query = queries.ATTEMPTS.limit(limit + 1)
    rows = [dict(row) for row in await work.rows(query, endpoint_id=endpoint_id, before=before or LAST_ID)]
    return page_of(rows, limit, rows[limit - 1]["id"] if len(rows) > limit else None)


async def oldest_undelivered(work: Work) -> timedelta | None:
    """How long the oldest event has been waiting that an active endpoint has not received; None when there is none."""
    row = await work.one(queries.OLDEST_UNDELIVERED)
    return work.at - row["at"] if row and row["at"] else None
