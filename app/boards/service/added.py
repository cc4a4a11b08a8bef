"""What the system adds to a handoff by itself, so that nobody must remember it at the end of a night."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from app.boards.handoffs import MOST_ADDED, Added, AddedList
from app.boards.rows import Pending, Shown
from app.boards.service import listing
from app.cases import service as cases
from app.cases.case import Wanted
from app.cases.service import Case
from app.core.ids import least_id
from app.core.paging import Place
from app.core.work import Work

MOST: Final = MOST_ADDED + 1


async def added(work: Work, until: datetime) -> dict[str, AddedList]:
    """What presses, what is overdue, what is due until the end of the next shift, and what is asked of this organisation."""
    now = Place(work.at, least_id(work.at))
    pressing = await cases.by_deadline(work, Wanted(pressing=True), None, MOST)
    overdue = await listing.overdue(work, Wanted(), None, None, MOST_ADDED)
    due = await cases.by_deadline(work, Wanted(due_by=until), now, MOST)
    actions = (await listing.actions(work, now, MOST_ADDED)).items
    asked = await listing.to_accept(work, None, MOST_ADDED)
    theirs = [one for one in actions if one.case.owner != work.organisation and one.pending.by <= until]
    late = AddedList.of(_case(one.case, one.overdue[0]) for one in overdue.items)
    told = AddedList.of(_pending(one) for one in asked.items)
    return {
        "pressing": AddedList.of(_case(case, "first_contact") for case in pressing),
        "overdue": replace(late, more=overdue.next is not None),
        "due": AddedList.of(sorted([*map(_of_its_own, due), *map(_pending, theirs)], key=lambda one: (one.by, one.case_id))),
        "to_accept": replace(told, more=asked.next is not None),
    }


def _of_its_own(case: Case) -> Added:
    return _case(case, str(case.deadline_kind))


def _case(case: Case, what: str) -> Added:
    if case.deadline_at is None:
        raise LookupError("An open case has a deadline.")
    return Added(case.id, case.reference, case.municipality_code, case.urgency, case.deadline_at, what)


def _pending(shown: Shown) -> Added:
    case, pending = shown.case, shown.pending
    return Added(case.id, case.reference, case.municipality_code, case.urgency, pending.by, _kind(pending))


def _kind(pending: Pending) -> str:
    return str(pending.kind)
