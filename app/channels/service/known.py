"""Whether a report of the police is about somebody with an open case: two thirds are (fact F20), and one thread is enough."""

from app.cases import service as cases
from app.core.errors import NotFound, TooMany
from app.core.work import Work
from app.intake.schemas.asked import CallIn
from app.intake.service.ending import about_of
from app.signals.marks import Kind
from app.signals.service.looking import earlier


async def joins_known(work: Work, call: CallIn) -> CallIn:
    """The call, joined to the open case of the same person at this organisation when the match is sure.

    An address is not enough: several may live there. Whose report is more urgent than the case is routed as well (`intake`).
    """
    if not (call.person.name and call.person.birth_date):
        return call
    try:
        before = await earlier(work, about_of(call), municipality_code=None, urgency=None)
    except TooMany:  # a mailbox after a holiday: without the look-up it opens a case, which an operator can join
        return call
    for found in before.found:
        match = found.match
        if match.sure and match.kind is Kind.PERSON and match.open_case:
            try:
                case = await cases.get(work, match.open_case)
            except NotFound:  # another organisation's: that is for its people and the coordinator to bring together
                continue
            return call.model_copy(update={"joins": str(case.id)})
    return call
