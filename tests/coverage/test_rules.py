"""What random countries seldom meet: fallbacks, demands together, responsibility, one case each."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from app.core.spans import Span
from app.coverage.demand import Demand, Required, Scheme, required
from app.coverage.following import ClosedBy, Followed, Level, changes, level_at, next_at
from app.coverage.gaps import Gap, Known, gaps
from app.coverage.lines import Line
from app.directory.answers import Answer, Group, Member
from app.directory.opening_hours import OpeningHours
from app.routing.ladder import Rung
from tests.coverage.countries import an_id

START: Final = datetime.fromisoformat("2026-11-24T00:00Z")
DAY: Final = Span(START, START + timedelta(days=1))
HOUR: Final = timedelta(hours=1)
LAST: Final = an_id("last")


def _answer(rung: Rung, *spans: Span, reason: str = "x") -> Answer:
    return Answer(Line.CRISIS, an_id("crisis"), "crisis", rung, reason, spans)


def _member(name: str, *spans: Span, rostered: bool = True, kind: str = "crisis") -> Member:
    return Member(an_id(f"service {name}"), an_id(name), kind, rostered, spans or (DAY,))


def _found(answers: tuple[Answer, ...], members: tuple[Member, ...], fallbacks: dict[UUID, UUID] | None = None) -> list[Gap]:
    group = Group(("GM0001",), DAY, answers, members)
    known = Known((), fallbacks or {}, (LAST,))
    return gaps([group], [Line.CRISIS], lambda _code, _line: (Required(Rung.ON_DUTY, (DAY,)),), known)


FALLBACK: Final = {an_id("service crisis"): an_id("service second")}
CONTRACTED: Final = (_answer(Rung.CONTRACTED, DAY),)


def test_a_fallback_closes_what_routing_reaches() -> None:
    """Contracted here without a roster, it is asked next: no alarm."""
    [gap] = _found(CONTRACTED, (_member("crisis"), _member("second", rostered=False)), FALLBACK)
    assert (gap.by_fallback, gap.is_open, gap.organisation_ids) == (True, False, (an_id("crisis"),))


def test_a_fallback_with_a_roster_counts_by_its_shifts() -> None:
    """Its shift does not run either: nobody has promised to be there."""
    [gap] = _found(CONTRACTED, (_member("crisis"), _member("second")), FALLBACK)
    assert gap.is_open


def test_a_fallback_of_another_line_or_place_is_none() -> None:
    """Routing would never ask it."""
    for other in ((), (_member("second", rostered=False, kind="outreach"),)):
        [gap] = _found(CONTRACTED, (_member("crisis"), *other), FALLBACK)
        assert gap.is_open


def test_a_fallback_is_nothing_where_only_the_national_desk_is_left() -> None:
    """Whatever the plan says, the ladder does not get to it."""
    answers = (_answer(Rung.NATIONAL_DESK, DAY, reason="last_rung"),)
    [gap] = _found(answers, (_member("crisis"), _member("second", rostered=False)), FALLBACK)
    assert gap.is_open


def test_a_fallback_whose_contract_ends_closes_until_then() -> None:
    """From noon it is an alarm, and not one hour before."""
    morning = Span(START, START + 12 * HOUR)
    found = _found(CONTRACTED, (_member("crisis"), _member("second", morning, rostered=False)), FALLBACK)
    assert [(one.span, one.is_open) for one in found] == [(morning, False), (Span(morning.end, DAY.end), True)]


def test_whoever_has_a_roster_is_responsible() -> None:
    """Not everybody who is contracted: it is the planner of the roster who can fill it."""
    [gap] = _found(CONTRACTED, (_member("crisis"), _member("second", rostered=False)))
    assert (gap.organisation_ids, gap.reason) == ((an_id("crisis"),), "no_shift")
    [gap] = _found(CONTRACTED, (_member("second", rostered=False),))
    assert (gap.organisation_ids, gap.reason) == ((an_id("second"),), "no_roster")
    [gap] = _found((), ())
    assert (gap.organisation_ids, gap.reason, gap.left) == ((LAST,), "nobody_contracted", "nobody")


@dataclass(frozen=True, slots=True)
class Doubted:
    """As rosters tell it."""

    service_id: UUID
    span: Span
    reason: str


def test_a_doubted_shift_is_a_gap_with_the_reason_of_the_doubt() -> None:
    """Ill until noon, and nobody planned after that: the planner reads two gaps, each with what is wrong."""
    noon = START + 12 * HOUR
    doubts = (Doubted(an_id("service crisis"), Span(START, noon), "absent"), Doubted(an_id("service x"), DAY, "double_booked"))
    group = Group(("GM0001",), DAY, CONTRACTED, (_member("crisis"),))
    known = Known(doubts, {}, (LAST,))
    found = gaps([group], [Line.CRISIS], lambda _code, _line: (Required(Rung.ON_DUTY, (DAY,)),), known)
    assert [(one.span, one.reason) for one in found] == [(Span(START, noon), "absent"), (Span(noon, DAY.end), "no_shift")]


def _asked(hours: dict[str, object], enough: Rung = Rung.ON_DUTY, since: date | None = None, until: date | None = None) -> Demand:
    told = OpeningHours.parse(hours)
    return Demand(an_id("demand"), LAST, Line.CRISIS, Scheme.COUNTRY, (), told, since, until, enough)


def test_of_several_demands_the_strictest_holds_and_none_is_counted_twice() -> None:
    """Two organisations ask for the same night in two ways: one gap, not two."""
    morning = Span(START + 8 * HOUR, START + 11 * HOUR)  # 09:00 to 12:00 in Amsterdam
    strict, loose = _asked({"weekly": {"1": ["09:00-12:00"]}}), _asked({"always": True}, Rung.CONTRACTED)
    found = required(Line.CRISIS, [loose, strict], DAY)
    assert found[0] == Required(Rung.ON_DUTY, (morning,))
    assert found[1] == Required(Rung.CONTRACTED, (Span(DAY.start, morning.start), Span(morning.end, DAY.end)))


def test_outside_its_days_a_demand_is_silent() -> None:
    """It ended yesterday by the local calendar: the default holds again from local midnight."""
    midnight = START + 23 * HOUR
    ended = _asked({"always": True}, Rung.CONTRACTED, until=date(2026, 11, 25))
    assert required(Line.CRISIS, [ended], DAY) == (
        Required(Rung.CONTRACTED, (Span(START, midnight),)),
        Required(Rung.ON_DUTY, (Span(midnight, DAY.end),), by_default=True),
    )


def test_a_demand_for_no_hours_frees_them_all() -> None:
    """That nobody is asked for is said, not forgotten."""
    assert required(Line.CRISIS, [_asked({})], DAY) == ()


def _followed(span: Span, found_at: datetime, level: Level = Level.PLANNER) -> Followed:
    gap = Gap(Line.CRISIS, ("GM0001",), (LAST,), span, Rung.CONTRACTED, "no_shift")
    return Followed(an_id("gap"), gap, runs_on=False, level=level, found_at=found_at)


def test_who_hears_when() -> None:
    """Fourteen days ahead the supervisor waits three; a week ahead not at all; the last day it is the national desk's."""
    starts = START + timedelta(days=14)
    ahead = _followed(Span(starts, starts + HOUR), START)
    assert next_at(ahead) == START + timedelta(days=3)
    assert level_at(ahead, START + timedelta(days=3)) is Level.SUPERVISOR
    told = _followed(ahead.gap.span, START, Level.SUPERVISOR)
    assert next_at(told) == starts - timedelta(days=1)
    assert next_at(_followed(ahead.gap.span, START, Level.NATIONAL_DESK)) == starts + HOUR
    late = starts - timedelta(days=5)
    assert level_at(_followed(ahead.gap.span, late), late) is Level.SUPERVISOR


def test_a_gap_that_splits_is_itself_and_another() -> None:
    """Somebody takes the middle of the night: the planner hears of what comes after it as a new gap."""
    old = _followed(Span(START + 2 * HOUR, START + 10 * HOUR), START)
    parts = [Span(START + 2 * HOUR, START + 4 * HOUR), Span(START + 6 * HOUR, START + 10 * HOUR)]
    found = [Gap(Line.CRISIS, ("GM0001",), (LAST,), span, Rung.CONTRACTED, "no_shift") for span in parts]
    plan = changes([old], found, DAY)
    assert ([one.gap.span for one in plan.kept], [one.span for one in plan.new], plan.closed) == (parts[:1], parts[1:], [])
    assert changes([old], [], DAY).closed == [(old, ClosedBy.FILLED)]
