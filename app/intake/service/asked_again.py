"""The caller rings again with a reference: what may be said, and to which case something is added."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from app.cases import service as cases
from app.cases.references import reference_heard
from app.core.errors import NotFound
from app.core.work import Work
from app.followup.feedback import FEEDBACK_WITHIN, Listener
from app.intake import queries
from app.intake.calls import Call, call_of
from app.intake.telling import Answer, Known, answer
from app.vault.access_log import log
from app.vault.purpose import Purpose

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """A call that was rung about again; `feedback_by` only when feedback was promised."""

    call: Call
    case_id: UUID | None
    answer: Answer
    feedback_by: datetime | None


async def by_reference(work: Work, told: str, listener: Listener | None, *, sure: bool) -> Found:
    """What may be told about a call to who has its reference, or that of its case; the look is logged.

    Raises:
        ReferenceMisread: its check letter is wrong; nothing was looked up.
        NotFound: this organisation took no such call; that is logged too.
    """
    row = await work.one(queries.BY_REFERENCE, reference=reference_heard(told), organisation=work.organisation)
    if row is None:
        logger.warning("intake.reference_unknown", organisation=str(work.organisation), key=str(work.actor.key))
        raise NotFound("No call of your organisation has this reference. Please read it again.")
    call = call_of(row)
    log(work, call.case_id, action="look", what=f"call {call.id} by its reference", purpose=Purpose.FEEDBACK)
    case_id = call.joined_case_id or call.case_of_its_own
    known = await _known(work, case_id) if case_id else Known(None)
    if row["in_error_at"]:
        known = Known(None, in_error=True)
    promised = row["feedback_by"] or call.registered_at + FEEDBACK_WITHIN
    return Found(call, case_id, answer(known, listener, sure=sure), promised if row["feedback_promised"] else None)


async def case_to_add_to(work: Work, told: str) -> UUID:
    """The case that somebody adds to who rings again with the reference of a call or of a case.

    Raises:
        ReferenceMisread, NotFound: as `by_reference`.
        NotFound: nothing was opened for that call, so there is nothing to add to.
    """
    row = await work.one(queries.BY_REFERENCE, reference=reference_heard(told), organisation=work.organisation)
    if row is None:
        raise NotFound("No call of your organisation has this reference. Please read it again.")
    call = call_of(row)
    case_id = call.joined_case_id or call.case_of_its_own
    if case_id is None:
        raise NotFound("No case was opened for that call: send this as a call of its own, without addsTo.")
    return case_id


async def _known(work: Work, case_id: UUID) -> Known:
    try:
        case = await cases.get(work, case_id)
    except NotFound:  # it joined a case of others: that it was received is all we know
        return Known(None)
    facts = [(line.kind, line.facts) for line in await cases.lines(work, case_id)]
    reached = any(kind == "contact" and told.get("party") == "person" and told.get("result") == "reached" for kind, told in facts)
    outcome = next((told["outcome"] for kind, told in reversed(facts) if kind == "closing_outcome"), None)
    return Known(case.state, case.accepted_at, reached, outcome)
