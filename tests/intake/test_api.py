"""Calls through HTTP, on the real database."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from app.core.db import Database
from app.vault.tables import vault_key
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_call, a_token, an_offered_case, now

assert vault_key is not None


@pytest.fixture
async def operator(database: Database) -> dict[str, str]:
    """The header of an operator of the hotline."""
    return await a_token(database)


async def _stored(raw: asyncpg.Connection) -> int:
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        return int(await raw.fetchval("SELECT count(*) FROM call"))


async def test_a_call_is_stored_judged_and_offered(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """The whole promise in one answer: a reference for the caller, an urgency with its reason, somebody with a name."""
    receipt = await an_offered_case(client, operator)
    assert receipt["verdict"]["urgency"] == "urgent"
    assert [reason["code"] for reason in receipt["verdict"]["reasons"]] == ["not_eating"]
    assert receipt["offered"]["organisationId"] == str(AMSTERDAM_DESK)
    assert receipt["offered"]["rung"] == "meldpunt"
    assert receipt["caseReference"] != receipt["reference"]


async def test_the_path_of_a_call_has_three_statements(
    client: httpx.AsyncClient, operator: dict[str, str], statements: list[str]
) -> None:
    """Repeated request, directory, everything stored: each further round trip would be paid by every caller."""
    await an_offered_case(client, operator)
    statements.clear()
    headers = operator | {"Idempotency-Key": '"three-statements"'}
    await client.post("/v1/calls", json=a_call(), headers=headers)
    inside = [one for one in statements if "pg_notify" not in one]
    assert len(inside) == 3, inside


async def test_the_same_request_twice_has_one_effect(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """A network that swallows the answer must not make two cases of one call."""
    headers = operator | {"Idempotency-Key": '"once-only"'}
    first = await client.post("/v1/calls", json=a_call(), headers=headers)
    again = await client.post("/v1/calls", json=a_call(), headers=headers)
    other = await client.post("/v1/calls", json=a_call(worry="Iets anders."), headers=headers)
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"


async def test_two_at_the_same_moment_make_one_call(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """An impatient finger: both are answered, and there is one call."""
    headers = operator | {"Idempotency-Key": '"impatient"'}
    answers = await asyncio.gather(*(client.post("/v1/calls", json=a_call(), headers=headers) for _ in range(5)))
    made = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(made) == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 409)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "unknown municipality": ({"place": {"stay": {"municipalityCode": "GM9999"}}}, "place-unknown"),
    "ended municipality": ({"place": {"stay": {"municipalityCode": "GM0457"}}}, "municipality-ended"),
    "impossible postcode": ({"place": {"stay": {"postcode": "0123 AB"}}}, "place-unknown"),
    "postcode never given": ({"place": {"stay": {"postcode": "1012 SS"}}}, "place-unknown"),
    "no place": ({"place": {}}, "place-unknown"),
    "naive time": ({"receivedAt": "2026-11-24T12:00:00"}, "invalid-input"),
    "unknown protocol": ({"protocol": "nl-1999"}, "protocol-unknown"),
    "unknown question": ({"answers": {"favourite_colour": "yes"}}, "answers-invalid"),
    "unknown answer": ({"answers": {"weapon": "perhaps"}}, "answers-invalid"),
    "lowered without a reason": ({"urgency": {"chosen": "advice"}}, "urgency-too-low"),
    "below a flag": (
        {"answers": {"suicide": "unknown"}, "urgency": {"chosen": "normal", "reason": "voelt mee"}},
        "urgency-too-low",
    ),
    "urgent, ended as advice": ({"kind": "advice"}, "needs-somebody"),
    "unknown field": ({"worries": "x"}, "invalid-input"),
    "control character": ({"worry": "een \u0000 nul"}, "invalid-input"),
    "anonymous with a phone": ({"caller": {"phone": "0612345678"}}, "invalid-input"),
    "unknown advice": ({"advice": {"given": ["drink_tea"]}}, "invalid-input"),
    "chosen organisation not around": (
        {"routing": {"organisationId": "00000000-0000-7000-8000-000000000000", "reason": "x"}},
        "invalid-input",
    ),
}


@pytest.mark.parametrize(("changes", "slug"), REFUSED.values(), ids=REFUSED.keys())
async def test_bad_input_is_refused_and_changes_nothing(
    client: httpx.AsyncClient, operator: dict[str, str], raw: asyncpg.Connection, changes: dict[str, Any], slug: str
) -> None:
    """Each gets a 400 that says what is wrong, echoes nothing that was told, and leaves no trace."""
    before = await _stored(raw)
    answer = await client.post("/v1/calls", json=a_call(**changes), headers=operator)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith(slug)
    for told in ("0612345678", "Buurman", "drink_tea", "voelt mee"):
        assert told not in answer.text
    assert await _stored(raw) == before


async def test_a_future_call_is_refused(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """A clock that is wrong at the other end would make every later deadline wrong."""
    later = (now() + timedelta(minutes=5)).isoformat()
    answer = await client.post("/v1/calls", json=a_call(receivedAt=later), headers=operator)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("call-in-future")


async def test_too_much_and_the_wrong_kind_are_refused_unread(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """Ten megabytes, or a form: refused before anything is parsed."""
    large = await client.post("/v1/calls", content=b"x" * 10_000_000, headers=operator | {"Content-Type": "application/json"})
    plain = await client.post("/v1/calls", content=b"hello", headers=operator | {"Content-Type": "text/plain"})
    broken = await client.post("/v1/calls", content=b"{", headers=operator | {"Content-Type": "application/json"})
    assert (large.status_code, plain.status_code, broken.status_code) == (413, 415, 400)


async def test_contents_are_sealed_in_the_database(
    client: httpx.AsyncClient, operator: dict[str, str], raw: asyncpg.Connection
) -> None:
    """Whoever steals the database reads no name, no number, no worry."""
    caller = {"anonymity": "known", "name": "Wilhelmina Geheim", "phone": "0687654321"}
    receipt = await an_offered_case(client, operator, caller=caller, worry="Zij schreeuwt om hulp.")
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        everything = b""
        for table in ("call", "cases", "case_line", "decision", "offer", "event", "idempotency", "vault_key"):
            for row in await raw.fetch(f"SELECT t::text AS told FROM {table} t"):
                everything += row["told"].encode()
    assert receipt["id"].encode() in everything
    for secret in (b"Wilhelmina", b"0687654321", b"schreeuwt", b"1012AB"):
        assert secret not in everything
        assert secret.hex().encode() not in everything


async def test_reading_contents_leaves_a_line_in_the_access_log(
    client: httpx.AsyncClient, operator: dict[str, str], raw: asyncpg.Connection
) -> None:
    """Who looked, at what, what for: in the transaction of the look itself."""
    receipt = await an_offered_case(client, operator)
    answer = await client.get(f"/v1/calls/{receipt['id']}", params={"purpose": "quality"}, headers=operator)
    assert answer.json()["contents"]["worry"] == "Buurman eet al dagen niet."
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        rows = await raw.fetch("SELECT * FROM access_log WHERE case_id = $1", receipt["caseId"])
    assert [(row["action"], row["purpose"], str(row["organisation_id"])) for row in rows] == [("read", "quality", str(HOTLINE))]


async def test_advice_keeps_the_least(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """Advice opens no case, and what identifies somebody is not kept of it."""
    caller = {"anonymity": "known", "name": "Wilhelmina Geheim"}
    body = a_call(answers={"danger_now": "no", "can_wait": "yes"}, caller=caller)
    receipt = (await client.post("/v1/calls", json=body, headers=operator)).json()
    assert (receipt["kind"], receipt["caseId"], receipt["offered"]) == ("advice", None, None)
    kept = await client.get(f"/v1/calls/{receipt['id']}", params={"purpose": "quality"}, headers=operator)
    assert "Wilhelmina" not in kept.text
    assert "1012AB" not in kept.text


async def test_a_draft_is_saved_and_completed_once(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """Two operators complete one draft: one succeeds, the other hears so, and there is one case."""
    draft = (await client.post("/v1/drafts", json={}, headers=operator)).json()["id"]
    saved = await client.put(f"/v1/drafts/{draft}", json=a_call(), headers=operator | {"If-Match": '"1"'})
    stale = await client.put(f"/v1/drafts/{draft}", json=a_call(), headers=operator | {"If-Match": '"1"'})
    assert (saved.status_code, stale.status_code) == (200, 412)
    completing = f"/v1/drafts/{draft}/completion"
    answers = await asyncio.gather(*(client.post(completing, headers=operator | {"If-Match": '"2"'}) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    cases = {answer.json().get("caseId") for answer in answers}
    assert len(cases - {None}) == 1


async def test_a_draft_that_can_not_be_completed_stays(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """What was typed survives a refusal."""
    draft = (await client.post("/v1/drafts", json=a_call(place={}), headers=operator)).json()["id"]
    refused = await client.post(f"/v1/drafts/{draft}/completion", headers=operator | {"If-Match": '"1"'})
    kept = await client.get(f"/v1/drafts/{draft}", headers=operator)
    assert refused.status_code == 400
    assert kept.json()["contents"]["worry"] == "Buurman eet al dagen niet."


async def test_a_preview_stores_nothing(client: httpx.AsyncClient, operator: dict[str, str], raw: asyncpg.Connection) -> None:
    """The operator sees who would get it and why, while the caller is still talking."""
    before = await _stored(raw)
    told = (await client.post("/v1/calls/_preview", json=a_call(), headers=operator)).json()
    assert next(one for one in told["candidates"] if one["taken"])["organisationId"] == str(AMSTERDAM_DESK)
    assert await _stored(raw) == before


async def test_without_a_token_or_its_scope_nothing_happens(client: httpx.AsyncClient, database: Database) -> None:
    """A stranger gets 401, a desk that wants to take calls 403."""
    desk = await a_token(database, AMSTERDAM_DESK, "desk")
    assert (await client.post("/v1/calls", json=a_call())).status_code == 401
    assert (await client.post("/v1/calls", json=a_call(), headers=desk)).status_code == 403
