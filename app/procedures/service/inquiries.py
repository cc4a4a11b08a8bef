"""Exploratory inquiries of the Wvggz: register, hear, ask, decide, tell; and the prosecutor, when a close relative disagrees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.cases.service import Case
from app.core import outbox
from app.core.errors import Forbidden
from app.core.work import Work
from app.directory.service import look_up as directory
from app.followup.feedback import Listener
from app.followup.items import Ending, ItemKind, ItemState, NewItem
from app.followup.service import items
from app.followup.service.plan import owned, shared
from app.followup.situation import Situation
from app.procedures.events import RelativeDisagreed
from app.procedures.inquiry import (
    Decider,
    Inquiry,
    InquiryRunning,
    Outcome,
    Verified,
    due,
    inquiry_of,
    insist_on_heard,
    insist_on_municipality,
    insist_on_running,
    registration,
    running_in,
)
from app.procedures.relatives import NothingToHandOver, handover_due, notice_due, notice_facts, verification_facts
from app.team.service.hearing import hears
from app.vault.purpose import Purpose

KINDS = (ItemKind.INQUIRY, ItemKind.INQUIRY_STEP, ItemKind.INQUIRY_NOTICE, ItemKind.PROSECUTOR_HANDOVER)


@dataclass(frozen=True, slots=True)
class Registration:
    """When a report was registered, who made it, and how it is known that they are a close relative."""

    registered_at: datetime
    reporter: Listener | None = None
    verified: Verified | None = None


async def register(work: Work, case_id: UUID, new: Registration, note: str | None) -> tuple[UUID, Case]:
    """Register an inquiry, by the municipality's desk that owns the case; its term runs from the registration.

    Raises:
        NotFound, Forbidden, Refused: as `plan.owned`. NotMunicipal: another kind of organisation owns the case.
        InquiryRunning: one at a time. Invalid: as `inquiry.registration`.
    """
    facts = registration(new.registered_at, new.reporter, new.verified, work.at)
    case, situation = await owned(work, case_id)
    await _insist_on_municipality(work)
    running = running_in(await items.items(work, case_id, (ItemKind.INQUIRY,)))
    if running:
        raise InquiryRunning("End the inquiry that is running first. Nothing was changed.", inquiryId=str(running))
    written = NewItem(
        ItemKind.INQUIRY, new.registered_at, (), assigned_to=work.organisation, due_at=due(new.registered_at), facts=facts,
        words={"note": note}, may_be_late=True,
    )  # fmt: skip
    return await items.add(work, case, situation, written)


async def add_step(work: Work, case_id: UUID, inquiry_id: UUID, facts: Mapping[str, Any], note: str | None) -> tuple[UUID, Case]:
    """Write down who was heard or asked, as `inquiry.hearing_facts` and `asked_facts` have it.

    Raises:
        NotFound, Forbidden, Refused, NotMunicipal: as `register`. InquiryEnded: it has its outcome.
    """
    case, situation, inquiry = await _mine(work, case_id, inquiry_id)
    insist_on_running(inquiry)
    return await _step(work, case, situation, inquiry, facts, note)


async def verify(work: Work, case_id: UUID, inquiry_id: UUID, verified: Verified) -> tuple[UUID, Case]:
    """Write down how it is known that the reporter is a close relative, also after the outcome.

    Raises:
        NotFound, Forbidden, Refused, NotMunicipal: as `register`. RelativeNotVerified: by their relation they are none.
    """
    case, situation, inquiry = await _mine(work, case_id, inquiry_id)
    return await _step(work, case, situation, inquiry, verification_facts(inquiry, verified), None)


async def decide(work: Work, case_id: UUID, inquiry_id: UUID, version: int, outcome: tuple[Outcome, Decider], note: str) -> Case:
    """End an inquiry with its outcome and its reasons; whoever asked for it is to be told.

    Raises:
        NotFound, Forbidden, Refused, NotMunicipal: as `register`. InquiryEnded: it has one. Stale: another version was read.
        NotHeardYet: it is not said whether the person was heard.
    """
    _, _, inquiry = await _mine(work, case_id, inquiry_id)
    insist_on_running(inquiry)
    insist_on_heard(inquiry)
    facts = {"outcome": outcome[0], "decider": outcome[1]}
    _, case = await items.end(work, case_id, inquiry_id, version, Ending(ItemState.DONE, note, facts, ItemKind.INQUIRY))
    by = notice_due(inquiry, work.at)
    if by:
        duty = NewItem(ItemKind.INQUIRY_NOTICE, work.at, (), assigned_to=work.organisation, due_at=by, parent=inquiry_id)
        _, case = await items.write(work, case_id, duty)
    return case


async def give_notice(
    work: Work, case_id: UUID, inquiry_id: UUID, *, reached: bool, outcome_told: bool, note: str | None
) -> Case:
    """Write down that whoever asked for the inquiry was told, or could not be reached.

    Raises:
        NotFound, Forbidden, Refused, NotMunicipal: as `register`. OutcomeNotForListener, RelativeNotVerified: as
        `inquiry.notice_facts`. NothingToHandOver: nothing of the kind is open.
    """
    _, _, inquiry = await _mine(work, case_id, inquiry_id)
    notice = inquiry.notice
    if notice is None or notice.state is not ItemState.OPEN:
        raise NothingToHandOver("Nobody has to be told of this inquiry now. Nothing was changed.")
    facts = notice_facts(inquiry, outcome_told=outcome_told and reached) | {"reached": reached}
    ending = Ending(ItemState.DONE if reached else ItemState.CANCELLED, note, facts, ItemKind.INQUIRY_NOTICE)
    return (await items.end(work, case_id, notice.id, notice.version, ending))[1]


async def disagree(work: Work, case_id: UUID, inquiry_id: UUID, note: str | None) -> tuple[UUID, Case]:
    """Write down that the close relative who asked for the inquiry disagrees: from now on it must go to the prosecutor.

    Raises:
        NotFound, Forbidden, Refused, NotMunicipal: as `register`. RelativeNotVerified, NothingToHandOver: as
        `inquiry.handover_due`.
    """
    case, situation, inquiry = await _mine(work, case_id, inquiry_id)
    by = handover_due(inquiry, work.at)
    duty = NewItem(
        ItemKind.PROSECUTOR_HANDOVER, work.at, (), assigned_to=work.organisation, due_at=by, parent=inquiry_id,
        words={"note": note},
    )  # fmt: skip
    outbox.record(work, RelativeDisagreed(case_id=case_id, inquiry_id=inquiry_id, hand_over_by=by), await hears(work, case, ()))
    return await items.add(work, case, situation, duty)


async def hand_over(work: Work, case_id: UUID, inquiry_id: UUID, note: str) -> Case:
    """Write down that the prosecutor has it, and where that can be found. There is no other end to this duty.

    Raises:
        NotFound, Forbidden, Refused, NotMunicipal: as `register`. NothingToHandOver: it is not to go there, or has gone.
    """
    _, _, inquiry = await _mine(work, case_id, inquiry_id)
    duty = inquiry.handover
    if duty is None or duty.state is not ItemState.OPEN:
        raise NothingToHandOver("Nothing is to be handed over to the prosecutor now. Nothing was changed.")
    facts = {"handed_over_at": work.at.isoformat()}
    ending = Ending(ItemState.DONE, note, facts, ItemKind.PROSECUTOR_HANDOVER)
    return (await items.end(work, case_id, duty.id, duty.version, ending))[1]


async def inquiries(
    work: Work, case_id: UUID, purpose: Purpose | None
) -> Sequence[tuple[Inquiry, Mapping[UUID, Mapping[str, Any]]]]:
    """The inquiries that this organisation may see, oldest first, with the words of their items by id if a purpose is given.

    Raises:
        NotFound, Forbidden, Gone: as `items.told`.
    """
    if purpose:
        told = await items.told(work, case_id, KINDS, purpose)
        words: Mapping[UUID, Mapping[str, Any]] = {item.id: said for item, said in told}
        found = [item for item, _ in told]
    else:
        words, found = {}, await items.items(work, case_id, KINDS)
    return [(inquiry_of(one, found), words) for one in found if one.kind is ItemKind.INQUIRY]


async def _mine(work: Work, case_id: UUID, inquiry_id: UUID) -> tuple[Case, Situation, Inquiry]:
    """The inquiry, for the municipality's desk that registered it, or that owns the case now."""
    case, situation = await shared(work, case_id)
    item = await items.item(work, case_id, inquiry_id, ItemKind.INQUIRY)
    if work.organisation not in {case.owner, item.organisation}:
        raise Forbidden("This inquiry is the municipality's that registered it.")
    await _insist_on_municipality(work)
    return case, situation, inquiry_of(item, await items.items(work, case_id, KINDS))


async def _insist_on_municipality(work: Work) -> None:
    insist_on_municipality((await directory.organisation(work, work.organisation)).kind)


async def _step(
    work: Work, case: Case, situation: Situation, inquiry: Inquiry, facts: Mapping[str, Any], note: str | None
) -> tuple[UUID, Case]:
    step = NewItem(ItemKind.INQUIRY_STEP, work.at, (), facts=facts, words={"note": note}, parent=inquiry.item.id)
    return await items.add(work, case, situation, step)
