"""A triage protocol: questions, rules, hand-offs and catalogues, as a value. `parsing.py` makes it from a file and checks it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.cases.lifecycle import Flag, Urgency

SEVEREST_FIRST: Final = (Urgency.ACUTE, Urgency.CRISIS, Urgency.URGENT, Urgency.NORMAL, Urgency.ADVICE)
RANK: Final = {urgency: rank for rank, urgency in enumerate(SEVEREST_FIRST)}
SAFETY: Final = "safety"
NEWEST: Final = "newest"  # instead of a version: the one that became valid last, on the day of the call
Texts = Mapping[str, str]
Condition = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Question:
    """One question, its answers, the sentence to say, and when it is asked: always, unless told."""

    key: str
    about: str
    text: Texts
    say: Texts
    options: tuple[str, ...]
    ask_when: Condition
    informs: bool = False


@dataclass(frozen=True, slots=True)
class UrgencyRule:
    """When it holds, the call is at least this urgent."""

    urgency: Urgency
    code: str
    when: Condition
    text: Texts


@dataclass(frozen=True, slots=True)
class FlagRule:
    """When it holds, the flag is up."""

    flag: Flag
    when: Condition


@dataclass(frozen=True, slots=True)
class FlagMeaning:
    """What a flag says, and the least urgency that it demands."""

    at_least: Urgency
    text: Texts


@dataclass(frozen=True, slots=True)
class HandOffRule:
    """To whom the caller is put through, when one of these urgencies or flags is there."""

    to: str
    number: str
    way: str
    urgencies: frozenset[Urgency]
    flags: frozenset[Flag]
    text: Texts


@dataclass(frozen=True, slots=True)
class Advice:
    """A piece of advice, and the urgencies and flags with which it is suggested."""

    text: Texts
    urgencies: frozenset[Urgency]
    flags: frozenset[Flag]


@dataclass(frozen=True, slots=True)
class ChosenUrgency:
    """The operator's own judgement, and why."""

    urgency: Urgency
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A call that the protocol must classify as stated."""

    name: str
    answers: Mapping[str, str]
    chosen: ChosenUrgency | None
    urgency: Urgency
    flags: frozenset[Flag]
    hand_offs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Protocol:
    """A version of the protocol."""

    version: str
    languages: tuple[str, ...]
    starts_on: date | None
    ends_on: date | None
    questions: Mapping[str, Question]
    flags: Mapping[Flag, FlagMeaning]
    flag_rules: tuple[FlagRule, ...]
    urgency_rules: tuple[UrgencyRule, ...]
    otherwise: Urgency
    hand_offs: tuple[HandOffRule, ...]
    observations: Mapping[str, Texts]
    advice: Mapping[str, Advice]
    examples: tuple[Example, ...]

    def is_valid_on(self, day: date) -> bool:
        """Whether a call that was received on this day, in the Netherlands, may name this version."""
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day < self.ends_on)


def holds(when: Condition, answers: Mapping[str, str]) -> bool:
    """Whether every question of the condition has an answer that counts."""
    for question, counting in when.items():  # noqa: SIM110  on the way of every call: half the time of a generator
        if answers.get(question) not in counting:
            return False
    return True


def severest(*urgencies: Urgency) -> Urgency:
    """The most urgent of them."""
    return min(urgencies, key=RANK.__getitem__)


def is_lower(one: Urgency, other: Urgency) -> bool:
    """Whether `one` is less urgent than `other`."""
    return RANK[one] > RANK[other]
