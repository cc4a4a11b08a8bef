"""The owner of a case agrees that its call was entered in error: it ends, and goes on when it was none after all."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.cases import service as cases
from app.cases.lifecycle import State
from app.cases.service import Case, DeadlineKind
from app.core import outbox
from app.core.errors import Conflict, Forbidden, Refused
from app.core.http import match
from app.core.ids import new_id
from app.core.work import Work
from app.followup.events import CaseClosed, CaseReopened
from app.intake import queries
from app.intake.amending import NotReversible
from app.intake.tables import error_agreement
from app.routing.service.handover import withdraw_if_asked


class NothingToAgree(Conflict):
    """A call of the case stands, or the owner has not agreed."""

    slug, title = "nothing-to-agree", "The case is not known as an error"


@dataclass(frozen=True, slots=True)
class Agreed:
    """Where the case stands now; until when the owner may come back on it, if it agreed."""

    case: Case
    reversible_until: datetime | None = None


class Choice(StrEnum):
    """What the owner of a case that was an error may decide."""

    AGREE = "agree"
    WITHDRAW = "withdraw"  # it agreed, and may come back on it


async def choice(work: Work, case: Case) -> Choice | None:
    """What its owner may decide about a case at this moment, for a page to offer; None: nothing."""
    if case.state is State.CLOSED:
        row = await work.one(queries.AGREEMENT, case_id=case.id)
        return Choice.WITHDRAW if row and work.at <= row["reversible_until"] else None
    calls = await work.rows(queries.OF_CASE, case_id=case.id)
    return Choice.AGREE if calls and all(row["in_error_at"] for row in calls) else None


async def agree(work: Work, case_id: UUID, version: int) -> Agreed:
    """End a case of which every call was entered in error, whatever is missing. It may be had back within the term of the error.

    Raises:
        NotFound: no such case for this organisation. Forbidden: another owns it. Stale: it was changed since it was read.
        Refused: it is closed.
        NothingToAgree: a call about it is not marked as an error.
    """
    case = await _own(work, case_id, version)
    if case.state is State.CLOSED or case.deadline_at is None:
        raise Refused("The case is closed. Nothing was changed.", state=case.state)
    calls = await work.rows(queries.OF_CASE, case_id=case_id)
    error = await work.one(queries.ERROR_OF_CASE, case_id=case_id)
    if error is None or any(row["in_error_at"] is None for row in calls):
        raise NothingToAgree("A call about this case is not marked as entered in error. Close the case in the usual way.")
    work.write(
        error_agreement,
        id=new_id(work.at),
        case_id=case_id,
        organisation_id=work.organisation,
        key_id=work.actor.key,
        at=work.at,
        case_state=case.state,
        deadline_at=case.deadline_at,
        deadline_kind=case.deadline_kind,
        reversible_until=error["reversible_until"],
    )
    await withdraw_if_asked(work, case)
    closed = await cases.ended_in_error(work, await cases.get(work, case_id))
    event = CaseClosed(case_id=case_id, outcome="entered_in_error", closed_at=work.at)
    outbox.record(work, event, closed.concerned)
    return Agreed(closed, error["reversible_until"])


async def withdraw(work: Work, case_id: UUID, version: int) -> Agreed:
    """The owner comes back on it: the case goes on, where it stood.

    Raises:
        NotFound, Forbidden, Stale: as `agree`. NothingToAgree: it did not agree. NotReversible: the term has passed.
    """
    case = await _own(work, case_id, version)
    back = await go_on(work, case)
    if back is None:
        raise NothingToAgree("This case did not end as entered in error. Nothing was changed.")
    return Agreed(back)


async def go_on(work: Work, case: Case) -> Case | None:
    """A case that ended as entered in error goes on; None when it did not. It must be locked.

    Raises:
        NotReversible: the term has passed.
    """
    row = await work.one(queries.AGREED, case_id=case.id)
    if row is None:
        return None
    if work.at > row["reversible_until"]:
        raise NotReversible("Its term has passed. Send the report again instead.")
    withdrawn = queries.WITHDRAW_AGREEMENT.values(withdrawn_at=work.at, withdrawn_by=work.actor.key)
    await work.change(withdrawn, agreement_id=row["id"])
    state, kind = State(row["case_state"]), DeadlineKind(row["deadline_kind"])
    back = await cases.goes_on(work, case, state, row["deadline_at"], kind)
    event = CaseReopened(case_id=case.id, state=state, deadline_at=row["deadline_at"])
    outbox.record(work, event, back.concerned)
    return back


async def _own(work: Work, case_id: UUID, version: int) -> Case:
    case = await cases.locked(work, case_id)
    if case.owner != work.organisation:
        raise Forbidden("Another organisation owns this case: only its owner decides.")
    match(version, case.version)
    return case
