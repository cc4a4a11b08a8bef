"""What is told about a case besides its follow-up, asked for only where its timeline says that there is something."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case
from app.console.case.lines import Entry
from app.core.work import Row, Work
from app.followup.ties import Tie
from app.intake.service import about_cases, owner_agrees
from app.intake.service.owner_agrees import Choice
from app.signals.service import acting
from app.signals.service.acting import Signal


@dataclass(frozen=True, slots=True)
class SamePerson:
    """Another case about the same person; `link`: what undoes it."""

    link: UUID
    case: UUID
    row: Row


@dataclass(frozen=True, slots=True)
class Beside:
    """Grades of the crisis service, oldest first; cases about the same person; `others`: those that the reader may open."""

    grades: Sequence[Row] = ()
    same: Sequence[SamePerson] = ()
    others: Mapping[UUID, Case] = field(default_factory=dict)
    signals: Sequence[Signal] = ()
    error: Choice | None = None


async def beside(work: Work, case: Case, entries: Iterable[Entry], ties: Iterable[Tie], *, is_whole: bool) -> Beside:
    """All of it, for whoever reads the case. `is_whole`: no line of the timeline is left out, so that it tells all there is."""
    told = {one.kind for one in entries}
    grades = await about_cases.grades(work, case.id) if "triage_grade" in told or not is_whole else ()
    linked = await about_cases.links(work, case.id) if "same_person" in told or not is_whole else ()
    same = [_same(case.id, row) for row in linked if row["undone_at"] is None]
    is_owner = case.owner == work.organisation
    signals = await acting.open_about(work, case.id) if is_owner else []
    known = (
        {one.case for one in same}
        | {one for signal in signals for one in signal.case_ids}
        | {one.other_case_id if one.case_id == case.id else one.case_id for one in ties}
    )
    in_error = is_owner and ("call_in_error" in told or not is_whole)
    return Beside(
        grades=grades,
        same=same,
        others={one.id: one for one in await cases.some(work, sorted(known))},
        signals=signals,
        error=await owner_agrees.choice(work, case) if in_error else None,
    )


def _same(case_id: UUID, row: Row) -> SamePerson:
    return SamePerson(row["id"], row["case_b_id"] if row["case_a_id"] == case_id else row["case_a_id"], row)
