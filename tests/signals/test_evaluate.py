"""When earlier calls together are a signal."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.lifecycle import Urgency
from app.signals.codes import Dismissal
from app.signals.evaluate import LEAST_URGENT_FIRST, Raised, Seen, evaluate, is_rising
from app.signals.figures import SMALLEST, figures
from app.signals.marks import Kind
from app.signals.rules import parse
from app.signals.service.rules import rules

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
RULES = rules().rules


def _seen(
    number: int, days_ago: float, urgency: Urgency = Urgency.NORMAL, place: str | None = "GM0363", closed: float | None = None
) -> Seen:
    closed_at = NOON - timedelta(days=closed) if closed is not None else None
    return Seen(UUID(int=number), NOON - timedelta(days=days_ago), urgency, place, UUID(int=1000 + number), closed_at)


def _codes(found: list[Raised]) -> set[str]:
    return {one.rule.code for one in found}


def _raised(newest: Seen, *earlier: Seen, kind: Kind = Kind.PERSON) -> set[str]:
    return _codes(evaluate(RULES, kind, newest, earlier))


NOW = _seen(0, 0)


@pytest.mark.parametrize(
    ("earlier", "raised"),
    [
        ([], set()),
        ([_seen(1, 30)], set()),
        ([_seen(1, 0.1)], {"same_day"}),
        ([_seen(1, 0.6)], set()),  # eleven in the evening of yesterday
        ([_seen(1, 30), _seen(2, 89)], {"repeated"}),
        ([_seen(1, 30), _seen(2, 91)], set()),
        ([_seen(1, 200, place="GM0034")], {"second_municipality"}),
        ([_seen(1, 400, place="GM0034")], set()),
        ([_seen(1, 200, place=None)], set()),
        ([_seen(1, 300, closed=180)], {"back_after_closing"}),
        ([_seen(1, 300, closed=190)], set()),
        ([_seen(1, 20, urgency=Urgency.ADVICE)], {"rising_urgency"}),
        ([_seen(1, 20, urgency=Urgency.URGENT)], set()),
        ([_seen(1, 20, urgency=Urgency.ADVICE), _seen(2, 10, urgency=Urgency.CRISIS)], {"repeated"}),
    ],
)
def test_each_rule_at_its_edges(earlier: list[Seen], raised: set[str]) -> None:
    """A rule that is a day off is a signal too many, or a person too few."""
    assert _raised(NOW, *earlier) == raised


def test_a_day_is_a_dutch_day() -> None:
    """A quarter past midnight and a quarter to are one day in Amsterdam, though not in UTC."""
    late = Seen(UUID(int=1), datetime(2026, 11, 23, 23, 15, tzinfo=UTC), Urgency.NORMAL, "GM0363")
    later = Seen(UUID(int=2), datetime(2026, 11, 24, 22, 45, tzinfo=UTC), Urgency.NORMAL, "GM0363")
    assert _raised(later, late) == {"same_day"}


def test_an_address_lies_in_one_municipality() -> None:
    """Border corrections must not raise a signal about a house."""
    assert _raised(NOW, _seen(1, 20, place="GM0034"), kind=Kind.ADDRESS) == set()


def test_a_signal_explains_itself_in_counts_and_days() -> None:
    """Who is told must see why, and nothing of what was said."""
    [found] = evaluate(RULES, Kind.PERSON, NOW, [_seen(1, 30), _seen(2, 60)])
    assert found.facts == {"count": 3, "days": 90, "first_on": "2026-09-25", "last_on": "2026-11-24"}
    assert found.rule.said(found.facts)["nl"] == "3 meldingen in 90 dagen, van 2026-09-25 tot 2026-11-24."
    [rising] = evaluate(RULES, Kind.PERSON, _seen(0, 0, Urgency.ACUTE), [_seen(1, 30, Urgency.URGENT)])
    assert rising.rule.said(rising.facts)["nl"].endswith("eerst hooguit dringend, nu acuut.")


@given(st.lists(st.tuples(st.floats(0, 700), st.sampled_from(Urgency), st.sampled_from(["GM0363", "GM0034", None])), max_size=30))
def test_whatever_came_before_it_can_be_explained_in_both_languages(told: list[tuple[float, Urgency, str | None]]) -> None:
    """A text that misses a fact would keep a signal from being read at all."""
    earlier = [_seen(number, days, urgency, place, days / 2) for number, (days, urgency, place) in enumerate(told, start=1)]
    for found in evaluate(RULES, Kind.PERSON, NOW, earlier):
        assert set(found.rule.said(found.facts)) == {"nl", "en"}


@given(st.lists(st.sampled_from(Urgency), max_size=8))
def test_rising_is_more_than_ever(urgencies: list[Urgency]) -> None:
    """Up and down and up again is not getting worse; higher than ever is."""
    ranks = [LEAST_URGENT_FIRST.index(one) for one in urgencies]
    assert is_rising(urgencies) == (len(ranks) > 1 and all(ranks[-1] > rank for rank in ranks[:-1]))


def test_every_dismissal_has_its_silence() -> None:
    """A reason that the file forgets would let the signal come back with the next call."""
    assert {str(one) for one in Dismissal} <= set(rules().quiet)


def test_a_file_with_a_rule_twice_is_refused() -> None:
    """Two rules of one name would overwrite each other's signals."""
    rule = {"code": "x", "test": "count", "about": ["person"], "at_least": 2, "days": 1, "text": {"nl": "", "en": ""}}
    with pytest.raises(ValueError, match="same code"):
        parse({"version": "1", "rules": [rule, rule], "quiet_days": {}})


def test_small_numbers_of_others_are_not_told() -> None:
    """Two dismissed signals in a village are two families."""
    row = {"rule": "repeated", "municipality_code": "GM0363", "reason": None, "led_to_help": None, "state": "raised"}
    dismissed = row | {"state": "dismissed", "reason": "no_worry", "count": SMALLEST - 1}
    ours, others = figures(
        [row | {"ours": ours, "count": SMALLEST} for ours in (True, False)] + [dismissed | {"ours": one} for one in (True, False)]
    )
    assert (ours.ours, others.ours) == (False, True)
    assert (ours.raised, ours.dismissed) == (2 * SMALLEST - 1, {"no_worry": None})
    assert others.dismissed == {"no_worry": SMALLEST - 1}
