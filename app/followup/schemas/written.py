"""What is written about a person, on the wire."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.core.http import Line, Moment, Text, Wire
from app.followup.correcting import CorrectionReason
from app.followup.items import Item, ItemKind, NewItem
from app.followup.moving import MoveReason
from app.followup.schemas.sharing import SharedIn
from app.followup.service.actions import Move
from app.followup.written import (
    CARD,
    AgreedWith,
    CirclePart,
    CircleTie,
    Method,
    PersonAgrees,
    PoliceReason,
    RiskLevel,
    TransportBy,
    assessment,
    by_police,
    of_circle,
)


class NoteIn(SharedIn):
    """Something worth knowing. There are no fields for domains of life: write what matters for this case, and no more."""

    what: Text
    at: Moment | None = Field(None, description="When it was so; default: now")

    def to_item(self, now: datetime) -> NewItem:
        """The item to write."""
        return NewItem(ItemKind.NOTE, self.at or now, self.audience, words={"note": self.what})


class AssessmentIn(SharedIn):
    """A level of risk, and how it was found."""

    level: RiskLevel
    method: Method
    at: Moment | None = Field(None, description="When it was judged; default: now")
    note: Text | None = None

    def to_item(self, now: datetime) -> NewItem:
        """The item to write.

        Raises:
            Invalid: as `written.assessment`.
        """
        return replace(assessment(self.level, self.method, self.at or now, self.note), audience=self.audience)


class PlannedIn(SharedIn):
    """Something that may still be to be done, or looked at again."""

    assigned_to: UUID | None = Field(
        None, description="With `dueAt`: the owner or a member of the team; default: your organisation"
    )
    due_at: Moment | None = Field(None, description="By when; without it, it has happened")

    @model_validator(mode="after")
    def _by_when(self) -> Self:
        if self.assigned_to and self.due_at is None:
            raise ValueError("Send dueAt with assignedTo: what somebody must do has a moment.")
        return self

    def planned(self, item: NewItem, by: UUID) -> NewItem:
        """The item, to be done by `assigned_to` (default: `by`) if it has a moment, and seen by whom was said."""
        assigned = (self.assigned_to or by) if self.due_at else None
        return replace(item, audience=self.audience, assigned_to=assigned, due_at=self.due_at)


class TransportIn(PlannedIn):
    """How the person gets, or got, from one place to another; the police are the exception."""

    by: TransportBy
    police_reason: PoliceReason | None = Field(None, description="Needed with `police`: why nothing else would do")
    from_place: Line | None = Field(None, description="From where")
    to_place: Line | None = Field(None, description="To where")
    at: Moment | None = Field(None, description="When; default: now")
    note: Text | None = None

    def to_item(self, now: datetime, by: UUID) -> NewItem:
        """The item to write.

        Raises:
            Invalid: as `written.by_police`.
        """
        words = {"from": self.from_place, "to": self.to_place, "note": self.note}
        facts = by_police(self.by, self.police_reason)
        return self.planned(NewItem(ItemKind.TRANSPORT, self.at or now, facts=facts, words=words), by)


class AgreementIn(PlannedIn):
    """What was agreed with the person; with `dueAt` it is looked at again."""

    what: Text
    agreed_with: AgreedWith = AgreedWith.PERSON
    at: Moment | None = Field(None, description="When it was agreed; default: now")

    def to_item(self, now: datetime, by: UUID) -> NewItem:
        """The item to write."""
        facts, words = {"with": self.agreed_with}, {"note": self.what}
        return self.planned(NewItem(ItemKind.AGREEMENT, self.at or now, facts=facts, words=words), by)


class CircleIn(SharedIn):
    """Somebody of the person's own circle, who takes part without an organisation, and reads nothing here."""

    tie: CircleTie
    part: CirclePart
    agreed: PersonAgrees = Field(PersonAgrees.NOT_ASKED_YET, description="What the person says of it")
    name: Line
    phone: Line | None = None
    note: Text | None = None

    def to_item(self, now: datetime) -> NewItem:
        """The item to write.

        Raises:
            Invalid: as `written.of_circle`.
        """
        words = {"name": self.name, "phone": self.phone, "note": self.note}
        return NewItem(ItemKind.CIRCLE, now, self.audience, facts=of_circle(self.tie, self.part, self.agreed), words=words)


class CrisisCardIn(Wire):
    """What to do when it goes wrong, made with the person. The whole team sees it."""

    signals: Text | None = Field(None, description="What is seen before it goes wrong")
    helps: Text
    does_not_help: Text | None = None
    whom_to_ring: Text
    agreed: Text | None = Field(None, description="What is agreed: medication, an animal, children, a place to go to")
    replaces: UUID | None = Field(None, description="The card that you read; none: there was none")

    @property
    def words(self) -> dict[str, str | None]:
        """Its fields by name, in the order of the card."""
        said = (self.signals, self.helps, self.does_not_help, self.whom_to_ring, self.agreed)
        return dict(zip(CARD, said, strict=True))


class CardFieldOut(Wire):
    """One field of a card."""

    name: str
    text: str


class CrisisCardOut(Wire):
    """The crisis card that is valid now; its fields in the order in which it is read aloud and printed."""

    id: UUID
    organisation_id: UUID
    written_at: Moment
    replaces: UUID | None
    fields: list[CardFieldOut]

    @classmethod
    def of(cls, item: Item, words: dict[str, Any]) -> Self:
        """The card as the API shows it."""
        return cls(
            id=item.id,
            organisation_id=item.organisation,
            written_at=item.written_at,
            replaces=item.corrects,
            fields=[CardFieldOut(name=name, text=words[name]) for name in CARD if name in words],
        )


class MoveIn(Wire):
    """To whom, to which moment, and why."""

    reason: MoveReason
    assigned_to: UUID | None = Field(None, description="The owner or a member of the team; default: as it is")
    due_at: Moment | None = Field(None, description="Within 31 days from now; default: as it is")

    def to_move(self) -> Move:
        """The same for the service."""
        return Move(self.reason, self.assigned_to, self.due_at)


class SaidIn(Wire):
    """What an action or an agreement says."""

    what: Text


class LevelIn(Wire):
    """What an assessment says."""

    level: RiskLevel
    method: Method
    note: Text | None = None


class RideIn(Wire):
    """What a transport says."""

    by: TransportBy
    police_reason: PoliceReason | None = None
    from_place: Line | None = None
    to_place: Line | None = None
    note: Text | None = None


class CorrectionIn(Wire):
    """What was wrong, and what it should say, by the kind of what is corrected; none of them: it was entered in error.

    Who must do it, by when, who sees it and what became of it stay as they are.
    """

    reason: CorrectionReason
    at: Moment | None = Field(None, description="When it was; default: as it is")
    note: SaidIn | None = None
    action: SaidIn | None = None
    agreement: SaidIn | None = None
    assessment: LevelIn | None = None
    transport: RideIn | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        said = [one for one in (self.note, self.action, self.agreement, self.assessment, self.transport) if one]
        if len(said) != (0 if self.reason is CorrectionReason.ENTERED_IN_ERROR else 1):
            raise ValueError("Send what it should say, once; and nothing with the reason entered_in_error.")
        return self

    def to_item(self, was: datetime) -> NewItem | None:
        """What takes its place; `was`: the moment of what is corrected.

        Raises:
            Invalid: as the commands that write such an item.
        """
        at = self.at or was
        for kind in (ItemKind.NOTE, ItemKind.ACTION, ItemKind.AGREEMENT):
            said = getattr(self, kind)
            if said:
                return NewItem(kind, at, words={"note": said.what})
        if self.assessment:
            return assessment(self.assessment.level, self.assessment.method, at, self.assessment.note, "/assessment")
        if self.transport:
            words = {"from": self.transport.from_place, "to": self.transport.to_place, "note": self.transport.note}
            facts = by_police(self.transport.by, self.transport.police_reason, "/transport")
            return NewItem(ItemKind.TRANSPORT, at, facts=facts, words=words)
        return None
