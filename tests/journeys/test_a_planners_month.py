"""A planner does a month's work by the API alone: plans, swaps, illness, gaps, calendars, the night itself, trying another plan.

The clock is set, never waited for: October 2026, when the clock goes back in the night to the 25th.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg
import httpx
import pytest
from icalendar import Calendar

from app.core import clock
from app.core.db import Database
from app.core.http import utc_text
from app.directory.seeding import organisation_id
from tests.journeys.by_api import ByApi, be, local, work
from tests.makers import HOTLINE, a_call

AMSTERDAM: Final = "GM0363"
CRISIS: Final = organisation_id("crisis-vr13")
NAMES: Final = ("Anna", "Bram", "Chris", "Dries")
# The country as it is loaded for all tests, but known since September, and without any roster.
SINCE_SEPTEMBER: Final = "SET session_replication_role = replica; TRUNCATE roster, shift CASCADE; " + "; ".join(
    f"UPDATE {table} SET recorded_at = '2026-09-01'"
    for table in ("municipality", "postcode", "organisation", "service", "service_area")
)
HOLIDAY: Final = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:elsewhere
BEGIN:VEVENT
UID:1
DTSTAMP:20261001T000000Z
DTSTART;VALUE=DATE:20261019
DTEND;VALUE=DATE:20261020
SUMMARY:camping
END:VEVENT
END:VCALENDAR
"""


@dataclass
class Office:
    """The planner and the national desk, each with a key; and, once there is a plan, its roster."""

    planner: ByApi
    national: ByApi
    database: Database
    service: str
    people: dict[str, str] = field(default_factory=dict)
    roster: str = ""

    async def plan(self) -> None:
        """Four people: a day each, and every other weekend's nights for two of them."""
        for one in NAMES:
            self.people[one] = (await self.planner.make("participants", {"name": one, "phone": "020 123 45 67"}))["id"]
        week = {"name": "week", "unit": "day", "handOver": "08:00", "participants": list(self.people.values())}
        weekend = {"name": "weekend", "layer": 2, "unit": "week", "handOver": "20:00", "weekdays": [5, 6, 7]}
        weekend |= {"dayFrom": "20:00", "dayTo": "08:00", "participants": [self.people["Dries"], self.people["Chris"]]}
        rotations = [one | {"startsOn": "2026-10-12"} for one in (week, weekend)]
        body = {"serviceId": self.service, "name": "Nachtdienst", "rotations": rotations}
        self.roster = (await self.planner.make("rosters", body))["id"]

    async def work(self) -> None:
        """What happens by itself at this moment."""
        await work(self.database)

    async def gaps(self) -> list[dict[str, Any]]:
        """Where nobody is for a crisis in Amsterdam, in the coming fourteen days."""
        found = await self.planner.read("coverage/gaps", municipality=AMSTERDAM, line="crisis")
        return list(found["items"])

    async def shifts(self, starts: str, ends: str) -> list[dict[str, Any]]:
        """The final schedule of a local period."""
        found = await self.planner.read(f"rosters/{self.roster}/shifts", startsAt=local(starts), endsAt=local(ends))
        return list(found["items"])

    async def on_duty(self, at: str) -> Any:
        """Who is on duty at a moment, who is next, and why."""
        return await self.planner.read(f"rosters/{self.roster}/on-duty", at=at if at.endswith("Z") else local(at))

    async def override(self, **told: Any) -> Any:
        """An absence, a cover, an extra, a swap."""
        return await self.planner.make(f"rosters/{self.roster}/overrides", told)

    async def would_be_called(self, at: str | None = None) -> str:
        """Who has the shift to which routing would give a crisis in Amsterdam."""
        moment = {"at": local(at)} if at else {}
        told = await self.planner.read("routing/preview", urgency="crisis", municipalityCode=AMSTERDAM, **moment)
        [why] = [line["text"] for line in told["candidates"] if line["taken"]]
        return str(why).split(" has the shift until")[0]


@pytest.fixture
async def office(fresh_client: httpx.AsyncClient, fresh_database: Database, owner: asyncpg.Connection) -> AsyncIterator[Office]:
    """Monday the twelfth, nine o'clock: a crisis service, and nobody planned."""
    be("2026-10-12T09:00")
    await owner.execute(SINCE_SEPTEMBER)
    planner = await ByApi.with_key(fresh_client, fresh_database, CRISIS, "planner")
    national = await ByApi.with_key(fresh_client, fresh_database, HOTLINE, "supervisor")
    [service] = (await planner.read(f"organisations/{planner.organisation}/services"))["items"]
    yield Office(planner, national, fresh_database, service["id"])
    clock.run_at(None)


async def test_a_month_is_planned_over_the_change_of_the_clock(office: Office) -> None:
    """From nobody to twelve weeks ahead; who is on duty in the night with two half past twos, and why; a holiday, a swap."""
    planner = office.planner
    assert (await planner.read("rosters"))["items"] == []
    [nobody] = await office.gaps()
    assert (nobody["reason"], nobody["startsAt"], nobody["endsAt"]) == ("no_roster", utc("10-12T09:00"), utc("10-26T08:00"))
    await office.work()
    gap = await planner.hears("gap.found", line="crisis")
    await office.plan()
    await office.work()
    assert await office.gaps() == []
    assert (await planner.hears("gap.closed", gapId=gap["gapId"]))["closedBy"] == "filled"
    await _the_night_of_the_clock(office)
    await _a_change_is_tried_and_made(office)
    await _a_holiday_is_covered(office)
    await _two_shifts_are_swapped(office)
    ahead = (await planner.read(f"rosters/{office.roster}"))["generatedUntil"]
    be("2026-10-13T09:00")
    await office.work()
    assert (await planner.read(f"rosters/{office.roster}"))["generatedUntil"] == _later(ahead, days=1)
    await _a_phone_shows_it(office)


async def _the_night_of_the_clock(office: Office) -> None:
    """From eight to eight is 25 hours once, and the weekend's rotation goes before the week's."""
    shifts = await office.shifts("2026-10-13T08:00", "2026-11-09T08:00")
    lasting = {(one["startsAt"], _hours(one)) for one in shifts if one["layer"] == 1}
    assert {start for start, hours in lasting if hours != 24} == {utc("10-24T08:00")}
    [long] = [one for one in shifts if (one["startsAt"], one["layer"]) == (utc("10-24T08:00"), 1)]
    assert _hours(long) == 25
    found = await office.on_duty("2026-10-25T02:30")
    weekend = (await office.planner.read(f"rosters/{office.roster}"))["rotations"][1]
    assert (found["now"]["shift"]["participant"], found["now"]["shift"]["rotationId"]) == ("Chris", weekend["id"])
    assert (found["next"]["shift"]["participant"], found["next"]["startsAt"]) == ("Bram", utc("10-25T08:00"))


async def _a_change_is_tried_and_made(office: Office) -> None:
    """What the preview promises is what comes, and trying changes nothing."""
    planner, path = office.planner, f"rosters/{office.roster}"
    rotations = (await planner.read(path))["rotations"]
    week, weekend = [{key: value for key, value in one.items() if key not in {"id", "version"}} for one in rotations]
    week["participants"] = [office.people[one] for one in ("Anna", "Chris", "Bram", "Dries")]
    before = await office.shifts("2026-10-13T08:00", "2026-10-20T08:00")
    period = {"startsAt": utc("10-13T08:00"), "endsAt": utc("10-20T08:00")}
    tried = await planner.ask("POST", f"{path}/_preview", {"rotations": [week, weekend]} | period)
    assert {(one["now"]["participant"], one["then"]["participant"]) for one in tried["changes"]} == {
        ("Bram", "Chris"),
        ("Chris", "Bram"),
    }
    assert await office.shifts("2026-10-13T08:00", "2026-10-20T08:00") == before
    seen = f'"{rotations[0]["version"]}"'
    await planner.ask("PUT", f"{path}/rotations/{rotations[0]['id']}", week, seen=seen)
    after = await office.shifts("2026-10-13T08:00", "2026-10-20T08:00")
    assert [_who(one) for one in after] == [_who(one) for one in tried["items"]]
    assert [one["id"] for one in after] == [one["id"] for one in before]
    assert (await planner.hears("shift.changed", participantId=office.people["Bram"]))["changed"] > 1


async def _a_holiday_is_covered(office: Office) -> None:
    """Whoever volunteered for Christmas has it, and the schedule says by what."""
    span = {"startsAt": utc("12-25T08:00"), "endsAt": utc("12-25T20:00")}
    made = await office.override(kind="cover", participantId=office.people["Dries"], layer=1, reason="holiday", **span)
    christmas = (await office.on_duty("2026-12-25T12:00"))["now"]["shift"]
    assert (christmas["participant"], christmas["overrideId"]) == ("Dries", made["id"])


async def _two_shifts_are_swapped(office: Office) -> None:
    """Asked for, nothing changes; accepted by whom it was asked of, both have the other's."""
    planner = office.planner
    mine, yours = [one for one in await office.shifts("2026-10-20T08:00", "2026-10-22T08:00") if one["layer"] == 1][-2:]
    asked = await office.override(kind="swap", shiftId=mine["id"], otherShiftId=yours["id"], reason="agreement")
    told = await planner.hears("swap.requested", overrideId=asked["id"])
    assert (told["participantId"], told["otherParticipantId"]) == (mine["participantId"], yours["participantId"])
    override = f"overrides/{told['overrideId']}"
    body = {"state": "accepted", "participantId": told["otherParticipantId"]}
    await planner.ask("POST", f"{override}/answer", body, seen=await planner.seen(override))
    assert (await planner.hears("swap.answered", overrideId=asked["id"]))["state"] == "accepted"
    for was, now in ((mine, yours), (yours, mine)):
        found = (await office.on_duty(was["startsAt"]))["now"]["shift"]
        assert (found["participant"], found["id"], found["overrideId"]) == (now["participant"], was["id"], asked["id"])


async def _a_phone_shows_it(office: Office) -> None:
    """A calendar program without any token shows what routing will do."""
    address = (await office.planner.ask("POST", f"rosters/{office.roster}/calendar-feeds", status=201))["address"]
    answer = await office.planner.client.get(httpx.URL(address).path)
    calendar = Calendar.from_ical(answer.content)
    assert isinstance(calendar, Calendar)
    shown = {(one.start, one.end, str(one["SUMMARY"])) for one in calendar.events}
    shifts = await office.shifts("2026-10-13T09:00", "2027-01-05T09:00")
    assert shifts
    assert {(*_span(one), f"Nachtdienst: {one['participant']}") for one in shifts} <= shown


async def test_a_gap_is_heard_of_before_it_happens_and_closed(office: Office) -> None:
    """Ill without cover, the planner and the national desk hear it today; covered, all who heard hear that; a holiday the same."""
    planner, national = office.planner, office.national
    await office.plan()
    await office.work()
    be("2026-10-12T15:00")
    [bram] = await office.shifts("2026-10-13T08:00", "2026-10-14T08:00")
    span = {"startsAt": bram["startsAt"], "endsAt": bram["endsAt"]}
    await office.override(kind="absence", participantId=bram["participantId"], reason="illness", **span)
    await office.work()
    [found] = await office.gaps()
    assert (found["reason"], found["startsAt"], found["endsAt"]) == ("no_shift", bram["startsAt"], bram["endsAt"])
    gap = (await planner.hears("gap.found", **span))["gapId"]
    assert (await planner.hears("gap.near", gapId=gap))["municipalityCodes"] == found["municipalityCodes"]
    assert (await national.hears("gap.near", gapId=gap))["reason"] == "no_shift"
    known = await planner.ask(
        "POST", f"gaps/{gap}/acknowledgement", {"code": "being_filled"}, status=201, seen=await planner.seen(f"gaps/{gap}")
    )
    assert (known["level"], known["clearedAt"]) == ("national_desk", None)

    be("2026-10-12T15:20")
    await office.override(kind="extra", participantId=office.people["Dries"], layer=1, reason="illness", **span)
    await office.work()
    assert await office.gaps() == []
    for who in (planner, national):
        assert (await who.hears("gap.closed", gapId=gap))["closedBy"] == "filled"
        assert await who.heard("gap.closed", gapId=gap) == 1
    assert (await planner.read(f"gaps/{gap}"))["closedBy"] == "filled"
    await _a_calendar_raises_a_doubt(office)


async def _a_calendar_raises_a_doubt(office: Office) -> None:
    """On holiday by their own calendar and on duty by ours: warned of, a gap at once, closed by giving it to another."""
    planner = office.planner
    away = await planner.ask("PUT", f"participants/{office.people['Dries']}/unavailability", {"calendar": HOLIDAY})
    assert away["items"] == [{"startsAt": utc("10-19T00:00"), "endsAt": utc("10-20T00:00")}]
    schedule = await planner.read(f"rosters/{office.roster}/shifts")
    assert {one["participantId"] for one in schedule["warnings"] if one["code"] == "absent"} == {office.people["Dries"]}
    await office.work()
    span = {"startsAt": utc("10-19T00:00"), "endsAt": utc("10-20T00:00")}
    gap = await planner.hears("gap.found", reason="absent", **span)
    cover = {"participantId": office.people["Dries"], "coverParticipantId": office.people["Bram"]}
    await office.override(kind="absence", reason="holiday", **cover, **span)
    await office.work()
    assert (await planner.hears("gap.closed", gapId=gap["gapId"]))["closedBy"] == "filled"
    assert [one["code"] for one in (await planner.read(f"rosters/{office.roster}/shifts"))["warnings"]] == []


async def test_a_call_reaches_whoever_took_over(office: Office) -> None:
    """One confirms, one does not and the next has the shift, a third takes it over: the call that comes then is theirs."""
    planner = office.planner
    await office.plan()
    be("2026-10-20T07:05")
    await office.work()
    asked = await planner.hears("shift.confirmation_asked", participantId=office.people["Anna"])
    [one] = (await planner.ask("POST", f"shifts/{asked['shiftId']}/confirmation", {}))["items"]
    assert (one["participantId"], one["confirmedAt"]) == (office.people["Anna"], utc("10-20T07:05"))

    be("2026-10-21T07:05")
    await office.work()
    asked = await planner.hears("shift.confirmation_asked", participantId=office.people["Bram"])
    be("2026-10-21T07:41")
    await office.work()
    for who in (planner, office.national):
        told = await who.hears("shift.unconfirmed", shiftId=asked["shiftId"])
        assert told["nextParticipantId"] == office.people["Chris"]
    body = {"participantId": told["nextParticipantId"]}
    people = (await planner.ask("POST", f"shifts/{asked['shiftId']}/confirmation", body))["items"]
    assert [(one["place"], one["confirmedAt"] is not None) for one in people] == [(1, False), (2, True)]

    be("2026-10-21T22:00")
    assert await office.would_be_called() == "Chris"
    running = (await office.on_duty("2026-10-21T22:00"))["now"]["shift"]
    took = {"participantId": office.people["Dries"], "reason": "illness"}
    await planner.make(f"shifts/{running['id']}/takeover", took)
    be("2026-10-21T22:05")
    assert await office.would_be_called() == "Dries"
    assert await office.would_be_called(at="2026-10-21T21:00") == "Chris"
    assert await office.would_be_called(at="2026-10-23T12:00") == "Dries"
    await _a_call(office, "Dries")
    [roster] = (await planner.read("duty-summary"))["rosters"]
    assert (roster["now"]["participant"], roster["next"]["participant"], roster["unfilled"]) == ("Dries", "Chris", [])
    be("2026-10-22T08:30")
    await office.work()
    assert (await planner.hears("duty.summary", period="day", onDutyNow=1))["openGaps"] == 0


async def _a_call(office: Office, who: str) -> None:
    """A crisis, taken by the hotline: offered to the crisis service, and the decision names whoever is on duty."""
    operator = await ByApi.with_key(office.planner.client, office.database, HOTLINE, "operator")
    receipt = await operator.make("calls", a_call(answers={"danger_now": "no", "suicide": "yes"}))
    assert (receipt["verdict"]["urgency"], receipt["offered"]["organisationId"]) == ("crisis", office.planner.organisation)
    [decision] = (await operator.read(f"cases/{receipt['caseId']}/routing"))["decisions"]
    [taken] = [line["text"] for line in decision["candidates"] if line["taken"]]
    assert taken.startswith(f"{who} has the shift until")


async def test_another_plan_is_tried_and_what_was_can_be_read(office: Office) -> None:
    """What other turns would do to the load, before they are made; what the service said before, and who changed it."""
    planner, path = office.planner, f"services/{office.service}"
    await office.plan()
    turns = {"change": "rotation", "service": office.service, "participants": ["Anna", "Bram"], "handOver": ["08:00", "20:00"]}
    body = {"startsAt": utc("10-19T08:00"), "endsAt": utc("10-26T08:00"), "calls": {"source": "generated", "perYear": 200_000}}
    told = await planner.ask("POST", "simulations", body | {"proposals": [{"title": "twelve hours", "changes": [turns]}]})
    now, then = told["scenarios"]
    people = [{one["participant"] for one in each["people"]} for each in (now, then)]
    assert (people, then["title"]) == ([set(NAMES), {"Anna", "Bram"}], "twelve hours")
    assert sum(one["sooner"] + one["later"] + one["same"] for one in told["difference"]["shifted"]) > 0

    be("2026-10-14T10:00")
    before = await planner.read(path)
    changed = await planner.ask("PATCH", path, {"languages": ["nl", "en"]}, seen=await planner.seen(path))
    assert changed["changed"] == ["languages"]
    assert (await planner.read(path, asKnownAt=local("2026-10-13T10:00")))["languages"] == before["languages"]
    newest = (await planner.read(f"{path}/history"))["items"][0]
    assert (newest["at"], newest["by"]["organisationId"]) == (utc("10-14T10:00"), planner.organisation)
    assert newest["changes"] == [{"field": "languages", "from": before["languages"], "to": ["nl", "en"]}]
    await _a_town_less_is_tried(office, path)


async def _a_town_less_is_tried(office: Office, path: str) -> None:
    """The areas of its own service are a planner's too: who would be left is told before anything is stored."""
    planner = office.planner
    areas = await planner.read(f"{path}/areas")
    fewer = [one for one in areas["items"] if one["municipalityCode"] != AMSTERDAM]
    body = {"items": [{key: one[key] for key in ("municipalityCode", "startsOn", "endsOn", "postcodes")} for one in fewer]}
    tried = await planner.ask("PUT", f"{path}/areas", body, seen=await planner.seen(f"{path}/areas"), dryRun=True)
    [left] = [one for one in tried["effect"] if one["line"] == "crisis"]
    assert (left["municipalityCode"], left["becomesUncovered"][0]["startsAt"]) == (AMSTERDAM, utc("10-14T10:00"))
    assert await planner.read(f"{path}/areas") == areas


def utc(moment: str) -> str:
    """A local moment of this year as the API writes it."""
    return utc_text(local(f"2026-{moment}"))


def _later(moment: str, **how: int) -> str:
    return utc_text(datetime.fromisoformat(moment) + timedelta(**how))


def _hours(one: dict[str, Any]) -> float:
    start, end = _span(one)
    return (end - start) / timedelta(hours=1)


def _span(one: dict[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(one["startsAt"]), datetime.fromisoformat(one["endsAt"])


def _who(one: dict[str, Any]) -> tuple[Any, ...]:
    return one["layer"], one["startsAt"], one["endsAt"], one["participant"]
