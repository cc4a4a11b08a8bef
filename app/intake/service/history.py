"""The history of a draft: who saved what, from which screen, when; what was overwritten, and what did not come through."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.core.errors import NotFound
from app.core.paging import Page
from app.core.work import Work
from app.intake import queries
from app.vault import open as vault
from app.vault.purpose import Purpose


async def history(work: Work, call_id: UUID, purpose: Purpose, *, after: int, limit: int) -> Page[Mapping[str, Any]]:
    """The lines of a draft's history after a version, for the organisation that took the call; the look is logged.

    Raises:
        NotFound: no such call of this organisation.
        Gone: what was typed was destroyed.
    """
    call = await work.one(queries.CALL, call_id=call_id)
    if call is None or call["organisation_id"] != work.organisation:
        raise NotFound("There is no such draft, or it is not your organisation's.")
    rows = await work.rows(queries.HISTORY, call_id=call_id, after=after, at_most=limit + 1)
    page = rows[:limit]
    sealed = [row["sealed"] for row in page if row["sealed"]]
    told = iter(await vault.unseal(work, call["case_id"], sealed, what=f"history of call {call_id}", purpose=purpose))
    lines = [_line(row, next(told) if row["sealed"] else {}) for row in page]
    return Page(lines, str(page[-1]["version"]) if len(rows) > limit else None)


def _line(row: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: row[name] for name in ("version", "kind", "at", "key_id", "screen", "sequence")}
    return {**shown, "reason": told.get("reason"), "changes": told.get("changes", [])}
