"""A call joins a case that is open, and is split off again."""

from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from app.core.db import Database
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token
from tests.signals.conftest import looks, rings, somewhere

ACUTE: dict[str, Any] = {"answers": {"danger_now": "yes"}}
READING: dict[str, str] = {"purpose": "follow_up"}


async def _accepted(client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], house: str) -> dict[str, Any]:
    receipt = await rings(client, operator, house)
    offer = f"/v1/offers/{receipt['offered']['offerId']}/acceptance"
    answer = await client.post(offer, json={}, headers=desk | {"If-Match": '"1"'})
    assert answer.status_code == 201, answer.text
    return receipt


async def _kinds(client: httpx.AsyncClient, who: dict[str, str], case: str) -> list[str]:
    timeline = await client.get(f"/v1/cases/{case}/timeline", headers=who)
    assert timeline.status_code == 200, timeline.text
    return [line["kind"] for line in timeline.json()["items"]]


async def _events(raw: asyncpg.Connection, case: str, kind: str) -> set[str]:
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        rows = await raw.fetch("SELECT recipient_id FROM event WHERE case_id = $1 AND type LIKE $2", case, f"%{kind}%")
    return {str(row["recipient_id"]) for row in rows}


async def test_a_call_joins_an_open_case_and_its_owner_hears(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], house: str, raw: asyncpg.Connection
) -> None:
    """One thread for one person: no second case, and whoever has it can read what was told now."""
    first = await _accepted(client, operator, desk, house)
    before = (await client.get(f"/v1/cases/{first['caseId']}", headers=desk)).json()["version"]
    second = await rings(client, operator, house, joins=first["caseId"], worry="Nu ook geschreeuw.")
    assert (second["disposition"], second["caseId"], second["offered"]) == ("joined_case", None, None)
    assert (second["kind"], second["joinedCaseId"]) == ("report", first["caseId"])
    assert "call_joined" in await _kinds(client, desk, first["caseId"])
    assert (await client.get(f"/v1/cases/{first['caseId']}", headers=desk)).json()["version"] == before + 1
    assert await _events(raw, first["caseId"], "call_joined") == {str(HOTLINE), str(AMSTERDAM_DESK)}
    told = (await client.get(f"/v1/cases/{first['caseId']}/calls", params=READING, headers=desk)).json()["items"]
    assert [one["contents"]["worry"] for one in told] == ["Buurman eet al dagen niet.", "Nu ook geschreeuw."]
    found = await looks(client, operator, {"place": somewhere(house)})
    assert {one["in90Days"] for one in found["matches"]} == {2}


async def test_each_look_at_a_joined_call_is_logged(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], house: str, raw: asyncpg.Connection
) -> None:
    """A joined call has a key of its own, so its access log is its own too."""
    first = await _accepted(client, operator, desk, house)
    second = await rings(client, operator, house, joins=first["caseReference"])
    await client.get(f"/v1/cases/{first['caseId']}/calls", params=READING, headers=desk)
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        rows = await raw.fetch(
            "SELECT what FROM access_log WHERE what LIKE ANY($1)", [f"call {one['id']}" for one in (first, second)]
        )
    assert len(rows) == 2


async def test_a_more_urgent_call_is_routed_as_well(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], house: str, raw: asyncpg.Connection
) -> None:
    """An owner who sleeps until nine must not be the only one who hears that there is a knife."""
    first = await _accepted(client, operator, desk, house)
    second = await rings(client, operator, house, joins=first["caseId"], **ACUTE)
    assert (second["disposition"], second["joinedCaseId"]) == ("case_opened", first["caseId"])
    assert second["offered"]["organisationId"]
    assert "related" in await _kinds(client, operator, second["caseId"])
    assert "call_joined" in await _kinds(client, desk, first["caseId"])
    assert str(AMSTERDAM_DESK) in await _events(raw, first["caseId"], "call_joined")
    assert await _events(raw, second["caseId"], "offered")


async def test_joining_what_is_not_there_is_refused_and_nothing_is_stored(
    client: httpx.AsyncClient, operator: dict[str, str], house: str
) -> None:
    """A wrong reference must not swallow a call: it is refused, and says what to do."""
    for unknown, status in (("0" * 8 + "-0000-7000-8000-" + "0" * 12, 404), ("AAAA-AAAA-A", 404), ("nonsense", 400)):
        body = {"answers": {"danger_now": "no", "not_eating": "yes"}, "place": somewhere(house), "joins": unknown}
        answer = await client.post("/v1/calls", json=body, headers=operator)
        assert answer.status_code == status, answer.text
    assert (await looks(client, operator, {"place": somewhere(house)}))["matches"] == []


async def test_a_closed_case_is_not_joined(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], house: str, raw: asyncpg.Connection
) -> None:
    """Nobody looks after it any more: the call opens a case of its own, and the answer says so."""
    first = await _accepted(client, operator, desk, house)
    await _close(raw, first["caseId"])
    body = {"answers": {"danger_now": "no", "not_eating": "yes"}, "place": somewhere(house), "joins": first["caseId"]}
    answer = await client.post("/v1/calls", json=body, headers=operator)
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (409, "case-not-open")


async def _close(raw: asyncpg.Connection, case: str) -> None:
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        await raw.execute("UPDATE cases SET state = 'closed', closed_at = now() WHERE id = $1", case)


async def test_a_case_that_is_hidden_is_joined_by_the_match_of_a_look_up(
    client: httpx.AsyncClient, database: Database, operator: dict[str, str], desk: dict[str, str], house: str
) -> None:
    """Another desk's operator hears only "open case", and still the call reaches whoever has it; the case itself stays closed."""
    first = await _accepted(client, operator, desk, house)
    stranger = await a_token(database, await _stranger(client, operator), "supervisor")
    hidden = await client.get(f"/v1/cases/{first['caseId']}", headers=stranger)
    body = {"answers": {"danger_now": "no", "not_eating": "yes"}, "place": somewhere(house)}
    by_id = await client.post("/v1/calls", json=body | {"joins": first["caseId"]}, headers=stranger)
    assert (hidden.status_code, by_id.status_code) == (404, 404)
    match = (await looks(client, stranger, {"place": somewhere(house)}))["matches"][0]["joins"]
    assert first["caseId"] not in match
    stolen = await client.post(
        "/v1/calls", json=body | {"joins": match}, headers=await a_token(database, await _stranger(client, operator, 1))
    )
    joined = await client.post("/v1/calls", json=body | {"joins": match, "worry": "Gezien in het park."}, headers=stranger)
    assert (stolen.status_code, joined.status_code) == (400, 201), joined.text
    assert joined.json()["disposition"] == "joined_case"
    still = await client.get(f"/v1/cases/{first['caseId']}", headers=stranger)
    assert still.status_code == 404
    told = (await client.get(f"/v1/cases/{first['caseId']}/calls", params=READING, headers=desk)).json()["items"]
    assert [one["contents"].get("worry") for one in told] == ["Buurman eet al dagen niet.", "Gezien in het park."]


async def _stranger(client: httpx.AsyncClient, who: dict[str, str], place: int = 0) -> Any:
    page = (await client.get("/v1/organisations?kind=meldpunt", headers=who)).json()["items"]
    return [one["id"] for one in page if one["id"] not in {str(HOTLINE), str(AMSTERDAM_DESK)}][place]


async def test_a_call_joins_afterwards_and_is_split_off_again(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], house: str
) -> None:
    """What two operators took for two things was one, or the other way round: both can be put right, and both timelines tell it."""
    first, second = await _accepted(client, operator, desk, house), await rings(client, operator, house)
    address = f"/v1/calls/{second['id']}"
    body = {"joins": first["caseId"], "reason": "same_person"}
    unread = await client.post(f"{address}/joining", json=body, headers=operator)
    stale = await client.post(f"{address}/joining", json=body, headers=operator | {"If-Match": '"7"'})
    joined = await client.post(f"{address}/joining", json=body, headers=operator | {"If-Match": '"1"'})
    again = await client.post(f"{address}/joining", json=body, headers=operator | {"If-Match": '"2"'})
    assert [one.status_code for one in (unread, stale, joined, again)] == [428, 412, 201, 409]
    assert (joined.json()["joinedCaseId"], joined.json()["caseId"]) == (first["caseId"], second["caseId"])
    assert "related" in await _kinds(client, operator, second["caseId"])
    split = await client.post(f"{address}/splitting", json={"reason": "another_person"}, headers=operator | {"If-Match": '"2"'})
    assert (split.json()["joinedCaseId"], split.json()["caseId"]) == (None, second["caseId"])
    assert {"call_joined", "call_split"} <= set(await _kinds(client, desk, first["caseId"]))
    assert "call_split" in await _kinds(client, operator, second["caseId"])
    told = (await client.get(f"/v1/cases/{first['caseId']}/calls", params=READING, headers=desk)).json()["items"]
    assert len(told) == 1


async def test_split_off_without_a_case_of_its_own_it_gets_one(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], house: str
) -> None:
    """Taken out of the wrong case it must not belong to nobody: it is opened and offered at once."""
    first = await _accepted(client, operator, desk, house)
    second = await rings(client, operator, house, joins=first["caseId"])
    split = await client.post(
        f"/v1/calls/{second['id']}/splitting", json={"reason": "another_person"}, headers=operator | {"If-Match": '"1"'}
    )
    assert split.status_code == 201, split.text
    case = split.json()["caseId"]
    assert (split.json()["disposition"], split.json()["acceptBy"] is not None) == ("case_opened", True)
    assert {"opened", "offered", "call_split"} <= set(await _kinds(client, operator, case))
    back = await client.post(
        f"/v1/calls/{second['id']}/joining",
        json={"joins": first["caseId"], "reason": "same_person"},
        headers=operator | {"If-Match": split.headers["etag"]},
    )
    assert back.status_code == 201, back.text


async def _readable(raw: asyncpg.Connection, organisation: object, call: str) -> tuple[int, int]:
    """How many rows of a call and of its key row-level security lets an organisation read."""
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        key = await raw.fetchval("SELECT case_id FROM call WHERE id = $1", call)
    async with raw.transaction():
        await raw.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{organisation}'")
        calls = await raw.fetchval("SELECT count(*) FROM call WHERE id = $1", call)
        keys = await raw.fetchval("SELECT count(*) FROM vault_key WHERE case_id = $1", key)
    return calls, keys


async def test_the_key_follows_the_case(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], house: str, raw: asyncpg.Connection
) -> None:
    """What a call tells is for who took it and for who owns its case, now: no stranger, and no longer than it is in that case."""
    first = await _accepted(client, operator, desk, house)
    second = await rings(client, operator, house, joins=first["caseId"])
    waiting = await rings(client, operator, house + "1")
    for call, told in ((first, (1, 1)), (second, (1, 1)), (waiting, (0, 0))):
        assert await _readable(raw, HOTLINE, call["id"]) == (1, 1)
        assert await _readable(raw, AMSTERDAM_DESK, call["id"]) == told
        assert await _readable(raw, uuid4(), call["id"]) == (0, 0)
        assert await _readable(raw, "", call["id"]) == (0, 0)
    split = {"reason": "another_person"}
    answer = await client.post(f"/v1/calls/{second['id']}/splitting", json=split, headers=operator | {"If-Match": '"1"'})
    assert answer.status_code == 201, answer.text
    assert await _readable(raw, AMSTERDAM_DESK, second["id"]) == (0, 0)
    assert await _readable(raw, HOTLINE, second["id"]) == (1, 1)


async def test_its_own_case_is_not_joined(client: httpx.AsyncClient, operator: dict[str, str], house: str) -> None:
    """A circle would be shown as a repeat."""
    receipt = await rings(client, operator, house)
    body = {"joins": receipt["caseId"], "reason": "same_person"}
    answer = await client.post(f"/v1/calls/{receipt['id']}/joining", json=body, headers=operator | {"If-Match": '"1"'})
    assert answer.status_code == 409


async def test_a_draft_joins_when_it_is_completed(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], house: str
) -> None:
    """The operator finds the earlier call while typing: what is typed joins."""
    first = await _accepted(client, operator, desk, house)
    body = {"answers": {"danger_now": "no", "not_eating": "yes"}, "place": somewhere(house), "joins": first["caseId"]}
    draft = (await client.post("/v1/drafts", json=body, headers=operator)).json()["id"]
    ended = await client.post(f"/v1/drafts/{draft}/completion", headers=operator | {"If-Match": '"1"'})
    assert (ended.json()["disposition"], ended.json()["joinedCaseId"]) == ("joined_case", first["caseId"])
