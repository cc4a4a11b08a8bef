"""What is owed: do it, waive it, or put it off; feedback to the caller, informing the person, the evaluation."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case, State
from app.core.work import Work
from app.followup import queries
from app.followup.deferral import insist_on_deferral
from app.followup.items import ItemKind, NewItem
from app.followup.obligations import (
    DecidedBy,
    DeferralReason,
    Done,
    DutyEnded,
    NotOwedYet,
    Waiver,
    codes_of,
    deferred,
    insist_on_words,
)
from app.followup.service import items
from app.followup.service.notes import sealed_note
from app.followup.service.plan import owned, settle
from app.followup.situation import Obligation, ObligationKind, ObligationState, Situation


async def fulfil(work: Work, case_id: UUID, kind: ObligationKind, done: Done, words: dict[str, str | None]) -> Case:
    """Record that something owed was done. `words` are sealed: a note, and where there is more.

    Raises:
        NotFound, Forbidden: as `plan.owned`. NotOwedYet: its moment has not come. DutyEnded: it was done or waived.
        Invalid, OutcomeNotForListener: as `obligations.codes_of`.
    """
    facts = codes_of(kind, done, words.get("note"))
    return await _end(work, case_id, kind, ObligationState.DONE, facts, words)


async def waive(work: Work, case_id: UUID, kind: ObligationKind, waiver: Waiver, note: str | None) -> Case:
    """Decide that something owed is not done; reason and role are kept.

    Raises:
        NotFound, Forbidden, NotOwedYet, DutyEnded: as `fulfil`. Invalid: as `obligations.insist_on_words`.
    """
    insist_on_words(waiver, note)
    facts: dict[str, object] = {"reason": waiver.reason, "by": waiver.by}
    return await _end(work, case_id, kind, ObligationState.WAIVED, facts, {"note": note})


@dataclass(frozen=True, slots=True)
class Deferral:
    """Put off until when, why, by whom, and in which words."""

    review_by: datetime
    reason: DeferralReason
    by: DecidedBy = DecidedBy.COORDINATOR
    note: str | None = None


async def defer(work: Work, case_id: UUID, kind: ObligationKind, deferral: Deferral) -> Case:
    """Put off informing the person, to be looked at again at the review; each time stays as an item of the case.

    Raises:
        NotFound, Forbidden, NotOwedYet, DutyEnded: as `fulfil`. NotDeferrable, Invalid: as `obligations.deferred`.
        DeferralsSpent, ReviewNotDue, NeedsSecondRole: as `deferral.insist_on_deferral`.
    """
    case, owed, situation = await _open(work, case_id, kind)
    later = deferred(owed, deferral.review_by, work.at)
    before = len(await items.items(work, case_id, (ItemKind.DEFERRAL,)))
    insist_on_deferral(before, owed.due_at, deferral.by, work.at)
    changed = queries.CHANGE_OBLIGATION.values(due_at=later.due_at, facts={"deferred": deferral.reason})
    await work.change(changed, of_case=case_id, of_kind=kind)
    facts = {"what": kind, "reason": deferral.reason, "until": deferral.review_by.isoformat(), "by": deferral.by}
    written = NewItem(ItemKind.DEFERRAL, work.at, facts=facts, words={"note": deferral.note})
    return (await items.add(work, case, situation.with_obligation(later), written))[1]


async def _end(
    work: Work,
    case_id: UUID,
    kind: ObligationKind,
    state: ObligationState,
    facts: dict[str, object],
    words: dict[str, str | None],
) -> Case:
    case, owed, situation = await _open(work, case_id, kind)
    sealed = await sealed_note(work, case_id, **words)
    ended = queries.CHANGE_OBLIGATION.values(state=state, ended_at=work.at, facts=facts, sealed=sealed)
    await work.change(ended, of_case=case_id, of_kind=kind)
    cases.line(work, case_id, kind, **facts, state=state)
    return await _settled(work, case, situation.with_obligation(replace(owed, state=state)))


async def _open(work: Work, case_id: UUID, kind: ObligationKind) -> tuple[Case, Obligation, Situation]:
    case, situation = await owned(work, case_id)
    owed = situation.obligation(kind)
    if owed is None:
        raise NotOwedYet(f"Nothing of the kind {kind} is owed in this case now.", kind=kind)
    if owed.state is not ObligationState.OPEN:
        raise DutyEnded(f"It was {owed.state} already.", kind=kind)
    return case, owed, situation


async def _settled(work: Work, case: Case, situation: Situation) -> Case:
    if case.state is State.ACCEPTED:  # none of these is a contact: the clock of the first one runs on
        return await cases.touched(work, case)
    return await settle(work, case, situation, case.state)
