"""Contacts: with whom, how, and what counts as the first one. Source: domain.md, Case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.cases.lifecycle import State
from app.core.errors import Refused

ENOUGH_TRIES: Final = 3  # ⚙ before somebody may be called unreachable
TRIED_FOR: Final = timedelta(hours=24)  # ⚙ from the first of them to the moment of giving up


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
    UNREACHABLE = "unreachable"  # tried again and again, also at the door; a decision, not a try


class TooFewTries(Refused):
    """Nobody is given up after a phone call or two."""

    slug, title = "too-few-tries", "The person was not tried often enough to be called unreachable"


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

    Only the person of concern makes it the first contact, by talking or by refusing to, or the decision that this person can't
    be reached; a try, and what others say, leaves the case where it is and its deadline as it was.
    """
    with_the_person = contact.party is Party.PERSON and contact.result is not Result.TRIED
    return State.IN_FOLLOW_UP if state is State.ACCEPTED and with_the_person else state


def insist_on_tries(tries: Sequence[Contact], at: datetime) -> None:
    """Refuse to call somebody unreachable at `at` before enough was done: three tries, one at the door, over a day ⚙.

    `tries` are the contacts logged so far, in any order.

    Raises:
        TooFewTries: naming all that is missing.
    """
    tried = [one for one in tries if one.party is Party.PERSON and one.result is Result.TRIED]
    lacking = []
    if len(tried) < ENOUGH_TRIES:
        lacking.append(f"{ENOUGH_TRIES} tries (there are {len(tried)})")
    if not any(one.way is Way.VISIT for one in tried):
        lacking.append("a visit among them")
    if not tried or at - min(one.at for one in tried) < TRIED_FOR:
        lacking.append(f"{TRIED_FOR.total_seconds() / 3600:.0f} hours since the first of them")
    if lacking:
        raise TooFewTries(f"Before this person is called unreachable there must be: {'; '.join(lacking)}. Log what was tried.")
