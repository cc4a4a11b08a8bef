"""Figures add up, and the same directory twice is no difference."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cases.lifecycle import Urgency
from app.simulation.behaviour import Behaviour, Habit
from app.simulation.calls import SimulatedCall
from app.simulation.charts import charts
from app.simulation.figures import NOBODY, Tally, quantile
from app.simulation.proposing import with_areas
from app.simulation.report import page
from app.simulation.results import Plan, Result, carried_out
from app.simulation.snapshot import Snapshot
from tests.simulation.imagined import ALKMAAR, DESK, HAARLEM, OUTREACH, PERIOD, START, a_call, a_country, a_player

URGENCIES = [one for one in Urgency if one is not Urgency.ADVICE]
calls = st.lists(
    st.builds(
        lambda hour, code, urgency: (START + timedelta(hours=hour), code, urgency),
        st.floats(0, 167),
        st.sampled_from([HAARLEM, ALKMAAR, "GM9999"]),
        st.sampled_from(URGENCIES),
    ),
    max_size=40,
)
habits = st.builds(lambda accepts, rest: Habit(accepts, (1 - accepts) * rest), st.floats(0, 1), st.floats(0, 1))


def a_result(found: Sequence[SimulatedCall], *directories: Snapshot, behaviour: Behaviour | None = None) -> Result:
    """What comes out of these calls."""
    players = [(f"<directory> {n}", a_player(one, behaviour)) for n, one in enumerate(directories)]
    names = {HAARLEM: "Haarlem", ALKMAAR: "Alkmaar"}
    return carried_out(Plan(PERIOD, 1, "generated", 7, ("a & b",), found, len(found), names, players))


@given(calls, st.dictionaries(st.sampled_from(list(Behaviour().habits)[:3]), habits))
@settings(max_examples=60)
def test_everything_adds_up(told: list[tuple[Any, ...]], answering: dict[Any, Any]) -> None:
    """Every call is on one rung, every offer has one answer, every gap has a place and an hour."""
    found = [a_call(number, *one) for number, one in enumerate(told)]
    behaviour = Behaviour({**Behaviour().habits, **answering})
    result = a_result(found, a_country(), a_country(), behaviour=behaviour)
    one = result.scenarios[0].figures
    assert one.calls + one.not_in_directory == len(found)
    assert sum(taken.calls for taken in one.taken) == sum(waited.calls for waited in one.waited) == one.calls
    assert sum(load.offered for load in one.organisations) == one.decisions
    assert sum(load.accepted for load in one.organisations) == one.calls
    assert all(load.offered == load.accepted + load.declined + load.expired for load in one.organisations)
    assert one.gap_calls == sum(gap.calls for gap in one.gaps) == sum(map(sum, one.gap_hours))
    assert one.gap_calls == sum(call.municipality_code == ALKMAAR for call in found)
    assert one.gap_calls <= sum(map(sum, one.off_duty_hours)) <= one.calls
    assert all(load.most_in_a_shift <= load.offered and load.accepted <= load.offered for load in one.people)
    difference = result.difference
    assert difference is not None
    assert (difference.moved, difference.gaps_closed, difference.gaps_opened) == ((), 0, 0)
    assert all((shifted.sooner, shifted.later, shifted.mean_minutes) == (0, 0, 0.0) for shifted in difference.shifted)


def test_a_gap_that_a_proposal_closes_is_counted_and_calls_elsewhere_stay_as_they_were() -> None:
    """Paired: what a proposal does not touch does not change by chance."""
    found = [a_call(n, START + timedelta(hours=n), HAARLEM if n % 2 else ALKMAAR) for n in range(160)]
    before = a_country()
    after = with_areas(before, OUTREACH, [ALKMAAR], None)
    result = a_result(found, before, after)
    assert result.difference is not None
    assert (result.difference.gaps_closed, result.difference.gaps_opened) == (80, 0)
    assert all(one.before == "national_desk" for one in result.difference.moved)
    at_home = a_result([call for call in found if call.municipality_code == HAARLEM], before, after)
    assert at_home.difference is not None
    assert not at_home.difference.moved
    assert result.scenarios[1].figures.gap_calls == 0


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_a_quantile_is_a_value_that_enough_do_not_exceed(values: list[float]) -> None:
    """Nearest rank: at least half, at least 95 of 100, and no smaller value would do."""
    ordered = sorted(values)
    for share in (0.5, 0.95):
        found = quantile(ordered, share)
        rank = next(n for n in range(1, len(ordered) + 1) if n / len(ordered) >= share - 1e-12)
        assert found == round(ordered[rank - 1], 2)


def test_of_nothing_there_is_no_quantile_and_nobody_is_a_rung() -> None:
    """An empty table is a table."""
    assert quantile([], 0.5) is None
    figures = Tally({}).figures()
    assert figures.taken[-1].rung == NOBODY
    assert figures.calls == figures.gap_calls == 0


@pytest.mark.parametrize("directories", [1, 2])
@pytest.mark.parametrize("many", [0, 200])
def test_charts_are_named_described_and_stand_beside_their_table(directories: int, many: int) -> None:
    """Whoever can't see a chart hears what it is and reads its figures; titles from outside are escaped."""
    found = [a_call(n, START + timedelta(minutes=50 * n), [HAARLEM, ALKMAAR][n % 2], URGENCIES[n % 4]) for n in range(many)]
    result = a_result(found, *(a_country() for _ in range(directories)))
    told = page(result)
    assert "<directory>" not in told
    assert "a &amp; b" in told
    names = set()
    for chart in charts(result):
        root = ET.fromstring(chart.svg)
        title, described = (root.find(f"{{http://www.w3.org/2000/svg}}{part}") for part in ("title", "desc"))
        assert title is not None
        assert described is not None
        assert title.text
        assert described.text
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == f"{title.get('id')} {described.get('id')}"
        assert "prefers-color-scheme" in chart.svg
        assert all(len(row) == len(chart.columns) for row in chart.rows)
        names.add(title.get("id"))
    assert len(names) == len(charts(result))
    assert str(DESK.told.name) in told or not many
