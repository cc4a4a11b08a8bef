"""The boards: pages of rows in the order of their moments. A place in that order is the cursor."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from app.boards.rows import Late, Pending, Shown, in_order, of_invitation, of_item, of_offer, place_of
from app.boards.sought import sought
from app.boards.weeks import week_named
from app.cases import service as cases
from app.cases.case import Wanted
from app.cases.service import Case
from app.core.paging import Page, Place, page_by_place
from app.core.work import Work
from app.directory.service import look_up as directory
from app.followup.clocks import overdue_in
from app.followup.service import duties
from app.followup.service.duties import CheckDue
from app.routing.service import waiting as offers
from app.team.service import invitations


async def my_cases(work: Work, wanted: Wanted, q: str | None, after: Place | None, limit: int) -> Page[Case]:
    """Open cases that this organisation owns, soonest deadline first; `q` as `app.boards.sought`."""
    found = await cases.by_deadline(work, await _narrowed(work, wanted, q), after, limit + 1)
    return page_by_place(found, limit, place_of)


async def overdue(work: Work, wanted: Wanted, q: str | None, after: Place | None, limit: int) -> Page[Late]:
    """Those whose deadline is past, longest first, with what should have happened."""
    page = await my_cases(work, replace(wanted, due_by=work.at), q, after, limit)
    told = await duties.situations(work, page.items)
    late = [
        Late(case, overdue_in(told[case.id], case.deadline_kind, work.at))
        for case in page.items
        if case.id in told and case.deadline_kind
    ]
    return Page(late, page.next)


async def waiting(work: Work, after: Place | None, limit: int) -> Page[Shown]:
    """What others have yet to do for this organisation: items, invitations, offers and handovers, information requests."""
    rows = in_order(
        map(of_item, await duties.waited_for(work, after, limit + 1)),
        map(of_invitation, await invitations.by_us(work, after, limit + 1)),
        map(of_offer, await offers.by_us(work, after, limit + 1)),
    )
    return await _with_cases(work, rows, limit)


async def to_accept(work: Work, after: Place | None, limit: int) -> Page[Shown]:
    """What this organisation is asked and has not answered: offers, handovers, invitations."""
    rows = in_order(
        map(of_offer, await offers.to_us(work, after, limit + 1)),
        map(of_invitation, await invitations.to_us(work, after, limit + 1)),
    )
    return await _with_cases(work, rows, limit)


async def actions(work: Work, after: Place | None, limit: int) -> Page[Shown]:
    """Open items that this organisation must do, in whatever case."""
    return await _with_cases(work, [of_item(one) for one in await duties.assigned(work, after, limit + 1)], limit)


async def aftercare(work: Work, week: str, after: Place | None, limit: int) -> Page[tuple[CheckDue, Case]]:
    """Planned checks that are due in a week of Amsterdam's calendar.

    Raises:
        Invalid: no week is called so.
    """
    found = await duties.checks_due(work, week_named(week), after, limit + 1)
    page = page_by_place(found, limit, lambda one: Place(one.due_at, one.id))
    known = await _by_id(work, [one.case_id for one in page.items])
    return Page([(one, known[one.case_id]) for one in page.items if one.case_id in known], page.next)


async def _narrowed(work: Work, wanted: Wanted, q: str | None) -> Wanted:
    if q is None:
        return wanted
    found = sought(q)
    if found.municipality is None:
        return replace(wanted, case_id=found.case_id, reference=found.reference)
    codes = await directory.municipalities_beginning_with(work, found.municipality)
    if wanted.municipality_codes is not None:
        codes = tuple(code for code in codes if code in wanted.municipality_codes)
    return replace(wanted, municipality_codes=codes)


async def _with_cases(work: Work, rows: Sequence[Pending], limit: int) -> Page[Shown]:
    page = page_by_place(rows, limit, lambda one: one.place)
    known = await _by_id(work, [one.case_id for one in page.items])
    return Page([Shown(one, known[one.case_id]) for one in page.items if one.case_id in known], page.next)


async def _by_id(work: Work, ids: Sequence[UUID]) -> dict[UUID, Case]:
    return {case.id: case for case in await cases.some(work, sorted(set(ids)))}
