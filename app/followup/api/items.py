"""Items of a case: actions to do, and everything that is written about it."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.core.errors import Forbidden, Gone, Invalid, NotFound, PreconditionRequired, Refused, Stale
from app.core.http import etag, expected_version, problems, rooms_router
from app.followup.items import EndsByProcedure, ItemEnded, ItemKind
from app.followup.schemas.care import CaseNow
from app.followup.schemas.items import ActionIn, ItemEndIn, ItemOut, ItemsOut
from app.followup.service import items
from app.identity.doors import CaseReader, FollowUpDoor
from app.vault.purpose import Purpose

router = rooms_router("follow-up")
WhyIfWords = Annotated[Purpose | None, Query(description="Give it to read the words too; then the look is logged")]


@router.post("/cases/{case_id}/actions", status_code=201, responses=problems(Invalid, Forbidden, NotFound, Refused))
async def add_action(case_id: UUID, body: ActionIn, work: FollowUpDoor) -> CaseNow:
    """Write down something to do, by whom and by when; the case's deadline follows it. For the owner and the team."""
    item_id, case = await items.write(work, case_id, body.to_item(work.at, work.organisation))
    return CaseNow.of(case, item_id)


@router.post(
    "/cases/{case_id}/items/{item_id}/end",
    status_code=201,
    responses=problems(Invalid, Forbidden, NotFound, ItemEnded, EndsByProcedure, Stale, PreconditionRequired),
)
async def end_item(
    case_id: UUID, item_id: UUID, body: ItemEndIn, work: FollowUpDoor, request: Request, response: Response
) -> ItemOut:
    """Say that an open item is done, or cancelled with a reason and a role. Needs If-Match.

    For the owner of the case, who wrote it, or who must do it.
    """
    found, _ = await items.end(work, case_id, item_id, expected_version(request), body.ending())
    response.headers["ETag"] = etag(found.version)
    return ItemOut.of(found)


@router.get("/cases/{case_id}/items", responses=problems(Invalid, Forbidden, NotFound, Gone))
async def list_items(
    case_id: UUID,
    work: CaseReader,
    kind: Annotated[list[ItemKind] | None, Query(description="Only these kinds")] = None,
    purpose: WhyIfWords = None,
) -> ItemsOut:
    """What is written about a case, as far as your organisation may see it, oldest first."""
    if purpose is None:
        return ItemsOut(items=[ItemOut.of(one) for one in await items.items(work, case_id, kind or ())])
    told = await items.told(work, case_id, kind or (), purpose)
    return ItemsOut(items=[ItemOut.of(one, words) for one, words in told])
