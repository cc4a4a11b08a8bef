"""A call joins an open case: found by id, by reference or by a match; told on its timeline and to whoever has it."""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.cases import service as cases
from app.cases.case import Touched
from app.cases.lifecycle import State, Urgency
from app.core import outbox
from app.core.errors import Conflict
from app.core.work import Work
from app.intake.calls import Call
from app.signals.evaluate import LEAST_URGENT_FIRST
from app.signals.events import CallJoined, CallSplit
from app.signals.service import tokens

REFERENCE: Final = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[A-Z]")


class CaseNotOpen(Conflict):
    """The case is closed: a call about it opens a new one."""

    slug, title = "case-not-open", "The case is not open"


@dataclass(frozen=True, slots=True)
class Joined:
    """The case that a call joins. `rises`: the call is more urgent than the case, so it is routed as well."""

    case: Touched
    rises: bool


async def join(work: Work, told: str, urgency: Urgency) -> Joined:
    """Take up the case that a call names, locked and with a new version, until this work ends.

    Raises:
        NotFound: no such case for this organisation.
        MatchUnknown: neither an id, nor a reference, nor a match of the last hour.
        CaseNotOpen: it is closed.
    """
    named = await _case_of(work, told)
    case = await cases.touch(work, named)
    if case.state is State.CLOSED and (now := await cases.where_now(work, named)) != named:
        case = await cases.touch(work, now)  # that one was a duplicate: this one goes on in its place
    if case.state is State.CLOSED:
        raise CaseNotOpen("This case is closed. Send the call without joins: it opens a case of its own.", state=case.state)
    return Joined(case, rises=LEAST_URGENT_FIRST.index(urgency) > LEAST_URGENT_FIRST.index(case.urgency))


def tell_joined(work: Work, case: Touched, call_id: UUID, urgency: Urgency, related: UUID | None, reason: str = "") -> None:
    """A line on the timeline of the case, and of the call's own one, and the event to who has the case, or is asked."""
    links = ({"related_case_id": str(related)} if related else {}) | ({"reason": reason} if reason else {})
    cases.line(work, case.id, "call_joined", call_id=str(call_id), urgency=urgency, **links)
    if related:
        cases.line(work, related, "related", related_case_id=str(case.id), call_id=str(call_id))
    event = CallJoined(
        case_id=case.id, call_id=call_id, organisation_id=work.organisation, urgency=urgency, related_case_id=related
    )
    outbox.record(work, event, case.hears)


def tell_split(work: Work, case: Touched, call_id: UUID, reason: str, own: UUID | None) -> None:
    """The same, when the call turned out to be about something else."""
    cases.line(work, case.id, "call_split", call_id=str(call_id), reason=reason)
    if own:
        cases.line(work, own, "call_split", call_id=str(call_id), from_case_id=str(case.id), reason=reason)
    event = CallSplit(case_id=case.id, call_id=call_id, organisation_id=work.organisation, reason=reason)
    outbox.record(work, event, case.hears)


async def tell_where_joined(work: Work, call: Call, kind: str, **facts: object) -> Touched | None:
    """A line about a call on the timeline of the case that it joined, and a new version of that; None when it joined none."""
    if call.joined_case_id is None:
        return None
    case = await cases.touch(work, call.joined_case_id)
    cases.line(work, case.id, kind, call_id=str(call.id), **facts)
    return case


async def _case_of(work: Work, told: str) -> UUID:
    try:
        found = UUID(told)
    except ValueError:
        if REFERENCE.fullmatch(told.upper()):
            return await cases.by_reference(work, told.upper())
        return tokens.case_of(work, told)
    return (await cases.get(work, found)).id
