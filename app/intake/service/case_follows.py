"""The cases of a call follow what is corrected about it: the one that it opened, and the one that it joined."""

from dataclasses import dataclass
from uuid import UUID

from app.cases import service as cases
from app.cases.deadlines import first_contact_by
from app.cases.lifecycle import State
from app.core.work import Work
from app.directory.surroundings import Surroundings
from app.intake import triage
from app.intake.calls import Call
from app.intake.outcome import CAN_END_WITHOUT, OPENS_A_CASE
from app.intake.schemas.asked import CallIn
from app.intake.service.ending import open_case
from app.intake.service.join import tell_joined, tell_where_joined
from app.intake.service.judging import judge
from app.intake.triage import Verdict
from app.routing.service import correcting, handing


@dataclass(frozen=True, slots=True)
class Followed:
    """Who must hear of the correction, and who acts on it. `opened_in`: the municipality of the case of its own that it got."""

    hears: tuple[UUID, ...] = ()
    opened_in: str | None = None
    needs_somebody: bool = False


async def own(work: Work, call: Call, raised: Verdict | None, fields: tuple[str, ...]) -> None:
    """The case that a call opened: told, and as urgent as the call at least."""
    case = await cases.locked(work, call.case_id)
    cases.line(work, case.id, "call_amended", call_id=str(call.id), fields=list(fields))
    if raised is None or not triage.is_lower(case.urgency, raised.urgency) or case.state is State.CLOSED:
        await cases.touched(work, case)
    elif case.state is State.OFFERED:
        await correcting.hasten(work, case, raised.urgency, tuple(raised.flags))
    else:
        sooner = first_contact_by(raised.urgency, work.at) if case.state is State.ACCEPTED else None
        await cases.raised(work, case, raised.urgency, raised.flags, sooner)
        await handing.hasten(work, case, raised.urgency, tuple(raised.flags))


async def place(work: Work, call: Call, around: Surroundings | None, *, reroute: bool) -> str | None:
    """What a corrected place means for the case that a call opened; None for `around`: nobody knows where it is."""
    if around is None:
        return "unknown"
    case = await cases.locked(work, call.case_id)
    if around.municipality_code == case.municipality_code:
        return None
    if case.state is not State.OFFERED:
        return "owner_decides"
    if not reroute:
        return "can_be_rerouted"
    await correcting.reroute(work, case, around)
    return "rerouted"


async def others(work: Work, call: Call, told: CallIn, raised: Verdict | None, fields: tuple[str, ...]) -> Followed:
    """The case that a call joined, also a hidden one: told; a call that is more urgent by now gets a case of its own, linked.

    Raises:
        Invalid: it is to get one, and can't be placed.
    """
    case = await tell_where_joined(work, call, "call_amended", fields=list(fields))
    hears = case.hears if case else ()
    covered = case and case.state is not State.CLOSED and raised and not triage.is_lower(case.urgency, raised.urgency)
    if raised is None or covered or call.case_of_its_own or raised.urgency in CAN_END_WITHOUT:
        return Followed(hears)
    if case is None or call.kind not in OPENS_A_CASE:
        return Followed(hears, needs_somebody=True)
    by = told.feedback_by if told.feedback_by and told.feedback_by > work.at else None
    judged = await judge(work, told.model_copy(update={"joins": None, "adds_to": None, "feedback_by": by}))
    open_case(work, call.case_id, judged)
    tell_joined(work, case, call.id, raised.urgency, call.case_id)
    return Followed(hears, judged.municipality_code)
