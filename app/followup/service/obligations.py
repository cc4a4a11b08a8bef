"""What is owed: do it, waive it, or put it off; feedback to the caller, informing the person, the evaluation."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case, State
from app.core.work import Work
from app.followup import queries
from app.followup.caller import CallerAbout, ask_again_at, insist_on_tries
from app.followup.deferral import insist_on_deferral
from app.followup.items import ItemKind, NewItem
from app.followup.obligations import (
    DecidedBy,
    DeferralReason,
    Done,
    DutyEnded,
    NotOwedYet,
    Waiver,
    WaiverReason,
    codes_of,
    deferred,
    insist_on_words,
)
from app.followup.service import items
from app.followup.service.notes import sealed_note
from app.followup.service.plan import owned, settle
from app.followup.situation import Obligation, ObligationKind, ObligationState, Situation

TO_THE_CALLER: Final = frozenset({ObligationKind.FEEDBACK, ObligationKind.STILL_WORRIED})


@dataclass(frozen=True, slots=True)
class Ended:
    """How something owed ends: what is kept of it in codes, and sealed."""

    state: ObligationState
    facts: Mapping[str, object]
    words: Mapping[str, str | None] = field(default_factory=dict)


async def fulfil(work: Work, case_id: UUID, kind: ObligationKind, done: Done, words: dict[str, str | None]) -> Case:
    """Record that something owed was done. `words` are sealed: a note, and where there is more.

    Raises:
        NotFound, Forbidden: as `plan.owned`. NotOwedYet: its moment has not come. DutyEnded: it was done or waived.
        Invalid, OutcomeNotForListener: as `obligations.codes_of`.
    """
    facts = codes_of(kind, done, words.get("note"))
    return await _end(work, case_id, kind, Ended(ObligationState.DONE, facts, words))


async def waive(work: Work, case_id: UUID, kind: ObligationKind, waiver: Waiver, note: str | None) -> Case:
    """Decide that something owed is not done; reason and role are kept.

    Raises:
        NotFound, Forbidden, NotOwedYet, DutyEnded: as `fulfil`. Invalid: as `obligations.insist_on_words`.
        TooFewTries: the caller is not to be called unreachable yet.
    """
    insist_on_words(waiver, note)
    if waiver.reason is WaiverReason.UNREACHABLE and kind in TO_THE_CALLER:
        await insist_on_caller_tries(work, case_id, CallerAbout(kind))
    facts: dict[str, object] = {"reason": waiver.reason, "by": waiver.by}
    return await _end(work, case_id, kind, Ended(ObligationState.WAIVED, facts, {"note": note}))


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
    case, owed, situation = await open_duty(work, case_id, kind)
    later = deferred(owed, deferral.review_by, work.at)
    before = len(await items.items(work, case_id, (ItemKind.DEFERRAL,)))
    insist_on_deferral(before, owed.due_at, deferral.by, work.at)
    changed = queries.CHANGE_OBLIGATION.values(due_at=later.due_at, facts={"deferred": deferral.reason})
    await work.change(changed, of_case=case_id, of_kind=kind)
    facts = {"what": kind, "reason": deferral.reason, "until": deferral.review_by.isoformat(), "by": deferral.by}
    written = NewItem(ItemKind.DEFERRAL, work.at, facts=facts, words={"note": deferral.note})
    return (await items.add(work, case, situation.with_obligation(later), written))[1]


async def _end(work: Work, case_id: UUID, kind: ObligationKind, how: Ended) -> Case:
    case, owed, situation = await open_duty(work, case_id, kind)
    return await _settled(work, case, await ended(work, case, situation, owed, how))


async def ended(work: Work, case: Case, situation: Situation, owed: Obligation, how: Ended) -> Situation:
    """The situation after something owed was done or waived; feedback that was given moves the question that comes after it."""
    sealed = await sealed_note(work, case.id, **how.words)
    changed = queries.CHANGE_OBLIGATION.values(state=how.state, ended_at=work.at, facts=dict(how.facts), sealed=sealed)
    await work.change(changed, of_case=case.id, of_kind=owed.kind)
    cases.line(work, case.id, owed.kind, **how.facts, state=how.state)
    situation = situation.with_obligation(replace(owed, state=how.state))
    if owed.kind is ObligationKind.FEEDBACK and how.state is ObligationState.DONE:
        situation = await moved(work, case, situation, ObligationKind.STILL_WORRIED, ask_again_at(work.at))
    return situation


async def moved(work: Work, case: Case, situation: Situation, kind: ObligationKind, due_at: datetime) -> Situation:
    """The situation with another moment for something owed; the same when it is not, or no longer."""
    owed = situation.obligation(kind)
    if owed is None or owed.state is not ObligationState.OPEN:
        return situation
    await work.change(queries.CHANGE_OBLIGATION.values(due_at=due_at), of_case=case.id, of_kind=kind)
    return situation.with_obligation(replace(owed, due_at=due_at))


async def insist_on_caller_tries(work: Work, case_id: UUID, about: CallerAbout) -> None:
    """Refuse to give the caller up before enough was tried.

    Raises:
        TooFewTries: naming all that is missing.
    """
    rows = await work.rows(queries.CALLER_TRIES, case_id=case_id, about=about)
    insist_on_tries([row["at"] for row in rows], work.at)


async def open_duty(work: Work, case_id: UUID, kind: ObligationKind) -> tuple[Case, Obligation, Situation]:
    """The case, locked, with something that is still owed in it.

    Raises:
        NotFound, Forbidden, NotOwedYet, DutyEnded: as `fulfil`.
    """
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
