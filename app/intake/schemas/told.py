"""A call on its way out: the receipt, in codes, or with all that was told."""

from typing import Any
from uuid import UUID

from pydantic import Field

from app.cases.lifecycle import Flag, Urgency
from app.core.http import Moment, Wire
from app.intake.codes import Anonymity, CallKind, Disposition, Relation
from app.routing.schemas.offers import CandidateOut


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
    suggested_advice: list[str] = Field(description="Codes of the protocol that fit; what was given is ticked in `advice.given`")


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
    disposition: Disposition
    disposition_reason: str | None = Field(
        None, description="`stays_ours`: it was to end as handed off, and nobody has accepted it"
    )
    open_hand_offs: list[str] = Field(
        default_factory=list, description="Proposed, and neither made nor left out with a reason: still to be done"
    )
    registered_at: Moment
    verdict: VerdictOut
    case_id: UUID | None
    joined_case_id: UUID | None = Field(None, description="The open case that it joined; its owner hears of this call")
    case_reference: str | None
    offered: OfferedOut | None


class PreviewOut(Wire):
    """What would happen, with every candidate; nothing was stored."""

    verdict: VerdictOut
    municipality_code: str | None
    municipality_name: str | None
    candidates: list[CandidateOut]
    next_questions: list[str] = Field(
        description="What to ask now, safety first: not answered yet, and fit for the answers so far"
    )


class CallOut(Wire):
    """A call in codes."""

    id: UUID
    reference: str
    state: str
    kind: CallKind | None
    disposition: Disposition | None = Field(description="What became of it, once it has ended")
    channel: str
    case_id: UUID | None
    joined_case_id: UUID | None = Field(description="The open case that it is about, when it joined one")
    received_at: Moment
    registered_at: Moment
    completed_at: Moment | None
    protocol: str
    urgency: Urgency | None
    proposed_urgency: Urgency | None
    flags: list[str]
    advice: list[str] = Field(description="Codes of the advice that was given")
    municipality_code: str | None
    caller_anonymity: Anonymity | None
    caller_relation: Relation | None
    version: int
    in_error_at: Moment | None = Field(None, description="When it was marked as entered in error")


class CallContents(Wire):
    """A call with all that was told. Reading it is logged with its purpose."""

    call: CallOut
    contents: dict[str, Any]


class CallsOfCase(Wire):
    """The calls about a case, with all that was told."""

    items: list[CallContents]
