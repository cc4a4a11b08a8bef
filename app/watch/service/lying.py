"""Cases on which nobody acts: listed for supervisors, and shown to one person by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.cases import service as cases
from app.core import outbox
from app.core.paging import Page, page_of
from app.core.work import Work
from app.followup.service.absences import answering
from app.watch import queries
from app.watch.events import CaseLeftLying

AGAIN_AFTER: Final = timedelta(days=7)  # ⚙


@dataclass(frozen=True, slots=True)
class Lying:
    """An open case on which nobody did anything since `last_act_at`. `organisation`: its owner, or who is asked to take it."""

    case_id: UUID
    reference: str
    state: str
    urgency: str
    municipality_code: str
    organisation: UUID | None
    answers: str | None
    last_act_at: datetime
    deadline_at: datetime | None


async def page(work: Work, *, after: UUID | None, limit: int) -> Page[Lying]:
    """The cases that lie around, of those this organisation may see, in the order they were opened."""
    rows = await work.rows(queries.LYING, after=after, limit=limit + 1)
    found = [await _lying(work, row) for row in rows]
    return page_of(found, limit, found[limit - 1].case_id if len(found) > limit else None)


async def to_tell(work: Work) -> Sequence[UUID]:
    """Those of which somebody must hear now, the longest silent first; for the worker."""
    return [row["case_id"] for row in await work.rows(queries.TO_TELL, again=work.at - AGAIN_AFTER)]


async def tell(work: Work, case_id: UUID) -> None:
    """Show it to whoever answers for it; nothing when somebody acted, or another worker was faster."""
    await cases.locked(work, case_id)
    row, told = await work.one(queries.ONE_LYING, case_id=case_id), await work.one(queries.TOLD_AT, case_id=case_id)
    if row is None or row["organisation_id"] is None:
        return
    if told and max(row["last_act_at"], work.at - AGAIN_AFTER) < told["told_at"]:
        return
    found = await _lying(work, row)
    event = CaseLeftLying(
        case_id=case_id, reference=found.reference, organisation_id=row["organisation_id"], state=found.state,
        urgency=found.urgency, municipality_code=found.municipality_code, last_act_at=found.last_act_at, answers=found.answers,
    )  # fmt: skip
    cases.line(work, case_id, "left_lying", since=found.last_act_at)
    outbox.record(work, event, (row["organisation_id"],))
    await work.change(queries.TOLD, case_id=case_id, organisation_id=row["organisation_id"], at=work.at)


async def _lying(work: Work, row: Mapping[str, Any]) -> Lying:
    organisation = row["organisation_id"]
    who = await answering(work, organisation, row["coordinator"], row["deputy"]) if organisation else None
    return Lying(
        case_id=row["case_id"],
        reference=row["reference"],
        state=row["state"],
        urgency=row["urgency"],
        municipality_code=row["municipality_code"],
        organisation=organisation,
        answers=who,
        last_act_at=row["last_act_at"],
        deadline_at=row["deadline_at"],
    )
