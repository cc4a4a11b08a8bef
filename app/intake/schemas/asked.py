"""A call on its way in. Nothing that a caller may not know is mandatory; what is left out is unknown or was not asked."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from app.cases.lifecycle import Urgency
from app.core.http import Line, Moment, Text, Wire
from app.intake.codes import AgeBand, Anonymity, CallKind, Channel, HandOffResult, NotMadeReason, Relation, ReportKind
from app.intake.protocol import NEWEST


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
    reason: NotMadeReason | None = Field(None, description="With `not_made`: why it was left out")
    accepted_by: Line | None = None

    @model_validator(mode="after")
    def _left_out_for_a_reason(self) -> Self:
        if (self.result is HandOffResult.NOT_MADE) != (self.reason is not None):
            raise ValueError("A hand-off that is not made says why in `reason`, and no other does.")
        return self


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
    protocol: Line = Field(NEWEST, description="A version, or `newest`: what became valid last; kept by its version")
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
    feedback_by: Moment | None = Field(None, description="With `feedbackPromised`: by when; default: within two weeks")
    joins: Line | None = Field(
        None, description="The open case that it is about: id, reference, or `joins` of a look-up in the last hour"
    )
    adds_to: Line | None = Field(
        None, description="The reference with which the caller rings again: this call joins its case, if that is open"
    )
    callback_by: Moment | None = Field(None, description="Of kind `callback`: ring back by then; default: within the hour")

    @model_validator(mode="after")
    def _promises_and_ties_agree(self) -> Self:
        if self.feedback_by and not self.feedback_promised:
            raise ValueError("feedbackBy needs feedbackPromised: say that feedback was promised, or leave the moment out.")
        if self.joins and self.adds_to:
            raise ValueError("A call joins one case: send `joins` or `addsTo`.")
        return self
