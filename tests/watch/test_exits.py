"""The linter over the state machines: no state lacks a timed exit, and none is forgotten."""

import importlib
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import worker
from app.cases.deadlines import DeadlineKind
from app.cases.lifecycle import TRANSITIONS, State
from app.core.errors import Refused
from app.followup.clocks import next_deadline
from app.followup.situation import Duty, Situation
from app.team.membership import STEPS, MemberState
from app.watch.exits import EXITS, Clock, Over, lint
from tests.followup.situations import NOW, moments, ready_to_close, situations, uuid
from tests.test_house import OURS

DUE: Final = {one.name for one in worker.DUE_LISTS}
# Machines of rooms above the watch, and states that are read off and never waited in.
ELSEWHERE: Final = {
    "app.telephony.line.LineState",  # read off events; `telephony.UNHEARD` ends what is silent
    "app.intake.hand_offs.HandOffState",  # `intake.HAND_OFFS` ends those of which nobody said what became
    "app.notices.following.NoticeState",  # follows its offer, which has its own clock
    "app.channels.police.ReportState",  # follows its call and its case
    "app.boards.handoffs.HandoffState",  # told of every half hour until the shift has gone by: boards.due
    "app.procedures.calamity.CalamityState",  # procedures are items: what is open in them is a duty of their case
    "app.procedures.inquiry.InquiryState",
    "app.procedures.joint_table.TableState",
    "app.procedures.requests.RequestState",
    "app.rosters.overrides.State",  # a proposal that is not answered changes nobody's duty
}


def test_every_state_has_a_timed_exit() -> None:
    """A state without one is a person of whom nobody hears any more."""
    assert lint(EXITS, DUE) == []


def test_every_machine_of_the_house_is_in_the_table() -> None:
    """A new machine must say what ends its states, or where that is said."""
    found = set()
    for module in OURS:
        if module.endswith("__main__"):
            continue
        for name, one in vars(importlib.import_module(module)).items():
            if isinstance(one, type) and issubclass(one, StrEnum) and name.endswith("State") and one.__module__ == module:
                found.add(f"{module}.{name}")
    assert found == {f"{one.__module__}.{one.__name__}" for one in EXITS} | ELSEWHERE


def test_a_new_state_without_an_exit_is_found() -> None:
    """The linter itself must see: a state more, a due-list less."""

    class Grown(StrEnum):
        ASKED = "asked"
        FORGOTTEN = "forgotten"

    wrong = lint({Grown: {Grown.ASKED: Clock("nobody", "never", "nothing")}}, DUE)
    assert len(wrong) == 2
    assert "FORGOTTEN has no timed exit" in wrong[0]
    assert "nobody" in wrong[1]


@pytest.mark.parametrize(("machine", "steps"), [(State, TRANSITIONS), (MemberState, STEPS)])
def test_what_is_over_has_no_way_out_and_what_is_not_has(
    machine: type[StrEnum], steps: dict[StrEnum, frozenset[StrEnum]]
) -> None:
    """The table of exits and the table of steps must not contradict each other."""
    for state in machine:
        left_by_people_only = state is State.CLOSED  # reopened
        assert isinstance(EXITS[machine][state], Over) == (not steps[state] or left_by_people_only), state


@settings(deadline=None)
@given(situations, moments, st.lists(st.tuples(st.integers(1, 5), st.none() | moments), max_size=3))
def test_the_exit_of_an_owned_case_is_real(situation: Situation, at: datetime, duties: list[tuple[int, datetime | None]]) -> None:
    """The clock that the table names has a moment, whatever is open in the case."""
    for number, due_at in duties:
        situation = situation.with_duty(Duty(uuid(number), "action", due_at))
    found = next_deadline(situation, at)
    assert found is not None
    assert found.kind is not DeadlineKind.ACCEPT
    assert EXITS[State][situation.state] == EXITS[State][State.ACCEPTED]


def test_an_offered_case_waits_for_its_offer() -> None:
    """Its clock is another, and follow-up says so."""
    with pytest.raises(Refused):
        next_deadline(replace(ready_to_close(), state=State.OFFERED), NOW)
