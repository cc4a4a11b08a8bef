"""The same command with the same key: one effect, one answer, and never one that was not."""

from collections.abc import AsyncIterator
from typing import Final
from uuid import uuid4

import asyncpg
import httpx
import pytest

from app.core.db import Database
from app.directory.seeding import organisation_id
from tests.conftest import as_owner
from tests.makers import HOTLINE, a_call, a_token, an_offered_case

CALLS: Final = "SELECT count(*) FROM call"
KEPT: Final = "SELECT count(*) FROM idempotency WHERE key = $1"
# The lock that the first request holds while it is carried out.
HOLD: Final = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
FAILS: Final = """
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'broken' USING ERRCODE = '57014'; END$$;
    CREATE TRIGGER fail BEFORE INSERT ON cases FOR EACH ROW EXECUTE FUNCTION fail()"""


@pytest.fixture
async def past(shared_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The shared database, past the application."""
    connection = await asyncpg.connect(as_owner(shared_url))
    yield connection
    await connection.close()


@pytest.fixture
async def operator(database: Database) -> dict[str, str]:
    """The header of an operator of the hotline."""
    return await a_token(database)


@pytest.fixture
def key() -> str:
    """A key that nobody has used."""
    return str(uuid4())


async def test_a_repeated_command_gets_the_first_answer_again(
    client: httpx.AsyncClient, operator: dict[str, str], past: asyncpg.Connection, key: str
) -> None:
    """Byte for byte, with what its headers said, also when the same thing is written in another order; nothing is stored twice."""
    headers = operator | {"Idempotency-Key": key, "Content-Type": "application/json"}
    first = await client.post("/v1/drafts", content=b'{"worry": "x", "channel": "web"}', headers=headers)
    calls = await past.fetchval(CALLS)
    again = await client.post("/v1/drafts", content=b'{ "channel":"web","worry":"x" }', headers=headers)
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    for name in ("etag", "location", "content-type"):
        assert again.headers[name] == first.headers[name]
    assert await past.fetchval(CALLS) == calls


async def test_another_command_under_the_same_key_is_refused(
    client: httpx.AsyncClient, operator: dict[str, str], past: asyncpg.Connection, key: str
) -> None:
    """Another body, another precondition, another question: the first answer would be a lie about the second command."""
    headers = operator | {"Idempotency-Key": key}
    draft = (await client.post("/v1/drafts", json=a_call(), headers=headers)).json()["id"]
    calls = await past.fetchval(CALLS)
    for answer in (
        await client.post("/v1/drafts", json=a_call(worry="Iets anders."), headers=headers),
        await client.post("/v1/drafts", json=a_call(), headers=headers | {"If-Match": '"1"'}),
        await client.post("/v1/drafts?again=1", json=a_call(), headers=headers),
    ):
        assert (answer.status_code, answer.json()["type"]) == (422, "/v1/problems/idempotency-key-reused")
    assert await past.fetchval(CALLS) == calls
    other_route = await client.put(f"/v1/drafts/{draft}", json=a_call(), headers=headers | {"If-Match": '"1"'})
    assert other_route.status_code == 200


async def test_while_the_first_is_running_a_second_hears_so(
    client: httpx.AsyncClient, operator: dict[str, str], past: asyncpg.Connection, key: str
) -> None:
    """Whoever holds the key's lock is the first; the second neither waits nor acts, and may ask again in a second."""
    headers = operator | {"Idempotency-Key": f'"{key}"'}
    calls = await past.fetchval(CALLS)
    async with past.transaction():
        await past.execute(HOLD, f"{HOTLINE} POST /v1/calls {key}")
        answer = await client.post("/v1/calls", json=a_call(), headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (409, "/v1/problems/still-running")
        assert answer.headers["retry-after"] == "1"
    assert await past.fetchval(CALLS) == calls
    assert (await client.post("/v1/calls", json=a_call(), headers=headers)).status_code == 201


async def test_a_key_is_its_organisations_own(client: httpx.AsyncClient, database: Database, key: str) -> None:
    """Two organisations may choose the same key: each has its own answer, and never hears that of the other."""
    path, answers = "/v1/calls", []
    for organisation in (HOTLINE, organisation_id("rotterdam")):
        operator = await a_token(database, organisation, "operator")
        answers.append(await client.post(path, json=a_call(), headers=operator | {"Idempotency-Key": key}))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] != answers[1].json()["id"]
    assert "idempotent-replayed" not in answers[1].headers


async def test_a_refusal_keeps_nothing(
    client: httpx.AsyncClient, operator: dict[str, str], past: asyncpg.Connection, key: str
) -> None:
    """What was refused was not done: the same key does it once the reason is gone, with the command put right."""
    headers = operator | {"Idempotency-Key": key}
    assert (await client.post("/v1/calls", json=a_call(place={}), headers=headers)).status_code == 400
    assert await past.fetchval(KEPT, key) == 0
    assert (await client.post("/v1/calls", json=a_call(), headers=headers)).status_code == 201
    assert await past.fetchval(KEPT, key) == 1


async def test_a_fault_keeps_nothing(
    fresh_client: httpx.AsyncClient, fresh_database: Database, owner: asyncpg.Connection, key: str
) -> None:
    """The database says no in the middle: neither effect nor answer stays, and the same command succeeds afterwards."""
    headers = await a_token(fresh_database) | {"Idempotency-Key": key}
    await owner.execute(FAILS)
    assert (await fresh_client.post("/v1/calls", json=a_call(), headers=headers)).status_code == 503
    assert (await owner.fetchval(CALLS), await owner.fetchval(KEPT, key)) == (0, 0)
    await owner.execute("DROP TRIGGER fail ON cases")
    answer = await fresh_client.post("/v1/calls", json=a_call(), headers=headers)
    assert (answer.status_code, "idempotent-replayed" in answer.headers) == (201, False)
    assert (await owner.fetchval(CALLS), await owner.fetchval(KEPT, key)) == (1, 1)


async def test_a_secret_is_not_kept_for_a_repetition(
    fresh_client: httpx.AsyncClient, fresh_database: Database, owner: asyncpg.Connection, key: str
) -> None:
    """The secret of an endpoint is shown once; a stored answer would lie beside it in the clear."""
    desk = await a_token(fresh_database, organisation_id("rotterdam"), "desk") | {"Idempotency-Key": key}
    body = {"url": "http://127.0.0.1:9/hook"}
    made = await fresh_client.post("/v1/webhook-endpoints", json=body, headers=desk)
    assert made.json()["secret"].startswith("whsec_")
    assert await owner.fetchval(KEPT, key) == 0


@pytest.mark.parametrize("bad", ["", '""', "x" * 256, "zw\u00f6lf", "tab\there"])
async def test_a_key_that_is_none_is_refused(client: httpx.AsyncClient, operator: dict[str, str], bad: str) -> None:
    """Refused, not ignored: who sends a key relies on it."""
    raw = [(b"Authorization", operator["Authorization"].encode()), (b"Idempotency-Key", bad.encode("latin-1"))]
    answer = await client.post("/v1/drafts", json={}, headers=raw)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/headers/idempotency-key")
    assert "zw" not in answer.text


async def test_a_look_needs_no_key(
    client: httpx.AsyncClient, operator: dict[str, str], past: asyncpg.Connection, key: str
) -> None:
    """Reading has no effect to repeat: a key is no reason to store what was read."""
    receipt = await an_offered_case(client, operator)
    for _ in range(2):
        params = {"purpose": "quality"}
        answer = await client.get(f"/v1/calls/{receipt['id']}", params=params, headers=operator | {"Idempotency-Key": key})
        assert (answer.status_code, "idempotent-replayed" in answer.headers) == (200, False)
    assert await past.fetchval(KEPT, key) == 0
