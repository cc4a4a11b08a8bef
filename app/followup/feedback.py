"""What a caller may be told. Source: facts.md F33 (Wvggz, municipal practice): the outcome goes to a closed list only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from app.core.errors import Refused

# The kind of timeline line by which intake passes the promise on; its fact `due_at` is ISO 8601, UTC.
PROMISE_LINE: Final = "feedback_promised"
FEEDBACK_WITHIN: Final = timedelta(days=14)  # domain.md ⚙: for a promise without a moment


class Listener(StrEnum):
    """Who is being told, by their relation to the person."""

    SELF = "self"
    PARTNER = "partner"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    CARER = "carer"  # mantelzorger
    LEGAL_REPRESENTATIVE = "legal_representative"
    INVOLVED_PROFESSIONAL = "involved_professional"  # takes part in the care
    PROFESSIONAL = "professional"  # any other
    NEIGHBOUR = "neighbour"
    FRIEND = "friend"
    POLICE = "police"
    OTHER = "other"


MAY_HEAR_OUTCOME: Final = frozenset(
    {
        Listener.SELF,
        Listener.PARTNER,
        Listener.PARENT,
        Listener.CHILD,
        Listener.SIBLING,
        Listener.CARER,
        Listener.LEGAL_REPRESENTATIVE,
        Listener.INVOLVED_PROFESSIONAL,
    }
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words to say on the phone."""

    nl: str
    en: str


INSTEAD: Final = Sentence(
    nl=(
        "Dank u wel dat u belde: er is iemand mee aan de slag gegaan. Hoe het verder gaat mag ik u niet vertellen; dat mag alleen "  # noqa: E501
        "aan de persoon zelf, naaste familie en mantelzorgers, wie de zorg geeft en een wettelijk vertegenwoordiger. "
        "Maakt u zich opnieuw zorgen, bel ons dan gerust weer."
    ),
    en=(
        "Thank you for calling: somebody has taken this up. How it went on I am not allowed to tell you; only the person, close "
        "relatives and carers, those who give the care and a legal representative may hear that. "
        "If you are worried again, please call us again."
    ),
)


class OutcomeNotForListener(Refused):
    """The law has a closed list of who may hear the outcome, and this listener is not on it."""

    slug, title = "outcome-not-for-listener", "The outcome may not be told to this listener"


@dataclass(frozen=True, slots=True)
class MayBeTold:
    """What this listener may be told; `instead` is the sentence for somebody who may not hear the outcome."""

    outcome: bool
    instead: Sentence | None


def may_be_told(listener: Listener) -> MayBeTold:
    """That it was taken up, everybody may hear; the outcome, only the law's closed list (F33)."""
    outcome = listener in MAY_HEAR_OUTCOME
    return MayBeTold(outcome, None if outcome else INSTEAD)


def insist(listener: Listener, *, outcome_told: bool) -> None:
    """Refuse feedback that the law forbids.

    Raises:
        OutcomeNotForListener: with the sentence to say instead.
    """
    may = may_be_told(listener)
    if outcome_told and may.instead:
        raise OutcomeNotForListener(
            f"A {listener.replace('_', ' ')} may hear that it was taken up, but not the outcome. Say the sentence in `say` instead.",  # noqa: E501
            say={"nl": may.instead.nl, "en": may.instead.en},
        )


def feedback_due(promise: Mapping[str, Any], promised_at: datetime) -> datetime:
    """By when the caller must hear, UTC: the promised moment, or `FEEDBACK_WITHIN` when none was agreed."""
    agreed = promise.get("due_at")
    return datetime.fromisoformat(agreed) if agreed else promised_at + FEEDBACK_WITHIN
