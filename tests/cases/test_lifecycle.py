"""The states of a case."""

import re
from pathlib import Path

import pytest

import migrations
from app.cases.lifecycle import TRANSITIONS, Flag, State, Urgency, step
from app.core.errors import Refused

SCHEMA = (Path(migrations.__file__).parent / "versions" / "0001_a_call_end_to_end.sql").read_text()


def test_every_state_says_what_may_follow() -> None:
    """A state without an entry would end in a crash instead of a refusal."""
    assert set(TRANSITIONS) == set(State)


def test_every_state_can_be_reached_and_none_is_a_dead_end() -> None:
    """A state nobody reaches is a lie in the table; closed is the end, unless a case is reopened by who had it."""
    assert set().union(*TRANSITIONS.values()) == set(State)
    assert all(TRANSITIONS.values())
    assert TRANSITIONS[State.CLOSED] == {State.IN_FOLLOW_UP}


def test_a_step_that_is_not_in_the_table_is_refused_with_those_that_are() -> None:
    """Whoever is refused must see what is possible."""
    with pytest.raises(Refused, match="possible steps: accepted, offered"):
        step(State.OFFERED, State.CLOSED)


def test_the_database_knows_the_same_states_and_urgencies() -> None:
    """The check constraint and the table must not part."""
    listed = re.search(r"CREATE TABLE cases.*?state IN \((.*?)\).*?urgency IN \((.*?)\)", SCHEMA, re.DOTALL)
    assert listed
    assert set(re.findall(r"'(\w+)'", listed[1])) == set(State)
    assert set(re.findall(r"'(\w+)'", listed[2])) == set(Urgency) - {Urgency.ADVICE}


def test_flags_are_the_glossarys() -> None:
    """Receivers switch on these words; a new one is a change of the API."""
    assert set(Flag) == {
        "suicide", "violence_home", "child_involved", "weapon", "fire", "medical", "missing_dementia", "minor", "wvggz",
    }  # fmt: skip
