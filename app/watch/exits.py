"""No state lasts for ever by itself: for each state of each machine, which clock ends it. Read by a test that fails without one.

A state asks nothing of anybody any more, or a due-list of the worker does something about whatever stays in it: it moves it on,
or tells more and more people until somebody does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.callbacks.promises import CallbackState
from app.cases.lifecycle import State
from app.followup.items import ItemState
from app.followup.situation import CheckState, ObligationState
from app.followup.ties import TieState
from app.routing.offers import OfferState
from app.signals.codes import SignalState
from app.team.membership import MemberState


@dataclass(frozen=True, slots=True)
class Clock:
    """What ends a state: a due-list by its name, the moment that it reads, and what it does."""

    due: str
    moment: str
    does: str


@dataclass(frozen=True, slots=True)
class Over:
    """Nothing has to happen any more, and `why`."""

    why: str


Exit = Clock | Over
OFFERS: Final = Clock("expired_offers", "offer.next_call_at", "asks the next one, or reminds the last rung ever again")
CASES: Final = Clock(
    "overdue_cases", "cases.next_climb_at", "reminds before the deadline and climbs after it, until somebody acts"
)

EXITS: Final[Mapping[type[StrEnum], Mapping[StrEnum, Exit]]] = MappingProxyType(
    {
        State: {
            State.OFFERED: OFFERS,
            State.ACCEPTED: CASES,
            State.IN_FOLLOW_UP: CASES,
            State.AFTERCARE: CASES,
            State.CLOSED: Over("nothing is missing any more; who owns it may reopen it"),
        },
        OfferState: {
            OfferState.PENDING: OFFERS,
            OfferState.ACCEPTED: Over("somebody is responsible"),
            OfferState.DECLINED: Over("the next one was asked in the same transaction"),
            OfferState.EXPIRED: Over("the next one was asked in the same transaction"),
            OfferState.WITHDRAWN: Over("nothing is asked any more"),
        },
        MemberState: {
            MemberState.INVITED: Clock("unanswered_invitations", "case_member.answer_by", "ends the invitation, as a silence"),
            MemberState.MEMBER: CASES,  # a membership ends with its case
            MemberState.DECLINED: Over("it said no"),
            MemberState.EXPIRED: Over("it said nothing"),
            MemberState.WITHDRAWN: Over("it is not asked any more"),
            MemberState.LEFT: Over("it went"),
            MemberState.REMOVED: Over("its part is over"),
        },
        ItemState: {
            ItemState.NOTED: Over("it tells something, and asks nothing"),
            ItemState.OPEN: CASES,  # its moment is one of those of the case; without one the case's own remains
            ItemState.DONE: Over("it is done"),
            ItemState.CANCELLED: Over("it is not going to be done"),
        },
        ObligationState: {
            ObligationState.OPEN: CASES,
            ObligationState.DONE: Over("it is done"),
            ObligationState.WAIVED: Over("somebody decided against it, and said why"),
        },
        CheckState: {
            CheckState.PLANNED: CASES,
            CheckState.DONE: Over("somebody looked"),
            CheckState.WAIVED: Over("somebody decided against it, and said why"),
        },
        TieState: {
            TieState.PROPOSED: CASES,  # both cases keep their own clock; a proposal past its moment is over
            TieState.DONE: Over("the other case goes on"),
            TieState.DECLINED: Over("both go on"),
            TieState.UNDONE: Over("both go on"),
        },
        CallbackState: {
            CallbackState.OPEN: Clock("callbacks", "callback.next_at", "tells again and again until somebody rings"),
            CallbackState.DONE: Over("they were rung back"),
            CallbackState.GIVEN_UP: Over("they were tried often enough"),
        },
        SignalState: {
            SignalState.RAISED: Over("a hint: nobody was promised anything"),
            SignalState.ACKNOWLEDGED: Over("a hint: nobody was promised anything"),
            SignalState.DISMISSED: Over("somebody said why it is none"),
            SignalState.ENDED: Over("what came of it is known"),
        },
    }
)


def lint(exits: Mapping[type[StrEnum], Mapping[StrEnum, Exit]], due_lists: Iterable[str]) -> list[str]:
    """What is wrong with a table of exits, as sentences; empty when every state has one that exists."""
    known = set(due_lists)
    wrong = []
    for machine, told in exits.items():
        wrong += [f"{machine.__name__}.{state.name} has no timed exit." for state in machine if state not in told]
        wrong += [
            f"{machine.__name__}.{state.name} relies on the due-list {exit_.due}, which the worker does not run."
            for state, exit_ in told.items()
            if isinstance(exit_, Clock) and exit_.due not in known
        ]
    return wrong
