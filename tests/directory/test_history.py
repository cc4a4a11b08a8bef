"""What changed of an organisation and of a service, from what to what, when, and by which key; and what was known when."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.directory.history import Version, history
from app.identity import service as identity
from tests.directory.keeping import OFFICE, Headers, a_service, an_administrator, an_organisation, at, forget
from tests.makers import AMSTERDAM_DESK, now


@pytest.fixture
async def admin(database: Database) -> Headers:
    """An administrator."""
    return await an_administrator(database)


async def _labelled(database: Database, organisation: str, label: str) -> Headers:
    async with begin(database, WORKER) as work:
        token = identity.create_key(work, organisation=UUID(organisation), role="desk", label=label)
    return {"Authorization": f"Bearer {token}"}


async def _history(client: httpx.AsyncClient, path: str, headers: Headers) -> list[dict[str, Any]]:
    answer = await client.get(f"{path}/history", headers=headers)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_every_change_of_an_organisation_is_told(client: httpx.AsyncClient, admin: Headers, database: Database) -> None:
    """Who asks why a number rang nowhere last week finds what it was, who changed it, and when."""
    made = await an_organisation(client, admin, phone="113")
    path = f"/v1/organisations/{made['id']}"
    own = await _labelled(database, made["id"], "front desk")
    await client.patch(path, json={"phone": "112", "languages": ["nl", "en"]}, headers=own | at(1))
    await client.patch(path, json={"phone": "112"}, headers=own | at(2))
    await client.patch(path, json={"endsOn": "2030-01-01"}, headers=admin | at(2))
    last, middle, first = await _history(client, path, admin)
    assert last["changes"] == [{"field": "endsOn", "from": None, "to": "2030-01-01"}]
    assert (last["by"]["label"], last["by"]["organisationId"]) == ("test", str(AMSTERDAM_DESK))
    assert middle["changes"] == [
        {"field": "languages", "from": ["nl"], "to": ["nl", "en"]},
        {"field": "phone", "from": "113", "to": "112"},
    ]
    assert middle["by"].items() >= {"label": "front desk", "organisationName": "Meldpunt Test"}.items()
    assert {"field": "phone", "from": None, "to": "113"} in first["changes"]
    assert first["at"] < middle["at"] < last["at"]


async def test_the_history_of_a_service_tells_its_areas_too(
    client: httpx.AsyncClient, admin: Headers, database: Database
) -> None:
    """A case that went elsewhere in May is explained by the contract that began in June."""
    organisation = await an_organisation(client, admin)
    made = await a_service(client, admin, organisation["id"])
    path = f"/v1/services/{made['id']}"
    one, two = {"municipalityCode": "GM0093"}, {"municipalityCode": "GM0093", "startsOn": "2026-06-01", "postcodes": ["8881"]}
    await client.put(f"{path}/areas", json={"items": [one]}, headers=admin | at(1))
    await client.patch(path, json={"hours": {"always": True}, "outOfHours": "on_call"}, headers=admin | at(2))
    changed = await client.put(f"{path}/areas", json={"items": [two]}, headers=admin | at(3))
    assert changed.status_code == 200, changed.text
    area, hours, served, _ = await _history(client, path, admin)
    empty = {"startsOn": None, "endsOn": None, "postcodes": None}
    assert served["changes"] == [{"field": "areas", "from": None, "to": [empty | one]}]
    assert [change["field"] for change in hours["changes"]] == ["hours", "outOfHours"]
    assert hours["changes"][0]["from"]["weekly"]["4"] == ["09:00-17:00"]
    assert area["changes"] == [{"field": "areas", "from": [empty | one], "to": [empty | two]}]
    await forget(database, organisation["id"])


async def test_what_was_known_at_a_moment_is_told(client: httpx.AsyncClient, admin: Headers, database: Database) -> None:
    """A decision of last night is judged by what the directory said last night."""
    before = now()
    organisation = await an_organisation(client, admin, name="Eerst")
    made = await a_service(client, admin, organisation["id"])
    paths = f"/v1/organisations/{organisation['id']}", f"/v1/services/{made['id']}"
    await client.put(f"{paths[1]}/areas", json={"items": [{"municipalityCode": "GM0093"}]}, headers=admin | at(1))
    between = now()
    await client.patch(paths[0], json={"name": "Later"}, headers=admin | at(1))
    await client.patch(paths[1], json={"hours": {"always": True}}, headers=admin | at(2))
    await client.put(f"{paths[1]}/areas", json={"items": []}, headers=admin | at(3))

    async def known(path: str, moment: datetime) -> httpx.Response:
        return await client.get(path, params={"asKnownAt": moment.isoformat()}, headers=admin)

    told = await known(paths[0], between)
    assert (told.json()["name"], told.json()["version"], "etag" in told.headers) == ("Eerst", 1, False)
    assert (await known(paths[1], between)).json()["hours"]["weekly"].keys() == set("01234")
    areas = await known(f"{paths[1]}/areas", between)
    assert ([one["municipalityName"] for one in areas.json()["items"]], areas.json()["version"]) == (["Terschelling"], 2)
    assert (await known(f"{paths[1]}/areas", now())).json()["items"] == []
    for path in (*paths, f"{paths[1]}/areas"):
        assert (await known(path, before)).status_code == 404
        naive = await client.get(path, params={"asKnownAt": "2026-11-24T12:00:00"}, headers=admin)
        assert naive.status_code == 400
    await forget(database, organisation["id"])


async def test_a_dry_run_leaves_no_history(client: httpx.AsyncClient, admin: Headers) -> None:
    """What was only tried did not happen."""
    made = await a_service(client, admin, (await an_organisation(client, admin))["id"])
    path = f"/v1/services/{made['id']}"
    await client.patch(path, json={"hours": OFFICE | {"closedOnHolidays": False}}, params={"dryRun": True}, headers=admin | at(1))
    assert len(await _history(client, path, admin)) == 1
    missing = await client.get(f"/v1/services/{uuid4()}/history", headers=admin)
    assert missing.status_code == 404


values = st.lists(st.fixed_dictionaries({"name": st.sampled_from("ab"), "rank": st.integers(1, 2)}), min_size=1, max_size=6)


@given(values)
def test_changes_lead_from_nothing_to_now(told: list[dict[str, Any]]) -> None:
    """Played one after the other they give the row as it is; no entry is empty, and each names who did it."""
    start = datetime(2026, 11, 24, tzinfo=UTC)
    moments = [start + timedelta(hours=hour) for hour in range(len(told))]
    keys = [uuid4() for _ in told]
    versions = [
        Version(moment, following, key, None, row | {"id": "x", "version": number})
        for number, (moment, following, key, row) in enumerate(zip(moments, [*moments[1:], None], keys, told, strict=True))
    ]
    state: dict[str, Any] = {}
    for entry in reversed(history(versions)):
        assert entry.changes
        assert entry.by == keys[moments.index(entry.at)]
        for change in entry.changes:
            assert state.get(change.field) == change.before
            state[change.field] = change.after
    assert state == told[-1]
