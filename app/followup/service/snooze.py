"""Put something off, for a reason and not for long; what may never wait is refused by the name of its rule."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Update

from app.cases import service as cases
from app.cases.service import Case
from app.core import outbox
from app.core.errors import FieldError, Forbidden, Invalid, NotFound
from app.core.work import Work
from app.followup import queries
from app.followup.events import Snoozed
from app.followup.items import ItemState
from app.followup.service.items import item as the_item
from app.followup.service.plan import owned, settle, shared
from app.followup.situation import CheckState
from app.followup.snoozing import Rule, Snoozable, SnoozeReason, insist_on_snoozable, refuse, snoozed_until
from app.team.audience import Audience
from app.team.service.hearing import hears


async def snooze(work: Work, case_id: UUID, what: Snoozable, subject: UUID | None, until: datetime, reason: SnoozeReason) -> Case:
    """Put an item or an aftercare check off until `until`. An item: by the owner or who must do it; a check: by the owner.

    Raises:
        NotFound, Forbidden, Refused: as `plan.shared`, or there is no such item or check.
        NotSnoozable: a rule forbids it, and is named. Invalid: the moment can't be, or it is not said what.
    """
    insist_on_snoozable(what)
    if subject is None:
        fault = FieldError("/subject", "missing", "The id of the item or the check.")
        raise Invalid("Say what is put off.", errors=[fault])
    if what is Snoozable.CHECK:
        return await _check(work, case_id, subject, until, reason)
    return await _item(work, case_id, subject, until, reason)


async def _item(work: Work, case_id: UUID, item_id: UUID, until: datetime, reason: SnoozeReason) -> Case:
    case, situation = await shared(work, case_id)
    found = await the_item(work, case_id, item_id)
    insist_on_snoozable(Snoozable.ITEM, found.kind)
    if found.due_at is None or found.state is not ItemState.OPEN:
        refuse(Rule.NO_MOMENT)
    if work.organisation not in {case.owner, found.assigned_to}:
        raise Forbidden("Only the owner of the case, or who must do it, puts it off.")
    later = snoozed_until(Snoozable.ITEM, found.due_at, until, found.snoozed, work.at)
    event = _event(case, item_id, found.kind, reason, later, found.snoozed)
    await _store(work, case, queries.SNOOZE_ITEM, event, found.audience)
    return await settle(work, case, situation.with_duty(replace(found.duty, due_at=later)), case.state)


async def _check(work: Work, case_id: UUID, check_id: UUID, until: datetime, reason: SnoozeReason) -> Case:
    case, situation = await owned(work, case_id)
    check = situation.check(check_id)
    row = await work.one(queries.CHECK_SNOOZED, case_id=case_id, check_id=check_id)
    if check is None or row is None:
        raise NotFound("This case has no such aftercare check.")
    if check.state is not CheckState.PLANNED:
        refuse(Rule.NO_MOMENT)
    later = snoozed_until(Snoozable.CHECK, check.due_at, until, row["snoozed"], work.at)
    event = _event(case, check_id, f"aftercare_week_{check.week}", reason, later, row["snoozed"])
    await _store(work, case, queries.SNOOZE_CHECK, event, None)
    return await settle(work, case, situation.with_check(replace(check, due_at=later)), case.state)


def _event(case: Case, subject: UUID, what: str, reason: SnoozeReason, until: datetime, times: int) -> Snoozed:
    return Snoozed(case_id=case.id, subject_id=subject, what=what, reason=reason, due_at=until, times=times + 1)


async def _store(work: Work, case: Case, statement: Update, event: Snoozed, audience: Audience) -> None:
    await work.change(statement, subject=event.subject_id, until=event.due_at)
    facts = {"subject": str(event.subject_id), "what": event.what, "reason": event.reason, "until": event.due_at.isoformat()}
    cases.line_for(work, case.id, "snoozed", audience, facts)
    outbox.record(work, event, await hears(work, case, audience))
