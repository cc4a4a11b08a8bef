"""Exploratory inquiries on the wire."""

from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from app.core.http import Moment, Text, Wire
from app.followup.feedback import Listener
from app.followup.items import Item, ItemKind, ItemState
from app.procedures.bases import Basis, Consent, OutsideParty
from app.procedures.inquiry import Decider, Hearing, Inquiry, InquiryState, NotHeard, Outcome, Step, Verified
from app.procedures.service.inquiries import Registration

Said = Mapping[UUID, Mapping[str, Any]]


class InquiryIn(Wire):
    """A report under the Wvggz: when the municipality registered it, and who made it."""

    registered_at: Moment = Field(description="The term of 14 days runs from then")
    reporter: Listener | None = Field(None, description="Who asked for it, by their relation to the person; none: not known")
    verified: Verified | None = Field(None, description="How it is known that this is a close relative")
    note: Text | None = None

    @property
    def registration(self) -> Registration:
        """Without its words."""
        return Registration(self.registered_at, self.reporter, self.verified)


class HearingIn(Wire):
    """The person was heard, or why not: one of the two."""

    heard_at: Moment | None = None
    not_heard: NotHeard | None = None
    note: Text | None = None

    @property
    def hearing(self) -> Hearing:
        """Without its words."""
        return Hearing(self.heard_at, self.not_heard)


class PartyAskedIn(Wire):
    """A party that was asked in the inquiry, with the person's consent or on another basis."""

    party: OutsideParty
    consent: Consent
    basis: Basis | None = Field(None, description="Default: consent, which then must be given")
    answered: bool = True
    note: Text | None = Field(None, description="What they said")


class VerificationIn(Wire):
    """How it is known that whoever asked for it is a close relative."""

    verified: Verified


class InquiryOutcomeIn(Wire):
    """What it led to, in which function that was decided, and why."""

    outcome: Outcome
    decider: Decider
    note: Text


class InquiryNoticeIn(Wire):
    """Whether whoever asked for it could be told, and whether they heard the outcome."""

    reached: bool = True
    outcome_told: bool = False
    note: Text | None = None


class DisagreementIn(Wire):
    """What the close relative says."""

    note: Text | None = None


class ProsecutorHandoverIn(Wire):
    """Where it can be found that the prosecutor has it."""

    note: Text


class InquiryStepOut(Wire):
    """Something that was done in the inquiry."""

    id: UUID
    step: Step
    at: Moment
    heard_at: Moment | None = None
    not_heard: NotHeard | None = None
    party: OutsideParty | None = None
    consent: Consent | None = None
    basis: Basis | None = None
    answered: bool | None = None
    verified: Verified | None = None
    note: str | None = None

    @classmethod
    def of(cls, item: Item, said: Said) -> Self:
        """The step as the API shows it."""
        note = said.get(item.id, {}).get("note")
        return cls.model_validate({"id": item.id, "at": item.written_at, "note": note, **item.facts}, by_name=True)


class ProcedureDutyOut(Wire):
    """Something that a procedure obliges to, by a moment."""

    id: UUID
    kind: ItemKind
    due_at: Moment | None
    state: ItemState
    ended_at: Moment | None
    facts: dict[str, Any]
    note: str | None

    @classmethod
    def of(cls, item: Item | None, said: Said) -> Self | None:
        """The duty as the API shows it, if there is one."""
        if item is None:
            return None
        return cls(
            id=item.id,
            kind=item.kind,
            due_at=item.due_at,
            state=item.state,
            ended_at=item.ended_at,
            facts=dict(item.ended_facts),
            note=said.get(item.id, {}).get("ended"),
        )


class InquiryOut(Wire):
    """An exploratory inquiry; its words only when a purpose was given."""

    id: UUID
    registered_at: Moment
    due_at: Moment | None
    state: InquiryState
    reporter: Listener | None
    verified: Verified | None
    steps: list[InquiryStepOut]
    outcome: Outcome | None
    decider: Decider | None
    ended_at: Moment | None
    notice: ProcedureDutyOut | None = Field(description="Telling whoever asked for it")
    prosecutor_handover: ProcedureDutyOut | None = Field(description="Obligatory once a close relative disagrees")
    note: str | None
    reasons: str | None = Field(description="Of the outcome")
    version: int

    @classmethod
    def of(cls, inquiry: Inquiry, said: Said) -> Self:
        """The inquiry as the API shows it."""
        item, words = inquiry.item, said.get(inquiry.item.id, {})
        return cls(
            id=item.id,
            registered_at=item.at,
            due_at=item.due_at,
            state=inquiry.state,
            reporter=inquiry.reporter,
            verified=inquiry.verified,
            steps=[InquiryStepOut.of(step, said) for step in inquiry.steps],
            outcome=inquiry.outcome,
            decider=item.ended_facts.get("decider"),
            ended_at=item.ended_at,
            notice=ProcedureDutyOut.of(inquiry.notice, said),
            prosecutor_handover=ProcedureDutyOut.of(inquiry.handover, said),
            note=words.get("note"),
            reasons=words.get("ended"),
            version=item.version,
        )


class InquiriesOut(Wire):
    """Inquiries, oldest first."""

    items: list[InquiryOut]
