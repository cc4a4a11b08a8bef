"""What people work from: pages in the order of moments, soonest first. Codes only, never a name of somebody."""

from typing import Annotated

from fastapi import Depends, Query

from app.boards.schemas.boards import BoardCaseOut, BoardsOut, CheckOfWeekOut, OverdueOut, PendingOut
from app.boards.service import listing
from app.boards.service.counting import counts
from app.boards.weeks import week_at
from app.cases.case import Wanted
from app.cases.lifecycle import Flag, State, Urgency
from app.core.errors import Invalid
from app.core.http import USUAL_LIMIT, Cursor, Limit, SnapshotOut, problems, rooms_router
from app.core.paging import after_place
from app.delivery.service import feed
from app.identity.doors import CaseReader

router = rooms_router("boards")
Q = Annotated[
    str | None,
    Query(
        min_length=2,
        max_length=64,
        description="The id of a case, its reference as it was heard, or how the code or name of a municipality begins",
    ),
]


def _wanted(
    coordinator: Annotated[str | None, Query(max_length=200, description="Only the cases of this coordinator")] = None,
    state: Annotated[State | None, Query(description="Only cases in this state")] = None,
    urgency: Annotated[Urgency | None, Query(description="Only cases of this urgency")] = None,
    municipality_code: Annotated[
        list[str] | None, Query(alias="municipalityCode", max_length=50, description="Only cases in these municipalities")
    ] = None,
    flag: Annotated[list[Flag] | None, Query(description="Only cases with all of these flags")] = None,
) -> Wanted:
    codes = None if municipality_code is None else tuple(municipality_code)
    return Wanted(coordinator, state, urgency, codes, tuple(flag or ()))


Filters = Annotated[Wanted, Depends(_wanted)]


@router.get("/boards")
async def read_boards(work: CaseReader) -> BoardsOut:
    """How long each board of your organisation is, counted to two hundred."""
    return BoardsOut.of(await counts(work))


@router.get("/boards/my-cases", responses=problems(Invalid))
async def list_my_cases(
    work: CaseReader, wanted: Filters, q: Q = None, cursor: Cursor = None, limit: Limit = USUAL_LIMIT
) -> SnapshotOut[BoardCaseOut]:
    """The open cases that your organisation owns, soonest deadline first."""
    position = await feed.position(work)
    page = await listing.my_cases(work, wanted, q, after_place(cursor), limit)
    items = [BoardCaseOut.of(case) for case in page.items]
    return SnapshotOut[BoardCaseOut](items=items, next=page.next, feed_position=position)


@router.get("/boards/overdue", responses=problems(Invalid))
async def list_overdue(
    work: CaseReader, wanted: Filters, q: Q = None, cursor: Cursor = None, limit: Limit = USUAL_LIMIT
) -> SnapshotOut[OverdueOut]:
    """Those in which something should have happened: what, since when, and how far it has climbed. Longest first."""
    position = await feed.position(work)
    page = await listing.overdue(work, wanted, q, after_place(cursor), limit)
    items = [OverdueOut.of_late(late) for late in page.items]
    return SnapshotOut[OverdueOut](items=items, next=page.next, feed_position=position)


@router.get("/boards/waiting-for-others", responses=problems(Invalid))
async def list_waiting_for_others(work: CaseReader, cursor: Cursor = None, limit: Limit = USUAL_LIMIT) -> SnapshotOut[PendingOut]:
    """What others have yet to do for your organisation: items given to them, invitations, offers and handovers, requests."""
    position = await feed.position(work)
    page = await listing.waiting(work, after_place(cursor), limit)
    items = [PendingOut.of(one, work.at) for one in page.items]
    return SnapshotOut[PendingOut](items=items, next=page.next, feed_position=position)


@router.get("/boards/to-accept", responses=problems(Invalid))
async def list_to_accept(work: CaseReader, cursor: Cursor = None, limit: Limit = USUAL_LIMIT) -> SnapshotOut[PendingOut]:
    """What your organisation is asked and has not answered, with the time that is left: offers, handovers, invitations."""
    position = await feed.position(work)
    page = await listing.to_accept(work, after_place(cursor), limit)
    items = [PendingOut.of(one, work.at) for one in page.items]
    return SnapshotOut[PendingOut](items=items, next=page.next, feed_position=position)


@router.get("/boards/actions", responses=problems(Invalid))
async def list_actions(work: CaseReader, cursor: Cursor = None, limit: Limit = USUAL_LIMIT) -> SnapshotOut[PendingOut]:
    """The open items that your organisation must do, over all cases; those of its own that nobody was named for, too."""
    position = await feed.position(work)
    page = await listing.actions(work, after_place(cursor), limit)
    items = [PendingOut.of(one, work.at) for one in page.items]
    return SnapshotOut[PendingOut](items=items, next=page.next, feed_position=position)


@router.get("/boards/aftercare-this-week", responses=problems(Invalid))
async def list_aftercare_this_week(
    work: CaseReader,
    week: Annotated[
        str | None, Query(max_length=12, description="Such as 2026-W49, by Amsterdam's calendar; default: now")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = USUAL_LIMIT,
) -> SnapshotOut[CheckOfWeekOut]:
    """The planned aftercare checks that are due in a week."""
    position = await feed.position(work)
    page = await listing.aftercare(work, week or week_at(work.at), after_place(cursor), limit)
    items = [CheckOfWeekOut.of(check, case, work.at) for check, case in page.items]
    return SnapshotOut[CheckOfWeekOut](items=items, next=page.next, feed_position=position)
