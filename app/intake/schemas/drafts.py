"""Drafts on the wire."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from app.core.http import Line, Moment, Wire
from app.intake.schemas.asked import CallerIn, CallIn

Screen = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$"),
    Field(description="An id that the client makes for each tab, such as a UUID; a tab that was duplicated needs a new one"),
]


class CallerKept(CallerIn):
    """The caller, as far as it was typed."""

    @model_validator(mode="after")
    def _anonymous_is_anonymous(self) -> Self:
        return self  # told when the draft is completed


class CallKept(CallIn):
    """A call as far as it was typed: every field is right by itself, and whether they go together is told at completion."""

    caller: CallerKept = Field(default_factory=CallerKept)


class DraftIn(CallIn):
    """A call that is opened, as far as it is known."""

    ringing: bool = Field(False, description="It rings: nobody has it until somebody answers")


class ChangeIn(Wire):
    """One field."""

    field: str = Field(
        description="Its path in a call, such as `person.name`, `place.stay.postcode` or `answers.weapon`. Lists, `urgency` and"
        " `routing` are one field each",
        min_length=1,
        max_length=120,
    )
    value: Any = Field(description="What it is now; null or empty text to clear it")


class SaveIn(Wire):
    """Some fields, as one screen has them now."""

    screen: Screen
    sequence: int = Field(
        ge=1, le=2**53, description="Rises with every save of this screen; a save that is sent again keeps its own"
    )
    seen: int = Field(ge=1, le=2**31 - 1, description="The version of the draft that this screen last heard")
    changes: list[ChangeIn] = Field(min_length=1, max_length=200)


class TakeOverIn(Wire):
    """Why somebody takes over."""

    reason: Line | None = None


class HolderOut(Wire):
    """Who has the call."""

    key_id: UUID
    since: Moment
    you: bool


class MarkOut(Wire):
    """A save: at which version, with which key, from which screen (null: saved whole), when."""

    version: int
    key_id: UUID | None
    screen: str | None
    at: Moment


class ScreenOut(Wire):
    """A screen that saved something in the last minute."""

    screen: str
    key_id: UUID | None
    at: Moment


class ConflictOut(Wire):
    """Another screen changed this field after the version that yours knew. Theirs stays; yours is kept in the history."""

    field: str
    mine: Any
    theirs: Any
    by: MarkOut


class NewsOut(Wire):
    """A field that others have saved since, and its value now (null: cleared)."""

    field: str
    value: Any
    by: MarkOut


class SavedOut(Wire):
    """What became of a save, and what this screen has not seen yet. Its `version` is the next `seen`."""

    id: UUID
    version: int
    saved_at: Moment
    saved: list[str]
    superseded: list[str] = Field(description="Fields that this screen has saved already with a higher sequence")
    conflicts: list[ConflictOut]
    news: list[NewsOut]
    held_by: HolderOut | None
    screens: list[ScreenOut]


class DraftOut(Wire):
    """A draft; its ETag is what If-Match wants when it is saved whole, taken over or completed."""

    id: UUID
    state: str
    reference: str
    registered_at: Moment
    version: int
    held_by: HolderOut | None = Field(description="Who has it; null while nobody has answered")
    saved_at: Moment
    unsaved_seconds: int = Field(description="How long nothing was saved")
    left_alone: bool = Field(description="Nothing was saved for a quarter of an hour")
    kept_until: Moment | None = Field(description="Of one that was abandoned: until when it can be taken up again")
    contents: CallKept | None = Field(None, description="Only when it is read by itself")
    fields: dict[str, MarkOut] | None = Field(None, description="Who saved each field last; only when it is read by itself")
    screens: list[ScreenOut] | None = Field(None, description="Who is typing; only when it is read by itself")


class HistoryChangeOut(Wire):
    """One field of a save. `outcome`: saved, same, conflict (`old` stayed) or superseded."""

    field: str
    outcome: str
    old: Any
    new: Any


class HistoryLineOut(Wire):
    """One line of a draft's history. `kind`: opened, saved, saved_whole, answered, taken_over, abandoned, resumed, completed."""

    version: int
    kind: str
    at: Moment
    key_id: UUID | None
    screen: str | None
    sequence: int | None
    reason: str | None
    changes: list[HistoryChangeOut]
