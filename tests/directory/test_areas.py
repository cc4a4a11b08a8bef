"""Areas through HTTP: dated, whole or in part, never over a municipality that ended; and what routing makes of parts."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.actor import WORKER, Actor, Role
from app.core.db import Database
from app.core.embedded import Embedded
from app.core.work import begin
from app.directory.areas import Area
from app.directory.places import PlaceOfStay
from app.directory.service import look_up
from tests.conftest import copy_of
from tests.directory.keeping import Headers, a_desk, a_service, an_administrator, an_organisation, at, forget, pointers
from tests.makers import AMSTERDAM_DESK, a_token, now

WHOLE = {"startsOn": None, "endsOn": None, "postcodes": None}


@pytest.fixture
async def admin(database: Database) -> Headers:
    """An administrator."""
    return await an_administrator(database)


@pytest.fixture
async def desk(client: httpx.AsyncClient, admin: Headers, database: Database) -> AsyncIterator[dict[str, Any]]:
    """A meldpunt that is always open, and serves nobody yet."""
    organisation = await an_organisation(client, admin)
    yield await a_service(client, admin, organisation["id"], hours={"always": True})
    await forget(database, organisation["id"])


async def _put(
    client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any], version: int, *items: Any, **params: Any
) -> httpx.Response:
    path = f"/v1/services/{desk['id']}/areas"
    return await client.put(path, json={"items": list(items)}, params=params, headers=admin | at(version))


async def test_areas_are_told_and_read_at_any_day(client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any]) -> None:
    """A contract begins and ends on a day, and may cover a part of a town first and all of it later."""
    items = [
        {"municipalityCode": "GM0363", "startsOn": "2020-01-01", "endsOn": "2027-01-01", "postcodes": ["1013", "1012", "1013"]},
        {"municipalityCode": "GM0363", "startsOn": "2027-01-01"},
        {"municipalityCode": "GM0096", "endsOn": "2028-01-01"},
    ]
    put = await _put(client, admin, desk, 1, *items)
    assert (put.status_code, put.headers["etag"]) == (200, '"2"'), put.text
    path = f"/v1/services/{desk['id']}/areas"
    read = await client.get(path, headers=admin)
    assert read.headers["etag"] == '"2"'
    assert read.json()["items"] == put.json()["items"]
    assert [one["postcodes"] for one in read.json()["items"]] == [None, ["1012", "1013"], None]
    for day, served in (
        ("2019-12-31", ["GM0096"]),
        ("2020-01-01", ["GM0096", "GM0363"]),
        ("2027-12-31", ["GM0096", "GM0363"]),
        ("2028-01-01", ["GM0363"]),
    ):
        on = (await client.get(path, params={"on": day}, headers=admin)).json()["items"]
        assert [one["municipalityCode"] for one in on] == served, day
    assert (await client.get(f"/v1/services/{desk['id']}", headers=admin)).headers["etag"] == '"2"'
    same = await _put(client, admin, desk, 2, *items)
    assert same.json()["version"] == 2


@pytest.mark.parametrize(
    ("items", "pointer", "told"),
    [
        ([{"municipalityCode": "GM0457"}], "/items/0/municipalityCode", "GM0363"),
        ([{"municipalityCode": "GM9999"}], "/items/0/municipalityCode", "no municipality"),
        ([{"municipalityCode": "Amsterdam"}], "/items/0/municipalityCode", "pattern"),
        ([{"municipalityCode": "GM0363", "startsOn": "2027-01-01", "endsOn": "2027-01-01"}], "/items/0/endsOn", "before"),
        (
            [{"municipalityCode": "GM0363"}, {"municipalityCode": "GM0363", "startsOn": "2027-01-01"}],
            "/items/1/startsOn",
            "twice",
        ),
        ([{"municipalityCode": "GM0363", "postcodes": ["1012", "2011"]}], "/items/0/postcodes/1", "another municipality"),
        ([{"municipalityCode": "GM0363", "postcodes": []}], "/items/0/postcodes", "at least 1"),
        ([{"municipalityCode": "GM0363", "postcodes": ["1012AB"]}], "/items/0/postcodes/0", "pattern"),
    ],
)
async def test_areas_that_can_not_be_are_refused(
    client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any], items: Any, pointer: str, told: str
) -> None:
    """A contract over nothing, or over the same town twice, is a caller who is sent to the wrong door; nothing is changed."""
    answer = await _put(client, admin, desk, 1, *items)
    assert (answer.status_code, pointers(answer)) == (400, {pointer}), answer.text
    assert told in answer.text
    assert (await client.get(f"/v1/services/{desk['id']}/areas", headers=admin)).json() == {"items": [], "version": 1}


async def test_a_municipality_that_ended_names_its_successors(
    client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any], database: Database
) -> None:
    """A contract may reach until the day a municipality merged, not a day further."""
    async with begin(database, WORKER) as work:
        await work.change(
            text("""INSERT INTO municipality (code, name, safety_region, ggd_region, police_unit, province, valid)
            SELECT 'GM0457', 'Weesp', safety_region, ggd_region, police_unit, province, daterange(NULL, '2022-03-24')
            FROM municipality WHERE code = 'GM0363' ON CONFLICT DO NOTHING""")
        )
    over = await _put(client, admin, desk, 1, {"municipalityCode": "GM0457", "startsOn": "2020-01-01"})
    assert (over.status_code, pointers(over)) == (400, {"/items/0/municipalityCode"})
    assert "GM0363" in over.text
    assert "2022-03-24" in over.text
    until = {"municipalityCode": "GM0457", "startsOn": "2020-01-01", "endsOn": "2022-03-24"}
    assert (await _put(client, admin, desk, 1, until)).status_code == 200


async def test_the_database_refuses_the_same_days_twice(cluster: Embedded) -> None:
    """Whatever we forget to look at, a service serves a municipality once on any day; days that touch are not the same."""
    connection = await asyncpg.connect(cluster.url_of(copy_of(cluster), "postgres"))
    add = """INSERT INTO service_area (service_id, municipality_code, valid)
        SELECT id, 'GM9999', daterange($1, $2) FROM service WHERE kind = 'national_desk'"""
    try:
        await connection.execute("""INSERT INTO municipality (code, name, safety_region, ggd_region, police_unit, province)
            VALUES ('GM9999', 'X', 'X', 'X', 'X', 'X')""")
        await connection.execute(add, date(2026, 1, 1), date(2027, 1, 1))
        await connection.execute(add, date(2027, 1, 1), date(2028, 1, 1))
        with pytest.raises(asyncpg.ExclusionViolationError):
            await connection.execute(add, date(2027, 12, 31), None)
    finally:
        await connection.close()


async def test_a_part_serves_the_postcodes_in_it(
    client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any], database: Database
) -> None:
    """Two desks share a town: a caller from its north is not sent to the south. Without a postcode the part is told apart."""
    assert (await _put(client, admin, desk, 1, {"municipalityCode": "GM0363", "postcodes": ["1012"]})).status_code == 200
    async with begin(database, WORKER) as work:
        _, inside = await look_up.around_place(work, PlaceOfStay("1012AB"))
        _, outside = await look_up.around_place(work, PlaceOfStay("1013AB"))
        _, named = await look_up.around_place(work, PlaceOfStay("1012AB", "GM0363"))
        _, without = await look_up.around_place(work, PlaceOfStay(municipality_code="GM0363"))
        country = next(one for one in await look_up.everywhere(work) if one.municipality_code == "GM0363")
    for around, desks, in_part in ((inside, 1, 0), (outside, 0, 0), (named, 1, 0), (without, 0, 1), (country, 0, 1)):
        assert sum(str(one.service_id) == desk["id"] for one in around.desks) == desks
        assert sum(str(one.service_id) == desk["id"] for one in around.in_part) == in_part
        assert around.desks, "the desk of the whole town is there for all"


async def test_a_part_is_passed_over_by_name_and_can_be_chosen(
    client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any], database: Database
) -> None:
    """Nobody knows whether the place lies in the part, and the operator who knows may say so."""
    part = {"municipalityCode": "GM0363", "postcodes": ["1012"]}
    assert (await _put(client, admin, desk, 1, part)).status_code == 200
    operator = await a_token(database)
    body = {
        "answers": {"danger_now": "no", "not_eating": "yes"},
        "worry": "Zorgen.",
        "caller": {"anonymity": "anonymous", "relation": "neighbour"},
        "place": {"stay": {"municipalityCode": "GM0363", "description": "Vondelpark"}},
    }
    call = await client.post("/v1/calls", json=body, headers=operator)
    assert call.status_code == 201, call.text
    told = (await client.get(f"/v1/cases/{call.json()['caseId']}/routing", headers=operator)).json()
    lines = told["decisions"][0]["candidates"] if "decisions" in told else told["items"][0]["candidates"]
    mine = [one for one in lines if one["organisationId"] == desk["organisationId"]]
    assert [one["code"] for one in mine] == ["part_only"]
    chosen = body | {"routing": {"organisationId": desk["organisationId"], "reason": "Het is in het centrum."}}
    call = await client.post("/v1/calls", json=chosen, headers=operator)
    assert call.status_code == 201, call.text
    assert call.json()["offered"]["organisationId"] == desk["organisationId"]


async def test_services_for_hand_offs_are_told_and_never_asked(
    client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any], database: Database
) -> None:
    """Veilig Thuis is a number to put a caller through to, with its hours; a case is never offered to it."""
    channels = [
        {"channel": "phone", "caller": "citizen", "hours": {"always": True}},
        {"channel": "phone", "caller": "police", "hours": {}},
    ]
    ways = [
        {"kind": "phone", "value": "0800-2000", "use": "citizens"},
        {"kind": "phone", "value": "088 000 0000", "use": "hand_off"},
        {"kind": "email", "value": "beheer@example.nl", "use": "office"},
    ]
    kinds = ("veilig_thuis", "ggd", "police", "housing", "youth")
    made = [
        await a_service(
            client, admin, desk["organisationId"], kind=kind, hours={"always": True}, channels=channels, contactWays=ways
        )
        for kind in kinds
    ]
    for one in made:
        assert (await _put(client, admin, one, 1, {"municipalityCode": "GM0096"})).status_code == 200
    async with begin(database, WORKER) as work:
        around = await look_up.around(work, "GM0096")
        country = next(one for one in await look_up.everywhere(work) if one.municipality_code == "GM0096")
    for found in (around, country):
        assert not {one["id"] for one in made} & set(_ids(found.to_json()))
    for caller, open_ones, numbers in (("citizen", [True], ["08002000"]), ("police", [False], ["08002000", "+31880000000"])):
        told = (await client.get("/v1/municipalities/GM0096", params={"caller": caller}, headers=admin)).json()["others"]
        mine = [one for one in told if one["serviceId"] in {one["id"] for one in made}]
        assert {one["kind"] for one in mine} == set(kinds)
        for one in mine:
            assert [channel["isOpen"] for channel in one["channels"]] == open_ones
            assert [way["value"] for way in one["contactWays"]] == numbers


def _ids(told: dict[str, Any]) -> list[str]:
    return [one["service_id"] for kind in ("desks", "providers", "national_desks", "in_part") for one in told[kind]]


async def test_the_look_up_tells_how_this_caller_gets_through_now(
    client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any]
) -> None:
    """The desk takes cases all day, while its citizens' line and its police form have hours of their own."""
    body = {
        "channels": [
            {"channel": "phone", "caller": "citizen", "hours": {}},
            {"channel": "police_form", "caller": "police", "hours": {"always": True}},
            {"channel": "email", "hours": {"always": True}},
        ],
        "languages": ["nl", "pap"],
    }
    assert (await client.patch(f"/v1/services/{desk['id']}", json=body, headers=admin | at(1))).status_code == 200
    assert (await _put(client, admin, desk, 2, {"municipalityCode": "GM0093"})).status_code == 200
    for caller, channels in (
        ("citizen", [("email", True), ("phone", False)]),
        ("police", [("police_form", True), ("email", True)]),
        ("professional", [("email", True)]),
    ):
        told = (await client.get("/v1/municipalities/GM0093", params={"caller": caller}, headers=admin)).json()["desks"]
        mine = next(one for one in told if one["serviceId"] == desk["id"])
        assert [(one["channel"], one["isOpen"]) for one in mine["channels"]] == channels
        assert mine["languages"] == ["nl", "pap"]
    answer = await client.get("/v1/municipalities/GM0093", params={"caller": "pigeon"}, headers=admin)
    assert answer.status_code == 400
    real = (await client.get("/v1/municipalities/GM0363", headers=admin)).json()["desks"]
    amsterdam = next(one for one in real if one["name"].startswith("Meldpunt Zorg en Woonoverlast"))
    assert [one["value"] for one in amsterdam["contactWays"]] == ["020-5525000"]


async def test_an_ended_service_and_an_ended_stand_in_are_nobody(
    client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any], database: Database
) -> None:
    """From its last day on a service is not asked, and nobody is sent to a stand-in that is no more."""
    stand_in = await an_organisation(client, admin)
    body = {"hours": {}, "outOfHours": "named_provider", "standInOrganisationId": stand_in["id"]}
    assert (await client.patch(f"/v1/services/{desk['id']}", json=body, headers=admin | at(1))).status_code == 200
    assert (await _put(client, admin, desk, 2, {"municipalityCode": "GM0060"})).status_code == 200

    async def mine() -> list[Any]:
        async with begin(database, WORKER) as work:
            return [one for one in (await look_up.around(work, "GM0060")).desks if str(one.service_id) == desk["id"]]

    assert (await mine())[0].named_provider
    async with begin(database, WORKER) as work:  # imported so, around the rule that refuses it
        await work.change(text("UPDATE organisation SET ends_on = '2026-01-01' WHERE id = :id"), id=stand_in["id"])
    assert (await mine())[0].named_provider is None
    ends = {"endsOn": now().date().isoformat()}
    assert (await client.patch(f"/v1/services/{desk['id']}", json=ends, headers=admin | at(3))).status_code == 200
    assert await mine() == []


async def test_an_organisation_keeps_its_own_areas_and_nobody_elses(
    client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any], database: Database
) -> None:
    """Desk and planner tell whom they serve, and hear at once who would be left; another's areas stay as they are."""
    own, planner = [await a_desk(database, desk["organisationId"], role) for role in ("desk", "planner")]
    tried = await _put(client, own, desk, 1, {"municipalityCode": "GM0363"}, dryRun=True)
    assert (tried.status_code, tried.json()["dryRun"]) == (200, True), tried.text
    put = await _put(client, own, desk, 1, {"municipalityCode": "GM0363"})
    assert (put.status_code, put.headers["etag"], "effect" in put.json()) == (200, '"2"', True), put.text
    assert (await _put(client, planner, desk, 2, {"municipalityCode": "GM0096"})).json()["version"] == 3
    refused = await _put(client, await a_token(database, AMSTERDAM_DESK, "desk"), desk, 3)
    assert (refused.status_code, refused.json()["detail"].split(".")[0]) == (403, "This is another organisation's")
    assert (await _put(client, await a_token(database), desk, 3)).status_code == 403
    read = await client.get(f"/v1/services/{desk['id']}/areas", headers=own)
    assert [one["municipalityCode"] for one in read.json()["items"]] == ["GM0096"]


async def test_the_database_keeps_areas_for_their_organisation(desk: dict[str, Any], database: Database) -> None:
    """Whatever the service forgets to look at, no key of another organisation gives or takes an area."""
    give = text("INSERT INTO service_area (service_id, municipality_code) VALUES (:id, 'GM0096')")
    take = text("DELETE FROM service_area WHERE service_id = :id")
    mine, other = Actor(UUID(desk["organisationId"]), Role.DESK), Actor(AMSTERDAM_DESK, Role.DESK)
    async with begin(database, mine) as work:
        await work.change(give, id=desk["id"])
    with pytest.raises(DBAPIError, match="row-level security"):
        async with begin(database, other) as work:
            await work.change(give, id=desk["id"])
    for who, gone in ((other, 0), (mine, 1)):
        async with begin(database, who) as work:
            assert await work.change(take, id=desk["id"]) == gone


days = st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 12))


@given(st.tuples(days, days), st.tuples(days, days))
def test_areas_meet_when_they_share_a_day(one: tuple[date | None, date | None], other: tuple[date | None, date | None]) -> None:
    """Against a walk over every day: touching is not sharing, and open ends reach to the edges."""
    first, second = Area("GM0363", *one), Area("GM0363", *other)
    walked = [date(2025, 12, 31), *(date(2026, 1, day) for day in range(1, 14))]
    shared = any(first.holds_on(day) and second.holds_on(day) for day in walked)
    assert not shared or first.meets(second)
    if all((area.starts_on or date.min) < (area.ends_on or date.max) for area in (first, second)):
        assert first.meets(second) == shared
    assert not first.meets(Area("GM0364", *other))
