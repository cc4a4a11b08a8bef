"""What can't be right is refused: a clear 4xx that repeats nothing, and a database that is as it was."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import asyncpg
import httpx
import pytest

from app.core.db import Database
from app.core.tables import metadata
from app.main import create_app
from tests.conftest import as_owner
from tests.makers import AMSTERDAM_DESK, a_call, a_token, an_offered_case, expire, now

assert create_app is not None  # every room's tables are known
JSON: Final = {"Content-Type": "application/json"}
OURS: Final = sorted(metadata.tables.keys() - {"api_key", "municipality"})  # when a key was used, and shapes of the map
EVERYTHING: Final = " UNION ALL ".join(
    f"SELECT '{table}' AS of, count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) AS told FROM {table} t"
    for table in OURS
)
TOLD: Final = ("0612345678", "Buurman", "Jansen", "drink_tea", "voelt mee", "1234567", "GM9999")


class Stored:
    """What lies in every table, seen by the owner of the database, past the application."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        """Nothing seen yet."""
        self._connection = connection

    async def now(self) -> dict[str, tuple[int, int]]:
        """Of each table how many rows there are, and a number that another content would not have."""
        return {row["of"]: (row["rows"], int(row["told"])) for row in await self._connection.fetch(EVERYTHING)}


@pytest.fixture
async def stored(shared_url: str) -> AsyncIterator[Stored]:
    """The shared database, past the application."""
    connection = await asyncpg.connect(as_owner(shared_url))
    yield Stored(connection)
    await connection.close()


@pytest.fixture
async def operator(database: Database) -> dict[str, str]:
    """The header of an operator of the hotline."""
    return await a_token(database)


@pytest.fixture
async def desk(database: Database) -> dict[str, str]:
    """The header of Amsterdam's desk."""
    return await a_token(database, AMSTERDAM_DESK, "desk")


def refused(answer: httpx.Response, status: int, slug: str) -> None:
    """It says what is wrong by its type, and repeats nothing that was told."""
    assert (answer.status_code, answer.json()["type"]) == (status, f"/v1/problems/{slug}"), answer.text
    assert answer.json()["detail"].endswith("."), answer.text
    for told in TOLD:
        assert told not in answer.text


def json_of(body: dict[str, Any]) -> bytes:
    """As it goes over the line: ASCII only, so that half a character comes through too."""
    return json.dumps(body).encode()


def stay(**place: str) -> dict[str, Any]:
    """A call about somebody there."""
    return {"place": {"stay": place}}


REFUSED: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "unknown municipality": (stay(municipalityCode="GM9999"), "place-unknown"),
    "ended municipality": (stay(municipalityCode="GM0457"), "municipality-ended"),
    "a name instead of a code": (stay(municipalityCode="Jansen"), "place-unknown"),
    "impossible postcode": (stay(postcode="0123 AB"), "place-unknown"),
    "postcode never given": (stay(postcode="1012 SS"), "place-unknown"),
    "postcode of a post-office box": (stay(postcode="3500 AB"), "place-unknown"),
    "postcode in two municipalities": (stay(postcode="1096 AB"), "place-ambiguous"),
    "no place": ({"place": {}}, "place-unknown"),
    "naive time": ({"receivedAt": "2026-11-24T12:00:00"}, "invalid-input"),
    "a time before all time": ({"receivedAt": "0001-01-01T00:00:00+14:00"}, "invalid-input"),
    "a time after all time": ({"advice": {"ringAgainAt": "9999-12-31T23:59:59-14:00"}}, "invalid-input"),
    "no time at all": ({"receivedAt": "vanochtend, zei Jansen"}, "invalid-input"),
    "unknown protocol": ({"protocol": "nl-1999"}, "protocol-unknown"),
    "unknown question": ({"answers": {"Jansen": "yes"}}, "answers-invalid"),
    "unknown answer": ({"answers": {"weapon": "Jansen"}}, "answers-invalid"),
    "an answer that is no word": ({"answers": {"Jansen, 0612345678": 1234567}}, "invalid-input"),
    "lowered without a reason": ({"urgency": {"chosen": "advice"}}, "urgency-too-low"),
    "below a flag": (
        {"answers": {"suicide": "unknown"}, "urgency": {"chosen": "normal", "reason": "voelt mee"}},
        "urgency-too-low",
    ),
    "urgent, ended as advice": ({"kind": "advice"}, "needs-somebody"),
    "unknown kind": ({"kind": "Jansen"}, "invalid-input"),
    "unknown field": ({"Jansen": "x"}, "invalid-input"),
    "unknown field deeper": ({"caller": {"0612345678": "x"}}, "invalid-input"),
    "a field that is no text": ({"\ud800": "x"}, "invalid-input"),
    "half a character": ({"worry": "een \ud800 half teken"}, "invalid-input"),
    "NUL in what was told": ({"worry": "een \u0000 nul"}, "invalid-input"),
    "NUL in a postcode": (stay(postcode="1012\u0000AB"), "invalid-input"),
    "NUL in an answer": ({"answers": {"weapon": "\u0000"}}, "answers-invalid"),
    "a number for a name": ({"person": {"name": 1234567}}, "invalid-input"),
    "too long": ({"person": {"name": "Jansen" * 100}}, "invalid-input"),
    "anonymous with a phone": ({"caller": {"phone": "0612345678"}}, "invalid-input"),
    "unknown advice": ({"advice": {"given": ["drink_tea"]}}, "invalid-input"),
    "chosen organisation not around": (
        {"routing": {"organisationId": "00000000-0000-7000-8000-000000000000", "reason": "Jansen"}},
        "invalid-input",
    ),
    "no id": ({"routing": {"organisationId": "Jansen", "reason": "x"}}, "invalid-input"),
}


@pytest.mark.parametrize(("changes", "slug"), REFUSED.values(), ids=REFUSED.keys())
async def test_a_call_that_can_not_be_right_changes_nothing(
    client: httpx.AsyncClient, operator: dict[str, str], stored: Stored, changes: dict[str, Any], slug: str
) -> None:
    """Sent at once, seen beforehand or kept as a draft: whoever typed it hears what is wrong, and nobody else is told."""
    before = await stored.now()
    body = json_of(a_call(**changes))
    for path in ("/v1/calls", "/v1/calls/_preview"):
        answer = await client.post(path, content=body, headers=operator | JSON | {"Idempotency-Key": str(uuid4())})
        refused(answer, 400, slug)
    if slug == "invalid-input" and "advice" not in changes and "routing" not in changes:
        refused(await client.post("/v1/drafts", content=body, headers=operator | JSON), 400, slug)
    assert await stored.now() == before


BODIES: Final = {
    "ten megabytes": (b'{"worry": "' + b"x" * 10_000_000 + b'"}', JSON, 413, "too-large"),
    "another kind": (b"worry=Buurman", {"Content-Type": "text/plain"}, 415, "wrong-media-type"),
    "no kind": (b"{}", {}, 415, "wrong-media-type"),
    "a form": (b"worry=Buurman", {"Content-Type": "application/x-www-form-urlencoded"}, 400, "invalid-input"),
    "nothing": (b"", JSON, 400, "invalid-input"),
    "half": (b'{"worry": "Buurman', JSON, 400, "invalid-input"),
    "a list": (b'["Buurman"]', JSON, 400, "invalid-input"),
    "a word": (b'"Buurman"', JSON, 400, "invalid-input"),
    "not UTF-8": (b'{"worry": "Buurman \xff"}', JSON, 400, "http"),
    "nested without end": (b"[" * 100_000, JSON, 400, "http"),
    "nested and closed": (b'{"worry": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", JSON, 400, "http"),
    "a number without end": (b'{"worry": ' + b"9" * 5000 + b"}", JSON, 400, "http"),
}


@pytest.mark.parametrize(("body", "kind", "status", "slug"), BODIES.values(), ids=BODIES.keys())
async def test_what_can_not_be_read_changes_nothing(
    client: httpx.AsyncClient,
    operator: dict[str, str],
    stored: Stored,
    body: bytes,
    kind: dict[str, str],
    status: int,
    slug: str,
) -> None:
    """A client that is broken must learn so from the answer, and must not be able to break us."""
    before = await stored.now()
    refused(await client.post("/v1/calls", content=body, headers=operator | kind), status, slug)
    assert await stored.now() == before


async def test_too_much_is_too_much_also_in_parts(client: httpx.AsyncClient, operator: dict[str, str], stored: Stored) -> None:
    """A body without a length is counted while it comes, and refused as what it is: too large, not unreadable."""

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 100_000

    before = await stored.now()
    refused(await client.post("/v1/calls", content=parts(), headers=operator | JSON), 413, "too-large")
    assert await stored.now() == before


async def test_a_call_that_has_not_come_yet_changes_nothing(
    client: httpx.AsyncClient, operator: dict[str, str], stored: Stored
) -> None:
    """A clock that is wrong at the other end would make every later deadline wrong."""
    before = await stored.now()
    later = a_call(receivedAt=(now() + timedelta(minutes=5)).isoformat())
    refused(await client.post("/v1/calls", json=later, headers=operator), 400, "call-in-future")
    assert await stored.now() == before


PATHS: Final = (
    ("GET", "/v1/calls?cursor=Jansen", "invalid-input"),
    ("GET", "/v1/calls?limit=1234567", "invalid-input"),
    ("GET", "/v1/calls?state=Jansen", "invalid-input"),
    ("GET", "/v1/calls/Jansen?purpose=quality", "invalid-input"),
    ("GET", "/v1/municipalities/GM9999", "place-unknown"),
    ("GET", "/v1/municipalities/%00", "place-unknown"),
    ("GET", "/v1/protocols/Jansen", "protocol-unknown"),
    ("GET", "/v1/protocols/%00", "protocol-unknown"),
)


@pytest.mark.parametrize(("method", "path", "slug"), PATHS)
async def test_an_address_that_can_not_be_right_is_refused(
    client: httpx.AsyncClient, operator: dict[str, str], stored: Stored, method: str, path: str, slug: str
) -> None:
    """What stands in an address is no safer than what stands in a body."""
    before = await stored.now()
    answer = await client.request(method, path, headers=operator)
    assert answer.status_code in {400, 404}, answer.text
    if answer.status_code == 400:
        refused(answer, 400, slug)
    assert await stored.now() == before


async def test_accepting_twice_or_too_late_changes_nothing(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], database: Database, stored: Stored
) -> None:
    """The first answer counts: a second one, or one after the time has run out, takes the case from nobody."""
    headers = desk | {"If-Match": '"1"'}
    accepted, expired = [(await an_offered_case(client, operator))["offered"]["offerId"] for _ in range(2)]
    assert (await client.post(f"/v1/offers/{accepted}/acceptance", json={}, headers=headers)).status_code == 201
    await expire(database, expired)
    before = await stored.now()
    for offer in (accepted, expired):
        for command, body in (("acceptance", {}), ("decline", {"reason": "other"})):
            answer = await client.post(f"/v1/offers/{offer}/{command}", json=body, headers=headers)
            refused(answer, 409, "offer-ended")
    assert await stored.now() == before


async def test_two_who_complete_one_draft_store_what_one_would(
    client: httpx.AsyncClient, operator: dict[str, str], database: Database, stored: Stored
) -> None:
    """Two operators, one draft, the same moment: a second case would send two teams to one door."""
    draft = (await client.post("/v1/drafts", json=a_call(), headers=operator)).json()["id"]
    before = await stored.now()
    path, second = f"/v1/drafts/{draft}/completion", await a_token(database)
    answers = await asyncio.gather(*(client.post(path, headers=who | {"If-Match": '"1"'}) for who in (operator, second)))
    made, late = sorted(answers, key=lambda answer: answer.status_code)
    assert made.status_code == 201
    refused(late, 409, "draft-ended")
    after = await stored.now()
    grown = {table: after[table][0] - before[table][0] for table in OURS if after[table][0] != before[table][0]}
    assert (grown["cases"], grown["offer"], grown["decision"], grown["event"]) == (1, 1, 1, 2)
    assert "call" not in grown
    for who in (operator, second):
        refused(await client.post(path, headers=who | {"If-Match": '"2"'}), 409, "draft-ended")
    assert await stored.now() == after
