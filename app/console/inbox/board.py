"""What an organisation has: its boards, one at a time, soonest first, with a line for each thing that must happen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from app.boards.rows import Shown
from app.boards.service import listing
from app.boards.service.counting import Counts, counts
from app.boards.weeks import week_at
from app.cases.case import Case, Wanted
from app.cases.lifecycle import Urgency
from app.console.inbox.asked import names_of
from app.core.paging import Page, after_place
from app.core.work import Work
from app.directory.places import MUNICIPALITY
from app.directory.service import look_up as directory

BOARDS: Final = ("mine", "overdue", "todo", "aftercare", "waiting")
NARROWED: Final = ("mine", "overdue")  # those that can be narrowed
URGENCIES: Final = (Urgency.ACUTE, Urgency.CRISIS, Urgency.URGENT, Urgency.NORMAL)
ROWS: Final = 25
MOST_PLACES: Final = 400  # there are fewer municipalities


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which board, narrowed to what: `urgency` one of `URGENCIES` or nothing, `places` codes of municipalities, `after` a cursor.

    All of it may stand in an address: what somebody typed does not.
    """

    show: str = "mine"
    urgency: str = ""
    places: tuple[str, ...] = ()
    after: str = ""

    @classmethod
    def of(cls, told: Mapping[str, str]) -> "Chosen":
        """What an address says; what can't be meant is left out."""
        show, urgency = told.get("show", ""), told.get("urgency", "")
        narrowed = show in NARROWED or show not in BOARDS
        return cls(
            show if show in BOARDS else BOARDS[0],
            urgency if urgency in URGENCIES and narrowed else "",
            tuple(code for code in told.get("in", "").split(" ")[:MOST_PLACES] if MUNICIPALITY.fullmatch(code))
            if narrowed
            else (),
            told.get("after", ""),
        )

    def address(self, path: str = "/inbox", **others: str) -> str:
        """Where the same is found, but for `others`; another board or filter begins at its first page."""
        places = " ".join(self.places)
        told = {"show": self.show, "urgency": self.urgency, "in": places, "after": "" if others else self.after} | others
        asked = urlencode({name: value for name, value in told.items() if value and (name, value) != ("show", BOARDS[0])})
        return f"{path}?{asked}" if asked else path


@dataclass(frozen=True, slots=True)
class BoardRow:
    """Something that must happen in a case, and by when; `who` must do it when it is not this organisation."""

    id: UUID
    case: Case
    municipality: str
    what: tuple[str, ...]
    by: datetime | None
    who: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """A board, and how long each is. `within`: what the municipalities to which it is narrowed are called."""

    chosen: Chosen
    within: Sequence[str]
    rows: Sequence[BoardRow]
    next: str | None
    counts: Counts


async def board(work: Work, chosen: Chosen) -> Board:
    """The board that was chosen.

    Raises:
        Invalid: the cursor is none of ours.
    """
    found = await _page(work, chosen)
    codes = {case.municipality_code for _, case, *_ in found.items} | set(chosen.places)
    places = await directory.municipality_names(work, sorted(codes))
    names = await names_of(work, [who for *_, who in found.items if who != work.organisation])
    rows = [
        BoardRow(one, case, places.get(case.municipality_code, case.municipality_code), what, by, names.get(who, ""))
        for one, case, what, by, who in found.items
    ]
    return Board(chosen, [places.get(code, code) for code in chosen.places], rows, found.next, await counts(work))


Found = tuple[UUID, Case, tuple[str, ...], datetime | None, UUID | None]


async def _page(work: Work, chosen: Chosen) -> Page[Found]:
    place = after_place(chosen.after or None)
    wanted = Wanted(urgency=Urgency(chosen.urgency) if chosen.urgency else None, municipality_codes=chosen.places or None)
    match chosen.show:
        case "overdue":
            late = await listing.overdue(work, wanted, None, place, ROWS)
            return Page([(one.case.id, one.case, one.overdue, one.case.deadline_at, None) for one in late.items], late.next)
        case "todo":
            return _shown(await listing.actions(work, place, ROWS))
        case "waiting":
            return _shown(await listing.waiting(work, place, ROWS))
        case "aftercare":
            due = await listing.aftercare(work, week_at(work.at), place, ROWS)
            return Page([(one.id, case, (f"aftercare_week_{one.week}",), one.due_at, None) for one, case in due.items], due.next)
        case _:
            page = await listing.my_cases(work, wanted, None, place, ROWS)
            return Page([(one.id, one, _next(one), one.deadline_at, None) for one in page.items], page.next)


def _next(case: Case) -> tuple[str, ...]:
    return (case.deadline_kind,) if case.deadline_kind else ()


def _shown(page: Page[Shown]) -> Page[Found]:
    rows: Iterable[Shown] = page.items
    return Page([(one.pending.id, one.case, (one.pending.kind,), one.pending.by, one.pending.who) for one in rows], page.next)
