"""What must happen next, by when, and whose it is: one line, taken from the deadline that the case has."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.cases.deadlines import DeadlineKind
from app.cases.service import Case, State
from app.followup.service.overview import Overview
from app.followup.situation import CheckState, ObligationState

# What the case's deadline says by itself; of the other kinds something on the page has the same moment.
BY_KIND: Final = MappingProxyType(
    {DeadlineKind.ACCEPT: "accept", DeadlineKind.FIRST_CONTACT: "first_contact", DeadlineKind.TAKE_UP: "take_up"}
)


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that is to happen by a moment. `what`: its code; `at_place`: where on the page it is done."""

    what: str
    at: datetime
    at_place: str
    words: str = ""
    who: UUID | None = None
    week: int | None = None


def promises_in(page: Overview) -> Iterator[Promise]:
    """Everything that is still to happen in a case and has a moment, as far as the reader sees it."""
    for item, words in page.open:
        if item.due_at:
            yield Promise(item.kind, item.due_at, f"i-{item.id.hex}", words.get("note", ""), item.assigned_to)
    for owed in page.obligations:
        if owed["state"] == ObligationState.OPEN:
            yield Promise(owed["kind"], owed["due_at"], f"o-{owed['kind']}", who=page.case.owner)
    for check in page.checks:
        if check["state"] == CheckState.PLANNED:
            yield Promise("aftercare_check", check["due_at"], f"c-{check['id'].hex}", who=page.case.owner, week=check["week"])


def next_of(case: Case, page: Overview | None) -> Promise | None:
    """What must happen next; None when the case is closed."""
    if case.deadline_at is None or case.deadline_kind is None or case.state is State.CLOSED:
        return None
    if what := BY_KIND.get(case.deadline_kind):
        place = "do-contact" if what == "first_contact" else "story"
        return Promise(what, case.deadline_at, place, who=case.owner)
    for one in promises_in(page) if page else ():
        if one.at == case.deadline_at:
            return one
    if page and case.deadline_kind is DeadlineKind.AFTERCARE:
        return Promise("closing", case.deadline_at, "closing", who=case.owner)
    return Promise("left_lying" if page else "follow_up", case.deadline_at, "story", who=case.owner)
