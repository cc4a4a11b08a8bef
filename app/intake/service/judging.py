"""Everything that can be refused about a call, before anything is stored."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from app.callbacks.promises import Why, due_by
from app.core.errors import FieldError, Invalid
from app.core.work import Work
from app.directory.places import PlaceOfStay, ResolvedPlace
from app.directory.service import look_up as directory
from app.directory.surroundings import Surroundings
from app.intake import triage
from app.intake.about import LEAVES_TRACES
from app.intake.codes import CallKind, Channel
from app.intake.hand_offs import with_numbers
from app.intake.outcome import feedback_in_time, must_be_past, must_be_reachable, oldest, opens_a_case
from app.intake.protocol import Protocol
from app.intake.schemas.asked import CallIn, WhereIn
from app.intake.service.asked_again import case_to_add_to
from app.intake.service.join import Joined, join
from app.intake.service.protocols import valid_protocol
from app.intake.triage import ChosenUrgency, Verdict
from app.routing.decide import Decision, decide
from app.routing.need import Chosen, Kind, Need


@dataclass(frozen=True, slots=True)
class Judged:
    """A call after everything that can be refused was looked at; `around` is None when it is not for anybody to take.

    `municipality_code` is where it is about, as far as that can be told. One that joined a case opens one of its own only when it
    is more urgent.
    """

    call: CallIn
    verdict: Verdict
    around: Surroundings | None
    need: Need
    protocol: Protocol
    municipality_code: str | None = None
    joined: Joined | None = None


async def judge(work: Work, call: CallIn, opened_at: datetime | None = None) -> Judged:
    """Everything that can be refused about a call, before anything is stored; `opened_at` is when its draft was opened.

    Raises:
        Invalid: the call lies in the future, answers or codes don't fit the protocol, the place is unknown, it is urgent and
            was to end without anybody responsible, or somebody is to be rung back whose number is not told.
        NotFound, MatchUnknown, CaseNotOpen: as `join`, when it joins a case; that case is locked from here.
    """
    must_be_past(call.received_at or work.at, work.at)
    protocol = valid_protocol(call.protocol, directory.local_day(call.received_at or opened_at or work.at))
    call = call.model_copy(update={"protocol": protocol.version})
    _known_codes(protocol, call)
    chosen = ChosenUrgency(call.urgency.chosen, call.urgency.reason) if call.urgency else None
    verdict = triage.judge(protocol, call.answers, chosen)
    if call.kind is CallKind.CALLBACK:
        must_be_reachable(call.caller.phone)
        due_by(Why.PROMISED, work.at, call.callback_by)
    need = _need(call, verdict, directory.local_day(work.at))
    opens = opens_a_case(call.kind, verdict)
    place, around = await _around(work, call) if opens else (await _told_place(work, call), None)
    verdict = replace(verdict, hand_offs=with_numbers(verdict.hand_offs, place.reach if place else ()))
    joined = await _joined(work, call, verdict)
    feedback_in_time(call.feedback_by, work.at)
    return Judged(call, verdict, around, need, protocol, place.municipality_code if place else None, joined)


async def _joined(work: Work, call: CallIn, verdict: Verdict) -> Joined | None:
    """The case that a call is about: named, or found by the reference with which the caller rings again."""
    if call.adds_to:
        return await join(work, str(await case_to_add_to(work, call.adds_to)), verdict.urgency)
    return await join(work, call.joins, verdict.urgency) if call.joins else None


async def preview(work: Work, call: CallIn) -> tuple[Judged, Decision | None]:
    """What would happen with a call if it joined no case; nothing is stored."""
    judged = await judge(work, call.model_copy(update={"joins": None, "adds_to": None}))
    if judged.around is None:
        return judged, None
    return judged, decide(judged.need, judged.around, frozenset(), work.at)


async def _around(work: Work, call: CallIn) -> tuple[ResolvedPlace, Surroundings]:
    for where in (call.place.stay, call.place.residence):
        if where and (where.postcode or where.municipality_code):
            return await directory.around_place(work, _place(where))
    return await directory.around_place(work, PlaceOfStay())


async def _told_place(work: Work, call: CallIn) -> ResolvedPlace | None:
    """Where a call that opens no case is about, when that can be told: for its trace, and for numbers."""
    stay = call.place.stay
    if call.kind not in LEAVES_TRACES or stay is None or not (stay.postcode or stay.municipality_code):
        return None
    return await directory.place_of(work, _place(stay))


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
