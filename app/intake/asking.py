"""Which questions are to be asked now: those that fit the answers so far, safety first."""

from collections.abc import Mapping

from app.intake.protocol import SAFETY, Protocol, holds


def next_questions(protocol: Protocol, answers: Mapping[str, str]) -> tuple[str, ...]:
    """The questions without an answer that are to be asked now, safety first, else in the protocol's order."""
    open_ones = [one for key, one in protocol.questions.items() if key not in answers and holds(one.ask_when, answers)]
    return tuple(one.key for one in sorted(open_ones, key=lambda one: one.about != SAFETY))
