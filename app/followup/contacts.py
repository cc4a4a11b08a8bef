"""Contacts: with whom, how, and what counts as the first one. Source: domain.md, Case."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.cases.lifecycle import State


class Way(StrEnum):
    """How somebody was contacted."""

    PHONE = "phone"
    VISIT = "visit"
    VIDEO = "video"
    MESSAGE = "message"
    LETTER = "letter"


class Party(StrEnum):
    """With whom."""

    PERSON = "person"  # the person of concern
    CALLER = "caller"
    CARER = "carer"  # family or friend who cares for the person
    PROFESSIONAL = "professional"


class Result(StrEnum):
    """What came of it."""

    REACHED = "reached"
    TRIED = "tried"  # nobody answered
    REFUSED = "refused"  # reached, and wants no contact


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact, or one try."""

    at: datetime
    way: Way
    party: Party
    result: Result

    @property
    def informs(self) -> bool:
        """Whether the person was spoken with, so that they must hear of the file (GDPR art. 14(3)(b))."""
        return self.party is Party.PERSON and self.result is Result.REACHED


def state_after(contact: Contact, state: State) -> State:
    """The state after a contact.

    Only the person of concern makes it the first contact, by talking or by refusing to; a try, and what others say, leaves the
    case where it is and its deadline as it was.
    """
    with_the_person = contact.party is Party.PERSON and contact.result is not Result.TRIED
    return State.IN_FOLLOW_UP if state is State.ACCEPTED and with_the_person else state
