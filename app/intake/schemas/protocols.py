"""Protocols on the wire."""

from datetime import date
from typing import Literal

from pydantic import Field

from app.cases.lifecycle import Urgency
from app.core.http import Line, Wire


class QuestionOut(Wire):
    """A question of a protocol."""

    key: str
    about: str
    text: dict[str, str]
    say: dict[str, str]
    options: list[str]
    ask_when: dict[str, list[str]] = Field(description="Asked only when these questions were answered so; empty: always")


class ProtocolVersionOut(Wire):
    """A version of a protocol, and the days on which calls may name it, in the Netherlands."""

    version: str
    languages: list[str]
    valid_from: date | None = Field(description="The first day; null: from the beginning")
    valid_until: date | None = Field(description="Not valid any more on this day; null: no end is known")


class SuggestionOut(Wire):
    """When a piece of advice is suggested: with any of these."""

    urgencies: list[Urgency]
    flags: list[str]


class ProtocolOut(ProtocolVersionOut):
    """A protocol as an intake screen needs it; what follows from the answers is told by `_preview`."""

    language: str = Field(description="The one of its languages that fits the request best")
    questions: list[QuestionOut]
    observations: dict[str, dict[str, str]]
    advice: dict[str, dict[str, str]]
    suggestions: dict[str, SuggestionOut]
    flags: dict[str, dict[str, str]]


class ListedVersionOut(ProtocolVersionOut):
    """A version in the list."""

    valid: bool = Field(description="Whether a call of today may name it")


class ProtocolsOut(Wire):
    """The versions that there are; calls name one that was valid when they came."""

    items: list[str]
    versions: list[ListedVersionOut]


class DifferenceIn(Wire):
    """Two versions, and over which calls they are compared."""

    before: Line
    after: Line
    days: int = Field(90, ge=1, le=3660, description="The calls of so many days up to now")


class PartChangedOut(Wire):
    """A part of the file that is not the same in both."""

    kind: str
    name: str
    change: Literal["added", "removed", "changed"]
    respects: list[str] = Field(description="Of what was changed: `text`, `say`, `when` …")


class MovedOut(Wire):
    """How many calls go from one urgency to another, or stay."""

    before: Urgency
    after: Urgency
    calls: int


class RaisedOut(Wire):
    """How many calls get something that they had not, and how many lose it."""

    name: str
    gained: int
    lost: int


class OutcomeOut(Wire):
    """What a protocol makes of answers."""

    urgency: Urgency
    flags: list[str]
    hand_offs: list[str]


class OtherwiseJudgedOut(Wire):
    """Answers that come out otherwise, of at least five calls."""

    answers: dict[str, str]
    calls: int
    before: OutcomeOut
    after: OutcomeOut


class DifferenceOut(Wire):
    """What the second version would change."""

    before: str
    after: str
    calls: int = Field(description="Completed calls that were compared")
    changed: int = Field(description="Calls that get another urgency, flag or hand-off")
    unread: int = Field(description="Calls with an answer that one of the two does not know; it was left out there")
    urgencies: list[MovedOut]
    flags: list[RaisedOut]
    hand_offs: list[RaisedOut]
    examples: list[OtherwiseJudgedOut] = Field(description="The commonest answers that come out otherwise; never of few calls")
    parts: list[PartChangedOut]
