"""Read everything that happened in a case on one timeline; row-level security decides what of it, and the look is logged once."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from app.core.paging import Page
from app.core.work import Work
from app.followup import queries
from app.followup.service.notes import opened
from app.followup.service.plan import taking_part
from app.followup.story import Order, Place, place_of
from app.vault.purpose import Purpose

STORY: Final = "story of the case"
ON_PAPER: Final = "story of the case on paper"


async def story(  # noqa: PLR0913  what, for what, and which part of it
    work: Work, case_id: UUID, purpose: Purpose | None, order: Order, cursor: str | None, limit: int, *, what: str = STORY
) -> Page[Mapping[str, Any]]:
    """A page of the story of a case: the columns of `case_story`, and `words` by name; without a purpose no words, and no look.

    `what`: what the look is called in the log, `ON_PAPER` when it is printed.

    Raises:
        NotFound, Forbidden: as `plan.taking_part`. Invalid: no cursor of ours. Gone: the retention of the case has ended.
    """
    place = place_of(cursor) if cursor else None
    await taking_part(work, case_id)
    query = queries.story_of(newest_first=order is Order.NEWEST_FIRST, from_there=place is not None)
    binds = {"at": place.at, "id": place.id, "part": place.part} if place else {}
    rows = await work.rows(query, case_id=case_id, count=limit + 1, **binds)
    shown = rows[:limit]
    words = await opened(work, case_id, [row["sealed"] for row in shown], what=what, purpose=purpose)
    items = [{**row, "words": said} for row, said in zip(shown, words, strict=True)]
    last = shown[-1] if len(rows) > limit else None
    return Page(items, Place(last["at"], last["id"], last["part"]).cursor if last else None)
