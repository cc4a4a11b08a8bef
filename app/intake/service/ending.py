"""A call ends: its case is opened and offered, and what is kept of it is written, in the transaction of whoever ends it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.callbacks import service as callbacks
from app.callbacks.promises import Why, due_by
from app.callbacks.service import NewCallback
from app.cases import service as cases
from app.cases.service import NewCase
from app.core.ids import reference_for
from app.core.work import Row, Work
from app.followup.feedback import PROMISE_LINE
from app.intake.about import LEAVES_TRACES, about
from app.intake.codes import CallKind, Disposition
from app.intake.hand_offs import addressee
from app.intake.outcome import disposition, kept
from app.intake.schemas.asked import CallIn
from app.intake.service import hand_offs_at_end
from app.intake.service.join import tell_joined
from app.intake.service.judging import Judged
from app.intake.triage import Verdict
from app.routing.service.offer import Asked, Offered, offer_first
from app.signals.marks import About
from app.signals.service import tracing
from app.vault import open as vault


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was stored, and what happens next."""

    call_id: UUID
    reference: str
    kind: CallKind
    disposition: Disposition
    registered_at: datetime
    verdict: Verdict
    case_id: UUID | None
    joined_case_id: UUID | None
    case_reference: str | None
    offered: Offered | None
    stays_ours: bool = False
    open_hand_offs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a call: the columns that say so, and what its caller is told."""

    columns: dict[str, Any]
    receipt: Receipt


def end(work: Work, call_id: UUID, case_id: UUID, judged: Judged, made: Sequence[Row] = ()) -> Ended:
    """End a judged call. `case_id` is the case that it opens, and the name of its key; the call's own row is the caller's.

    `made`: the hand-offs that were recorded while it went on.
    """
    joined = judged.joined.case if judged.joined else None
    offered = None if judged.joined and not judged.joined.rises else open_case(work, case_id, judged)
    about = (*((case_id,) if offered else ()), *((joined.id,) if joined else ()))
    ours, left = hand_offs_at_end.over(work, call_id, case_id, judged, made, about)
    kind = _ended_as(judged, offered, ours=ours)
    became = Disposition.JOINED_CASE if joined and offered is None else disposition(kind, case=offered is not None)
    sealed = vault.seal(work, case_id, contents_of(judged.call, case=bool(offered or joined)))
    if joined:
        tell_joined(work, joined, call_id, judged.verdict.urgency, case_id if offered else None)
    _leave_traces(work, call_id, kind, judged, joined.id if joined else case_id if offered else None)
    if kind is CallKind.CALLBACK:
        _promise_to_ring(work, call_id, case_id, judged.call)
    columns = {
        **_columns(work, judged),
        "state": "completed",
        "completed_at": work.at,
        "kind": kind,
        "disposition": became,
        "joined_case_id": joined.id if joined else None,
        "sealed": sealed,
    }
    receipt = Receipt(
        call_id=call_id,
        reference=reference_for(call_id),
        kind=kind,
        disposition=became,
        registered_at=work.at,
        verdict=judged.verdict,
        case_id=case_id if offered else None,
        joined_case_id=joined.id if joined else None,
        case_reference=reference_for(case_id) if offered else None,
        offered=offered,
        stays_ours=ours,
        open_hand_offs=left,
    )
    return Ended(columns, receipt)


def contents_of(call: CallIn, *, case: bool) -> dict[str, Any]:
    """What is sealed of a call."""
    return kept(call.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"joins"}), case=case)


def _promise_to_ring(work: Work, call_id: UUID, case_id: UUID, call: CallIn) -> None:
    # The number is not kept of a call without a case: it lives in the callback only, until that is done.
    caller = call.caller
    told: dict[str, Any] = {"number": caller.phone, "name": caller.name, "note": call.needed_now, "bestTime": caller.best_time}
    told |= {"language": caller.language, "interpreter": caller.interpreter}
    by = due_by(Why.PROMISED, work.at, call.callback_by)
    callbacks.promise(work, NewCallback(call_id, case_id, Why.PROMISED, by, vault.seal(work, case_id, told)))


def _columns(work: Work, judged: Judged) -> dict[str, Any]:
    call, verdict = judged.call, judged.verdict
    return {
        "channel": call.channel,
        "received_at": call.received_at or work.at,
        "protocol": call.protocol,
        "answers": call.answers,
        "proposed_urgency": verdict.proposed,
        "urgency": verdict.urgency,
        "flags": list(verdict.flags),
        "reasons": [reason.code for reason in verdict.reasons],
        "observations": call.observations,
        "advice": call.advice.given,
        "hand_offs": [
            {"to": addressee(one.to), "way": one.way, "result": one.result, "at": (one.at or work.at).isoformat()}
            for one in call.hand_offs
        ],
        "caller_anonymity": call.caller.anonymity,
        "caller_relation": call.caller.relation,
        "person_may_know_caller": call.caller.person_may_know,
        "age_band": call.person.age_band,
        "municipality_code": judged.around.municipality_code if judged.around else None,
        "feedback_promised": call.feedback_promised,
        "feedback_by": call.feedback_by,
    }


def _ended_as(judged: Judged, offered: Offered | None, *, ours: bool) -> CallKind:
    # A hand-off that nobody accepted is a report; a report that turned out to need advice only is advice.
    kind = CallKind.REPORT if ours else judged.call.kind
    taken = offered or judged.joined
    return CallKind.ADVICE if kind is CallKind.REPORT and not taken else kind


def about_of(call: CallIn) -> About:
    """Whom and what a call is about."""
    person, place = call.person, call.place
    return about((place.stay, place.residence), person.name, person.birth_date, person.phone, call.caller.phone)


def _leave_traces(work: Work, call_id: UUID, kind: CallKind, judged: Judged, about_case_id: UUID | None) -> None:
    if kind in LEAVES_TRACES:
        at = judged.call.received_at or work.at
        ended = tracing.Ended(call_id, at, judged.verdict.urgency, judged.municipality_code, about_case_id)
        tracing.leave(work, ended, about_of(judged.call))


def open_case(work: Work, case_id: UUID, judged: Judged) -> Offered | None:
    """Open the case of a call and offer it, with the rest of this work; None when it is not for anybody to take."""
    if judged.around is None:
        return None
    verdict, reference = judged.verdict, reference_for(case_id)
    asked = Asked(case_id, reference, tuple(sorted(verdict.flags)), work.organisation)
    offered = offer_first(work, asked, judged.need, judged.around)
    new = NewCase(
        case_id=case_id,
        reference=reference,
        urgency=verdict.urgency,
        flags=frozenset(verdict.flags),
        municipality_code=judged.around.municipality_code,
        deadline_at=offered.decision.accept_by,
        promised_at=offered.decision.promised_at,
    )
    cases.open_case(work, new)
    cases.line(work, case_id, "offered", to=str(offered.decision.offered_to), accept_by=offered.decision.accept_by)
    if judged.call.feedback_promised:
        cases.line(work, case_id, PROMISE_LINE, **({"due_at": judged.call.feedback_by} if judged.call.feedback_by else {}))
    return offered
