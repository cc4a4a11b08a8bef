"""Whether the calls about one subject are an early signal, by which rules, and why: counts, codes and days, never contents."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from app.cases.lifecycle import Urgency
from app.directory.holidays import AMSTERDAM
from app.signals.marks import Kind
from app.signals.rules import Rule, Test

LEAST_URGENT_FIRST: Final = (Urgency.ADVICE, Urgency.NORMAL, Urgency.URGENT, Urgency.CRISIS, Urgency.ACUTE)
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """A call as its trace tells it. `closed_at`: when the case that it was about was closed."""

    call_id: UUID
    at: datetime
    urgency: Urgency
    municipality_code: str | None
    case_id: UUID | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Raised:
    """A rule that holds, with what it saw."""

    rule: Rule
    facts: Facts


def evaluate(rules: Sequence[Rule], kind: Kind, newest: Seen, earlier: Sequence[Seen]) -> list[Raised]:
    """The rules that hold about a subject of this kind now that `newest` has come; `earlier` in any order."""
    before = sorted((one for one in earlier if one.call_id != newest.call_id), key=lambda one: (one.at, one.call_id))
    held = ((rule, TESTS[rule.test](rule, newest, before)) for rule in rules if kind in rule.about)
    return [Raised(rule, facts) for rule, facts in held if facts is not None]


def is_rising(urgencies: Sequence[Urgency]) -> bool:
    """Whether the last is more urgent than every one before it; of a single one nothing can be told."""
    ranks = [LEAST_URGENT_FIRST.index(one) for one in urgencies]
    return len(ranks) > 1 and ranks[-1] > max(ranks[:-1])


def local(at: datetime) -> date:
    """The day it is in the Netherlands."""
    return at.astimezone(AMSTERDAM).date()


def local_midnight(at: datetime) -> datetime:
    """When the day that it is in the Netherlands began."""
    return datetime.combine(local(at), time(), AMSTERDAM)


def _counted(rule: Rule, newest: Seen, before: Sequence[Seen]) -> Facts | None:
    within = [*_within(rule, newest, before), newest]
    return _facts(rule, within) if len(within) >= rule.at_least else None


def _rising(rule: Rule, newest: Seen, before: Sequence[Seen]) -> Facts | None:
    within = [*_within(rule, newest, before), newest]
    if not is_rising([one.urgency for one in within]):
        return None
    highest = max((one.urgency for one in within[:-1]), key=LEAST_URGENT_FIRST.index)
    return {**_facts(rule, within), "urgency_before": str(highest), "urgency": str(newest.urgency)}


def _municipalities(rule: Rule, newest: Seen, before: Sequence[Seen]) -> Facts | None:
    within = [*_within(rule, newest, before), newest]
    known = {one.municipality_code for one in within if one.municipality_code}
    # Only when the newest brings it: what was told once is not told again with every call.
    is_new = newest.municipality_code not in {one.municipality_code for one in within[:-1]}
    if len(known) < rule.at_least or newest.municipality_code is None or not is_new:
        return None
    return {**_facts(rule, within), "municipalities": len(known)}


def _after_closing(rule: Rule, newest: Seen, before: Sequence[Seen]) -> Facts | None:
    closings = [one.closed_at for one in before if one.closed_at and timedelta() <= newest.at - one.closed_at <= rule.within]
    return {**_facts(rule, [newest]), "closed_on": local(max(closings)).isoformat()} if closings else None


def _within(rule: Rule, newest: Seen, before: Sequence[Seen]) -> Iterator[Seen]:
    day = local(newest.at)
    for one in before:
        if (newest.at - one.at <= rule.within) if rule.within else local(one.at) == day:
            yield one


def _facts(rule: Rule, within: Sequence[Seen]) -> Facts:
    days = [local(one.at) for one in within]
    return {
        "count": len(within),
        "days": rule.within.days,
        "first_on": min(days).isoformat(),
        "last_on": max(days).isoformat(),
    }


TESTS: Final[Mapping[Test, Callable[[Rule, Seen, Sequence[Seen]], Facts | None]]] = MappingProxyType(
    {
        Test.COUNT: _counted,
        Test.RISING: _rising,
        Test.MUNICIPALITIES: _municipalities,
        Test.AFTER_CLOSING: _after_closing,
    }
)
