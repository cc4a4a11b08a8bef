"""Rosters through the API: from rotations to the shifts that routing sees."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.core.actor import WORKER, Actor, Role
from app.core.db import Database
from app.core.due import carry_out_once
from app.core.work import begin
from app.rosters.due import MADE_AHEAD
from tests.makers import a_token
from tests.rosters.planning import Planner, local

Stand = Callable[[datetime], None]


async def test_a_roster_has_its_shifts_at_once_and_twelve_weeks_ahead(planner: Planner) -> None:
    """What was planned at noon is who is called at one; in turn, without gap or overlap, at eight all winter."""
    people = await planner.people("Anna", "Bram", "Cees")
    roster = await planner.roster(planner.rotation(people))
    shifts = await planner.shifts(roster["id"], ends=local("2027-02-02T13:00"), starts=local("2026-11-10T12:00"))
    assert shifts[0]["startsAt"] == "2026-11-10T11:00:00Z"
    assert shifts[-1]["endsAt"] == "2027-02-03T07:00:00Z"
    assert all(one["endsAt"] == other["startsAt"] for one, other in pairwise(shifts))
    assert [one["participantId"] for one in shifts] == [people[(9 + place) % 3] for place in range(len(shifts))]
    assert {one["rotationId"] for one in shifts} == {roster["rotations"][0]["id"]}


async def test_on_duty_tells_who_and_why_and_who_is_next(planner: Planner) -> None:
    """The planner who is asked at night need not reckon; the higher layer goes before."""
    anna, bram, cees = await planner.people("Anna", "Bram", "Cees")
    roster = await planner.roster(
        planner.rotation([anna, bram]),
        planner.rotation([cees], name="night", layer=2, unit="week", dayFrom="22:00", dayTo="06:00"),
    )
    told = await planner.ask("GET", f"/rosters/{roster['id']}/on-duty", params={"at": "2026-11-11T23:30:00+01:00"})
    assert (told["now"]["shift"]["participant"], told["now"]["shift"]["layer"]) == ("Cees", 2)
    assert told["now"]["shift"]["rotationId"] == next(one["id"] for one in roster["rotations"] if one["name"] == "night")
    assert (told["next"]["shift"]["participant"], told["next"]["startsAt"]) == ("Anna", "2026-11-12T05:00:00Z")


async def test_making_ahead_again_changes_nothing_and_a_day_later_adds_a_day(
    client: httpx.AsyncClient, database: Database, at: Stand
) -> None:
    """Rows that stay the same keep their id and leave no history."""
    planner = await Planner.start(client, database)
    roster = await planner.roster(planner.rotation(await planner.people("Anna", "Bram")))
    start, end = local("2026-11-10T12:00"), local("2027-02-06T12:00")
    before = await planner.shifts(roster["id"], start, end)
    at(datetime.fromisoformat("2026-11-11T11:00:01+00:00"))
    assert (await carry_out_once(MADE_AHEAD, database))[1] == 0
    after = await planner.shifts(roster["id"], start, end)
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1
    await carry_out_once(MADE_AHEAD, database)
    assert await planner.shifts(roster["id"], start, end) == after
    async with begin(database, WORKER) as work:
        remembered = text("SELECT 1 FROM directory_history WHERE entity = 'shift' AND told ->> 'participant_id' = ANY(:ids)")
        assert await work.rows(remembered, ids=roster["rotations"][0]["participants"]) == []
    assert await planner.events("nl.nodus.shift.changed.v1") == []


async def test_a_change_of_the_rotation_spares_what_has_begun(planner: Planner, at: Stand) -> None:
    """Whoever is on duty stays until they are relieved; the others follow the new plan, and hear of it."""
    anna, bram, cees = await planner.people("Anna", "Bram", "Cees")
    roster = await planner.roster(planner.rotation([anna, bram]))
    at(local("2026-11-11T09:00"))
    running = (await planner.shifts(roster["id"]))[0]
    rotation = roster["rotations"][0]
    path = f"/rosters/{roster['id']}/rotations/{rotation['id']}"
    body = planner.rotation([cees], handOver="20:00")
    await planner.ask("PUT", path, json=body, status=428)
    await planner.ask("PUT", path, json=body, version=7, status=412)
    changed = await planner.ask("PUT", path, json=body, version=1)
    assert changed["version"] == 2
    shifts = await planner.shifts(roster["id"])
    assert (shifts[0]["id"], shifts[0]["endsAt"]) == (running["id"], running["endsAt"])
    assert {one["participant"] for one in shifts[1:]} == {"Cees"}
    assert shifts[1]["startsAt"] == running["endsAt"]
    told = {one["participantId"]: one for one in await planner.events("nl.nodus.shift.changed.v1")}
    assert set(told) == {anna, bram, cees}
    assert (told[anna]["reason"], told[anna]["after"], len(told[anna]["before"])) == ("rotation_changed", [], 20)
    assert told[bram]["changed"] > 20


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"participants": ["A", "B", "A"]}, "twice"),
        ({"participants": []}, "participants"),
        ({"seats": 2}, "participants"),
        ({"participants": [], "seats": 2}, "kind"),
        ({"endsOn": "2026-11-01"}, "period"),
        ({"dayFrom": "08:00"}, "window"),
        ({"participants": ["00000000-0000-7000-8000-000000000000"]}, "participant"),
        ({"participants": ["ended"]}, "participant_ended"),
        ({"handOver": "25:00"}, "string_pattern_mismatch"),
        ({"weekdays": [0]}, "greater_than_equal"),
        ({"startsOn": "0001-01-01"}, "value_error"),
    ],
)
async def test_a_rotation_that_can_not_be_is_refused(planner: Planner, changes: dict[str, Any], code: str) -> None:
    """Each says where and why, and nothing is stored."""
    known = dict(zip("AB", await planner.people("Anna", "Bram"), strict=True))
    known["ended"] = (await planner.people("Cees", endsOn="2026-11-10"))[0]
    roster = await planner.roster()
    if "participants" in changes:
        changes = changes | {"participants": [known.get(one, one) for one in changes["participants"]]}
    body = planner.rotation([known["A"]]) | changes
    problem = await planner.ask("POST", f"/rosters/{roster['id']}/rotations", json=body, status=400)
    assert problem["errors"][0]["code"] == code
    assert (await planner.ask("GET", f"/rosters/{roster['id']}"))["rotations"] == []


async def test_two_rotations_that_meet_on_a_layer_are_refused(planner: Planner) -> None:
    """Two who each think the other answers; named are the layer, the moment, and what to do."""
    anna, bram = await planner.people("Anna", "Bram")
    roster = await planner.roster(planner.rotation([anna], weekdays=[1, 2, 3, 4, 5], dayFrom="08:00", dayTo="17:00"))
    path = f"/rosters/{roster['id']}/rotations"
    problem = await planner.ask("POST", path, json=planner.rotation([bram], weekdays=[4]), status=409)
    assert problem["type"] == "/v1/problems/shifts-overlap"
    assert "layer 1" in problem["detail"]
    assert "2026-11-12T07:00:00Z" in problem["detail"]
    await planner.ask("POST", path, json=planner.rotation([bram], weekdays=[6, 7]), status=201)
    days = {one["startsAt"][:10]: one["participant"] for one in await planner.shifts(roster["id"])}
    assert (days["2026-11-13"], days["2026-11-14"]) == ("Anna", "Bram")


async def test_a_participant_who_ends_leaves_a_hole_and_a_new_name_is_seen(planner: Planner) -> None:
    """A shift of somebody who left is a shift that nobody has; better to see it."""
    anna, bram = await planner.people("Anna", "Bram")
    roster = await planner.roster(planner.rotation([anna, bram]))
    body = {"name": "Anna de Wit", "phone": "0201234567", "endsOn": "2026-11-17"}
    await planner.ask("PUT", f"/participants/{anna}", json=body, version=1)
    shifts = await planner.shifts(roster["id"])
    assert {one["participant"] for one in shifts if one["participantId"] == anna} == {"Anna de Wit"}
    assert max(one["endsAt"] for one in shifts if one["participantId"] == anna) <= "2026-11-16T23:00:00Z"
    assert len([one for one in shifts if one["participantId"] == bram]) == 15


async def test_a_roster_that_ends_has_nobody_on_duty_any_more(planner: Planner, at: Stand) -> None:
    """Its past stays as it was."""
    roster = await planner.roster(planner.rotation(await planner.people("Anna")))
    at(local("2026-11-12T09:30"))
    await planner.ask("DELETE", f"/rosters/{roster['id']}", version=1, status=204)
    shifts = await planner.shifts(roster["id"], local("2026-11-10T00:00"), local("2027-02-06T00:00"))
    assert shifts[-1]["endsAt"] == "2026-11-12T08:30:00Z"
    assert len(shifts) == 3


async def test_a_preview_shows_what_would_change_and_stores_nothing(planner: Planner) -> None:
    """The planner sees the shifts, the difference and what is against the law before anybody hears of it."""
    anna, bram = await planner.people("Anna", "Bram")
    roster = await planner.roster(planner.rotation([anna, bram]))
    before = await planner.shifts(roster["id"])
    body = {
        "rotations": [planner.rotation([bram], unit="week", dayFrom="08:00", dayTo="23:00")],
        "startsAt": "2026-11-12T00:00:00+01:00",
        "endsAt": "2026-11-15T00:00:00+01:00",
    }
    told = await planner.ask("POST", f"/rosters/{roster['id']}/_preview", json=body)
    assert [one["participant"] for one in told["items"]] == ["Bram"] * 3
    assert len(told["changes"]) == 4
    assert {one["code"] for one in told["warnings"]} == {"rest"}
    assert await planner.shifts(roster["id"]) == before


async def test_rest_and_two_places_count_over_rosters(planner: Planner) -> None:
    """Eleven hours are eleven hours, whoever pays: Arbeidstijdenwet art. 5:3."""
    anna = (await planner.people("Anna"))[0]
    dries = (await planner.people("Dries", phone=None))[0]
    one = await planner.roster(planner.rotation([anna], unit="week", dayFrom="08:00", dayTo="16:00"))
    await planner.roster(planner.rotation([anna], unit="week", dayFrom="20:00", dayTo="23:00", weekdays=[3]))
    await planner.roster(planner.rotation([anna], unit="week", dayFrom="12:00", dayTo="13:00", weekdays=[5]))
    three = await planner.roster(planner.rotation([dries]))
    told = (await planner.ask("GET", f"/rosters/{one['id']}/shifts"))["warnings"]
    assert {(w["code"], w["startsAt"][:10]) for w in told if w["startsAt"] < "2026-11-16"} == {
        ("rest", "2026-11-11"), ("rest", "2026-11-12"), ("elsewhere", "2026-11-13"),
    }  # fmt: skip
    assert [w["code"] for w in (await planner.ask("GET", f"/rosters/{three['id']}/shifts"))["warnings"]] == ["no_contact_way"]


async def test_another_organisation_sees_and_changes_nothing(
    planner: Planner, client: httpx.AsyncClient, database: Database
) -> None:
    """Neither by the API, nor, were a query of ours to forget it, by the database."""
    people = await planner.people("Anna")
    roster = await planner.roster(planner.rotation(people))
    other = await Planner.start(client, database)
    await other.ask("GET", f"/rosters/{roster['id']}", status=404)
    await other.ask("GET", f"/rosters/{roster['id']}/shifts", status=404)
    await other.ask("GET", f"/participants/{people[0]}", status=404)
    await other.ask("DELETE", f"/rosters/{roster['id']}", version=1, status=404)
    body = {"serviceId": str(planner.service), "name": "stolen"}
    await other.ask("POST", "/rosters", json=body, status=400)
    assert (await other.ask("GET", "/rosters"))["items"] == []
    tables = ("participant", "roster_plan", "rotation", "roster_override", "sign_up", "unavailability", "calendar_feed")
    async with begin(database, Actor(other.organisation, Role.PLANNER)) as work:
        for table in tables:
            assert (await work.rows(text(f"SELECT * FROM {table}"))) == [], table
        mine = text("UPDATE shift SET participant = 'x' WHERE participant_id = :id")
        assert await work.change(mine, id=people[0]) == 0


async def test_a_key_without_the_scope_plans_nothing(client: httpx.AsyncClient, database: Database, planner: Planner) -> None:
    """Who answers calls does not change who is on duty; how to reach people is not for every reader."""
    operator = await a_token(database)
    for path in ("/v1/rosters", "/v1/participants"):
        assert (await client.get(path, headers=operator)).status_code == 403
    span = {"startsAt": "2026-11-10T00:00:00Z", "endsAt": (local("2026-11-10T00:00") + timedelta(days=101)).isoformat()}
    roster = await planner.roster()
    assert (await planner.ask("GET", f"/rosters/{roster['id']}/shifts", params=span, status=400))["errors"][0]["code"] == "period"


async def test_an_administrator_may_plan_for_everybody(planner: Planner, client: httpx.AsyncClient, database: Database) -> None:
    """Somebody must be able to help at night; events go to whose roster it is."""
    anna, bram = await planner.people("Anna", "Bram")
    roster = await planner.roster(planner.rotation([anna]))
    other = await Planner.start(client, database)
    other.headers = await a_token(database, other.organisation, "administrator")
    path = f"/rosters/{roster['id']}/rotations"
    await other.ask("PUT", f"{path}/{roster['rotations'][0]['id']}", json=planner.rotation([bram]), version=1)
    assert {one["participant"] for one in await planner.shifts(roster["id"])} == {"Bram"}
    assert {one["participantId"] for one in await planner.events("nl.nodus.shift.changed.v1")} == {anna, bram}
    foreign = await other.people("Dries")
    problem = await other.ask("POST", path, json=planner.rotation(foreign, layer=3), status=400)
    assert problem["errors"][0]["code"] == "participant"


async def test_two_planners_at_once_come_one_after_the_other(planner: Planner) -> None:
    """Of two rotations for the same layer at the same moment one is refused, and never both are stored."""
    people = await planner.people("Anna", "Bram")
    roster = await planner.roster()
    path = f"/v1/rosters/{roster['id']}/rotations"
    answers = await asyncio.gather(
        *(planner.client.post(path, json=planner.rotation([one]), headers=planner.headers) for one in people)
    )
    assert sorted(one.status_code for one in answers) == [201, 409]
    assert len((await planner.ask("GET", f"/rosters/{roster['id']}"))["rotations"]) == 1


async def test_somebody_who_left_keeps_nobody_from_planning(planner: Planner) -> None:
    """Whoever left may still be named in an old rotation; another one can be changed all the same."""
    anna, bram = await planner.people("Anna", "Bram")
    roster = await planner.roster(planner.rotation([anna, bram]), planner.rotation([bram], layer=2))
    await planner.ask("DELETE", f"/participants/{anna}", version=1, status=204)
    second = next(one for one in roster["rotations"] if one["layer"] == 2)
    body = planner.rotation([bram], layer=2, weekdays=[1])
    await planner.ask("PUT", f"/rosters/{roster['id']}/rotations/{second['id']}", json=body, version=1)
    assert anna not in {one["participantId"] for one in await planner.shifts(roster["id"])}


async def test_the_night_the_clock_goes_back_lasts_an_hour_longer(planner: Planner) -> None:
    """Through everything, down to what the planner reads: 25 hours in October, 23 in March."""
    roster = await planner.roster(planner.rotation(await planner.people("Anna", "Bram")))
    body = {"rotations": [planner.rotation([(await planner.people("Cees"))[0]])], "startsAt": "2027-03-27T12:00:00+01:00"}
    told = await planner.ask("POST", f"/rosters/{roster['id']}/_preview", json=body | {"endsAt": "2027-03-27T13:00:00+01:00"})
    (shift,) = told["items"]
    lasts = datetime.fromisoformat(shift["endsAt"]) - datetime.fromisoformat(shift["startsAt"])
    assert lasts == timedelta(hours=23)
