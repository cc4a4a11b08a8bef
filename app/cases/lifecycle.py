"""Where a case stands, and which steps there are: one table.

Only an error, or joining another case, ends a case past it, and both can be taken back.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.core.errors import Refused


class State(StrEnum):
    """Where a case stands (stand van de casus). It is opened and offered in one transaction, so there is no mere "open"."""

    OFFERED = "offered"  # an organisation has until accept_by to answer
    ACCEPTED = "accepted"  # somebody is responsible, and must make a first contact
    IN_FOLLOW_UP = "in_follow_up"  # the person was reached; goals are being worked on
    AFTERCARE = "aftercare"  # every goal has an outcome; checks are planned
    CLOSED = "closed"  # nothing is missing any more


class Urgency(StrEnum):
    """How soon somebody must act (protocol `nl-2026.1`); `advice` opens no case."""

    ACUTE = "acute"
    CRISIS = "crisis"
    URGENT = "urgent"
    NORMAL = "normal"
    ADVICE = "advice"


PRESSING: Final = frozenset({Urgency.ACUTE, Urgency.CRISIS, Urgency.URGENT})


class Flag(StrEnum):
    """What raises a hand-off whatever the urgency."""

    SUICIDE = "suicide"
    VIOLENCE_HOME = "violence_home"
    CHILD_INVOLVED = "child_involved"
    WEAPON = "weapon"
    FIRE = "fire"
    MEDICAL = "medical"
    MISSING_DEMENTIA = "missing_dementia"
    MINOR = "minor"
    WVGGZ = "wvggz"


TRANSITIONS: Final[Mapping[State, frozenset[State]]] = MappingProxyType(
    {
        State.OFFERED: frozenset({State.OFFERED, State.ACCEPTED}),  # declined or expired: offered to the next
        State.ACCEPTED: frozenset({State.IN_FOLLOW_UP}),
        State.IN_FOLLOW_UP: frozenset({State.AFTERCARE}),
        State.AFTERCARE: frozenset({State.IN_FOLLOW_UP, State.CLOSED}),  # relapse · checks done
        State.CLOSED: frozenset({State.IN_FOLLOW_UP}),  # reopened: whoever had it has it again
    }
)


class CaseJoined(Refused):
    """It was joined into another case, which goes on in its place; `intoCaseId` says which."""

    slug, title = "case-joined", "The case was joined into another"


def step(state: State, to: State) -> State:
    """The state after a step from `state` to `to`.

    Raises:
        Refused: the table has no such step; the reason says which there are.
    """
    if to not in TRANSITIONS[state]:
        possible = ", ".join(sorted(TRANSITIONS[state])) or "none"
        raise Refused(f"A case that is {state} can't become {to}; possible steps: {possible}.", state=state)
    return to
