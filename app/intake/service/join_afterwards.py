"""A call that has ended joins a case afterwards, or is split off again; both can be undone, and are told on both timelines."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.cases import service as cases
from app.cases.lifecycle import Urgency
from app.core.errors import Conflict, NotFound, Stale
from app.core.http import match
from app.core.work import Row, Work
from app.intake import queries
from app.intake.calls import Call, call_of
from app.intake.codes import CallKind, Disposition
from app.intake.outcome import disposition
from app.intake.schemas.asked import CallIn
from app.intake.service.ending import open_case
from app.intake.service.join import join, tell_joined, tell_split
from app.intake.service.judging import judge
from app.routing.service.offer import Offered
from app.signals.service import tracing
from app.vault import open as vault
from app.vault.purpose import Purpose


class CantJoin(Conflict):
    """The call has joined a case already, has not ended, was entered in error, or it is about its own case."""

    slug, title = "cant-join", "This call can't join that case"


class NotJoined(Conflict):
    """The call is part of no other case."""

    slug, title = "not-joined", "This call has joined no case"


@dataclass(frozen=True, slots=True)
class Changed:
    """The call as it is now; `offered`: a case of its own was opened."""

    call: Call
    offered: Offered | None = None


async def join_afterwards(work: Work, call_id: UUID, version: int, told: str, reason: str) -> Changed:
    """Let a call join an open case; a case of its own stays, linked with it.

    Raises:
        NotFound: no such call of this organisation, or no such case.
        Stale: it was changed since it was read.
        CantJoin: it has joined one, or this is its own.
        MatchUnknown, CaseNotOpen: as `join`.
    """
    call, _ = await _locked(work, call_id, version)
    if call.joined_case_id:
        raise CantJoin("This call has joined a case. Split it off first.")
    urgency = Urgency(call.urgency or Urgency.NORMAL)
    joined = await join(work, told, urgency)
    if joined.case.id == call.case_id:
        raise CantJoin("This call opened that case: there is nothing to join.")
    if joined.rises and not call.has_case:
        raise CantJoin("This call is more urgent than the case, and nobody was asked about it. Send it as a report with joins.")
    became = call.disposition if call.has_case else Disposition.JOINED_CASE
    tell_joined(work, joined.case, call.id, urgency, call.case_id if call.has_case else None, reason)
    await tracing.now_about(work, call.id, joined.case.id)
    return Changed(await _change(work, call, joined_case_id=joined.case.id, disposition=became))


async def split(work: Work, call_id: UUID, version: int, reason: str) -> Changed:
    """Split a call off the case that it joined; with no case of its own it gets one, opened and offered now.

    Raises:
        NotFound, Stale: as `join_afterwards`.
        NotJoined: it is part of no other case. CantJoin: its own case was joined into that one.
        Invalid: it can't be placed any more.
    """
    call, row = await _locked(work, call_id, version)
    if call.joined_case_id is None:
        raise NotJoined("This call has joined no case: there is nothing to split off.")
    if call.has_case and await cases.where_now(work, call.case_id) != call.case_id:
        raise CantJoin("The case that this call opened was itself joined into another: its owner undoes that first.")
    offered, became = None, call.disposition
    if not call.has_case:
        offered, became = await _reopened(work, call, row)
    own = call.case_id if call.has_case or offered else None
    tell_split(work, await cases.touch(work, call.joined_case_id), call.id, reason, own)
    await tracing.now_about(work, call.id, own)
    return Changed(await _change(work, call, joined_case_id=None, disposition=became), offered)


async def _reopened(work: Work, call: Call, row: Row) -> tuple[Offered | None, str]:
    """A case of its own for a call that had none, from what was told; none for advice."""
    kind = CallKind(call.kind or CallKind.REPORT)
    if kind not in {CallKind.REPORT, CallKind.HANDED_OFF}:
        return None, disposition(kind, case=False)
    [told] = await vault.unseal(work, call.case_id, [row["sealed"]], what=f"call {call.id}", purpose=Purpose.TRIAGE)
    judged = await judge(work, CallIn.model_validate(told | {"joins": None, "addsTo": None}))
    offered = open_case(work, call.case_id, judged)
    return offered, disposition(kind, case=True) if offered else Disposition.ADVICE_ONLY


async def _locked(work: Work, call_id: UUID, version: int) -> tuple[Call, Row]:
    row = await work.one(queries.LOCKED, call_id=call_id)
    if row is None or row["organisation_id"] != work.organisation:
        raise NotFound("There is no such call, or it is not your organisation's.")
    call = call_of(row)
    match(version, call.version)
    if call.state != "completed":
        raise CantJoin("This call has not ended, or was abandoned: complete the draft with joins.", state=call.state)
    if call.in_error_at:
        raise CantJoin("This call was entered in error; take that back first.")
    return call, row


async def _change(work: Work, call: Call, **columns: Any) -> Call:  # noqa: ANN401  columns
    changed = queries.CHANGE_ENDED.values(version=call.version + 1, **columns)
    if not await work.change(changed, call_id=call.id, seen=call.version):
        raise Stale(call.version + 1)
    row = await work.one(queries.CALL, call_id=call.id)
    if row is None:
        raise NotFound("There is no such call.")
    return call_of(row)
