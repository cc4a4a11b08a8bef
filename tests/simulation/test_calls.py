"""Generated calls, and how people answer them."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.lifecycle import Urgency
from app.core.spans import Span
from app.directory.holidays import AMSTERDAM
from app.routing.ladder import Rung
from app.routing.need import Kind
from app.simulation.behaviour import HABITS, Answer, Behaviour, chance
from app.simulation.generating import Rates, expected, generated, usual_per_year
from tests.simulation.imagined import PERIOD, START

WEIGHTS = {"GM0392": 3.0, "GM0361": 1.0, "GM0000": 0.0}
YEAR = Span(datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))


@given(st.integers(0, 2**53), st.floats(0, 50_000), st.integers(1, 400))
def test_the_same_seed_makes_the_same_calls_in_order_and_in_the_period(seed: int, per_year: float, hours: int) -> None:
    """A figure that can't be made again convinces nobody."""
    period = Span(START, START + timedelta(hours=hours, minutes=17))
    calls = list(generated(Rates(per_year, WEIGHTS), period, seed))
    assert calls == list(generated(Rates(per_year, WEIGHTS), period, seed))
    moments = [one.at for one in calls]
    assert moments == sorted(moments)
    assert all(period.contains(at) for at in moments)
    assert [one.number for one in calls] == list(range(len(calls)))
    assert all(one.municipality_code != "GM0000" for one in calls)


def test_a_year_has_the_calls_the_shares_and_the_hours_that_were_asked_for() -> None:
    """Within what chance allows: total, growth, police, urgency, places, a silent hour, a day without calls."""
    hours = (0.0,) + (1.0,) * 23
    rates = Rates(20_000, WEIGHTS, growth=0.5, hours=hours, weekdays=(1, 1, 1, 1, 1, 1, 0), police_share=0.7)
    calls = list(generated(rates, YEAR, 4))
    assert len(calls) == pytest.approx(expected(rates, YEAR), rel=0.03)
    half = sum(one.at < datetime(2027, 7, 2, tzinfo=UTC) for one in calls)
    assert (len(calls) - half) / half == pytest.approx(1.5**0.5, rel=0.05)
    assert sum(one.need.kind is Kind.POLICE for one in calls) / len(calls) == pytest.approx(0.7, abs=0.02)
    assert Counter(one.municipality_code for one in calls)["GM0392"] / len(calls) == pytest.approx(0.75, abs=0.02)
    assert sum(one.need.urgency is Urgency.CRISIS for one in calls) / len(calls) == pytest.approx(0.15, abs=0.02)
    local = [one.at.astimezone(AMSTERDAM) for one in calls]
    assert all(at.hour and at.weekday() < 6 for at in local)


def test_without_a_rate_there_are_no_calls() -> None:
    """Zero is a rate, and ends."""
    assert not list(generated(Rates(0, WEIGHTS), PERIOD, 1))


def test_the_usual_rate_is_that_of_the_facts_grown() -> None:
    """70 a week for 1.4 million people in 2023, 12 % more each year."""
    assert usual_per_year(datetime(2023, 7, 1, tzinfo=UTC)) == pytest.approx(46_700, rel=0.01)
    assert usual_per_year(datetime(2026, 7, 1, tzinfo=UTC)) == pytest.approx(46_700 * 1.12**3, rel=0.01)


@given(
    st.sampled_from(list(HABITS)), st.sampled_from([one for one in Urgency if one is not Urgency.ADVICE]), st.integers(0, 2**40)
)
def test_an_answer_comes_in_time_or_the_offer_expires(rung: Rung, urgency: Urgency, call: int) -> None:
    """As in earnest: nothing is accepted after its time, and the last rung takes as long as it takes."""
    by = START + timedelta(minutes=10)
    answer, at = Behaviour().answer(rung, urgency, START, by, chance(1, call, uuid4()))
    if rung is Rung.NATIONAL_DESK:
        assert answer is Answer.ACCEPTED
        assert at >= START
    elif answer is Answer.EXPIRED:
        assert at == by
    else:
        assert START <= at < by


def test_answers_have_the_shares_of_their_habit() -> None:
    """85 of 100 offers to a meldpunt are accepted, when there is all the time of the world."""
    organisation, forever = uuid4(), START + timedelta(days=3650)
    told = Counter(
        Behaviour().answer(Rung.MELDPUNT, Urgency.URGENT, START, forever, chance(9, call, organisation))[0]
        for call in range(5000)
    )
    assert told[Answer.ACCEPTED] / 5000 == pytest.approx(0.85, abs=0.02)
    assert told[Answer.DECLINED] / 5000 == pytest.approx(0.10, abs=0.02)
