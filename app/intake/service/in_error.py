"""A call that was entered in error: marked, its case withdrawn while nobody has accepted; all of it reversible for a term."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.cases import service as cases
from app.cases.lifecycle import State
from app.core import outbox
from app.core.errors import Conflict, FieldError, Invalid, NotFound
from app.core.http import match
from app.core.ids import new_id
from app.core.work import Work
from app.intake import queries
from app.intake.amending import REVERSIBLE, WITHOUT_REASON, NotReversible
from app.intake.calls import Call, call_of
from app.intake.events import CallInError
from app.intake.service.amend import locked
from app.intake.service.join import tell_where_joined
from app.intake.service.owner_agrees import go_on
from app.intake.tables import entered_in_error
from app.routing.service import correcting
from app.vault import open as vault


class NotInError(Conflict):
    """The call was not entered in error."""

    slug, title = "not-in-error", "The call is not marked as an error"


@dataclass(frozen=True, slots=True)
class Marked:
    """What became of a call and its case: `withdrawn`, `owner_decides`, `offered_again`, `reopened`; None: nothing, or none."""

    call_id: UUID
    version: int
    in_error_at: datetime | None
    case: str | None
    reversible_until: datetime | None


async def mark(work: Work, call_id: UUID, version: int, reason: str | None) -> Marked:
    """Mark a call as entered in error. A case that somebody has accepted, or that others joined, goes on: its owner decides.

    Raises:
        NotFound, Stale, NotToBeCorrected: as `amend.locked`.
        Invalid: without a reason, later than some seconds after it was sent, or after somebody has accepted.
    """
    call, _ = await locked(work, call_id, version)
    case = await cases.locked(work, call.case_id) if call.case_of_its_own else None
    offered = case is not None and case.state is State.OFFERED and not await _joined_by_others(work, call)
    at_once = call.completed_at is not None and work.at - call.completed_at <= WITHOUT_REASON
    if not reason and not (at_once and (offered or case is None)):
        fault = FieldError("/reason", "missing", "Why it was an error.")
        raise Invalid("Say why. Only what was sent some seconds ago, and nobody accepted, needs no reason.", errors=[fault])
    became = None
    if case:
        cases.line(work, case.id, "call_in_error", call_id=str(call.id))
        became = "withdrawn" if offered else "owner_decides"
        if offered:
            await correcting.withdraw(work, case)
        else:
            await cases.touched(work, case)
    if reason:
        await vault.load_key(work, call.case_id)
    until = work.at + REVERSIBLE
    work.write(
        entered_in_error,
        id=new_id(work.at),
        call_id=call.id,
        case_id=call.case_id,
        organisation_id=work.organisation,
        key_id=work.actor.key,
        at=work.at,
        sealed=vault.seal(work, call.case_id, {"reason": reason}) if reason else None,
        withdrew_case=offered,
        reversible_until=until,
    )
    await _set(work, call, work.at)
    joined = await tell_where_joined(work, call, "call_in_error")
    hears = (*(case.concerned if case else ()), *(joined.hears if joined else ()))
    _tell(work, call, hears, withdrawn=False, case_withdrawn=offered)
    return Marked(call.id, call.version + 1, work.at, became, until)


async def take_back(work: Work, call_id: UUID, version: int) -> Marked:
    """It was no error after all: the call counts again, and a case that was withdrawn is offered again.

    Raises:
        NotFound, Stale: as `mark`. NotInError: it is not marked. NotReversible: the term has passed.
        NobodyLeft: as `offer_afresh`; nothing was changed.
    """
    row = await work.one(queries.LOCKED, call_id=call_id)
    if row is None or row["organisation_id"] != work.organisation:
        raise NotFound("There is no such call, or it is not your organisation's.")
    match(version, row["version"])
    error = await work.one(queries.IN_ERROR, call_id=call_id)
    if error is None:
        raise NotInError("This call is not marked as entered in error. Nothing was changed.")
    if work.at > error["reversible_until"]:
        raise NotReversible("Its term has passed. Send the report again instead.")
    call = call_of(row)
    became: str | None = None
    hears: tuple[UUID, ...] = ()
    if call.case_of_its_own:
        case = await cases.locked(work, call.case_id)
        hears = case.concerned
        cases.line(work, case.id, "call_error_withdrawn", call_id=str(call.id))
        if error["withdrew_case"] and case.withdrawn_at:
            await correcting.offer_afresh(work, case)
            became = "offered_again"
        elif await go_on(work, case):
            became = "reopened"
    ended = queries.WITHDRAW_ERROR.values(withdrawn_at=work.at, withdrawn_by=work.actor.key)
    await work.change(ended, error_id=error["id"])
    await _set(work, call, None)
    joined = await tell_where_joined(work, call, "call_error_withdrawn")
    hears += joined.hears if joined else ()
    _tell(work, call, hears, withdrawn=True, case_withdrawn=False)
    return Marked(call.id, call.version + 1, None, became, None)


async def _joined_by_others(work: Work, call: Call) -> bool:
    """Whether other calls are about its case, of whichever organisation; the timeline tells of hidden ones too."""
    there: set[str] = set()
    for line in await cases.lines(work, call.case_id):
        if line.kind in {"call_joined", "call_error_withdrawn"}:
            there.add(line.facts["call_id"])
        elif line.kind in {"call_split", "call_in_error"}:
            there.discard(line.facts["call_id"])
    return bool(there - {str(call.id)})


async def _set(work: Work, call: Call, at: datetime | None) -> None:
    marked = queries.CHANGE_ENDED.values(in_error_at=at, version=call.version + 1)
    await work.change(marked, call_id=call.id, seen=call.version)


def _tell(work: Work, call: Call, hears: tuple[UUID, ...], *, withdrawn: bool, case_withdrawn: bool) -> None:
    case_id = call.case_of_its_own or call.joined_case_id
    event = CallInError(call_id=call.id, case_id=case_id, withdrawn=withdrawn, case_withdrawn=case_withdrawn)
    outbox.record(work, event, (*hears, work.organisation))
