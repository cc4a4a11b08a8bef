"""Nothing is left lying: what supervisors look at."""

from typing import Annotated

from fastapi import Query

from app.cases.silence import Silence
from app.core.errors import Invalid
from app.core.http import USUAL_LIMIT, Cursor, Limit, PageOut, problems, rooms_router
from app.core.paging import after
from app.identity.doors import WatchDoor
from app.watch.schemas import LyingOut, SilenceOut
from app.watch.service import lying, silent

router = rooms_router("watch")


@router.get("/watch/left-lying", responses=problems(Invalid))
async def list_left_lying(work: WatchDoor, cursor: Cursor = None, limit: Limit = USUAL_LIMIT) -> PageOut[LyingOut]:
    """Open cases on which nobody did anything for 14 days, oldest first; in aftercare only when a check is overdue too."""
    page = await lying.page(work, after=after(cursor), limit=limit)
    return PageOut[LyingOut](items=[LyingOut.of(one) for one in page.items], next=page.next)


@router.get("/watch/silences", responses=problems(Invalid))
async def list_silences(
    work: WatchDoor,
    cursor: Cursor = None,
    limit: Limit = USUAL_LIMIT,
    kind: Annotated[Silence | None, Query(description="Only silences of this kind")] = None,
) -> PageOut[SilenceOut]:
    """What was asked and left without any sign, by your organisation or in cases that it has to do with, oldest first."""
    page = await silent.page(work, after=after(cursor), limit=limit, kind=kind)
    return PageOut[SilenceOut](items=[SilenceOut.model_validate(dict(one), by_name=True) for one in page.items], next=page.next)
