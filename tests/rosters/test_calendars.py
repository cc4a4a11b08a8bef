"""Calendars out, read back by a parser that is not ours, and calendars in, bombs included."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from dateutil.rrule import rrulestr
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from prometheus_client import REGISTRY, generate_latest

from app.core.actor import WORKER
from app.core.db import Database
from app.core.spans import Span
from app.core.work import begin
from app.directory.holidays import AMSTERDAM
from app.rosters.service.doubts import doubts
from app.rosters.unavailability import CalendarRefused, busy_in
from tests.rosters.planning import Planner, local

Stand = Callable[[datetime], None]
NOW = datetime(2026, 11, 10, 11, tzinfo=UTC)
AT_NINE = "DTSTART;TZID=Europe/Amsterdam:20260105T090000\r\nDTEND;TZID=Europe/Amsterdam:20260105T100000\r\n"


def a_calendar(*events: str, before: str = "") -> str:
    """An .ics file with these events."""
    told = "".join(
        f"BEGIN:VEVENT\r\nUID:{place}\r\nDTSTAMP:20260101T000000Z\r\n{event}\r\nEND:VEVENT\r\n"
        for place, event in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n{before}{told}END:VCALENDAR\r\n"


async def _read(client: httpx.AsyncClient, address: str) -> Calendar:
    answer = await client.get(httpx.URL(address).path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/calendar")
    calendar = Calendar.from_ical(answer.content)
    assert isinstance(calendar, Calendar)
    return calendar


async def test_a_roster_is_read_back_as_it_is_planned(planner: Planner, client: httpx.AsyncClient) -> None:
    """What a phone shows is what routing does, to the minute, and tells no telephone numbers."""
    roster = await planner.roster(planner.rotation(await planner.people("Anna", "Bram")))
    made = await planner.ask("POST", f"/rosters/{roster['id']}/calendar-feeds", status=201)
    calendar = await _read(client, made["address"])
    shifts = await planner.shifts(roster["id"], ends=local("2027-02-10T00:00"))
    assert [(str(one["UID"]), one.start, one.end) for one in calendar.events] == [
        (f"{one['id']}@nodus", datetime.fromisoformat(one["startsAt"]), datetime.fromisoformat(one["endsAt"])) for one in shifts
    ]
    assert {str(one["SUMMARY"]) for one in calendar.events} == {"nights: Anna", "nights: Bram"}
    assert calendar.refresh_interval == timedelta(hours=1)
    assert b"1234567" not in calendar.to_ical()
    path = httpx.URL(made["address"]).path
    assert (await client.get(path)).content == (await client.get(path)).content


async def test_a_shift_that_changes_keeps_its_uid_and_rises(planner: Planner, client: httpx.AsyncClient, at: Stand) -> None:
    """A program moves the appointment instead of showing two; the participant's own calendar follows the swap."""
    anna, bram = await planner.people("Anna", "Bram")
    roster = await planner.roster(planner.rotation([anna, bram]))
    whole = (await planner.ask("POST", f"/rosters/{roster['id']}/calendar-feeds", status=201))["address"]
    annas = (await planner.ask("POST", f"/participants/{anna}/calendar-feeds", status=201))["address"]
    before = {str(one["UID"]): one for one in (await _read(client, whole)).events}
    mine = {str(one["UID"]) for one in (await _read(client, annas)).events}
    shifts = await planner.shifts(roster["id"])
    at(NOW + timedelta(hours=2))
    swap = {"kind": "swap", "shiftId": shifts[1]["id"], "otherShiftId": shifts[4]["id"], "reason": "leave", "plannerSets": True}
    await planner.ask("POST", f"/rosters/{roster['id']}/overrides", json=swap, status=201)
    after = {str(one["UID"]): one for one in (await _read(client, whole)).events}
    assert before.keys() == after.keys()
    risen = {uid for uid, one in after.items() if one.sequence > before[uid].sequence}
    assert risen == {f"{shifts[1]['id']}@nodus", f"{shifts[4]['id']}@nodus"}
    assert {str(one["UID"]) for one in (await _read(client, annas)).events} == mine ^ risen


async def test_an_address_can_be_withdrawn_and_a_wrong_one_tells_nothing(
    planner: Planner, client: httpx.AsyncClient, database: Database
) -> None:
    """A lost phone is no leak for ever; what the database holds opens nothing."""
    roster = await planner.roster()
    made = await planner.ask("POST", f"/rosters/{roster['id']}/calendar-feeds", status=201)
    path = httpx.URL(made["address"]).path
    secret = path.rsplit("/", 1)[1].removesuffix(".ics")
    other = await Planner.start(client, database)
    await other.ask("DELETE", f"/calendar-feeds/{made['id']}", status=404)
    assert (await planner.ask("GET", "/calendar-feeds"))["items"][0].keys() == {"id", "rosterId", "participantId", "madeAt"}
    assert (await client.get(path.replace(secret, "x" * 43))).status_code == 404
    assert (await client.get(path.replace(made["id"], roster["id"]))).status_code == 404
    assert (await client.get(path)).status_code == 200
    await planner.ask("DELETE", f"/calendar-feeds/{made['id']}", status=204)
    assert (await client.get(path)).status_code == 404
    await planner.ask("DELETE", f"/calendar-feeds/{made['id']}", status=404)


async def test_the_secret_is_in_no_log_and_no_metric(
    planner: Planner, client: httpx.AsyncClient, app: FastAPI, capsys: pytest.CaptureFixture[str]
) -> None:
    """An address in a log is an address in many hands; the answer that shows it is not kept for a repeated request."""
    roster = await planner.roster()
    path = f"/v1/rosters/{roster['id']}/calendar-feeds"
    made = (await client.post(path, headers=planner.headers | {"Idempotency-Key": "once"})).json()
    secret = made["address"].rsplit("/", 1)[1].removesuffix(".ics")
    await client.get(httpx.URL(made["address"]).path)
    await client.get(httpx.URL(made["address"]).path.removesuffix("s"))
    told = capsys.readouterr()
    assert secret not in told.out + told.err
    assert "calendars/{feed_id}/{secret}" in told.out
    assert secret.encode() not in generate_latest(REGISTRY)
    async with begin(app.state.database, WORKER) as work:
        from sqlalchemy import text

        rows = await work.rows(
            text("SELECT 1 FROM idempotency WHERE position(convert_to(:secret, 'UTF8') IN answer) > 0"), secret=secret
        )
        kept = await work.rows(text("SELECT 1 FROM calendar_feed f WHERE position(:secret IN f::text) > 0"), secret=secret)
    assert (len(rows), len(kept)) == (0, 0)


async def test_a_calendar_that_is_taken_over_raises_doubts(planner: Planner, database: Database) -> None:
    """On holiday by their own calendar and on duty by ours: the planner sees it weeks before."""
    anna, dries = (await planner.people("Anna"))[0], (await planner.people("Dries", phone=None))[0]
    roster = await planner.roster(planner.rotation([anna]), planner.rotation([dries], layer=2, weekdays=[7]))
    second = await planner.roster(planner.rotation([anna], weekdays=[1], dayFrom="10:00", dayTo="12:00", unit="week"))
    body = {
        "calendar": a_calendar("DTSTART;VALUE=DATE:20261120\r\nDTEND;VALUE=DATE:20261121", AT_NINE + "RRULE:FREQ=DAILY;COUNT=2")
    }
    found = await planner.ask("PUT", f"/participants/{anna}/unavailability", json=body)
    assert found["items"] == [{"startsAt": "2026-11-19T23:00:00Z", "endsAt": "2026-11-20T23:00:00Z"}]
    assert await planner.ask("GET", f"/participants/{anna}/unavailability") == found
    warned = (await planner.ask("GET", f"/rosters/{roster['id']}/shifts"))["warnings"]
    assert [one["startsAt"][:10] for one in warned if one["code"] == "absent"] == ["2026-11-19", "2026-11-20"]
    span = Span(local("2026-11-15T00:00").astimezone(UTC), local("2026-11-23T00:00").astimezone(UTC))
    async with begin(database, WORKER) as work:
        raised = [one for one in await doubts(work, span) if one.service_id == planner.service]
    assert {
        (one.reason, str(one.span.start.astimezone(AMSTERDAM))[:16], str(one.span.end.astimezone(AMSTERDAM))[:16])
        for one in raised
    } == {
        ("absent", "2026-11-20 00:00", "2026-11-20 08:00"),
        ("absent", "2026-11-20 08:00", "2026-11-21 00:00"),
        ("no_contact_way", "2026-11-15 08:00", "2026-11-16 08:00"),
        ("no_contact_way", "2026-11-22 08:00", "2026-11-23 00:00"),
        ("elsewhere", "2026-11-16 10:00", "2026-11-16 12:00"),
    }
    assert len([one for one in raised if one.reason == "elsewhere"]) == 2
    await planner.ask("DELETE", f"/participants/{anna}/unavailability", status=204)
    assert (await planner.ask("GET", f"/participants/{anna}/unavailability"))["items"] == []
    assert second["id"] != roster["id"]


async def test_a_shift_above_takes_the_doubt_away(planner: Planner, database: Database) -> None:
    """Somebody who is away and has somebody else above them is no gap; below they are no help."""
    anna, bram = await planner.people("Anna", "Bram")
    roster = await planner.roster(planner.rotation([anna], layer=2))
    body = {"calendar": a_calendar("DTSTART;VALUE=DATE:20261120\r\nDTEND;VALUE=DATE:20261121")}
    await planner.ask("PUT", f"/participants/{anna}/unavailability", json=body)
    span = Span(local("2026-11-20T00:00").astimezone(UTC), local("2026-11-21T00:00").astimezone(UTC))

    async def hours() -> int:
        async with begin(database, WORKER) as work:
            raised = [one.span for one in await doubts(work, span) if one.service_id == planner.service]
        return sum((one.end - one.start) // timedelta(hours=1) for one in raised)

    extra = {"kind": "extra", "participantId": bram, "reason": "leave", "startsAt": span.start.isoformat()}
    for layer, until, left in ((1, 24, 24), (3, 10, 14)):
        ends = {"endsAt": (span.start + timedelta(hours=until)).isoformat()}
        path = f"/rosters/{roster['id']}/overrides"
        await planner.ask("POST", path, json=extra | {"layer": layer} | ends, status=201)
        assert await hours() == left


ZONE = "BEGIN:VTIMEZONE\r\nTZID:Own\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=DAILY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
BOMBS = {
    "secondly": a_calendar(AT_NINE + "RRULE:FREQ=SECONDLY"),
    "minutely, folded": a_calendar(AT_NINE + "RRULE:FR\r\n EQ=MINUTELY;COUNT=9"),
    "never": a_calendar(AT_NINE + "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
    "never, counted": a_calendar(*[AT_NINE + "RRULE:FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31;COUNT=5"] * 300),
    "every second by its parts": a_calendar(AT_NINE + "RRULE:FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=1,2,3;BYSECOND=1,2,3"),
    "for ever": a_calendar("DTSTART:00010101T000000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY"),
    "many": a_calendar(*[AT_NINE + "RRULE:FREQ=DAILY;COUNT=99999999"] * 600),
    "a zone": a_calendar("DTSTART;TZID=Own:20261224T100000\r\nDURATION:PT2H", before=ZONE),
    "dates": a_calendar("DTSTART:20261224T100000Z\r\nRDATE:" + ",".join(["20261225T100000Z"] * 9000)),
    "nested": "BEGIN:VCALENDAR\r\n" * 9000,
    "backwards": a_calendar("DTSTART:20261224T100000Z\r\nDTEND:20261223T100000Z"),
    "no start": a_calendar("RRULE:FREQ=DAILY"),
    "interval": a_calendar(AT_NINE + "RRULE:FREQ=DAILY;INTERVAL=0"),
    "no calendar": "dear planner, I am away in July",
}


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_is_refused_in_no_time(planner: Planner, name: str) -> None:
    """A few lines that mean millions of moments stop neither the service nor the worker, and change nothing."""
    anna = (await planner.people("Anna"))[0]
    path = f"/participants/{anna}/unavailability"
    before = await planner.ask("PUT", path, json={"calendar": a_calendar("DTSTART:20261224T100000Z\r\nDURATION:PT2H")})
    began = time.process_time()
    problem = await planner.ask("PUT", path, json={"calendar": BOMBS[name]}, status=400)
    assert time.process_time() - began < 1.0
    assert problem["type"] == "/v1/problems/calendar-refused"
    assert problem["errors"][0]["pointer"] == "/calendar"
    assert await planner.ask("GET", path) == before


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (AT_NINE + "RRULE:FREQ=WEEKLY;BYDAY=WE", ["2026-11-11 09:00", "2026-11-18 09:00"]),
        (AT_NINE + "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["2026-11-30 09:00", "2026-12-31 09:00"]),
        (AT_NINE + "RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", ["2026-12-31 09:00"]),
        (AT_NINE + "RRULE:FREQ=WEEKLY;COUNT=46\r\nEXDATE;TZID=Europe/Amsterdam:20261116T090000", []),
        ("DTSTART:20261224T100000\r\nDURATION:PT1H", ["2026-12-24 10:00"]),
        ("DTSTART:20261224T100000Z\r\nDURATION:PT1H\r\nTRANSP:TRANSPARENT", []),
        ("DTSTART:20261224T100000Z\r\nDURATION:PT1H\r\nSTATUS:CANCELLED", []),
        ("DTSTART:20261109T100000Z\r\nDTEND:20261111T100000Z", ["2026-11-10 12:00"]),
    ],
)
def test_what_people_write_in_calendars_is_read(event: str, expected: list[str]) -> None:
    """The last working day of the month, the evening of the year, a week that was called off: local time, from now on."""
    found = [str(one.start.astimezone(AMSTERDAM))[:16] for one in busy_in(a_calendar(event), NOW)]
    assert found[: len(expected)] == expected
    assert expected or not found


rules: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]), "INTERVAL": st.integers(0, 30)},
    optional={
        "BYDAY": st.lists(st.sampled_from(["MO", "SU", "1MO", "-1FR", "5WE"]), min_size=1, max_size=3, unique=True),
        "BYMONTH": st.lists(st.integers(1, 12), min_size=1, max_size=2, unique=True),
        "BYMONTHDAY": st.lists(st.sampled_from([1, 28, 29, 30, 31, -1, -31]), min_size=1, max_size=2, unique=True),
        "BYSETPOS": st.sampled_from([1, -1, 5, 200]),
        "COUNT": st.sampled_from([1, 40, 10**8]),
    },
)


@settings(max_examples=60, deadline=None)
@given(rules, st.dates(date(2019, 1, 1), date(2026, 11, 1)))
def test_whatever_the_rule_it_is_read_rightly_or_refused_in_no_time(rule: dict[str, Any], first: date) -> None:
    """Against the reference of the rules themselves; what the reference would look for until the year 9999 is refused."""
    told = ";".join(f"{key}={','.join(map(str, value)) if isinstance(value, list) else value}" for key, value in rule.items())
    began = time.process_time()
    try:
        found = busy_in(a_calendar(f"DTSTART:{first:%Y%m%d}T100000Z\r\nDURATION:PT1H\r\nRRULE:{told}"), NOW)
    except CalendarRefused:
        return
    finally:
        assert time.process_time() - began < 1.0
    start, until = datetime(first.year, first.month, first.day, 10), datetime(2027, 11, 10)
    expected = rrulestr(told, dtstart=start).between(datetime(2026, 11, 10, 12), until)
    assert {one.start.replace(tzinfo=None) for one in found if one.start > NOW + timedelta(hours=1)} >= set(expected)
    assert all(one.end < other.start for one, other in pairwise(found))
