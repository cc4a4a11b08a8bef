"""Telling the caller: by what, what may be proposed, when to try again, and asking four weeks later.

Sources: domain.md, Feedback to the caller ⚙; facts.md F33 (who may hear an outcome), F10 (an anonymous caller rings with a code).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.cases.lifecycle import State
from app.core.errors import FieldError, Invalid, Refused
from app.followup.clocks import weeks_after
from app.followup.feedback import INSTEAD, Listener, Sentence, may_be_told

ASK_AGAIN_WEEKS: Final = 4  # ⚙ after accepting, or after the feedback if that was later
ASKED_EARLY: Final = timedelta(weeks=1)  # ⚙ "no longer" counts from so long before it is due
ENOUGH_TRIES: Final = 3  # ⚙ before a caller counts as unreachable
TRIED_FOR: Final = timedelta(days=3)  # ⚙ from the first of them to the moment of giving up
NEXT_TRY_WITHIN: Final = timedelta(days=7)  # ⚙
LOOK_AGAIN_WORKING_DAYS: Final = 2  # ⚙ to look at a case whose caller is still worried


class Channel(StrEnum):
    """By what the caller heard; letters and mails go out by the organisation's own means."""

    PHONE = "phone"
    LETTER = "letter"
    EMAIL = "email"
    IN_PERSON = "in_person"
    RANG_WITH_CODE = "rang_with_code"  # the caller rang, with the code of the call or the case


class Language(StrEnum):
    """In which words."""

    NL = "nl"
    EN = "en"
    OTHER = "other"  # through an interpreter


class ToldResult(StrEnum):
    """What came of it."""

    TOLD = "told"
    NOT_REACHED = "not_reached"  # say when it is tried again


class Worry(StrEnum):
    """What came of asking the caller whether they still worry."""

    YES = "yes"
    NO = "no"
    NOT_REACHED = "not_reached"  # say when it is tried again
    UNREACHABLE = "unreachable"  # tried again and again; a decision, not a try


class CallerAbout(StrEnum):
    """What the caller was rung for."""

    FEEDBACK = "feedback"
    STILL_WORRIED = "still_worried"


class Heard(StrEnum):
    """What has happened, in codes that may be said."""

    TAKEN_UP = "taken_up"
    CONTACT_MADE = "contact_made"
    IN_AFTERCARE = "in_aftercare"
    CLOSED = "closed"
    CALL_AGAIN = "call_again"


SAY: Final[Mapping[Heard, Sentence]] = MappingProxyType(
    {
        Heard.TAKEN_UP: Sentence(
            "Dank u wel dat u belde: er is iemand mee aan de slag gegaan.", "Thank you for calling: somebody has taken this up."
        ),
        Heard.CONTACT_MADE: Sentence("Er is contact geweest.", "There has been contact."),
        Heard.IN_AFTERCARE: Sentence(
            "Er wordt de komende tijd nog een paar keer gekeken of het goed blijft gaan.",
            "In the time to come somebody will look a few more times whether things stay well.",
        ),
        Heard.CLOSED: Sentence("Het is afgerond.", "It has been closed."),
        Heard.CALL_AGAIN: Sentence(
            "Maakt u zich opnieuw zorgen, of weet u meer? Bel ons dan gerust weer, met de code die u kreeg.",
            "If you are worried again, or know more, please call us again, with the code that you were given.",
        ),
    }
)


class TooFewTries(Refused):
    """Nobody is given up after a try or two."""

    slug, title = "caller-not-tried-enough", "The caller was not tried often enough to be called unreachable"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A text for the professional to change: nothing personal is in it. `outcome`: whether more may be told than it says."""

    codes: tuple[Heard, ...]
    text: Sentence
    outcome: bool


def proposal(state: State, listener: Listener, *, reached: bool, sure: bool) -> Proposal:
    """What may be said of a case in `state` to this listener; `sure`: it was verified who they are.

    Who is not on the law's list, or not verified, hears that it was taken up, and why no more; the sentence says so itself.
    """
    outcome = sure and may_be_told(listener).outcome
    if not outcome:
        return Proposal((Heard.TAKEN_UP, Heard.CALL_AGAIN), INSTEAD, outcome=False)
    codes = [Heard.TAKEN_UP]
    if reached:
        codes.append(Heard.CONTACT_MADE)
    if state is State.AFTERCARE:
        codes.append(Heard.IN_AFTERCARE)
    if state is State.CLOSED:
        codes.append(Heard.CLOSED)
    codes.append(Heard.CALL_AGAIN)
    said = [SAY[code] for code in codes]
    return Proposal(tuple(codes), Sentence(" ".join(one.nl for one in said), " ".join(one.en for one in said)), outcome=True)


def ask_again_at(at: datetime) -> datetime:
    """When the caller is asked whether they still worry: four weeks later at the same time of day in Amsterdam, UTC."""
    return weeks_after(at, ASK_AGAIN_WEEKS)


def insist_on_next_try(next_try_at: datetime | None, channel: Channel, at: datetime) -> datetime:
    """The moment of the next try.

    Raises:
        Invalid: there is none, it is past or too far away, or who rang was not reached.
    """
    if channel is Channel.RANG_WITH_CODE:
        fault = FieldError("/channel", "reached", "Who rings is reached.")
        raise Invalid("A caller who rang with the code can't be out of reach.", errors=[fault])
    if next_try_at is None or not at < next_try_at <= at + NEXT_TRY_WITHIN:
        fault = FieldError("/nextTryAt", "next_try", f"Within {NEXT_TRY_WITHIN.days} days from now.")
        raise Invalid("Say when it is tried again, so that nobody is forgotten.", errors=[fault])
    return next_try_at


def insist_on_tries(tries: Sequence[datetime], at: datetime) -> None:
    """Refuse to give a caller up at `at` before enough was tried ⚙: three tries, over some days.

    Raises:
        TooFewTries: naming all that is missing.
    """
    lacking = []
    if len(tries) < ENOUGH_TRIES:
        lacking.append(f"{ENOUGH_TRIES} tries (there are {len(tries)})")
    if not tries or at - min(tries) < TRIED_FOR:
        lacking.append(f"{TRIED_FOR.days} days since the first of them")
    if lacking:
        raise TooFewTries(
            f"Before the caller is called unreachable there must be: {'; '.join(lacking)}. Log what was tried."
            " A caller who can't be rung is `anonymous`."
        )
