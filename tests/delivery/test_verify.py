"""Verifying that an address wants our events: real receivers that agree, keep silent, hang, or get a code."""

import asyncio
import ssl
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import orjson
import pytest

from app.core import clock
from app.core.actor import WORKER
from app.core.db import Database
from app.core.due import carry_out_once
from app.core.work import begin
from app.delivery import verify
from app.delivery.due import VERIFICATIONS
from app.main import create_app
from tests.conftest import client_of, settings_for
from tests.delivery.authority import Authority
from tests.delivery.owning import HOOK, Owner, an_owner, pointers
from tests.delivery.receiver import Receiver
from tests.delivery.test_access import a_certificate
from tests.delivery.test_post import TokenServer
from tests.delivery.test_send import announce, sending

CONSENT = "webhook-allowed-origin: other.example, 127.0.0.1\r\nwebhook-allowed-rate: 90\r\n"
CODES = "SELECT event_id, body FROM webhook_message WHERE endpoint_id = $1 AND trigger = 'verification'"


@pytest.fixture
async def ours(fresh_client: httpx.AsyncClient, fresh_database: Database) -> Owner:
    """An organisation whose receivers may listen on the loopback."""
    return await an_owner(fresh_client, fresh_database)


@pytest.fixture
def authority() -> Authority:
    """One that we trust."""
    return Authority()


@pytest.fixture
async def asking(fresh_url: str, authority: Authority, tmp_path: Path) -> Any:
    """The worker's pool."""
    trusts = authority.in_file(tmp_path)
    made = Database(fresh_url, settings_for(fresh_url, webhooks_to_private_addresses=True, webhooks_authorities=trusts))
    yield made
    await made.close()


async def _ask(asking: Database, owner: asyncpg.Connection) -> None:
    """Let every waiting receiver be asked once, now."""
    await owner.execute("UPDATE webhook_endpoint SET next_verification_at = $1", clock.wall())
    assert await carry_out_once(VERIFICATIONS, asking) == (1, 0)


async def test_a_receiver_that_agrees_gets_events(ours: Owner, asking: Database) -> None:
    """Asked as the guideline says, and without a credential: whose address this is, is what we are asking."""
    receiver = await Receiver(headers=CONSENT).start()
    made = await ours.ask(
        "POST", "", {"url": receiver.url, "headers": {"X-Key": "secret"}, "perMinute": 120}, 201
    )  # says nothing of verification
    assert (made["state"], made["verification"]["method"]) == ("unverified", "handshake")
    assert await carry_out_once(VERIFICATIONS, asking) == (1, 0)
    shown = await ours.ask("GET", f"/{made['id']}")
    assert (shown["state"], shown["grantedPerMinute"], shown["verification"]["startedAt"]) == ("active", 90, None)
    [(headers, _)] = receiver.got
    assert (headers["webhook-request-origin"], headers["webhook-request-rate"]) == ("127.0.0.1", "120")
    assert "x-key" not in headers
    assert await carry_out_once(VERIFICATIONS, asking) == (0, 0)
    await receiver.stop()


async def test_silence_is_no_consent_and_is_asked_again(ours: Owner, asking: Database, owner: asyncpg.Connection) -> None:
    """A page that answers 200 to everything has agreed to nothing; one that is mended within the hour needs nobody's help."""
    receiver = await Receiver().start()
    made = await ours.ask("POST", "", {"url": receiver.url}, 201)
    await _ask(asking, owner)
    told = (await ours.ask("GET", f"/{made['id']}"))["verification"]
    assert (told["error"], told["attempts"], told["nextAttemptAt"] is None) == ("no_consent", 1, False)
    await receiver.stop()
    await _ask(asking, owner)
    assert (await ours.ask("GET", f"/{made['id']}"))["verification"]["error"] == "connect"
    await owner.execute(
        "UPDATE webhook_endpoint SET verification_started_at = verification_started_at - interval '59 minutes 55 s'"
    )
    await _ask(asking, owner)
    assert (await ours.ask("GET", f"/{made['id']}"))["verification"]["nextAttemptAt"] is None
    receiver.headers = CONSENT
    await receiver.start()
    again = await ours.ask("POST", f"/{made['id']}/verifications", None, 202)
    assert again["verification"]["attempts"] == 0
    await _ask(asking, owner)
    assert (await ours.ask("GET", f"/{made['id']}"))["state"] == "active"
    await receiver.stop()


async def test_all_are_asked_at_once_and_none_holds_up_another(
    ours: Owner, asking: Database, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One hangs, one has a certificate that nobody vouches for, one agrees: each hears its own, in the time of one."""
    monkeypatch.setattr(verify, "LONGEST", 0.6)
    now = clock.wall()
    chain, key = a_certificate(now + timedelta(days=1), now - timedelta(days=1))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile("w") as held:
        held.write(key + chain)
        held.flush()
        context.load_cert_chain(held.name)
    strange = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    port = strange.sockets[0].getsockname()[1]
    hanging, quick = await Receiver(slow=2, headers=CONSENT).start(), await Receiver(headers=CONSENT).start()
    shows = {"clientCertificate": {"chain": chain, "key": key}}
    ids = [
        (await ours.ask("POST", "", body, 201))["id"]
        for body in ({"url": hanging.url}, {"url": f"https://127.0.0.1:{port}/", **shows}, {"url": quick.url})
    ]
    await _ask(asking, owner)
    told = [await ours.ask("GET", f"/{one}") for one in ids]
    assert [one["verification"]["error"] for one in told] == ["timeout", "tls", None]
    assert told[2]["state"] == "active"
    for server in (hanging, quick):
        await server.stop()
    strange.close()


async def _code(owner: asyncpg.Connection, endpoint: str) -> tuple[str, dict[str, Any]]:
    row = await owner.fetchrow(CODES, UUID(endpoint))
    assert row
    told = orjson.loads(row["body"])
    assert told["id"] == str(row["event_id"])
    return told["data"]["code"], told


async def test_a_code_that_comes_back_confirms(ours: Owner, owner: asyncpg.Connection) -> None:
    """Only who reads at the address knows it; it is stored as a hash, ends after a day, and a new one replaces it."""
    made = await ours.ask("POST", "", {"url": HOOK, "verification": "confirmation"}, 201)
    path = f"/{made['id']}"
    code, told = await _code(owner, made["id"])
    assert (told["type"], "sequence" in told, told["subject"]) == ("nl.nodus.endpoint.verification.v1", False, made["id"])
    assert pointers(await ours.ask("POST", f"{path}/confirmations", {"code": "another"}, 400)) == ["/code"]
    await owner.execute("UPDATE webhook_endpoint SET challenge_ends_at = now()")
    assert "sends another" in (await ours.ask("POST", f"{path}/confirmations", {"code": code}, 409))["detail"]
    await ours.ask("POST", f"{path}/verifications", None, 202)
    await ours.ask("POST", f"{path}/confirmations", {"code": code}, 400)
    confirmed = await ours.ask("POST", f"{path}/confirmations", {"code": (await _code(owner, made["id"]))[0]})
    assert (confirmed["state"], confirmed["verification"]["startedAt"]) == ("active", None)
    await ours.ask("POST", f"{path}/confirmations", {"code": code}, 409)
    await ours.ask("POST", f"{path}/verifications", None, 409)


def _everything_secret(authority: Authority, base: str, ending: str) -> dict[str, Any]:
    """Wishes of an endpoint that shows all it can, and fetches a token."""
    mine = authority.sign("nodus.example.nl")
    return {
        "url": f"{base}/hook",
        "verification": ending,
        "headers": {"X-Key": "secret"},
        "auth": {"kind": "oauth", "tokenUrl": f"{base}/token", "clientId": "id", "clientSecret": "secret", "scope": "events"},
        "clientCertificate": {"chain": mine.chain, "key": mine.key},
    }


async def test_whose_address_it_is_is_asked_without_a_certificate(
    ours: Owner, asking: Database, owner: asyncpg.Connection, authority: Authority, tmp_path: Path
) -> None:
    """A certificate says who we are to whoever owns the address: nobody is told before it is known who that is."""
    async with Receiver(headers=CONSENT, tls=authority.serving("127.0.0.1", tmp_path, takes_all=True)) as receiver:
        wishes = _everything_secret(authority, f"https://127.0.0.1:{receiver.port}", "handshake")
        made = await ours.ask("POST", "", wishes, 201)
        await _ask(asking, owner)
        assert (await ours.ask("GET", f"/{made['id']}"))["state"] == "active"
    [(headers, _)] = receiver.got
    assert receiver.shown == [False]
    assert not {"x-key", "authorization"} & headers.keys()


async def test_a_code_is_signed_and_comes_with_nothing_else(
    ours: Owner, fresh_url: str, fresh_database: Database, authority: Authority, tmp_path: Path
) -> None:
    """No header of its owner's, no token fetched, no certificate shown until it is confirmed; then all of them."""
    server = TokenServer(tls=authority.serving("127.0.0.1", tmp_path, takes_all=True))
    server.lets_in_all = True
    async with server, sending(fresh_url, webhooks_authorities=authority.in_file(tmp_path)):
        wishes = _everything_secret(authority, f"https://127.0.0.1:{server.port}", "confirmation")
        made = await ours.ask("POST", "", wishes, 201)
        await server.until(1)
        headers, body = server.got[0]
        assert (server.given, server.shown) == (0, [False])
        assert not {"x-key", "authorization"} & headers.keys()
        assert server.verified(made["secret"]) == [orjson.loads(body)]
        server.lets_in_all = False
        await ours.ask("POST", f"/{made['id']}/confirmations", {"code": orjson.loads(body)["data"]["code"]})
        await announce(fresh_database, ours.organisation, 1)
        await server.until(3)
    assert server.given == 1
    headers, _ = server.got[2]
    assert (headers["x-key"], headers["authorization"], server.shown[2]) == ("secret", "Bearer t1", True)


async def test_an_answer_that_comes_too_late_changes_nothing(ours: Owner, fresh_url: str, owner: asyncpg.Connection) -> None:
    """Moved while its receiver was being asked: the consent was another address's."""
    receiver = await Receiver(headers=CONSENT).start()
    made = await ours.ask("POST", "", {"url": receiver.url}, 201)
    app = create_app(settings_for(fresh_url, webhooks_to_private_addresses=True))
    database: Database = app.state.database
    async with begin(database, WORKER) as work:
        [rows] = await verify.claim(work)
    async with client_of(app) as other:
        await Owner(other, ours.organisation, ours.key).ask("PATCH", f"/{made['id']}", {"url": f"{receiver.url}/2"}, seen=1)
    async with begin(database, WORKER) as work:
        await verify.act(work, rows)
    assert (await ours.ask("GET", f"/{made['id']}"))["state"] == "unverified"
    await database.close()
    await receiver.stop()
