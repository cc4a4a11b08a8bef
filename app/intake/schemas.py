"""Calls on the wire. Nothing that a caller may not know is mandatory; what is left out is unknown or was not asked."""

from datetime import date
from typing import Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.cases.lifecycle import Flag, Urgency
from app.core.http import Line, Moment, Text, Wire
from app.intake.codes import AgeBand, Anonymity, CallKind, Channel, HandOffResult, Relation, ReportKind
from app.routing.schemas import CandidateOut


class CallerIn(Wire):
    """The caller (melder). Anonymous ones have no name and no address."""

    anonymity: Anonymity = Anonymity.ANONYMOUS
    relation: Relation | None = None
    close_relative: bool = False
    verified_how: Line | None = None
    person_may_know: bool = Field(False, description="May the person know who called? Told to nobody unless true")
    name: Line | None = None
    phone: Line | None = None
    email: Line | None = None
    organisation: Line | None = None
    language: Line | None = None
    interpreter: bool = False
    best_time: Line | None = None

    @model_validator(mode="after")
    def _anonymous_is_anonymous(self) -> Self:
        if self.anonymity is Anonymity.ANONYMOUS and (self.name or self.phone or self.email):
            raise ValueError(
                "An anonymous caller has no name, phone or email here: leave them out, or choose known_to_desk_only."
            )
        return self


class PersonIn(Wire):
    """The person of concern (betrokkene), often nameless."""

    name: Line | None = None
    description: Text | None = None
    age_band: AgeBand = AgeBand.UNKNOWN
    birth_date: date | None = None
    phone: Line | None = None
    language: Line | None = None
    habits: Text | None = None
    already_in_care_with: Line | None = None


class WhereIn(Wire):
    """A place: postcode and house number, or a municipality with a description, or a hectometre post."""

    postcode: Line | None = None
    house_number: Line | None = None
    addition: Line | None = None
    municipality_code: Line | None = None
    description: Text | None = None
    hectometre_post: Line | None = None


class PlaceIn(Wire):
    """Where the person is now, and where they live; routing takes the stay, then the residence, never the caller's own place."""

    stay: WhereIn | None = None
    residence: WhereIn | None = None
    no_fixed_abode: bool = False


class AdviceIn(Wire):
    """What was advised, what the caller will do, and when to ring again."""

    given: list[Line] = Field(default_factory=list, max_length=30)
    caller_will_do: Text | None = None
    ring_again_at: Moment | None = None


class HandOffIn(Wire):
    """To whom the caller was put through."""

    to: Line
    number: Line | None = None
    way: str = Field("warm", pattern="^(warm|cold)$")
    at: Moment | None = Field(None, description="When; default: when the call is stored")
    result: HandOffResult
    accepted_by: Line | None = None


class UrgencyIn(Wire):
    """The operator's own judgement: raised freely, lowered with a reason."""

    chosen: Urgency
    reason: Text | None = None


class RoutingIn(Wire):
    """The operator's own choice of who is asked first, with a reason."""

    organisation_id: UUID
    reason: Text


class CallIn(Wire):
    """A call, as far as it is known."""

    kind: CallKind = CallKind.REPORT
    report_kind: ReportKind = ReportKind.WORRY
    channel: Channel = Channel.PHONE
    received_at: Moment | None = Field(None, description="When the phone rang; default: now. Never in the future")
    protocol: Line = "nl-2026.1"
    answers: dict[str, str] = Field(default_factory=dict, max_length=100, description="Question to answer; absent: not asked")
    observations: list[Line] = Field(default_factory=list, max_length=30, description="Codes of the protocol")
    observed: Text | None = Field(None, description="What the caller sees or hears, in their words")
    worry: Text | None = Field(None, description="What worries you?")
    already_done: Text | None = Field(None, description="What is being done already, by whom?")
    needed_now: Text | None = Field(None, description="What is needed now?")
    tried: Text | None = Field(None, description="What did you try?")
    caller: CallerIn = Field(default_factory=CallerIn)
    person: PersonIn = Field(default_factory=PersonIn)
    place: PlaceIn = Field(default_factory=PlaceIn)
    advice: AdviceIn = Field(default_factory=AdviceIn)
    hand_offs: list[HandOffIn] = Field(default_factory=list, max_length=20)
    urgency: UrgencyIn | None = None
    routing: RoutingIn | None = None
    feedback_promised: bool = False


class HandOffOut(Wire):
    """A hand-off that the protocol asks for."""

    to: str
    number: str
    way: str
    text: dict[str, str]


class ReasonOut(Wire):
    """A reason of the verdict, in every language of the protocol."""

    code: str
    text: dict[str, str]


class VerdictOut(Wire):
    """What the answers mean."""

    urgency: Urgency
    proposed_urgency: Urgency
    flags: list[Flag]
    hand_offs: list[HandOffOut]
    reasons: list[ReasonOut]


class OfferedOut(Wire):
    """Who is asked to take the case, and until when."""

    offer_id: UUID
    organisation_id: UUID
    name: str
    rung: str
    accept_by: Moment
    promised_at: Moment | None = Field(description="When a desk that is closed now will ring back")


class CallReceipt(Wire):
    """The call is stored: this is what to tell the caller, and what happens next."""

    id: UUID
    reference: str = Field(description="To be told to the caller; it says nothing, and its last letter checks it")
    kind: CallKind
    registered_at: Moment
    verdict: VerdictOut
    case_id: UUID | None
    case_reference: str | None
    offered: OfferedOut | None


class PreviewOut(Wire):
    """What would happen, with every candidate; nothing was stored."""

    verdict: VerdictOut
    municipality_code: str | None
    municipality_name: str | None
    candidates: list[CandidateOut]


class CallOut(Wire):
    """A call in codes."""

    id: UUID
    reference: str
    state: str
    kind: CallKind | None
    channel: str
    case_id: UUID | None
    received_at: Moment
    registered_at: Moment
    completed_at: Moment | None
    protocol: str
    urgency: Urgency | None
    proposed_urgency: Urgency | None
    flags: list[str]
    municipality_code: str | None
    caller_anonymity: Anonymity | None
    caller_relation: Relation | None
    version: int


class CallContents(Wire):
    """A call with all that was told. Reading it is logged with its purpose."""

    call: CallOut
    contents: dict[str, Any]


class CallsOfCase(Wire):
    """The calls about a case, with all that was told."""

    items: list[CallContents]


class DraftOut(Wire):
    """A draft; its ETag is what If-Match wants when it is saved or completed."""

    id: UUID
    state: str
    reference: str
    registered_at: Moment
    version: int
    contents: CallIn | None = Field(None, description="Only when it is read by itself")


class QuestionOut(Wire):
    """A question of a protocol."""

    key: str
    about: str
    text: dict[str, str]
    say: dict[str, str]
    options: list[str]


class ProtocolOut(Wire):
    """A protocol as an intake screen needs it; what follows from the answers is told by `_preview`."""

    version: str
    languages: list[str]
    questions: list[QuestionOut]
    observations: dict[str, dict[str, str]]
    advice: dict[str, dict[str, str]]


class ProtocolsOut(Wire):
    """The versions that calls may name."""

    items: list[str]
