"""Calls through HTTP, on the real database."""

import asyncio

import asyncpg
import httpx
import pytest

from app.core.db import Database
from app.vault.tables import vault_key
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_call, a_token, an_offered_case

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
