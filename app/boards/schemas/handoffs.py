"""Handoffs between shifts on the wire."""

from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from app.boards.handoffs import Added, AddedList, HandoffState, NewHandoff, NewLine, Shift
from app.boards.service.handoffs import Handoff
from app.core.http import Line, Moment, Text, Wire


class ShiftIn(Wire):
    """Whose turn it is: a shift of a roster, or a function as your organisation calls it. Not the name of a person of a case."""

    shift_id: UUID | None = None
    function: Line | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.shift_id is None and self.function is None:
            raise ValueError("Send shiftId or function.")
        return self

    def shift(self) -> Shift:
        """The same as the room has it."""
        return Shift(self.shift_id, self.function)


class HandoffLineIn(Wire):
    """Something that the next shift must know: about a case, or not."""

    case_id: UUID | None = Field(None, description="A case whose contents you may read; the words then go with its key")
    note: Text


class HandoffIn(Wire):
    """What a shift hands to the next. What presses, is due, is asked and is overdue is added by the system."""

    from_: ShiftIn = Field(alias="from")
    to: ShiftIn
    starts_at: Moment | None = Field(None, description="When the new shift begins; default: as to.shiftId says")
    ends_at: Moment | None = Field(None, description="When it ends; default: as to.shiftId says")
    lines: list[HandoffLineIn] = Field(default_factory=list, max_length=50)

    def new(self) -> NewHandoff:
        """The same as the room has it."""
        lines = tuple(NewLine(one.case_id, one.note) for one in self.lines)
        return NewHandoff(self.from_.shift(), self.to.shift(), self.starts_at, self.ends_at, lines)


class HandoffQuestionIn(Wire):
    """What is asked back about a line."""

    line_id: UUID
    question: Text


class HandoffConfirmationIn(Wire):
    """Every line was read."""

    function: Line | None = Field(None, description="Who confirms, as your organisation calls it; the key is known")
    lines: list[UUID] = Field(max_length=50, description="The ids of all lines")
    questions: list[HandoffQuestionIn] = Field(default_factory=list, max_length=50)

    @model_validator(mode="after")
    def _one_a_line(self) -> Self:
        if len({one.line_id for one in self.questions}) != len(self.questions):
            raise ValueError("Ask one question a line.")
        return self


class HandoffAnswerIn(Wire):
    """The answer to what was asked back."""

    answer: Text


class ShiftOut(Wire):
    """Whose turn it is."""

    shift_id: UUID | None
    function: str | None

    @classmethod
    def of(cls, shift: Shift) -> Self:
        """As it is shown."""
        return cls(shift_id=shift.shift_id, function=shift.function)


class HandoffLineOut(Wire):
    """A line; `note` only when a purpose was given, and its key was not destroyed."""

    id: UUID
    case_id: UUID | None
    note: str | None


class AddedOut(Wire):
    """What the system added: a case, and what by when."""

    case_id: UUID
    reference: str
    municipality_code: str
    urgency: str
    by: Moment
    what: str

    @classmethod
    def of(cls, one: Added) -> Self:
        """As it is shown."""
        return cls(
            case_id=one.case_id, reference=one.reference, municipality_code=one.municipality_code, urgency=one.urgency,
            by=one.by, what=one.what,
        )  # fmt: skip


class AddedListOut(Wire):
    """Some of one kind; `more`: there were more than are told. The boards have them all."""

    items: list[AddedOut]
    more: bool

    @classmethod
    def of(cls, told: AddedList) -> Self:
        """As it is shown."""
        return cls(items=[AddedOut.of(one) for one in told.items], more=told.more)


class HandoffAddedOut(Wire):
    """As it was when the handoff was written."""

    pressing: AddedListOut
    overdue: AddedListOut
    due: AddedListOut = Field(description="Until the end of the new shift")
    to_accept: AddedListOut


class HandoffQuestionOut(Wire):
    """A question about a line, and its answer; words only when a purpose was given."""

    id: UUID
    line_id: UUID
    asked_at: Moment
    answered_at: Moment | None
    question: str | None
    answer: str | None


class HandoffConfirmedOut(Wire):
    """Who has read it all."""

    at: Moment
    function: str | None
    key_id: UUID | None


class HandoffOut(Wire):
    """A handoff, and what became of it."""

    id: UUID
    from_: ShiftOut = Field(alias="from")
    to: ShiftOut
    written_at: Moment
    starts_at: Moment
    ends_at: Moment
    state: HandoffState
    reminders: int = Field(description="How often it was told that nobody has confirmed")
    lines: list[HandoffLineOut]
    added: HandoffAddedOut
    questions: list[HandoffQuestionOut]
    confirmations: list[HandoffConfirmedOut]
    version: int

    @classmethod
    def of(cls, one: Handoff) -> Self:
        """As it is shown."""
        return cls(
            id=one.id,
            from_=ShiftOut.of(one.before),
            to=ShiftOut.of(one.after),
            written_at=one.written_at,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            state=one.state,
            reminders=one.reminders,
            lines=[HandoffLineOut(id=line.id, case_id=line.case_id, note=line.words) for line in one.lines],
            added=HandoffAddedOut.model_validate(
                {kind: AddedListOut.of(told) for kind, told in one.added.items()}, by_name=True
            ),
            questions=[
                HandoffQuestionOut(
                    id=asked.id, line_id=asked.line_id, asked_at=asked.asked_at, answered_at=asked.answered_at,
                    question=asked.words, answer=asked.answer,
                )
                for asked in one.questions
            ],
            confirmations=[HandoffConfirmedOut(at=by.at, function=by.function, key_id=by.key_id) for by in one.confirmations],
            version=one.version,
        )  # fmt: skip


class HandoffsOut(Wire):
    """The handoffs whose shift has not ended, soonest first."""

    items: list[HandoffOut]
