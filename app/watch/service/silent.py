"""What organisations were asked and left without any sign."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.cases.silence import Silence
from app.core.paging import Page, page_of
from app.core.work import Work
from app.watch import queries


async def page(work: Work, *, after: UUID | None, limit: int, kind: Silence | None) -> Page[Mapping[str, Any]]:
    """Silences that this organisation heard of, its own among them, oldest first."""
    binds = {"after": after, "kind": kind, "organisation_id": work.organisation, "limit": limit + 1}
    rows = await work.rows(queries.SILENCES, **binds)
    return page_of(rows, limit, rows[limit - 1]["id"] if len(rows) > limit else None)
