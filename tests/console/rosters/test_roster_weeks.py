"""The week as planners see it: its days, its holes, its cells, and how quickly it is there."""

import re
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any, Final

import httpx
import pytest
from sqlalchemy import Executable

from app.console.rosters.holes import Missing, empty, holes
from app.console.rosters.reading import known
from app.console.rosters.telling import span_told, times_told
from app.console.rosters.trying import period_of
from app.console.rosters.weeks import Week, local_moment, week_at, week_named
from app.core.db import Database
from app.core.errors import Invalid
from app.core.spans import Span
from app.core.work import Row, Work, begin
from app.coverage.gaps import Gap
from app.coverage.lines import Line
from app.directory.seeding import organisation_id
from app.rosters.service import shown
from tests.console.rosters.desk import NOON, Desk, a_desk, start_at
from tests.console.signed_in import a_client, signed_in
from tests.makers import AMSTERDAM_DESK
from tests.rosters.planning import local


def _span(start: str, end: str) -> Span:
    return Span(local(start), local(end))


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 3, 22), 167), (date(2026, 10, 19), 169), (date(2026, 11, 30), 168)])
async def test_a_week_is_as_long_as_the_clock_says(day: date, hours: int) -> None:
    """When the clock changes a planner sees 23 or 25 hours, and no shift lies an hour beside where it is."""
    week = Week(day)
    assert week.steps == hours * 4 == sum(one.hours for one in week.days) * 4
    assert week.days[6].hours == hours - 144


async def test_a_week_has_one_name() -> None:
    """What an address names is the week that it came from, for every week of this century, in years of 53 weeks too."""
    week = Week(date(2000, 1, 3))
    while week.monday.year < 2100:
        assert week_named(week.name, NOON) == week == week_at(week.span.start)
        assert week.span.end == week.later(1).span.start
        week = week.later(1)


@pytest.mark.parametrize("told", ["2026-W54", "2026-W00", "x", "2026-W1x", "1999-W01", "2026-49", "9" * 400])
async def test_what_is_no_week_is_refused(told: str) -> None:
    """An address that somebody mistyped is told, and not guessed at."""
    with pytest.raises(Invalid):
        week_named(told, NOON)


async def test_the_hour_that_is_skipped_is_the_jump() -> None:
    """Half past two on the last Sunday of March does not exist; three o'clock does."""
    assert local_moment("2027-03-28T02:30", "from") == datetime(2027, 3, 28, 1, tzinfo=UTC)
    for told in ("", "tomorrow", "2027-03-28", "0001-01-01T00:00", "2027-03-28T02:30+01:00"):
        if told != "2027-03-28":
            with pytest.raises(Invalid):
                local_moment(told, "from")


async def test_what_nobody_on_a_roster_means() -> None:
    """Red only where somebody is missed: not what is over, not what nobody asks for, not what others cover."""
    week = _span("2026-11-24 00:00", "2026-12-01 00:00")
    taken = [_span("2026-11-25 08:00", "2026-11-26 08:00")]
    who = Gap(Line.CRISIS, ("GM0392",), (), _span("2026-11-27 20:00", "2026-11-28 08:00"), "contracted", "no_shift")
    free = Gap(
        Line.CRISIS, ("GM0392",), (), _span("2026-11-28 08:00", "2026-11-28 20:00"), "contracted", "no_shift", intended=True
    )
    found = holes(empty(week, taken), [who, free], NOON)
    assert [(one.kind, one.reason) for one in found] == [
        (Missing.PAST, ""),
        (Missing.NOBODY, ""),
        (Missing.NOBODY, ""),
        (Missing.GAP, "no_shift"),
        (Missing.FREE, ""),
        (Missing.NOBODY, ""),
    ]
    assert found[0].span.end == found[1].span.start == NOON
    assert sum((one.span.duration for one in found), timedelta()) == week.duration - timedelta(days=1)


async def test_a_change_is_tried_in_its_weeks() -> None:
    """From now on, to the end of the week in which it ends, four weeks at most; a Sunday night is of the week that it closes."""
    sunday = _span("2026-11-29 08:00", "2026-11-30 00:00")
    assert period_of(sunday, NOON) == Span(NOON, local("2026-11-30 00:00"))
    assert period_of(_span("2026-12-07 08:00", "2026-12-14 08:00"), NOON) == _span("2026-12-07 00:00", "2026-12-21 00:00")
    assert period_of(_span("2026-11-24 12:00", "2027-11-24 12:00"), NOON).duration == timedelta(weeks=4)


async def test_spans_are_told_short() -> None:
    """A night is told by its first day; what lasts longer by both."""
    assert span_told("nl", _span("2026-12-01 20:00", "2026-12-02 08:00")) == "di 1 dec 20:00–08:00"
    assert span_told("en", _span("2026-12-01 08:00", "2026-12-03 08:30")) == "Tue 1 Dec 08:00 – Thu 3 Dec 08:30"
    assert times_told("nl", _span("2026-12-01 08:00", "2026-12-01 16:30")) == "08–16:30"
    assert times_told("en", _span("2026-12-01 08:00", "2026-12-03 08:00")) == "Tue 08–Thu 08"
    assert times_told("nl", _span("2026-12-01 08:00", "2026-12-29 08:00")) == "1 dec–29 dec"


async def test_the_list_tells_who_has_duty(browser: httpx.AsyncClient, desk: Desk) -> None:
    """Who is on now, until when, and who is next; the part that is kept true is the same."""
    page = await browser.get("/rosters")
    assert page.status_code == 200
    assert "Crisisdienst test" in page.text
    part = await browser.get("/rosters/list", headers={"X-Part": "rosters-list"})
    for told in (page.text, part.text):
        assert 0 < told.index(await _on_duty(desk)) < told.index("Daarna")
    assert "<html" not in part.text


async def _on_duty(desk: Desk) -> str:
    return (await desk.shift_at("2026-11-24 12:00")).participant


@pytest.mark.parametrize(
    ("week", "steps", "told"), [("2026-W13", 668, "23 uur"), ("2026-W43", 676, "25 uur"), ("2026-W48", 672, "")]
)
async def test_the_grid_is_as_wide_as_its_week(database: Database, week: str, steps: int, told: str) -> None:
    """Each row fills the week to the quarter of an hour, also when the clock changes; the day says so in words."""
    start_at(week_named(week, NOON).span.start - timedelta(days=6))
    desk = await a_desk(database)
    async with a_client(database, desk.who) as browser:
        page = (await browser.get(f"{desk.path}?week={week}")).text
    rows = re.findall(r"<tr.*?</tr>", page, re.DOTALL)
    assert len(rows) == 3
    for row in rows:
        assert sum(map(int, re.findall(r'colspan="(\d+)"', row))) == steps
    assert told in page
    assert ("de klok gaat om" in page) == bool(told)
    if told:  # the shift over the change lasts an hour less or more, and still changes at eight
        assert re.search(rf'colspan="{steps - 576}"[^>]*>\s*<a class="shift', page.split('class="layer"')[1])


async def test_holidays_are_named_and_weeks_lead_to_each_other(browser: httpx.AsyncClient, desk: Desk) -> None:
    """Christmas is on the grid, in the reader's language; the way back to this week is there."""
    page = (await browser.get(f"{desk.path}?week=2026-W52")).text
    assert "Eerste kerstdag" in page
    assert 'href="?week=2026-W51"' in page
    assert 'href="?week=2026-W53"' in page
    assert 'href="?week=2026-W48"' in page
    assert "Christmas Day" in (await browser.get(f"{desk.path}?week=2026-W52&lang=en")).text
    assert (await browser.get(f"{desk.path}?week=2026-W99")).status_code == 400


async def test_rosters_of_others_are_not_there(desk: Desk, browser: httpx.AsyncClient, database: Database) -> None:
    """Neither the week, nor a shift, nor a command of another organisation's roster; who only reads commands nothing."""
    other = await a_desk(database, title="elders")
    shift = await desk.shift_at("2026-11-26 12:00")
    for path in (other.path, f"{other.path}/shift?shift={shift.id}", f"{desk.path}/shift?shift=x"):
        assert (await browser.get(path)).status_code == 404
    async with a_client(database, other.who) as stranger:
        for path in (f"{desk.path}/shift?shift={shift.id}", f"{other.path}/shift?shift={shift.id}"):
            assert (await stranger.get(path)).status_code == 404
        sent = {"what": "cover", "shift": str(shift.id), "layer": "1", "from": "2026-11-26T08:00", "until": "2026-11-27T08:00"}
        sent["participant"] = str(other.people["Carla"])
        assert (await stranger.post(f"{desk.path}/shift", data=sent)).status_code == 404
        assert (await stranger.post(f"{desk.path}/feeds")).status_code == 404
    supervisor = await signed_in(database, desk.organisation, "supervisor")
    async with a_client(database, supervisor) as reader:
        page = await reader.get(f"{desk.path}/shift?shift={shift.id}")
        assert page.status_code == 200
        assert 'name="what"' not in page.text
        assert (await reader.post(f"{desk.path}/shift", data={"what": "confirm"})).status_code == 403
    operator = await signed_in(database, AMSTERDAM_DESK, "operator")
    async with a_client(database, operator) as nobody:
        assert (await nobody.get("/rosters")).status_code == 403


async def test_a_roster_whose_shifts_come_from_elsewhere_is_read(database: Database) -> None:
    """Shifts without a plan are in the list and in the grid; nothing offers to change them."""
    who = await signed_in(database, organisation_id("crisis-vr13"), "planner")
    async with a_client(database, who) as browser:
        found = re.search(r'href="(/rosters/[\w-]{36})"', (await browser.get("/rosters")).text)
        assert found
        page = (await browser.get(f"{found[1]}?week=2026-W49")).text
        assert "De diensten op dit rooster komen ergens anders vandaan." in page
        link = re.search(r'class="shift[^"]*" href="([^"]+)"', page)
        assert link
        panel = await browser.get(unescape(link[1]))
        assert panel.status_code == 200
        assert 'name="what"' not in panel.text


WITHIN: Final = 0.2  # seconds
MOST_STATEMENTS: Final = 25


def _layers(count: int) -> list[dict[str, Any]]:
    third = {"unit": "hour", "every": 8}
    return [{"layer": layer, "name": f"laag {layer}", "participants": [0, 1, 2], **third} for layer in range(1, count + 1)]


async def test_a_full_roster_is_there_at_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five layers, three shifts a day, four weeks: some 60 ms of our CPU, where `tests.benchmarks.console` was measured.

    A slower machine may take twice as long; a page that grows with what is on it takes more.
    """
    desk = await a_desk(database, rotations=_layers(5))
    async with a_client(database, desk.who) as browser:
        taken = []
        for _ in range(7):
            began = time.process_time()
            page = await browser.get(f"{desk.path}?week=2026-W49")
            taken.append(time.process_time() - began)
            if min(taken) < WITHIN:
                break
    assert page.text.count("data-cell") > 200
    assert min(taken) < WITHIN, taken
    asked: list[str] = []
    rows = Work.rows

    async def noted(work: Work, statement: Executable, /, **binds: object) -> Sequence[Row]:
        asked.append(str(statement))
        return await rows(work, statement, **binds)

    monkeypatch.setattr(Work, "rows", noted)
    async with a_client(database, desk.who) as browser:
        for week in ("2026-W49", "2027-W02"):
            asked.clear()
            await browser.get(f"{desk.path}?week={week}")
            assert 10 < len(asked) <= MOST_STATEMENTS, asked
            assert not [one for one in set(asked) if asked.count(one) > 2]  # none for each shift, layer or participant


async def test_what_was_read_already_means_the_same(desk: Desk) -> None:
    """The page hands on the plan and the participants that it has; what comes of it is what the API tells."""
    span = Span(NOON, NOON + timedelta(weeks=2))
    async with begin(desk.database, desk.actor) as work:
        one = await known(work, desk.roster)
        assert one.plan
        assert await shown.schedule_of(work, one.plan, one.people, span) == await shown.final_schedule(work, desk.roster, span)
