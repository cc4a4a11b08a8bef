"""What may become of an override: a swap is asked for and answered by whom it concerns; all else a planner sets."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.core.errors import Refused
from app.rosters.schedule import Override


class State(StrEnum):
    """Where an override stands; only `set` and `accepted` count."""

    REQUESTED = "requested"
    SET = "set"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


TRANSITIONS: Final[Mapping[State, frozenset[State]]] = {
    State.REQUESTED: frozenset({State.ACCEPTED, State.DECLINED, State.WITHDRAWN}),
    State.SET: frozenset({State.WITHDRAWN}),
    State.ACCEPTED: frozenset({State.WITHDRAWN}),
    State.DECLINED: frozenset(),
    State.WITHDRAWN: frozenset(),
}
COUNTS: Final = frozenset({State.SET, State.ACCEPTED})


def answered(override: Override, now: State, answer: State, by: UUID | None) -> State:
    """The state after an answer of participant `by`; None is the planner.

    Raises:
        Refused: the state has no such step, or it is not for them to say.
    """
    if answer not in TRANSITIONS[now]:
        possible = ", ".join(sorted(TRANSITIONS[now])) or "nothing any more"
        raise Refused(f"An override that is {now} can't become {answer}; possible: {possible}.")
    if answer in {State.ACCEPTED, State.DECLINED} and by != override.other:
        raise Refused("Only the participant who was asked for the swap accepts or declines it; name them as participantId.")
    if answer is State.WITHDRAWN and by not in {None, override.participant}:
        raise Refused("Only who asked for it withdraws it, or the planner, who names no participantId.")
    return answer
