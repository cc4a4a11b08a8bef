"""Tell the caller what may be told, or log that it was tried; and ask four weeks later whether they still worry."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case
from app.core import outbox
from app.core.errors import FieldError, Invalid
from app.core.work import Work
from app.directory.holidays import add_working_days
from app.followup.aftercare import TooEarly
from app.followup.caller import (
    ASKED_EARLY,
    LOOK_AGAIN_WORKING_DAYS,
    CallerAbout,
    Channel,
    Language,
    Proposal,
    ToldResult,
    Worry,
    insist_on_next_try,
    proposal,
)
from app.followup.events import CallerStillWorried
from app.followup.feedback import INSTEAD, Listener, OutcomeNotForListener, insist
from app.followup.items import ItemKind, NewItem
from app.followup.obligations import NotOwedYet
from app.followup.reopening import ReopenReason
from app.followup.service import items
from app.followup.service.obligations import Ended, ended, insist_on_caller_tries, moved, open_duty
from app.followup.service.plan import owned, seen
from app.followup.situation import Obligation, ObligationKind, ObligationState, Situation
from app.team.service.hearing import hears


@dataclass(frozen=True, slots=True)
class Telling:
    """What the caller was told, or that it was tried. `text` is what was said or sent; it is sealed."""

    listener: Listener
    sure: bool
    channel: Channel
    language: Language
    result: ToldResult
    outcome_told: bool = False
    next_try_at: datetime | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """What the caller answered, or that it was tried."""

    channel: Channel
    answer: Worry
    next_try_at: datetime | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The case after asking; `look_again`: the item that says that somebody must look, because the caller still worries."""

    item: UUID
    case: Case
    look_again: UUID | None = None


async def propose(work: Work, case_id: UUID, listener: Listener, *, sure: bool) -> Proposal:
    """A text about this case for this listener, by what has happened in codes.

    Raises:
        NotFound, Forbidden: as `plan.readable`.
    """
    case, _ = await seen(work, case_id)
    lines = [(line.kind, line.facts) for line in await cases.lines(work, case_id)]
    reached = any(kind == "contact" and told.get("party") == "person" and told.get("result") == "reached" for kind, told in lines)
    return proposal(case.state, listener, reached=reached, sure=sure)


async def tell(work: Work, case_id: UUID, telling: Telling) -> tuple[UUID, Case]:
    """Record that the caller was told, which ends the promise if there was one; or that it was tried, and when it is again.

    Raises:
        NotFound, Forbidden, Refused: as `plan.owned`. OutcomeNotForListener: the law forbids it, or who it is was not verified.
        Invalid: no words of what was told, or no next try. NotOwedYet: a try, and nothing was promised.
    """
    case, situation = await owned(work, case_id)
    owed = situation.obligation(ObligationKind.FEEDBACK)
    is_open = owed is not None and owed.state is ObligationState.OPEN
    facts: dict[str, object] = {
        "about": CallerAbout.FEEDBACK, "listener": telling.listener, "channel": telling.channel, "language": telling.language,
        "result": telling.result, "outcome_told": telling.outcome_told,
    }  # fmt: skip
    if telling.result is ToldResult.NOT_REACHED:
        next_try = insist_on_next_try(telling.next_try_at, telling.channel, work.at)
        if not is_open:
            raise NotOwedYet("Nothing is owed to the caller now: there is nobody to try again.", kind=ObligationKind.FEEDBACK)
        situation = await moved(work, case, situation, ObligationKind.FEEDBACK, next_try)
        facts |= {"outcome_told": False, "next_try_at": next_try}
    else:
        _insist_on_telling(telling)
        if owed and is_open:
            told: dict[str, object] = {"listener": telling.listener, "outcome_told": telling.outcome_told}
            situation = await ended(work, case, situation, owed, Ended(ObligationState.DONE, told))
    return await _note(work, case, situation, facts, telling.text)


async def ask(work: Work, case_id: UUID, asking: Asking) -> Asked:
    """Record what the caller answered. Who still worries makes somebody look at the case again, whenever it was said.

    Raises:
        NotFound, Forbidden, Refused: as `plan.owned`. NotOwedYet, DutyEnded: nobody is to be asked (any more).
        Invalid: no next try. TooEarly: "no" tells nothing yet. TooFewTries: as `obligations.insist_on_caller_tries`.
    """
    case, owed, situation = await open_duty(work, case_id, ObligationKind.STILL_WORRIED)
    facts: dict[str, object] = {"about": CallerAbout.STILL_WORRIED, "channel": asking.channel, "result": asking.answer}
    early = work.at < owed.due_at - ASKED_EARLY
    if asking.answer is Worry.NOT_REACHED:
        next_try = insist_on_next_try(asking.next_try_at, asking.channel, work.at)
        situation = await moved(work, case, situation, ObligationKind.STILL_WORRIED, next_try)
        facts |= {"next_try_at": next_try}
    elif not early or asking.answer is Worry.UNREACHABLE:
        if asking.answer is Worry.UNREACHABLE:
            await insist_on_caller_tries(work, case_id, CallerAbout.STILL_WORRIED)
        answered: dict[str, object] = {"answer": asking.answer, "channel": asking.channel}
        situation = await ended(work, case, situation, owed, Ended(ObligationState.DONE, answered))
    elif asking.answer is Worry.NO:
        raise _too_early(owed)
    item, case = await _note(work, case, situation, facts, asking.note)
    if asking.answer is not Worry.YES:
        return Asked(item, case)
    look, case = await _look_again(work, case, situation)
    return Asked(item, case, look)


def _insist_on_telling(telling: Telling) -> None:
    insist(telling.listener, outcome_told=telling.outcome_told)
    if telling.outcome_told and not telling.sure:
        say = {"nl": INSTEAD.nl, "en": INSTEAD.en}
        raise OutcomeNotForListener("It was not verified who this is. Say the sentence in `say` instead.", say=say)
    if not telling.text:
        fault = FieldError("/text", "missing", "What was said or sent; begin with the proposal.")
        raise Invalid("What the caller was told is missing. Nothing was changed.", errors=[fault])


def _too_early(owed: Obligation) -> TooEarly:
    begins = owed.due_at - ASKED_EARLY
    return TooEarly(
        f"That nobody worries any more counts from {begins:%Y-%m-%dT%H:%MZ} on. Ask then; a worry counts at any time.",
        earliestAt=begins.isoformat().replace("+00:00", "Z"),
    )


async def _note(work: Work, case: Case, situation: Situation, facts: dict[str, object], words: str | None) -> tuple[UUID, Case]:
    new = NewItem(ItemKind.CALLER_CONTACT, work.at, (), facts=facts, words={"note": words})
    return await items.add(work, case, situation, new)


async def _look_again(work: Work, case: Case, situation: Situation) -> tuple[UUID, Case]:
    by = add_working_days(work.at, LOOK_AGAIN_WORKING_DAYS)
    look = NewItem(
        ItemKind.LOOK_AGAIN, work.at, (), assigned_to=work.organisation, due_at=by, facts={"because": ReopenReason.STILL_WORRIED}
    )
    item, case = await items.add(work, case, situation, look)
    event = CallerStillWorried(case_id=case.id, item_id=item, state=case.state, look_by=by, suggests="goal")
    outbox.record(work, event, await hears(work, case, ()))
    return item, case
