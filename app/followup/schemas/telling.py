"""Telling and asking the caller, on the wire."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.core.http import Moment, Text, Wire
from app.followup.caller import Channel, Heard, Language, ToldResult, Worry
from app.followup.feedback import Listener
from app.followup.schemas.care import CaseNow
from app.followup.service.telling import Asking, Telling


class ProposalOut(Wire):
    """A text to change and to send; nothing personal is in it, and nothing that this listener may not hear."""

    codes: list[Heard]
    nl: str
    en: str
    outcome: bool = Field(description="Whether this listener may hear the outcome too")


class TellingIn(Wire):
    """What the caller was told, or that it was tried."""

    listener: Listener
    sure: bool = Field(False, description="It was verified who this is; else the outcome may not be told")
    channel: Channel
    language: Language = Language.NL
    result: ToldResult = ToldResult.TOLD
    outcome_told: bool = False
    text: Text | None = Field(None, description="What was said or sent; kept sealed. Needed when the caller was told")
    next_try_at: Moment | None = Field(None, description="Needed when the caller was not reached; within a week")

    def telling(self) -> Telling:
        """The same as a value."""
        return Telling(
            self.listener, self.sure, self.channel, self.language, self.result, self.outcome_told, self.next_try_at, self.text
        )


class WorryIn(Wire):
    """What the caller answered, or that it was tried."""

    answer: Worry
    channel: Channel
    next_try_at: Moment | None = Field(None, description="Needed when the caller was not reached; within a week")
    note: Text | None = Field(None, description="What the caller said; kept sealed, and never for the person to see")

    def asking(self) -> Asking:
        """The same as a value."""
        return Asking(self.channel, self.answer, self.next_try_at, self.note)


class WorryOut(CaseNow):
    """Where the case stands after asking; when the caller still worries, what to do about it."""

    look_again: UUID | None = Field(None, description="The item that says that somebody must look at the case again")
    suggests: Literal["goal"] | None = Field(None, description="Think of a new goal: it takes the case back into follow-up")
