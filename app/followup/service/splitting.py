"""Split a case: what turned out to be about another person gets a case of its own, with the same owner, from this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.cases import service as cases
from app.cases.open import open_split
from app.cases.service import Case, Urgency
from app.core import outbox
from app.core.errors import FieldError, Invalid
from app.core.http import match
from app.core.ids import new_id
from app.core.work import Work
from app.followup import queries
from app.followup.events import CaseTied
from app.followup.service.carrying import carry
from app.followup.service.plan import owned, settle, situation_of
from app.followup.tables import case_tie
from app.followup.ties import STAY, SplitReason, TieKind, TieState
from app.team.service.hearing import hears
from app.vault import open as vault


@dataclass(frozen=True, slots=True)
class Split:
    """What is to be split off: `items` are copied."""

    reason: SplitReason
    items: Sequence[UUID] = ()
    urgency: Urgency | None = None


async def split(work: Work, case_id: UUID, version: int, told: Split) -> tuple[Case, UUID]:
    """Open a case about another person, owned by who owns this one; the new case, and the tie.

    Raises:
        NotFound, Forbidden, Refused, CaseJoined: as `plan.owned`. Stale: another version was read.
        Invalid: an item that is not there, or belongs to a procedure.
    """
    case, _ = await owned(work, case_id)
    match(version, case.version)
    rows = {row["id"]: row for row in await work.rows(queries.ITEMS, case_id=case_id)}
    faults = [
        FieldError(f"/items/{place}", "item", "An item of this case, and no part of a procedure.")
        for place, item in enumerate(told.items)
        if item not in rows or rows[item]["kind"] in STAY
    ]
    if faults:
        raise Invalid("An item can't be taken into the new case. Nothing was changed.", errors=faults)
    other_id, tie_id = new_id(work.at), new_id(work.at)
    open_split(work, other_id, case, told.urgency or case.urgency)
    vault.seal(work, other_id, {})  # its key, under which everything about the other person will be sealed
    await work.flush()  # who owns it is asked by what is written in it
    other = await cases.get(work, other_id)
    carried = await carry(work, [rows[item] for item in dict.fromkeys(told.items)], case_id, other)
    work.write(
        case_tie, id=tie_id, kind=TieKind.SPLIT, case_id=case_id, other_case_id=other_id, organisation_id=work.organisation,
        other_organisation_id=work.organisation, key_id=work.actor.key, state=TieState.DONE, reason=told.reason, at=work.at,
        before={}, moved={"items": [one.ids for one in carried]}, version=1,
    )  # fmt: skip
    cases.line(work, case_id, "split", other_case_id=str(other_id), reason=told.reason)
    event = CaseTied(case_id=case_id, other_case_id=other_id, tie_id=tie_id, tie="split", reason=told.reason)
    outbox.record(work, event, await hears(work, case, ()))
    await cases.touched(work, case)
    await work.flush()
    other = await settle(work, other, await situation_of(work, other), other.state)  # what came along may be due before the rest
    return other, tie_id
