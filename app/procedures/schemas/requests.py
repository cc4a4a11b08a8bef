"""Information requests on the wire."""

from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from app.core.http import Moment, Text, Wire
from app.followup.items import Item
from app.followup.schemas.sharing import SharedIn
from app.procedures.bases import Basis, Consent, Disclosed, OutsideParty
from app.procedures.requests import Answering, Direction, Disclosure, NewRequest, RefusalReason, RequestState, state_of


class InformationRequestIn(SharedIn):
    """Somebody is asked about the person, or asks: with whom, what, on which basis, and what asking discloses."""

    direction: Direction = Direction.OUT
    organisation_id: UUID | None = Field(None, description="An organisation of the directory; or `party`")
    party: OutsideParty | None = Field(None, description="The kind of an outside party; or `organisationId`")
    basis: Basis | None = Field(None, description="Needed to ask; of a request that comes in the answer names it")
    consent: Consent = Consent.NOT_ASKED
    discloses: list[Disclosed] = Field(default_factory=list, max_length=10, description="What they learn by being asked")
    question: Text
    due_at: Moment

    @property
    def new(self) -> NewRequest:
        """The request to write."""
        return NewRequest(self.direction, self.organisation_id, self.party, self.basis, self.consent, tuple(self.discloses))


class InformationAnswerIn(Wire):
    """An answer: on which basis, and what it discloses."""

    basis: Basis | None = Field(None, description="Without one an answer is refused")
    consent: Consent = Consent.NOT_ASKED
    disclosed: list[Disclosed] = Field(default_factory=list, max_length=10, description="Needed when another has asked")
    answer: Text

    @property
    def how(self) -> Answering:
        """Basis and disclosure."""
        return Answering(self.basis, self.consent, tuple(self.disclosed))


class InformationRefusalIn(Wire):
    """Why no answer is given."""

    reason: RefusalReason
    note: Text | None = None


class WithdrawalIn(Wire):
    """Why it is taken back, if there is something to say."""

    note: Text | None = None


class InformationRequestOut(Wire):
    """A request; its words only when a purpose was given."""

    id: UUID
    direction: Direction
    organisation_id: UUID | None
    party: OutsideParty | None
    asked_by: UUID = Field(description="The organisation that wrote it down")
    asked_at: Moment
    due_at: Moment | None
    assigned_to: UUID | None
    state: RequestState
    basis: Basis | None
    consent: Consent | None
    discloses: list[Disclosed]
    ended_at: Moment | None
    answer_basis: Basis | None
    answer_discloses: list[Disclosed]
    refused_because: RefusalReason | None
    question: str | None
    answer: str | None = Field(description="Or what was said when it was refused or taken back")
    version: int

    @classmethod
    def of(cls, item: Item, words: Mapping[str, Any]) -> Self:
        """The request as the API shows it."""
        facts, ended = item.facts, item.ended_facts
        return cls(
            id=item.id,
            direction=facts["direction"],
            organisation_id=facts.get("organisation"),
            party=facts.get("party"),
            asked_by=item.organisation,
            asked_at=item.written_at,
            due_at=item.due_at,
            assigned_to=item.assigned_to,
            state=state_of(item),
            basis=facts.get("basis"),
            consent=facts.get("consent"),
            discloses=facts.get("discloses", []),
            ended_at=item.ended_at,
            answer_basis=ended.get("basis"),
            answer_discloses=ended.get("disclosed", []),
            refused_because=ended.get("reason"),
            question=words.get("note"),
            answer=words.get("ended"),
            version=item.version,
        )


class InformationRequestsOut(Wire):
    """Requests, oldest first."""

    items: list[InformationRequestOut]


class DisclosureOut(Wire):
    """Somebody learnt something about the person by a request."""

    at: Moment
    organisation_id: UUID | None
    party: OutsideParty | None
    basis: Basis
    disclosed: list[Disclosed]
    request_id: UUID

    @classmethod
    def of(cls, one: Disclosure) -> Self:
        """The disclosure as the API shows it."""
        return cls(
            at=one.at,
            organisation_id=one.organisation,
            party=one.party,
            basis=one.basis,
            disclosed=list(one.disclosed),
            request_id=one.request,
        )


class DisclosuresOut(Wire):
    """Who learnt what, oldest first."""

    items: list[DisclosureOut]
