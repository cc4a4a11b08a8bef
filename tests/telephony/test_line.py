"""What a line comes to: the same, in whatever order its events come, and however wrong the clock is."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.telephony.line import LineState, PhoneEvent, Told, TransferStage, line_of
from app.telephony.skew import WINDOW, Skew, seen

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def _told(kind: PhoneEvent, after: float = 0, message: str = "", **facts: Any) -> Told:
    return Told(kind, AT + after * SECOND, message or f"{kind} {after}", **facts)


OFFERED, ANSWERED, ENDED = _told(PhoneEvent.OFFERED), _told(PhoneEvent.ANSWERED, 7, agent="204"), _told(PhoneEvent.ENDED, 60)
HELD, RESUMED = _told(PhoneEvent.HELD, 20), _told(PhoneEvent.RESUMED, 35)
EVENTS = st.builds(
    Told,
    kind=st.sampled_from(PhoneEvent),
    at=st.integers(0, 100).map(lambda after: AT + after * SECOND),
    message=st.integers(0, 10_000).map(str),
    agent=st.sampled_from([None, "204", "205"]),
    stage=st.sampled_from([None, *TransferStage]),
    transfer=st.sampled_from(["", "second"]),
)
CALLS = st.lists(EVENTS, max_size=12, unique_by=lambda one: one.message)


@pytest.mark.parametrize(
    ("told", "state", "waited", "talked"),
    [
        ([], LineState.UNKNOWN, None, None),
        ([OFFERED], LineState.RINGING, None, None),
        ([OFFERED, ANSWERED], LineState.ANSWERED, 7, None),
        ([OFFERED, ANSWERED, ENDED], LineState.ENDED, 7, 53),
        ([OFFERED, ENDED], LineState.ABANDONED, 60, None),
        ([ENDED, OFFERED], LineState.ABANDONED, 60, None),
        ([ENDED, ANSWERED, OFFERED], LineState.ENDED, 7, 53),
        ([ANSWERED, ENDED], LineState.UNKNOWN, None, 53),
        ([OFFERED, ANSWERED, HELD], LineState.HELD, 7, None),
        ([OFFERED, ANSWERED, RESUMED, HELD], LineState.ANSWERED, 7, None),
        ([OFFERED, OFFERED, ANSWERED, ANSWERED], LineState.ANSWERED, 7, None),
        ([OFFERED, _told(PhoneEvent.ENDED, 3), ANSWERED], LineState.ENDED, 7, 0),
        ([_told(PhoneEvent.OFFERED, 9), ANSWERED], LineState.ANSWERED, 0, None),
    ],
)
def test_what_events_come_to(told: list[Told], state: LineState, waited: int | None, talked: int | None) -> None:
    """The table of what goes wrong: late, twice, out of order, against the clock; never a negative wait."""
    line = line_of(told)
    times = [None if one is None else one.total_seconds() for one in (line.waited, line.talked)]
    assert [line.state, *times] == [state, waited, talked]


def test_time_on_hold_adds_up_and_ends_with_the_call() -> None:
    """Two holds, the second cut off by the end of the call, and resuming twice is resuming once."""
    told = [OFFERED, ANSWERED, HELD, RESUMED, _told(PhoneEvent.RESUMED, 40), _told(PhoneEvent.HELD, 50), ENDED]
    assert line_of(told).held == 25 * SECOND


def test_it_rings_where_it_was_offered_last_and_is_of_who_answered() -> None:
    """A queue tries one after the other; whoever answered stays, also after the call was put through."""
    rings = [OFFERED, _told(PhoneEvent.OFFERED, 2, agent="203"), _told(PhoneEvent.OFFERED, 4, agent="204")]
    assert line_of(rings).extension == "204"
    assert line_of([*rings, _told(PhoneEvent.OFFERED, 5)]).extension is None
    assert line_of([*rings, ANSWERED, _told(PhoneEvent.ANSWERED, 70, agent="300")]).extension == "204"


def test_a_warm_transfer_tells_both_sides_and_when() -> None:
    """Who put through, when they were called, spoke and accepted; one that was not reached is told apart."""
    first = [
        _told(PhoneEvent.TRANSFERRED, after, agent="204", way="warm", stage=stage, transfer="1")
        for after, stage in ((20, TransferStage.CALLING), (25, TransferStage.SPEAKING), (40, TransferStage.ACCEPTED))
    ]
    second = _told(PhoneEvent.TRANSFERRED, 50, stage=TransferStage.NOT_REACHED, transfer="2")
    one, two = line_of([second, *reversed(first)]).transfers
    assert (one.result, one.extension, one.way) == (TransferStage.ACCEPTED, "204", "warm")
    assert [one.calling_at, one.speaking_at, one.accepted_at] == [AT + after * SECOND for after in (20, 25, 40)]
    assert (two.result, two.not_reached_at, two.accepted_at) == (TransferStage.NOT_REACHED, AT + 50 * SECOND, None)


@given(CALLS, st.randoms())
def test_the_order_of_arrival_changes_nothing(told: list[Told], random: Random) -> None:
    """Networks reorder and repeat: the same events make the same line, and no time is ever negative."""
    shuffled = [*told, *told[:3]]
    random.shuffle(shuffled)
    line, other = line_of(told), line_of(shuffled)
    assert other == line
    assert all(one is None or one >= timedelta() for one in (line.waited, line.talked, line.held))


@given(CALLS, st.integers(-100_000, 100_000))
def test_a_wrong_clock_changes_no_duration(told: list[Told], off: int) -> None:
    """All moments are of one clock: however far it is off, people waited as long as they waited."""
    moved = [
        Told(one.kind, one.at + off * SECOND, one.message, one.queue, one.agent, one.way, one.stage, one.transfer) for one in told
    ]
    one, other = line_of(told), line_of(moved)
    assert (one.state, one.waited, one.talked, one.held) == (other.state, other.waited, other.talked, other.held)


@given(st.floats(-600, 600), st.lists(st.floats(0, 3600), min_size=1, max_size=20))
def test_the_skew_is_told_by_the_fastest_event(off: float, delays: list[float]) -> None:
    """Events that waited for the network say nothing of the clock: one that did not is enough to know it."""
    skew = Skew()
    for place, delay in enumerate([*delays, 0.0]):
        received = AT + place * SECOND
        skew = seen(skew, received - (off + delay) * SECOND, received)
    assert skew.seconds == pytest.approx(off, abs=0.001)
    assert skew.ours(AT - off * SECOND, AT + SECOND) - AT < timedelta(milliseconds=1)


def test_a_clock_that_was_set_right_is_believed_again() -> None:
    """After two windows nobody is told any more to set a clock that is right."""
    skew = seen(Skew(), AT + 300 * SECOND, AT)
    assert (skew.seconds, skew.is_large) == (-300, True)
    for turn in (1, 2):
        skew = seen(skew, AT + turn * WINDOW, AT + turn * WINDOW)
    assert (skew.seconds, skew.is_large) == (0, False)
