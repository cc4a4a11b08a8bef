"""Services through HTTP: hours, channels and promises, by those who may; what a change does to coverage."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.directory.holidays import AMSTERDAM
from tests.directory.keeping import OFFICE, Headers, a_desk, a_service, an_administrator, an_organisation, at, forget, pointers
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token, now

NOBODY = "00000000-0000-7000-8000-000000000000"
SUPERVISOR = "supervisor"


@pytest.fixture
async def admin(database: Database) -> Headers:
    """An administrator."""
    return await an_administrator(database)


@pytest.fixture
async def desk(client: httpx.AsyncClient, admin: Headers, database: Database) -> AsyncIterator[dict[str, Any]]:
    """A meldpunt with office hours, of an organisation of its own."""
    organisation = await an_organisation(client, admin)
    yield await a_service(client, admin, organisation["id"])
    await forget(database, organisation["id"])


def _soon(days: int = 3) -> str:
    return (now().date() + timedelta(days=days)).isoformat()


async def test_everything_about_a_service_comes_back(client: httpx.AsyncClient, admin: Headers) -> None:
    """What is kept is what was told; days told together come back one by one."""
    organisation = await an_organisation(client, admin)
    stand_in = await an_organisation(client, admin)
    body = {
        "kind": "meldpunt",
        "name": "Meldpunt Volledig",
        "accepts": ["worry", "police"],
        "minimumAge": 18,
        "rank": 3,
        "hours": {"weekly": {"0-1": ["09:00-12:00", "13:00-24:00"]}, "exceptions": {_soon(): ["10:00-11:00"], _soon(4): []}},
        "outOfHours": "named_provider",
        "standInOrganisationId": stand_in["id"],
        "channels": [
            {"channel": "phone", "caller": "citizen", "hours": OFFICE},
            {"channel": "phone", "caller": "police", "hours": {"always": True}},
            {"channel": "police_form", "hours": {"always": True}},
        ],
        "contactWays": [{"kind": "phone", "value": "14 010", "use": "citizens"}],
        "languages": ["nl", "ar"],
        "endsOn": "2031-01-01",
    }
    made = await client.post(f"/v1/organisations/{organisation['id']}/services", json=body, headers=admin)
    assert made.status_code == 201, made.text
    read = await client.get(made.headers["location"], headers=admin)
    told = read.json()
    assert (told, read.headers["etag"]) == (made.json(), '"1"')
    assert told["hours"]["weekly"] == {"0": ["09:00-12:00", "13:00-24:00"], "1": ["09:00-12:00", "13:00-24:00"]}
    assert (told["standInOrganisationId"], told["accepts"], told["minimumAge"]) == (stand_in["id"], ["police", "worry"], 18)
    assert [one["caller"] for one in told["channels"]] == ["citizen", "police", "anyone"]
    of = await client.get(f"/v1/organisations/{organisation['id']}/services", headers=admin)
    assert of.json()["items"] == [told]
    again = {k: v for k, v in told.items() if k not in {"id", "organisationId", "kind", "version"}}
    same = await client.patch(f"/v1/services/{told['id']}", json=again, headers=admin | at(1))
    assert (same.status_code, same.json()["version"], same.json()["changed"]) == (200, 1, [])


HOURS: dict[str, tuple[dict[str, Any], str]] = {
    "ends before it begins": ({"weekly": {"0": ["17:00-09:00"]}}, "/hours/weekly/0/0"),
    "ends where it begins": ({"weekly": {"0": ["09:00-09:00"]}}, "/hours/weekly/0/0"),
    "overlaps": ({"weekly": {"0-4": ["13:00-17:00", "09:00-13:30"]}}, "/hours/weekly/0-4/0"),
    "a day that is none": ({"weekly": {"7": ["09:00-17:00"]}}, "/hours/weekly/7"),
    "days backwards": ({"weekly": {"4-0": ["09:00-17:00"]}}, "/hours/weekly/4-0"),
    "a day twice": ({"weekly": {"0-4": ["09:00-17:00"], "2": []}}, "/hours/weekly/2"),
    "a day with a stroke": ({"weekly": {"0/4": []}}, "/hours/weekly/0~14"),
    "a time that is none": ({"weekly": {"0": ["09:00-24:30"]}}, "/hours/weekly/0/0"),
    "no minutes": ({"weekly": {"0": ["9-17"]}}, "/hours/weekly/0/0"),
    "a day that has passed": ({"exceptions": {"2020-01-01": []}}, "/hours/exceptions/2020-01-01"),
    "a date that is none": ({"exceptions": {"2027-02-29": []}}, "/hours/exceptions/2027-02-29"),
    "a week": ({"exceptions": {"2027-W02-1": []}}, "/hours/exceptions/2027-W02-1"),
    "always and also hours": ({"always": True, "weekly": {"0": ["09:00-17:00"]}}, "/hours"),
    "a field that is none": ({"daily": {}}, "/hours/daily"),
}


@pytest.mark.parametrize(("hours", "pointer"), HOURS.values(), ids=HOURS)
async def test_hours_that_can_not_be_are_refused_where_they_stand(
    client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any], hours: dict[str, Any], pointer: str
) -> None:
    """Hours that are guessed at are hours at which a caller finds nobody. The same rules hold for a channel."""
    path = f"/v1/services/{desk['id']}"
    answer = await client.patch(path, json={"hours": hours}, headers=admin | at(1))
    assert (answer.status_code, pointers(answer)) == (400, {pointer}), answer.text
    body = {"channels": [{"channel": "phone", "hours": OFFICE}, {"channel": "web", "hours": hours}]}
    answer = await client.patch(path, json=body, headers=admin | at(1))
    assert (answer.status_code, pointers(answer)) == (400, {f"/channels/1{pointer}"})
    assert (await client.get(path, headers=admin)).json() == desk


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"outOfHours": "named_provider"}, "/standInOrganisationId"),
        ({"outOfHours": "named_provider", "standInOrganisationId": NOBODY}, "/standInOrganisationId"),
        ({"standInOrganisationId": str(AMSTERDAM_DESK)}, "/standInOrganisationId"),
        ({"outOfHours": "voicemail"}, "/outOfHours"),
        ({"accepts": []}, "/accepts"),
        ({"accepts": ["everything"]}, "/accepts/0"),
        ({"minimumAge": -1}, "/minimumAge"),
        ({"rank": 0}, "/rank"),
        ({"hours": None}, "/hours"),
        ({"channels": [{"channel": "phone", "hours": {}}, {"channel": "phone", "hours": {}}]}, "/channels/1"),
        ({"channels": [{"channel": "pigeon", "hours": {}}]}, "/channels/0/channel"),
    ],
)
async def test_a_promise_that_can_not_be_kept_is_refused(
    client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any], wrong: dict[str, Any], pointer: str
) -> None:
    """What a closed desk promises must be somebody, and a voicemail is nobody."""
    answer = await client.patch(f"/v1/services/{desk['id']}", json=wrong, headers=admin | at(1))
    assert (answer.status_code, pointers(answer)) == (400, {pointer}), answer.text


async def test_a_stand_in_that_ended_or_is_oneself_is_refused(
    client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any]
) -> None:
    """Callers would be sent to a door that is shut."""
    ended = await an_organisation(client, admin, endsOn="2026-01-01")
    for stand_in in (ended["id"], desk["organisationId"]):
        body = {"outOfHours": "named_provider", "standInOrganisationId": stand_in}
        answer = await client.patch(f"/v1/services/{desk['id']}", json=body, headers=admin | at(1))
        assert (answer.status_code, pointers(answer)) == (400, {"/standInOrganisationId"})
    more = await client.post(f"/v1/organisations/{ended['id']}/services", json={"kind": "ggd", "name": "X"}, headers=admin)
    assert more.status_code == 409


async def test_the_national_desk_is_never_closed(client: httpx.AsyncClient, admin: Headers, database: Database) -> None:
    """It is the last rung: with hours, promises or an end, calls could have nobody."""
    organisation = (await an_organisation(client, admin, kind="hotline"))["id"]
    path = f"/v1/organisations/{organisation}/services"
    for wrong, pointer in (
        ({"hours": OFFICE}, "/hours"),
        ({"hours": {}}, "/hours"),
        ({"hours": {"always": True}, "outOfHours": "waits"}, "/outOfHours"),
    ):
        answer = await client.post(path, json={"kind": "national_desk", "name": "X", **wrong}, headers=admin)
        assert (answer.status_code, pointers(answer)) == (400, {pointer})
    last = (await client.get(f"/v1/organisations/{HOTLINE}/services", headers=admin)).json()["items"][0]
    ends = {"endsOn": _soon()}
    refused = await client.patch(f"/v1/services/{last['id']}", json=ends, headers=admin | at(last["version"]))
    assert (refused.status_code, refused.json()["type"]) == (409, "/v1/problems/refused")
    other = await a_service(client, admin, organisation, kind="national_desk", hours={"always": True})
    assert (await client.patch(f"/v1/services/{other['id']}", json=ends, headers=admin | at(1))).status_code == 200
    no_areas = await client.put(f"/v1/services/{last['id']}/areas", json={"items": []}, headers=admin | at(last["version"]))
    assert no_areas.status_code == 409
    async with begin(database, WORKER) as work:  # what is told to national desks, other tests count
        await work.change(text("UPDATE service SET ends_on = '2020-01-02' WHERE id = :id"), id=other["id"])


async def test_an_exception_that_is_stored_may_lie_behind_us(
    client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any], database: Database
) -> None:
    """Who reads hours, changes one and sends them back is not stopped by last week's closing day."""
    async with begin(database, WORKER) as work:
        changed = "UPDATE service SET hours = jsonb_set(hours, '{exceptions}', '{\"2020-01-01\": []}') WHERE id = :id"
        await work.change(text(changed), id=desk["id"])
    hours = (await client.get(f"/v1/services/{desk['id']}", headers=admin)).json()["hours"]
    hours["weekly"] = {"0": ["09:00-17:00"]}
    answer = await client.patch(f"/v1/services/{desk['id']}", json={"hours": hours}, headers=admin | at(1))
    assert answer.status_code == 200, answer.text


async def test_hours_that_stay_are_not_judged_again(
    client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any], database: Database
) -> None:
    """A night that was loaded as one span, which the parser reads, does not keep a desk from changing its languages."""
    async with begin(database, WORKER) as work:
        changed = "UPDATE service SET hours = jsonb_set(hours, '{weekly}', '{\"4\": [\"22:00-06:00\"]}') WHERE id = :id"
        await work.change(text(changed), id=desk["id"])
    path = f"/v1/services/{desk['id']}"
    assert (await client.patch(path, json={"languages": ["nl", "de"]}, headers=admin | at(1))).status_code == 200
    hours = (await client.get(path, headers=admin)).json()["hours"]
    assert (await client.patch(path, json={"hours": hours, "rank": 2}, headers=admin | at(2))).status_code == 200


async def test_a_desk_keeps_its_hours_and_an_administrator_the_rest(
    client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any], database: Database
) -> None:
    """It knows best when it is there and for whom; what it takes and who goes first is agreed with others."""
    path = f"/v1/services/{desk['id']}"
    own = await a_desk(database, desk["organisationId"])
    planner = await a_desk(database, desk["organisationId"], "planner")
    mine = {"hours": {"always": True}, "channels": [], "languages": ["nl", "en"], "outOfHours": "on_call"}
    assert (await client.patch(path, json=mine, headers=own | at(1))).status_code == 200
    assert (await client.patch(path, json={"outOfHours": "waits"}, headers=planner | at(2))).status_code == 200
    for field, value in (("accepts", ["wvggz"]), ("rank", 2), ("name", "X"), ("minimumAge", 12), ("endsOn", _soon())):
        refused = await client.patch(path, json={field: value}, headers=own | at(3))
        assert (refused.status_code, pointers(refused)) == (403, {f"/{field}"})
    made = await client.post(
        f"/v1/organisations/{desk['organisationId']}/services", json={"kind": "ggd", "name": "X"}, headers=own
    )
    assert made.status_code == 403
    others = await a_token(database, AMSTERDAM_DESK, "desk")
    refused = await client.patch(path, json={"hours": OFFICE}, headers=others | at(3))
    assert (refused.status_code, refused.json()["detail"].split(".")[0]) == (403, "This is another organisation's")
    assert (await client.patch(f"/v1/services/{NOBODY}", json={"hours": OFFICE}, headers=others | at(3))).status_code == 404
    operator = await a_token(database)
    assert (await client.patch(path, json={"hours": OFFICE}, headers=operator | at(3))).status_code == 403


async def test_two_editors_do_not_overwrite_each_other(client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any]) -> None:
    """Hours and areas share the version of the service: neither is changed unseen."""
    path = f"/v1/services/{desk['id']}"
    assert (await client.patch(path, json={"rank": 2}, headers=admin | at(1))).headers["etag"] == '"2"'
    for late in (
        await client.patch(path, json={"hours": {"always": True}}, headers=admin | at(1)),
        await client.put(f"{path}/areas", json={"items": []}, headers=admin | at(1)),
    ):
        assert (late.status_code, late.json()["currentVersion"]) == (412, 2)
    for unseen in (
        await client.patch(path, json={"rank": 3}, headers=admin),
        await client.put(f"{path}/areas", json={"items": []}, headers=admin),
    ):
        assert unseen.status_code == 428


async def test_a_change_is_announced_to_the_organisation_and_the_national_desks(
    client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any], database: Database
) -> None:
    """Whoever keeps a copy hears that it is old; a dry run and a change of nothing are no news."""
    path = f"/v1/services/{desk['id']}"
    own = await a_desk(database, desk["organisationId"])
    await client.patch(path, json={"rank": 1}, headers=admin | at(1))
    await client.patch(path, json={"rank": 9}, params={"dryRun": True}, headers=admin | at(1))
    await client.patch(path, json={"rank": 2, "outOfHours": "waits"}, headers=admin | at(1))
    feed = (await client.get(f"/v1/organisations/{desk['organisationId']}/events", headers=own)).json()["events"]
    told = [one for one in feed if one["type"] == "nl.nodus.directory.service_changed.v1"]
    ids = {"organisationId": desk["organisationId"], "serviceId": desk["id"]}
    assert [one["data"] for one in told] == [
        ids | {"version": 1, "changed": ["created"]},
        ids | {"version": 2, "changed": ["outOfHours", "rank"]},
    ]
    assert told[1]["dataref"].endswith(f"/v1/services/{desk['id']}")
    supervisor = await a_token(database, HOTLINE, SUPERVISOR)
    feed_of_desk, ids_told, after = f"/v1/organisations/{HOTLINE}/events", set(), 0
    while page := (await client.get(feed_of_desk, params={"limit": 200, "after": after}, headers=supervisor)).json()["events"]:
        ids_told |= {one["id"] for one in page}
        after += len(page)
    assert told[1]["id"] in ids_told


async def test_a_dry_run_tells_exactly_who_would_be_without_and_keeps_nothing(
    fresh_client: httpx.AsyncClient, fresh_database: Database
) -> None:
    """A planner sees first which place would have nobody at which hours: here the part of a town that only this desk serves."""
    client, admin = fresh_client, await an_administrator(fresh_database)
    desk = await a_service(client, admin, (await an_organisation(client, admin))["id"])
    path = f"/v1/services/{desk['id']}"
    async with begin(fresh_database, WORKER) as work:  # nobody else for a worry there, however the rosters were made
        lone = "INSERT INTO municipality SELECT 'GM9998', 'Nergenshuizen', safety_region, ggd_region, police_unit, province FROM municipality WHERE code = 'GM0363' ON CONFLICT DO NOTHING"
        await work.change(text(lone))
    areas = {"items": [{"municipalityCode": "GM9998"}]}
    gains = (await client.put(f"{path}/areas", json=areas, params={"dryRun": True}, headers=admin | at(1))).json()
    assert (gains["dryRun"], gains["effect"][0]["becomesUncovered"], len(gains["items"])) == (True, [], 1)
    assert (await client.get(f"{path}/areas", headers=admin)).json() == {"items": [], "version": 1}
    put = await client.put(f"{path}/areas", json=areas, headers=admin | at(1))
    assert _inside(put.json()["effect"]) == _inside(gains["effect"])
    before = (await client.get(path, headers=admin)).json()
    body = {"hours": {"weekly": {"0-4": ["09:00-12:00", "13:00-17:00"], "5": ["10:00-11:00"]}, "closedOnHolidays": True}}
    tried = await client.patch(path, json=body, params={"dryRun": True}, headers=admin | at(2))
    assert (tried.status_code, tried.json()["dryRun"], tried.json()["changed"]) == (200, True, ["hours"])
    assert "etag" not in tried.headers
    [effect] = tried.json()["effect"]
    assert (effect["municipalityCode"], effect["line"], effect["postcodes"]) == ("GM9998", "worry", [])
    for spans, hours in ((effect["becomesUncovered"], ("12:00", "13:00")), (effect["becomesCovered"], ("10:00", "11:00"))):
        assert spans
        for one in spans[1:-1]:  # the first and the last may be cut off by the period
            local = [datetime.fromisoformat(one[end]).astimezone(AMSTERDAM) for end in ("startsAt", "endsAt")]
            assert [f"{moment:%H:%M}" for moment in local] == list(hours)
    assert (await client.get(path, headers=admin)).json() == before
    promised = await client.patch(path, json=body | {"outOfHours": "on_call"}, params={"dryRun": True}, headers=admin | at(2))
    assert promised.json()["effect"][0]["becomesUncovered"] == []
    done = await client.patch(path, json=body, headers=admin | at(2))
    assert (done.json()["version"], done.json()["dryRun"], len(done.json()["effect"])) == (3, False, 1)


def _inside(effect: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The effect without the two ends of its period, which begins when it is asked: what is cut off there moves with the clock."""
    return [place | {kind: place[kind][1:-1] for kind in ("becomesCovered", "becomesUncovered")} for place in effect]


async def test_a_dry_run_is_refused_as_the_change_would_be(
    client: httpx.AsyncClient, admin: Headers, desk: dict[str, Any], database: Database
) -> None:
    """A trial that passes must mean that the change would pass."""
    path, dry = f"/v1/services/{desk['id']}", {"dryRun": True}
    own = await a_desk(database, desk["organisationId"])
    assert (await client.patch(path, json={"rank": 2}, params=dry, headers=own | at(1))).status_code == 403
    assert (await client.patch(path, json={"rank": 2}, params=dry, headers=admin | at(2))).status_code == 412
    assert (await client.patch(path, json={"rank": 2}, params=dry, headers=admin)).status_code == 428
    wrong = {"items": [{"municipalityCode": "GM9999"}]}
    assert (await client.put(f"{path}/areas", json=wrong, params=dry, headers=admin | at(1))).status_code == 400
