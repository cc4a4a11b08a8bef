"""Items of a case on the wire."""

from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.core.http import Moment, Text, Wire
from app.followup.items import Ending, Item, ItemKind, ItemState, NewItem
from app.followup.obligations import Waiver, insist_on_words
from app.followup.schemas.care import WaiverIn
from app.followup.schemas.sharing import SharedIn
from app.team.audience import Visibility, visibility_of


class ActionIn(SharedIn):
    """Something to do: what, by whom, by when."""

    what: Text
    assigned_to: UUID | None = Field(None, description="The owner or a member of the team; default: your organisation")
    due_at: Moment

    def to_item(self, now: datetime, by: UUID) -> NewItem:
        """The item to write."""
        return NewItem(
            ItemKind.ACTION, now, self.audience, assigned_to=self.assigned_to or by, due_at=self.due_at, words={"note": self.what}
        )


class ItemEndIn(Wire):
    """What became of it. What is not going to be done needs a reason, and the role that decided it; `other` needs a note."""

    outcome: Literal[ItemState.DONE, ItemState.CANCELLED] = ItemState.DONE
    waiver: WaiverIn | None = Field(None, description="Needed to cancel")
    note: Text | None = None

    @model_validator(mode="after")
    def _why(self) -> Self:
        if (self.outcome is ItemState.CANCELLED) != (self.waiver is not None):
            raise ValueError("Send a waiver with the outcome cancelled, and only then.")
        return self

    def ending(self) -> Ending:
        """The same as a value.

        Raises:
            Invalid: as `insist_on_words`.
        """
        if self.waiver is None:
            return Ending(self.outcome, self.note)
        insist_on_words(Waiver(self.waiver.reason, self.waiver.by), self.note)
        return Ending(self.outcome, self.note, {"reason": self.waiver.reason, "by": self.waiver.by})


class ItemOut(Wire):
    """An item; its words only when a purpose was given."""

    id: UUID
    kind: ItemKind
    organisation_id: UUID
    at: Moment
    written_at: Moment
    visibility: Visibility
    named: list[UUID]
    state: ItemState
    assigned_to: UUID | None
    due_at: Moment | None
    ended_at: Moment | None
    facts: dict[str, Any]
    ended_facts: dict[str, Any]
    parent_id: UUID | None
    corrects_id: UUID | None
    corrected_by: UUID | None = Field(description="The item that says what was wrong with this one; this one stays readable")
    version: int
    snoozed: int = Field(0, description="How often it was put off")
    note: str | None = None
    ended_note: str | None = None
    words: dict[str, str] | None = Field(None, description="All that it says, by name; only when a purpose was given")

    @classmethod
    def of(cls, item: Item, words: dict[str, Any] | None = None) -> Self:
        """The item as the API shows it."""
        said = words or {}
        return cls(
            id=item.id,
            kind=item.kind,
            organisation_id=item.organisation,
            at=item.at,
            written_at=item.written_at,
            visibility=visibility_of(item.audience),
            named=list(item.audience or ()),
            state=item.state,
            assigned_to=item.assigned_to,
            due_at=item.due_at,
            ended_at=item.ended_at,
            facts=dict(item.facts),
            ended_facts=dict(item.ended_facts),
            parent_id=item.parent,
            corrects_id=item.corrects,
            corrected_by=item.corrected_by,
            version=item.version,
            snoozed=item.snoozed,
            note=said.get("note"),
            ended_note=said.get("ended"),
            words=None if words is None else {name: text for name, text in words.items() if name != "ended"},
        )


class ItemsOut(Wire):
    """Items of a case, oldest first."""

    items: list[ItemOut]
