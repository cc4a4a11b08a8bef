"""Protocols on the wire."""

from app.core.http import Wire


class QuestionOut(Wire):
    """A question of a protocol."""

    key: str
    about: str
    text: dict[str, str]
    say: dict[str, str]
    options: list[str]


class ProtocolOut(Wire):
    """A protocol as an intake screen needs it; what follows from the answers is told by `_preview`."""

    version: str
    languages: list[str]
    questions: list[QuestionOut]
    observations: dict[str, dict[str, str]]
    advice: dict[str, dict[str, str]]


class ProtocolsOut(Wire):
    """The versions that calls may name."""

    items: list[str]
