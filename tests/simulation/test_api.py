"""Simulations over HTTP: bounded, repeatable, and clear about what can't be."""

import asyncio
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from app.cases.lifecycle import Urgency
from app.core.db import Database
from app.directory.seeding import organisation_id
from app.routing.need import Kind, Need
from app.simulation.service import ONE_AT_A_TIME
from tests.conftest import MOMENT
from tests.makers import HOTLINE, a_token
from tests.routing.working import an_offer

WEEK: Final[dict[str, Any]] = {
    "startsAt": "2026-12-01T00:00:00+01:00",
    "endsAt": "2026-12-08T00:00:00+01:00",
    "seed": 3,
    "calls": {"source": "generated", "perYear": 20_000},
}
DAY_AND_NIGHT: Final[dict[str, Any]] = {
    "title": "Haarlem day and night",
    "changes": [{"change": "out_of_hours", "service": "Meldpunt Zorg en Overlast (GGD Kennemerland)", "outOfHours": "on_call"}],
}


@pytest.fixture
async def planner(database: Database) -> dict[str, str]:
    """The header of somebody who plans rosters."""
    return await a_token(database, organisation_id("crisis-vr12"), "planner")


async def test_a_proposal_is_compared_with_today_and_again_gives_the_same(
    client: httpx.AsyncClient, planner: dict[str, str]
) -> None:
    """A planner shows the figures to a council; whoever doubts them makes them again from the seed."""
    asked = WEEK | {"proposals": [DAY_AND_NIGHT], "charts": True}
    answer = await client.post("/v1/simulations", json=asked, headers=planner)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [one["title"] for one in told["scenarios"]] == ["current directory", "Haarlem day and night"]
    assert told["scenarios"][0]["calls"] == told["scenarios"][1]["calls"] > 300
    assert any(one["after"] == "meldpunt" for one in told["difference"]["moved"])
    assert len(told["charts"]) == 7
    assert any("assumed" in note for note in told["notes"])
    assert any("postcodes" in note for note in told["notes"])
    assert (await client.post("/v1/simulations", json=asked, headers=planner)).json() == told
    other = await client.post("/v1/simulations", json=asked | {"seed": 4}, headers=planner)
    assert other.json()["scenarios"] != told["scenarios"]


async def test_what_is_assumed_can_be_changed_and_what_is_missing_is_said(
    fresh_client: httpx.AsyncClient, fresh_database: Database
) -> None:
    """Where nobody answers everything ends at the national desk; a period beyond the last shift is no surprise afterwards."""
    client, planner = fresh_client, await a_token(fresh_database, organisation_id("crisis-vr12"), "planner")
    silent = {"accepts": 0, "declines": 0}
    habits = dict.fromkeys(("meldpunt", "on_duty", "contracted"), silent)
    beyond = {"startsAt": "2027-03-01T00:00:00+01:00", "endsAt": "2027-03-03T00:00:00+01:00", "behaviour": {"habits": habits}}
    told = (await client.post("/v1/simulations", json=WEEK | beyond, headers=planner)).json()
    shares = {one["rung"]: one["share"] for one in told["scenarios"][0]["taken"]}
    assert shares == {"meldpunt": 0, "on_duty": 0, "contracted": 0, "national_desk": 1, "nobody": 0}
    assert told["scenarios"][0]["people"] == []
    assert any("no shifts in the period" in note for note in told["notes"])
    wide = await client.post("/v1/simulations", json=WEEK | {"endsAt": "2027-01-20T00:00:00+01:00"}, headers=planner)
    assert any("The last shift ends on " in note for note in wide.json()["notes"])
    going_on = WEEK | {"endsAt": "2027-01-20T00:00:00+01:00", "repeatShifts": True}
    told = (await client.post("/v1/simulations", json=going_on, headers=planner)).json()
    assert not any("last shift ends" in note for note in told["notes"])
    assert sum(one["shifts"] for one in told["scenarios"][0]["people"]) > sum(
        one["shifts"] for one in wide.json()["scenarios"][0]["people"]
    )


async def test_past_calls_are_played_by_when_where_and_what_was_needed(client: httpx.AsyncClient, database: Database) -> None:
    """Only those that the asker may see, and of each no more than the decision knew."""
    start = MOMENT + timedelta(hours=4)
    for hours, code, need in (
        (0, "GM0392", Need(Urgency.URGENT)),
        (1, "GM0014", Need(Urgency.CRISIS)),
        (2, "GM0088", Need(Urgency.NORMAL, Kind.POLICE)),
    ):
        await an_offer(database, code, need, start + timedelta(hours=hours))
    asked = {"startsAt": start.isoformat(), "endsAt": (start + timedelta(hours=2)).isoformat(), "calls": {"source": "past"}}
    administrator = await a_token(database, HOTLINE, "administrator")
    told = (await client.post("/v1/simulations", json=asked, headers=administrator)).json()
    assert told["scenarios"][0]["calls"] == 2
    assert {one["urgency"] for one in told["scenarios"][0]["waited"]} == {"urgent", "crisis"}
    stranger = await a_token(database, organisation_id("crisis-vr25"), "planner")
    refused = await client.post("/v1/simulations", json=asked, headers=stranger)
    assert refused.status_code == 400
    assert "No call in this period" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"endsAt": "2026-12-01T00:00:00+01:00"}, "/endsAt"),
        ({"endsAt": "2029-12-01T00:00:00+01:00"}, "/endsAt"),
        ({"endsAt": "9999-12-01T00:00:00+01:00"}, "/endsAt"),
        ({"startsAt": "2026-12-01T00:00:00"}, "/startsAt"),
        ({"seed": -1}, "/seed"),
        ({"seed": 2**60}, "/seed"),
        ({"calls": {"source": "generated", "perYear": -1}}, "/calls/perYear"),
        ({"calls": {"source": "generated", "perYear": 0}}, "/calls/perYear"),
        ({"calls": {"source": "generated", "perYear": 5_000_000}}, "/endsAt"),
        ({"calls": {"source": "generated", "hours": [1] * 23}}, "/calls/hours"),
        ({"calls": {"source": "generated", "weekdays": [0] * 7}}, "/calls/weekdays"),
        ({"calls": {"source": "generated", "policeShare": 1.2}}, "/calls/policeShare"),
        ({"calls": {"source": "generated", "weights": {"GM9999": 1}}}, "/calls/weights"),
        ({"calls": {"source": "generated", "weights": {}}}, "/calls/weights"),
        ({"calls": {"source": "dreamt"}}, "/calls"),
        ({"behaviour": {"habits": {"meldpunt": {"accepts": 0.8, "declines": 0.5}}}}, "/behaviour/habits/meldpunt/declines"),
        ({"behaviour": {"minutes": {"acute": 0}}}, "/behaviour/minutes/acute"),
        ({"proposals": [DAY_AND_NIGHT] * 3}, "/proposals"),
        ({"proposals": [{"title": "nothing", "changes": []}]}, "/proposals/0/changes"),
        (
            {"proposals": [{"title": "t", "changes": [{"change": "hours", "service": "x", "hours": {}}]}]},
            "/proposals/0/changes/0",
        ),
        ({"colour": "blue"}, "/colour"),
    ],
)
async def test_what_can_not_be_simulated_is_said(
    client: httpx.AsyncClient, planner: dict[str, str], change: dict[str, Any], pointer: str
) -> None:
    """Each fault by its place, in a sentence that says what to send instead."""
    answer = await client.post("/v1/simulations", json=WEEK | change, headers=planner)
    assert answer.status_code == 400, answer.text
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


async def test_it_is_for_those_who_plan_and_one_at_a_time(
    client: httpx.AsyncClient, planner: dict[str, str], database: Database
) -> None:
    """Whoever answers the phone needs the processor more than a planner does."""
    operator = await a_token(database)
    assert (await client.post("/v1/simulations", json=WEEK, headers=operator)).status_code == 403
    both = await asyncio.gather(*(client.post("/v1/simulations", json=WEEK, headers=planner) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 429]
    assert next(answer for answer in both if answer.status_code == 429).headers["Retry-After"]
    assert not ONE_AT_A_TIME.locked()
