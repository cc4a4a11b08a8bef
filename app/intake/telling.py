"""What a caller who rings again may be told: never anything about the person. Source: facts F10, F33, peers 46.

That it was received, that somebody is asked or has taken it up, and that it was closed, everybody who has the reference may
hear. Whether the person was reached, and the outcome, only the law's closed list, and only once it is sure who rings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.cases.lifecycle import State
from app.followup.feedback import INSTEAD, Listener, Sentence, may_be_told


class Told(StrEnum):
    """What became of a call, in words that may be said."""

    RECEIVED = "received"
    BEING_ASKED = "being_asked"
    TAKEN_UP = "taken_up"
    CONTACT_MADE = "contact_made"
    CLOSED = "closed"
    ENTERED_IN_ERROR = "entered_in_error"
    CALL_AGAIN = "call_again"


SAY: Final[Mapping[Told, Sentence]] = MappingProxyType(
    {
        Told.RECEIVED: Sentence("Uw melding is goed ontvangen.", "Your report has been received."),
        Told.BEING_ASKED: Sentence(
            "We vragen op dit moment een organisatie om dit op te pakken.", "We are asking an organisation to take this up now."
        ),
        Told.TAKEN_UP: Sentence("Er is iemand mee aan de slag gegaan.", "Somebody has taken this up."),
        Told.CONTACT_MADE: Sentence("Er is contact geweest.", "There has been contact."),
        Told.CLOSED: Sentence("Het is afgerond.", "It has been closed."),
        Told.ENTERED_IN_ERROR: Sentence(
            "Deze melding is ingetrokken, omdat zij niet klopte.", "This report was withdrawn, because it was a mistake."
        ),
        Told.CALL_AGAIN: Sentence(
            "Maakt u zich opnieuw zorgen, of weet u meer? Bel ons dan gerust weer.",
            "If you are worried again, or know more, please call us again.",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored about a call, of what matters here. `state`: of its case; None when nobody had to take it up."""

    state: State | None
    accepted_at: datetime | None = None
    reached: bool = False
    outcome: str | None = None
    in_error: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What may be said. `instead`: the sentence for somebody who asks on and may not hear the outcome."""

    codes: tuple[Told, ...]
    since: datetime | None
    outcome: str | None
    instead: Sentence | None

    @property
    def say(self) -> Sentence:
        """All of it in one go."""
        said = [SAY[code] for code in self.codes]
        return Sentence(" ".join(one.nl for one in said), " ".join(one.en for one in said))


def answer(known: Known, listener: Listener | None, *, sure: bool) -> Answer:
    """What this listener may be told; `sure`: who it is was verified. Unknown listeners hear the least."""
    if known.in_error:
        return Answer((Told.RECEIVED, Told.ENTERED_IN_ERROR, Told.CALL_AGAIN), None, None, None)
    on_the_list = sure and listener is not None and may_be_told(listener).outcome
    codes = [Told.RECEIVED]
    if known.state is State.OFFERED:
        codes.append(Told.BEING_ASKED)
    elif known.accepted_at:
        codes.append(Told.TAKEN_UP)
    if on_the_list and known.reached:
        codes.append(Told.CONTACT_MADE)
    if known.state is State.CLOSED:
        codes.append(Told.CLOSED)
    instead = None if on_the_list or known.accepted_at is None else INSTEAD
    outcome = known.outcome if on_the_list and known.state is State.CLOSED else None
    return Answer((*codes, Told.CALL_AGAIN), known.accepted_at, outcome, instead)
