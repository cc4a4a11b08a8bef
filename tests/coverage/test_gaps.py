"""Gaps, held against a walk over every minute of the nights on which the clock changes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.db import Database
from app.core.ids import new_id
from app.core.spans import Span
from app.coverage.demand import DEFAULT
from app.coverage.lines import NEEDS, STEPS, Line
from app.coverage.service.find import find_with
from app.coverage.tables import demand, fallback
from app.directory.holidays import AMSTERDAM
from app.directory.opening_hours import OpeningHours, is_open
from app.directory.surroundings import Desk, Duty, Named, NationalDesk, OutOfHours, Provider, Surroundings
from app.routing.decide import NobodyLeft, decide
from app.routing.ladder import Rung
from tests.coverage.countries import CHANGES, CODES, Country, Service, an_id, countries, hours, minutes, tried

NIGHT: Final = timedelta(hours=8), timedelta(hours=20)
UNTIL: Final = datetime.fromisoformat("2030-01-01T00:00Z")


@dataclass(frozen=True, slots=True)
class Doubted:
    """As rosters tell it."""

    service_id: UUID
    span: Span
    reason: str = "absent"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A demand of a test."""

    line: Line
    codes: tuple[str, ...]
    hours: dict[str, Any]
    since: date | None
    until: date | None
    enough: Rung


@cache
def _parsed(told: str) -> OpeningHours:
    return OpeningHours.parse(json.loads(told))


def _hours(told: dict[str, Any]) -> OpeningHours:
    return _parsed(json.dumps(told))


def _duty(one: Service, at: datetime, doubts: Sequence[Doubted]) -> Duty | None:
    if any(doubt.service_id == an_id(f"service {one.name}") and doubt.span.contains(at) for doubt in doubts):
        return None
    running = any(start <= at < end for start, end, _ in one.shifts or ())
    return Duty(an_id("roster"), "roster", 1, an_id("shift"), "somebody", UNTIL) if running else None


def _exists(country: Country, organisation: str, day: date) -> bool:
    return day < country.ends.get(organisation, date.max)


def _serves(country: Country, one: Service, code: str, day: date) -> bool:
    """Whether it serves all of a municipality on a day."""
    served = one.kind == "national_desk" or (code in one.codes and not one.part)
    return served and (one.since or date.min) <= day < (one.until or date.max) and _exists(country, one.organisation, day)


def _around(country: Country, code: str, at: datetime, doubts: Sequence[Doubted]) -> Surroundings:
    """Who is around at a minute, without a database."""
    day = at.astimezone(AMSTERDAM).date()
    here = [one for one in country.services if _serves(country, one, code, day)]

    def ids(one: Service) -> tuple[UUID, UUID, str]:
        return an_id(f"service {one.name}"), an_id(one.organisation), one.organisation

    return Surroundings(
        code,
        code,
        1,
        tuple(
            Desk(*ids(one), frozenset(one.accepts), 0, _hours(one.hours), OutOfHours(one.out_of_hours),
                 Named(an_id(one.stand_in), one.stand_in) if one.stand_in and _exists(country, one.stand_in, day) else None, one.rank)
            for one in here
            if one.kind == "meldpunt"
        ),
        tuple(
            Provider(*ids(one), one.kind, one.rank, 0, _duty(one, at, doubts)) for one in here if one.kind in {"crisis", "outreach"}
        ),
        tuple(NationalDesk(*ids(one)) for one in here if one.kind == "national_desk"),
    )  # fmt: skip


def _left(around: Surroundings, line: Line, at: datetime) -> tuple[int, str]:
    """How far down the ladder the first answer stands, and why it is the first."""
    if line is Line.OUTREACH:
        around = Surroundings(around.municipality_code, "", 1, (), around.providers, around.national_desks)
    try:
        decision = decide(NEEDS.get(line, NEEDS[Line.URGENT]), around, frozenset(), at)
        return STEPS.index(decision.rung), next(one.reason.code for one in decision.lines if one.taken)
    except NobodyLeft:
        return len(STEPS), ""


def _enough(wanted: Sequence[Wanted], line: Line, code: str, at: datetime, why: str = "last_rung", left: int = 0) -> list[int]:
    """Which rungs would do at a minute. By default the national desk does where it serves by agreement."""
    if not wanted and line not in DEFAULT:
        return []
    day = at.astimezone(AMSTERDAM).date()
    speaking = [
        one
        for one in wanted
        if one.line == line and code in one.codes and (one.since or date.min) <= day < (one.until or date.max)
    ]
    if not speaking and left == STEPS.index(Rung.NATIONAL_DESK) and why != "last_rung":
        return []
    if not speaking:
        return [STEPS.index(DEFAULT[line])] if line in DEFAULT else []
    return [STEPS.index(one.enough) for one in speaking if is_open(_hours(one.hours), at)]


def _is_closed_by(country: Country, fallbacks: dict[str, str], code: str, line: Line, at: datetime) -> bool:
    """Whether a rostered service has a fallback that is contracted here without a roster."""
    day = at.astimezone(AMSTERDAM).date()
    here = [
        one
        for one in country.services
        if one.kind == ("crisis" if line is Line.CRISIS else "outreach") and _serves(country, one, code, day)
    ]
    plain = {one.name for one in here if one.shifts is None}
    rostered = [one.name for one in here if one.shifts is not None]
    return any(fallbacks.get(name) in plain for name in rostered or plain)


@st.composite
def situations(
    draw: st.DrawFn,
) -> tuple[datetime, Country, Line, tuple[Wanted, ...], tuple[Doubted, ...], dict[str, str]]:
    """A country, a line, what is asked for on it, what is in doubt, and who closes whose gaps."""
    start = draw(st.sampled_from(CHANGES))
    country, line = draw(countries(start)), draw(st.sampled_from(list(Line)))
    days = st.sampled_from([None, None, start.date(), start.date() + timedelta(days=1)])
    rungs = [Rung.ON_DUTY, Rung.CONTRACTED] + ([Rung.MELDPUNT] if line in {Line.URGENT, Line.NORMAL} else [])
    codes = st.sets(st.sampled_from(CODES), min_size=1).map(lambda found: tuple(sorted(found)))
    demands = st.builds(Wanted, st.just(line), codes, hours, days, st.none(), st.sampled_from(rungs))
    wanted = draw(st.lists(demands, max_size=2)) if country.services else []
    providers = [one.name for one in country.services if one.kind in {"crisis", "outreach"}]
    doubts: list[Doubted] = []
    fallbacks: dict[str, str] = {}
    has_doubt = draw(st.booleans())
    if providers and has_doubt:
        since = start + draw(st.integers(0, 1000)) * timedelta(minutes=1)
        span = Span(since, since + draw(st.integers(1, 600)) * timedelta(minutes=1))
        doubts.append(Doubted(an_id(f"service {draw(st.sampled_from(providers))}"), span))
    if len(providers) > 1:
        fallbacks = {providers[0]: draw(st.sampled_from(providers[1:]))}
    return start, country, line, tuple(wanted), tuple(doubts), fallbacks


@settings(deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))
@given(situations())
async def test_gaps_are_the_minutes_in_which_nobody_is_near_enough(
    empty: Database,
    situation: tuple[datetime, Country, Line, tuple[Wanted, ...], tuple[Doubted, ...], dict[str, str]],
) -> None:
    """A gap that is not raised is a night without anybody; one that is none teaches people to look away."""
    start, country, line, wanted, doubts, fallbacks = situation
    period = Span(start + NIGHT[0], start + NIGHT[1])
    async with tried(empty, country, start) as work:
        for one in wanted:
            work.write(
                demand, id=new_id(start), organisation_id=an_id(country.services[0].organisation),
                line=one.line, scheme="municipality", codes=list(one.codes), hours=one.hours,
                valid=f"[{one.since or ''},{one.until or ''})", enough=one.enough, version=1,
            )  # fmt: skip
        for name, by in fallbacks.items():
            ids = {"service_id": an_id(f"service {name}"), "by_service_id": an_id(f"service {by}")}
            work.write(fallback, **ids, organisation_id=an_id(country.services[0].organisation), version=1)
        await work.flush()
        found = await find_with(work, period, (line,), doubts)
    for code in CODES:
        here = [one for one in found if code in one.municipality_codes]
        asked = {rung for at in minutes(period.start, period.end) for rung in _enough(wanted, line, code, at)}
        strictest = min(asked | {STEPS.index(DEFAULT.get(line, Rung.CONTRACTED))})
        for at in minutes(period.start, period.end):
            left, why = _left(_around(country, code, at, doubts), line, at)
            enough = _enough(wanted, line, code, at, why, left)
            missing = any(left > one for one in enough)
            by_fallback = missing and left == STEPS.index(Rung.CONTRACTED) and _is_closed_by(country, fallbacks, code, line, at)
            told = [one for one in here if one.span.contains(at)]
            assert len(told) <= 1
            assert any(one.is_open for one in told) == (missing and not by_fallback), (code, at)
            assert any(one.by_fallback for one in told) == by_fallback, (code, at)
            assert any(one.intended for one in told) == (not enough and left > strictest), (code, at)
