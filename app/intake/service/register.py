"""Store a call, open its case and have it offered: one transaction, and as few round trips as possible."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.cases import service as cases
from app.cases.service import NewCase
from app.core.errors import FieldError, Invalid
from app.core.ids import new_id, reference_for
from app.core.work import Work
from app.directory.places import PlaceOfStay
from app.directory.service import look_up as directory
from app.directory.surroundings import Surroundings
from app.intake import triage
from app.intake.codes import CallKind, Channel
from app.intake.outcome import kept, must_be_past, oldest, opens_a_case
from app.intake.protocol import Protocol
from app.intake.schemas import CallIn, WhereIn
from app.intake.service.protocols import protocol as known_protocol
from app.intake.tables import call as call_table
from app.intake.triage import ChosenUrgency, Verdict
from app.routing.decide import Decision, decide
from app.routing.need import Chosen, Kind, Need
from app.routing.service.offer import Asked, Offered, offer_first
from app.vault import open as vault


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was stored, and what happens next."""

    call_id: UUID
    reference: str
    kind: CallKind
    registered_at: datetime
    verdict: Verdict
    case_id: UUID | None
    case_reference: str | None
    offered: Offered | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A call after everything that can be refused was looked at; `around` is None when it opens no case."""

    call: CallIn
    verdict: Verdict
    around: Surroundings | None
    need: Need


async def register(work: Work, call: CallIn) -> Receipt:
    """Store a whole call that has ended, with its case and the offer to whoever is asked first.

    Raises:
        Invalid: as `judge`; nothing was stored.
    """
    judged = await judge(work, call)
    call_id, case_id = new_id(work.at), new_id(work.at)
    offered = open_case(work, case_id, judged)
    sealed = vault.seal(work, case_id, contents_of(call, case=offered is not None))
    work.write(
        call_table,
        id=call_id,
        case_id=case_id,
        organisation_id=work.organisation,
        key_id=work.actor.key,
        state="completed",
        reference=reference_for(call_id),
        registered_at=work.at,
        completed_at=work.at,
        sealed=sealed,
        version=1,
        **columns_of(work, judged, offered),
    )
    return receipt(call_id, case_id, judged, offered, work.at)


async def judge(work: Work, call: CallIn) -> Judged:
    """Everything that can be refused about a call, before anything is stored.

    Raises:
        Invalid: the call lies in the future, answers or codes don't fit the protocol, the place is unknown, or it is urgent and
            was to end without anybody responsible.
    """
    must_be_past(call.received_at or work.at, work.at)
    protocol = known_protocol(call.protocol)
    _known_codes(protocol, call)
    chosen = ChosenUrgency(call.urgency.chosen, call.urgency.reason) if call.urgency else None
    verdict = triage.judge(protocol, call.answers, chosen)
    need = _need(call, verdict, directory.local_day(work.at))
    around = None
    if opens_a_case(call.kind, verdict):
        around = await _around(work, call)
    return Judged(call, verdict, around, need)


async def preview(work: Work, call: CallIn) -> tuple[Judged, Decision | None]:
    """What would happen with a call; nothing is stored."""
    judged = await judge(work, call)
    if judged.around is None:
        return judged, None
    return judged, decide(judged.need, judged.around, frozenset(), work.at)


def contents_of(call: CallIn, *, case: bool) -> dict[str, Any]:
    """What is sealed of a call."""
    return kept(call.model_dump(mode="json", by_alias=True, exclude_none=True), case=case)


def columns_of(work: Work, judged: Judged, offered: Offered | None) -> dict[str, Any]:
    """The columns in which a call is kept in codes."""
    call, verdict = judged.call, judged.verdict
    return {
        "kind": ended_as(judged, offered),
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
            {"to": one.to, "way": one.way, "result": one.result, "at": (one.at or work.at).isoformat()} for one in call.hand_offs
        ],
        "caller_anonymity": call.caller.anonymity,
        "caller_relation": call.caller.relation,
        "person_may_know_caller": call.caller.person_may_know,
        "age_band": call.person.age_band,
        "municipality_code": judged.around.municipality_code if judged.around else None,
        "feedback_promised": call.feedback_promised,
    }


def ended_as(judged: Judged, offered: Offered | None) -> CallKind:
    """How the call ended: a report that turned out to need advice only is advice."""
    return CallKind.ADVICE if judged.call.kind is CallKind.REPORT and offered is None else judged.call.kind


def receipt(call_id: UUID, case_id: UUID, judged: Judged, offered: Offered | None, at: datetime) -> Receipt:
    """The receipt of a call that was stored."""
    return Receipt(
        call_id=call_id,
        reference=reference_for(call_id),
        kind=ended_as(judged, offered),
        registered_at=at,
        verdict=judged.verdict,
        case_id=case_id if offered else None,
        case_reference=reference_for(case_id) if offered else None,
        offered=offered,
    )


def open_case(work: Work, case_id: UUID, judged: Judged) -> Offered | None:
    """Open the case of a judged call and offer it; None when it opens none."""
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
    )
    cases.open_case(work, new)
    cases.line(work, case_id, "offered", to=str(offered.decision.offered_to), accept_by=offered.decision.accept_by)
    if judged.call.feedback_promised:
        cases.line(work, case_id, "feedback_promised")
    return offered


async def _around(work: Work, call: CallIn) -> Surroundings:
    for where in (call.place.stay, call.place.residence):
        if where and (where.postcode or where.municipality_code):
            _, around = await directory.around_place(work, _place(where))
            return around
    _, around = await directory.around_place(work, PlaceOfStay())
    return around


def _place(where: WhereIn) -> PlaceOfStay:
    return PlaceOfStay(where.postcode, where.municipality_code, where.house_number)


def _need(call: CallIn, verdict: Verdict, today: date) -> Need:
    kind = Kind.POLICE if call.channel is Channel.POLICE else Kind(call.report_kind)
    chosen = Chosen(call.routing.organisation_id, call.routing.reason) if call.routing else None
    return Need(verdict.urgency, kind, oldest(call.person.age_band, call.person.birth_date, verdict, today), chosen)


def _known_codes(protocol: Protocol, call: CallIn) -> None:
    faults = [
        FieldError(f"/{where}/{place}", "unknown_code", "Not a code of the protocol.")
        for where, codes, known in (
            ("observations", call.observations, protocol.observations),
            ("advice/given", call.advice.given, protocol.advice),
        )
        for place, code in enumerate(codes)
        if code not in known
    ]
    if faults:
        raise Invalid(f"Some codes are not in the protocol; /v1/protocols/{protocol.version} lists them.", errors=faults)
