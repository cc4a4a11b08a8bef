"""Protocols on the wire."""

from datetime import date

from pydantic import Field

from app.cases.lifecycle import Urgency
from app.core.http import Wire


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
