"""What may be put off, how long and how often. Sources: domain.md, Clocks and Closing ⚙; facts.md F41 (informing the person)."""

from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NoReturn

from app.core.errors import FieldError, Invalid, Refused
from app.followup.items import ItemKind

MOST_TIMES: Final = 2  # ⚙
LONGEST_ITEM: Final = timedelta(days=7)  # ⚙ each time
LONGEST_CHECK: Final = timedelta(days=14)  # ⚙ each time; a check is meant for its week


class SnoozeReason(StrEnum):
    """Why something waits: a closed list, so that it can be learnt from."""

    PERSON_ASKED = "person_asked"
    PERSON_AWAY = "person_away"
    WAITING_FOR_OTHERS = "waiting_for_others"
    NO_CAPACITY = "no_capacity"
    APPOINTMENT_MADE = "appointment_made"  # for the new moment


class Snoozable(StrEnum):
    """What somebody may want to put off."""

    ITEM = "item"
    CHECK = "check"
    FIRST_CONTACT = "first_contact"
    FEEDBACK = "feedback"
    INFORM_PERSON = "inform_person"
    EVALUATION = "evaluation"


class Rule(StrEnum):
    """Why something can't be put off."""

    FIRST_CONTACT = "first_contact"
    STATUTORY_TERM = "statutory_term"
    OWED_BY_LAW = "owed_by_law"
    PROMISED = "promised"
    LAST_STEP = "last_step"
    NO_MOMENT = "no_moment"
    TOO_OFTEN = "too_often"


class NotSnoozable(Refused):
    """A rule forbids putting this off; `rule` names it."""

    slug, title = "not-snoozable", "This can't be put off"


SENTENCES: Final = MappingProxyType(
    {
        Rule.FIRST_CONTACT: "The first contact can't be put off: a person waits. Log what was tried, or hand the case over.",
        Rule.STATUTORY_TERM: "Its term is set by law and can't be put off. Do it, or end it with its outcome.",
        Rule.OWED_BY_LAW: "It is owed by law. Informing the person is deferred with a reason and a review, nothing else.",
        Rule.PROMISED: "The caller was promised to hear. Tell them that there is nothing to tell yet, or waive it with a reason.",
        Rule.LAST_STEP: "The evaluation can't be put off. Make it, or waive it with a reason.",
        Rule.NO_MOMENT: "It has no moment, or has ended: there is nothing to put off.",
        Rule.TOO_OFTEN: f"It was put off {MOST_TIMES} times already. Do it, or end it and say why.",
    }
)
NEVER: Final = MappingProxyType(
    {
        Snoozable.FIRST_CONTACT: Rule.FIRST_CONTACT,
        Snoozable.FEEDBACK: Rule.PROMISED,
        Snoozable.INFORM_PERSON: Rule.OWED_BY_LAW,
        Snoozable.EVALUATION: Rule.LAST_STEP,
    }
)
NEVER_ITEMS: Final = MappingProxyType(
    {
        ItemKind.INQUIRY: Rule.STATUTORY_TERM,
        ItemKind.INQUIRY_NOTICE: Rule.OWED_BY_LAW,
        ItemKind.PROSECUTOR_HANDOVER: Rule.STATUTORY_TERM,
        ItemKind.CALAMITY: Rule.STATUTORY_TERM,
        ItemKind.CALAMITY_REPORT: Rule.STATUTORY_TERM,
        ItemKind.INFORMATION_REQUEST: Rule.OWED_BY_LAW,
    }
)


def insist_on_snoozable(what: Snoozable, item: ItemKind | None = None) -> None:
    """Refuse what may never wait; `item` is the kind of an item.

    Raises:
        NotSnoozable: naming the rule.
    """
    rule = NEVER.get(what) or (NEVER_ITEMS.get(item) if item else None)
    if rule:
        refuse(rule)


def refuse(rule: Rule) -> NoReturn:
    """Say no, by this rule.

    Raises:
        NotSnoozable: always.
    """
    raise NotSnoozable(f"{SENTENCES[rule]} Nothing was changed.", rule=rule)


def snoozed_until(what: Snoozable, due_at: datetime, until: datetime, times: int, at: datetime) -> datetime:
    """The new moment of something that is due at `due_at` and was put off `times` times before.

    Raises:
        NotSnoozable: too often. Invalid: it lies in the past, is no later than before, or further away than may be.
    """
    if times >= MOST_TIMES:
        refuse(Rule.TOO_OFTEN)
    longest = LONGEST_CHECK if what is Snoozable.CHECK else LONGEST_ITEM
    begins = max(due_at, at)
    if not begins < until <= begins + longest:
        fault = FieldError("/until", "until", f"Later than {begins:%Y-%m-%dT%H:%MZ}, at most {longest.days} days.")
        raise Invalid("It can't be put off until then. Nothing was changed.", errors=[fault])
    return until
