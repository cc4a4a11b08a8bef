"""A promise to ring back, from the call that made it to the day its number is erased."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import orjson
import pytest

from app.callbacks import due, service
from app.callbacks.promises import ERASED_AFTER
from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_call, a_token, now

NUMBER: Final = "06 8765 4321"
CALLER: Final = {"anonymity": "known_to_desk_only", "name": "Wilhelmina", "phone": NUMBER, "bestTime": "na vijven"}
CALM: Final = {"danger_now": "no", "can_wait": "yes"}


@pytest.fixture
async def operator(database: Database) -> dict[str, str]:
    """The header of an operator of the hotline."""
    return await a_token(database)


async def _promised(client: httpx.AsyncClient, operator: dict[str, str], **changes: Any) -> dict[str, Any]:
    body = a_call(kind="callback", answers=CALM, caller=CALLER, **changes)
    receipt = await client.post("/v1/calls", json=body, headers=operator)
    assert receipt.status_code == 201, receipt.text
    return await _of_call(client, operator, receipt.json()["id"])


async def _of_call(client: httpx.AsyncClient, operator: dict[str, str], call: str) -> dict[str, Any]:
    cursor: dict[str, str] = {}
    while True:
        page = (await client.get("/v1/callbacks", params={"limit": "200"} | cursor, headers=operator)).json()
        for one in page["items"]:
            if one["callId"] == call:
                return dict(one)
        assert page["next"], "no callback for this call"
        cursor = {"cursor": page["next"]}


async def _claim(client: httpx.AsyncClient, operator: dict[str, str], callback: str) -> httpx.Response:
    return await client.post(f"/v1/callbacks/{callback}/claim", headers=operator)


async def _attempt(client: httpx.AsyncClient, headers: dict[str, str], callback: str, result: str) -> httpx.Response:
    found = await client.get(f"/v1/callbacks/{callback}", headers=headers)
    headers = headers | {"If-Match": found.headers["etag"]}
    return await client.post(f"/v1/callbacks/{callback}/attempts", json={"result": result}, headers=headers)


async def _carry_out_at(database: Database, moment: datetime, callback: str) -> bool:
    async with begin(database, WORKER, at=moment) as work:
        if UUID(callback) not in await due.claim(work):
            return False
        await service.follow(work, UUID(callback))
    return True


async def _told(database: Database, callback: str) -> list[dict[str, Any]]:
    async with begin(database, WORKER) as work:
        connection = await work._open()
        found = await connection.exec_driver_sql(
            "SELECT body FROM event WHERE recipient_id = $1 AND type LIKE 'nl.nodus.callback.%' ORDER BY number", (HOTLINE,)
        )
        bodies = [orjson.loads(row[0]) for row in found.all()]
    return [one for one in bodies if one["data"]["callbackId"] == callback]


async def test_a_call_that_promises_one_makes_one(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """In the transaction of the call, due within the hour; the number stands in no list, and not in the call."""
    found = await _promised(client, operator)
    assert (found["state"], found["why"], found["attempts"], found["overdue"]) == ("open", "promised", 0, False)
    assert datetime.fromisoformat(found["dueAt"]) - datetime.fromisoformat(found["promisedAt"]) == timedelta(hours=1)
    listed = await client.get("/v1/callbacks", headers=operator)
    call = await client.get(f"/v1/calls/{found['callId']}", params={"purpose": "quality"}, headers=operator)
    assert "4321" not in listed.text + call.text
    assert (call.json()["call"]["disposition"], call.json()["call"]["caseId"]) == ("callback", None)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"caller": {"anonymity": "known"}}, "/caller/phone"),
        ({"caller": {"anonymity": "known", "phone": "weet ik niet"}}, "/caller/phone"),
        ({"callbackBy": "2020-01-01T12:00:00+01:00"}, "/callbackBy"),
        ({"answers": {"danger_now": "yes"}}, "/kind"),
    ],
)
async def test_a_promise_that_nobody_could_keep_is_refused(
    client: httpx.AsyncClient, operator: dict[str, str], changes: dict[str, Any], pointer: str
) -> None:
    """While the caller is still there to be asked: no number, a moment that is past, or something that can't wait."""
    refused = await client.post(
        "/v1/calls", json=a_call(kind="callback", answers=CALM, caller=CALLER) | changes, headers=operator
    )
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == pointer


async def test_a_draft_promises_as_well_and_when_it_was_asked_for(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """What the caller asked for counts before our own hour."""
    by = (now() + timedelta(hours=5)).isoformat()
    body = a_call(kind="callback", answers=CALM, caller=CALLER, callbackBy=by)
    draft = (await client.post("/v1/drafts", json=body, headers=operator)).json()
    done = await client.post(f"/v1/drafts/{draft['id']}/completion", headers=operator | {"If-Match": '"1"'})
    assert done.status_code == 201, done.text
    found = await _of_call(client, operator, draft["id"])
    assert datetime.fromisoformat(found["dueAt"]) == datetime.fromisoformat(by)


async def test_one_operator_rings_at_a_time(client: httpx.AsyncClient, database: Database, operator: dict[str, str]) -> None:
    """Nobody is rung twice by two colleagues; whoever has it may ask for the number again."""
    found = await _promised(client, operator)
    colleague = await a_token(database)
    answers = await asyncio.gather(*(_claim(client, who, found["id"]) for who in (operator, colleague)))
    assert sorted(one.status_code for one in answers) == [201, 409]
    assert next(one for one in answers if one.status_code == 409).json()["type"].endswith("/callback-claimed")
    winner, loser = (operator, colleague) if answers[0].status_code == 201 else (colleague, operator)
    again = await _claim(client, winner, found["id"])
    assert again.json()["contents"] == {
        "number": NUMBER, "name": "Wilhelmina", "note": None, "bestTime": "na vijven", "language": None, "interpreter": False,
    }  # fmt: skip
    assert (await _attempt(client, loser, found["id"], "reached")).status_code == 409


async def test_looking_at_the_number_is_logged(client: httpx.AsyncClient, database: Database, operator: dict[str, str]) -> None:
    """Who saw whose number, and what for."""
    found = await _promised(client, operator)
    await _claim(client, operator, found["id"])
    async with begin(database, WORKER) as work:
        connection = await work._open()
        rows = await connection.exec_driver_sql("SELECT purpose FROM access_log WHERE what = $1", (f"callback {found['id']}",))
        assert [row[0] for row in rows.all()] == ["feedback"]


async def test_in_vain_it_comes_back_and_three_times_is_enough(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """Rising pauses, and nobody is given up before three attempts."""
    found = await _promised(client, operator)
    closing = f"/v1/callbacks/{found['id']}/closing"
    pauses = []
    for turn in range(1, 4):
        version = {"If-Match": f'"{turn}"'}
        early = await client.post(closing, json={"reason": "not_reached"}, headers=operator | version)
        assert (early.status_code, early.json()["attempts"]) == (409, turn - 1)
        told = (await _attempt(client, operator, found["id"], "no_answer")).json()
        pauses.append(datetime.fromisoformat(told["nextAttemptAt"]) - now())
    assert [round(one.total_seconds() / 60) for one in pauses] == [15, 60, 240]
    given_up = await client.post(closing, json={"reason": "not_reached"}, headers=operator | {"If-Match": '"4"'})
    assert (given_up.status_code, given_up.json()["state"]) == (201, "given_up")
    late = await _attempt(client, operator, found["id"], "reached")
    assert (late.status_code, late.json()["state"]) == (409, "given_up")
    history = (await client.get(f"/v1/callbacks/{found['id']}", headers=operator)).json()
    assert [one["result"] for one in history["attempts"]] == ["no_answer"] * 3


async def test_reached_it_is_done_and_everybody_hears(
    client: httpx.AsyncClient, database: Database, operator: dict[str, str]
) -> None:
    """The promise and its keeping stand in the feed, without whom it was about."""
    found = await _promised(client, operator)
    assert (await _attempt(client, operator, found["id"], "reached")).json()["state"] == "done"
    told = await _told(database, found["id"])
    assert [one["type"] for one in told] == ["nl.nodus.callback.promised.v1", "nl.nodus.callback.done.v1"]
    assert told[-1]["data"]["attempts"] == 1
    assert b"4321" not in orjson.dumps(told)


async def test_an_overdue_one_is_never_quiet(client: httpx.AsyncClient, database: Database, operator: dict[str, str]) -> None:
    """Told when it is due, and again and again until somebody acts; after an attempt its next moment counts."""
    found = await _promised(client, operator)
    moment = datetime.fromisoformat(found["dueAt"])
    assert not await _carry_out_at(database, moment - timedelta(seconds=1), found["id"])
    waits = []
    for _ in range(7):
        assert await _carry_out_at(database, moment, found["id"])
        async with begin(database, WORKER) as work:
            connection = await work._open()
            sql = "SELECT next_at FROM callback WHERE id = $1"
            following = (await connection.exec_driver_sql(sql, (UUID(found["id"]),))).scalar_one()
        waits.append(round((following - moment).total_seconds() / 60))
        assert not await _carry_out_at(database, moment, found["id"])
        moment = following
    assert waits == [15, 30, 60, 120, 240, 240, 240]
    overdue = [one for one in await _told(database, found["id"]) if one["type"].endswith("overdue.v1")]
    assert [one["data"]["reminder"] for one in overdue] == [1, 2, 3, 4, 5, 6, 7]


async def test_once_it_is_over_the_number_goes(client: httpx.AsyncClient, database: Database, operator: dict[str, str]) -> None:
    """A number is kept as long as it is needed to ring, and a week to mend a mistake."""
    found = await _promised(client, operator)
    await _attempt(client, operator, found["id"], "refused")
    assert not await _carry_out_at(database, now() + ERASED_AFTER - timedelta(minutes=1), found["id"])
    assert await _carry_out_at(database, now() + ERASED_AFTER + timedelta(minutes=1), found["id"])
    async with begin(database, WORKER) as work:
        connection = await work._open()
        sql = "SELECT sealed IS NULL FROM callback WHERE id = $1"
        assert (await connection.exec_driver_sql(sql, (UUID(found["id"]),))).scalar_one()


async def test_nobody_else_sees_them(client: httpx.AsyncClient, database: Database, operator: dict[str, str]) -> None:
    """Whom the hotline must ring is no desk's business."""
    found = await _promised(client, operator)
    stranger = await a_token(database, AMSTERDAM_DESK)
    assert (await _claim(client, stranger, found["id"])).status_code == 404
    assert (await client.get("/v1/callbacks", headers=stranger)).json()["items"] == []
