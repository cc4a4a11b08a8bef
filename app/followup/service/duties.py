"""Duties over all cases: what an organisation must do, what it waits for, checks that are due; several situations at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.cases.service import Case
from app.core.counting import counts_of
from app.core.paging import Place
from app.core.spans import Span
from app.core.work import Work
from app.followup import queries
from app.followup.items import Item, item_of
from app.followup.service.plan import situation_in
from app.followup.situation import Situation


@dataclass(frozen=True, slots=True)
class CheckDue:
    """A planned aftercare check of a case."""

    id: UUID
    case_id: UUID
    round: int
    week: int
    due_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Kept:
    """How many were done in time, done later, decided not to be done with a reason, and how many are missing."""

    on_time: int = 0
    late: int = 0
    waived: int = 0
    missing: int = 0

    @property
    def due(self) -> int:
        """All that had to be done."""
        return self.on_time + self.late + self.missing


async def assigned(work: Work, after: Place | None, limit: int) -> list[Item]:
    """Open items that this organisation must do, in whatever case, soonest first, at most `limit`."""
    return [item_of(row) for row in await work.rows(queries.assigned(work.organisation, after, limit))]


async def waited_for(work: Work, after: Place | None, limit: int) -> list[Item]:
    """Open items of its own cases that others must do, and what outside parties were asked; as `assigned`."""
    return [item_of(row) for row in await work.rows(queries.waited_for(work.organisation, after, limit))]


async def checks_due(work: Work, within: Span, after: Place | None, limit: int) -> list[CheckDue]:
    """Planned checks of its own cases that are due in a span, soonest first, at most `limit`."""
    return [_check(row) for row in await work.rows(queries.checks_due(work.organisation, within, after, limit))]


async def counted(work: Work, within: Span, most: int) -> tuple[int, int, int]:
    """How many there are of each, `assigned`, `waited_for`, `checks_due`, counted no further than `most`."""
    us = work.organisation
    listed = (queries.assigned(us, None, most), queries.waited_for(us, None, most), queries.checks_due(us, within, None, most))
    first, second, third = await counts_of(work, listed)
    return first, second, third


async def checks_kept(work: Work, due: Span) -> dict[int, Kept]:
    """What became of the aftercare checks of its own cases that were due in a span, by week."""
    rows = await work.rows(queries.CHECKS_KEPT, owner=work.organisation, starts_at=due.start, ends_at=due.end)
    return {row["week"]: Kept(row["on_time"], row["late"], row["waived"], row["missing"]) for row in rows}


async def situations(work: Work, cases: Sequence[Case]) -> dict[UUID, Situation]:
    """The situations of owned cases, in one statement; those in which this organisation has no part are left out."""
    if not cases:
        return {}
    rows = await work.rows(queries.CLOCKS, ids=[case.id for case in cases])
    told = {row["case_id"]: row["told"] for row in rows if row["told"]}
    return {case.id: situation_in(case, told[case.id]) for case in cases if case.id in told}


def _check(row: Mapping[str, Any]) -> CheckDue:
    return CheckDue(row["id"], row["case_id"], row["round"], row["week"], row["due_at"], row["version"])
