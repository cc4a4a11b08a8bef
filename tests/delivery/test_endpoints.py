"""Endpoints as their owners keep them: made, changed, looked at, their secrets taken turns with."""

import asyncio
import base64
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.core import clock
from app.core.db import Database
from app.delivery.access import Access, ZgwJwt
from app.delivery.service import endpoints as service
from app.vault.keys import master_key
from tests.delivery.owning import AT, HOOK, Owner, an_owner, pointers
from tests.delivery.test_access import a_certificate
from tests.makers import a_token

ZGW = {"kind": "zgwJwt", "clientId": "nodus", "secret": "dit-is-geheim"}


@pytest.fixture
async def ours(client: httpx.AsyncClient, database: Database) -> Owner:
    """An organisation of this test's own."""
    return await an_owner(client, database)


async def _stored(raw: asyncpg.Connection, endpoint: str) -> Any:
    await raw.execute("SET ROLE nodus_worker")
    return await raw.fetchrow("SELECT * FROM webhook_endpoint WHERE id = $1", UUID(endpoint))


async def test_everything_that_is_wished_is_kept_and_nothing_secret_is_shown(
    ours: Owner, database: Database, raw: asyncpg.Connection
) -> None:
    """The sender finds what the owner meant; whoever reads the endpoint, or the table, finds no secret."""
    chain, key = a_certificate(clock.wall() + timedelta(days=90), clock.wall() - timedelta(days=1))
    made = await ours.make(
        label="zaaksysteem", types=["nl.nodus.case"], municipalityCodes=["GM0363"], ordering="loose", perMinute=120,
        headers={"X-Key": "heel-geheim"}, auth=ZGW, clientCertificate={"chain": chain, "key": key},
    )  # fmt: skip
    shown = await ours.ask("GET", f"/{made['id']}")
    assert shown == {name: value for name, value in made.items() if name != "secret"}
    assert (shown["state"], shown["authKind"], shown["headerNames"]) == ("active", "zgwJwt", ["X-Key"])
    assert shown["clientCertificate"]["subject"] == "CN=nodus at amsterdam"
    assert (shown["label"], shown["municipalityCodes"], shown["ordering"], shown["perMinute"]) == (
        "zaaksysteem", ["GM0363"], "loose", 120,
    )  # fmt: skip
    row = await _stored(raw, made["id"])
    opened = Access.from_bytes(master_key(database.settings).unwrap(row["access"], UUID(made["id"])))
    assert opened == Access(
        {"X-Key": "heel-geheim"}, ZgwJwt("nodus", "dit-is-geheim", "nodus", "Nodus"), chain.strip(), key.strip()
    )
    for secret in ("geheim", "PRIVATE"):
        assert secret not in json.dumps([shown, made])
        assert secret.encode() not in repr(dict(row)).encode()


async def test_many_at_once_are_not_more_than_one_may_have(ours: Owner) -> None:
    """Forty in one moment: each counts those before it."""
    wish = {"url": HOOK, "verification": "agreed"}
    made = await asyncio.gather(*(ours.client.post(AT, json=wish, headers=ours.key) for _ in range(40)))
    assert sorted(one.status_code for one in made) == [201] * service.MOST + [409] * (40 - service.MOST)


async def test_a_change_touches_only_what_it_names(ours: Owner, raw: asyncpg.Connection, database: Database) -> None:
    """Headers are merged, null empties, and a change of what was not read is refused."""
    made = await ours.make(label="a", headers={"X-A": "1", "X-B": "2"}, auth={"kind": "bearer", "token": "abc"}, perMinute=5)
    path = f"/{made['id']}"
    await ours.ask("PATCH", path, {"label": "b"}, 428)
    await ours.ask("PATCH", path, {"label": "b"}, 412, seen=7)
    changed = await ours.ask("PATCH", path, {"label": None, "perMinute": None, "headers": {"x-a": None}}, seen=1)
    assert (changed["label"], changed["perMinute"], changed["headerNames"], changed["authKind"]) == (
        None,
        None,
        ["X-B"],
        "bearer",
    )
    assert pointers(await ours.ask("PATCH", path, {"headers": {"Authorization": "x"}}, 400, seen=2)) == ["/headers"]
    changed = await ours.ask("PATCH", path, {"auth": None, "headers": {"X-B": None}}, seen=2)
    assert (changed["authKind"], changed["headerNames"], changed["version"]) == ("none", [], 3)
    assert (await _stored(raw, made["id"]))["access"] is None


@pytest.mark.parametrize(
    ("wishes", "where"),
    [
        ({"url": "https://10.0.0.1/"}, ["/url"]),
        (
            {"auth": {"kind": "oauth", "tokenUrl": "https://10.0.0.1/t", "clientId": "a", "clientSecret": "b"}},
            ["/auth/tokenUrl"],
        ),
        ({"auth": {"kind": "geheim"}}, ["/auth"]),
        ({"auth": ZGW | {"secret": "ssh-rsa-geheim"}}, ["/auth/secret"]),
        ({"headers": {"Host": "x"}}, ["/headers"]),
        ({"clientCertificate": {"chain": "geheim", "key": "geheim"}}, ["/clientCertificate/chain"]),
        ({"municipalityCodes": ["Amsterdam"]}, ["/municipalityCodes/0"]),
        ({"municipalityCodes": ["GM0363", "GM9999"]}, ["/municipalityCodes/1"]),
        ({"preset": "open_notificaties"}, ["/url", "/auth"]),
        ({"types": ["nl.nodus.case", "nl.nodus.geheim", "nl.nodus.case.offered.v1.*"]}, ["/types/1", "/types/2"]),
    ],
)
async def test_what_could_not_work_is_refused_by_name(ours: Owner, wishes: dict[str, Any], where: list[str]) -> None:
    """Each refusal names the field and says what would do, and repeats nothing that was sent."""
    refused = await ours.make(400, **wishes)
    assert pointers(refused) == where
    assert "geheim" not in json.dumps(refused)


async def test_a_type_that_there_is_not_is_told_the_nearest(ours: Owner) -> None:
    """One letter too few, and nothing would ever arrive; a change is looked at as closely."""
    refused = await ours.make(400, types=["nl.nodus.case.acepted"])
    assert pointers(refused) == ["/types/0"]
    assert "nl.nodus.case.accepted.v1" in refused["errors"][0]["message"]
    made = await ours.make(types=["nl.nodus.case.*", "nl.nodus.offer", "nl.nodus.case.accepted.v1"])
    refused = await ours.ask("PATCH", f"/{made['id']}", {"types": ["nl.nodus.ofer.*"]}, 400, seen=1)
    assert (pointers(refused), "nl.nodus.offer.*" in refused["errors"][0]["message"]) == (["/types/0"], True)


async def test_a_hub_of_open_notificaties_needs_two_fields(ours: Owner) -> None:
    """Everything else follows from what it is, and stays so."""
    url = "https://hub.example.nl/api/v1/cloudevents"
    made = await ours.ask("POST", "", {"preset": "open_notificaties", "url": url, "auth": ZGW}, 201)
    assert (made["state"], made["verification"]["method"], made["ordering"]) == ("active", "agreed", "strict")
    assert pointers(await ours.ask("PATCH", f"/{made['id']}", {"ordering": "loose"}, 400, seen=1)) == ["/ordering"]


async def test_another_organisations_endpoint_is_not_there(ours: Owner, client: httpx.AsyncClient, database: Database) -> None:
    """Whose endpoint it is decides the database, whatever the path; and without the scope nobody keeps any."""
    path = f"/{(await ours.make())['id']}"
    theirs = await an_owner(client, database)
    event = "018f0000-0000-7000-8000-000000000000"
    for method, rest, body in (
        ("GET", "", None), ("PATCH", "", {}), ("DELETE", "", None), ("GET", "/secrets", None), ("GET", "/messages", None),
        ("POST", "/secret-rotations", {}), ("DELETE", f"/secrets/{event}", None), ("POST", "/verifications", None),
        ("POST", "/confirmations", {"code": "x"}), ("POST", "/test-events", None), ("GET", "/statistics", None),
        ("GET", f"/messages/{event}/attempts", None), ("POST", f"/messages/{event}/attempts", None), ("GET", "/attempts", None),
        ("POST", "/recoveries", {"since": "2026-11-01T00:00:00Z"}),
    ):  # fmt: skip
        await theirs.ask(method, path + rest, body, 404, seen=1)
    operator = Owner(client, ours.organisation, await a_token(database, ours.organisation, "operator"))
    await operator.ask("GET", path, None, 403)


async def test_there_are_twenty_at_most(ours: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every endpoint costs every event of its organisation a delivery: the next is refused, with the way out."""
    monkeypatch.setattr(service, "MOST", 2)
    for _ in range(2):
        made = await ours.make()
    assert "DELETE" in (await ours.make(409))["detail"]
    await ours.ask("DELETE", f"/{made['id']}", None, 204)
    await ours.make()


async def test_going_on_forgives_and_staying_active_does_not(ours: Owner, raw: asyncpg.Connection) -> None:
    """Whoever sends `active` in every change must not hide that an endpoint has failed for days."""
    path = f"/{(await ours.make())['id']}"
    since = clock.wall() - timedelta(days=1)
    await raw.execute("SET ROLE nodus_worker")
    await raw.execute("UPDATE webhook_endpoint SET attempts = 4, failing_since = $1 WHERE id = $2", since, UUID(path[1:]))
    changed = await ours.ask("PATCH", path, {"state": "active"}, seen=1)
    assert (changed["attempts"], changed["failingSince"] is None) == (4, False)
    assert (await ours.ask("PATCH", path, {"state": "paused"}, seen=2))["state"] == "paused"
    changed = await ours.ask("PATCH", path, {"state": "active"}, seen=3)
    assert (changed["attempts"], changed["failingSince"]) == (0, None)


async def test_another_address_is_verified_anew_unless_it_was_agreed(ours: Owner) -> None:
    """A moved endpoint could be a typing mistake away from somebody else; a paused one stays paused until it goes on."""
    agreed = await ours.make()
    elsewhere = {"url": f"{HOOK}/2"}
    assert (await ours.ask("PATCH", f"/{agreed['id']}", elsewhere, seen=1))["state"] == "active"
    asked = await ours.ask("PATCH", f"/{agreed['id']}", {"verification": "handshake", "url": HOOK}, seen=2)
    assert (asked["state"], asked["verification"]["verifiedAt"]) == ("unverified", None)
    assert asked["verification"]["nextAttemptAt"]
    refused = await ours.ask("PATCH", f"/{agreed['id']}", {"state": "active"}, 409, seen=3)
    assert refused["type"].endswith("endpoint-not-verified")
    await ours.ask("PATCH", f"/{agreed['id']}", {"state": "paused"}, seen=3)
    assert (await ours.ask("PATCH", f"/{agreed['id']}", elsewhere, seen=4))["state"] == "paused"
    assert (await ours.ask("PATCH", f"/{agreed['id']}", {"state": "active"}, seen=5))["state"] == "unverified"
    assert (await ours.ask("PATCH", f"/{agreed['id']}", {"verification": "agreed"}, seen=6))["state"] == "active"


async def test_secrets_take_turns_and_one_always_stays(ours: Owner, raw: asyncpg.Connection, database: Database) -> None:
    """Both sign while they overlap, a leaked one ends at once, and deliveries are never unsigned."""
    made = await ours.make()
    path = f"/{made['id']}"
    [first] = (await ours.ask("GET", f"{path}/secrets"))["items"]
    assert "last secret" in (await ours.ask("DELETE", f"{path}/secrets/{first['id']}", None, 409))["detail"]
    rotated = await ours.ask("POST", f"{path}/secret-rotations", {"kind": "ed25519"}, 201)
    assert (rotated["secret"], rotated["publicKey"][:5]) == (None, "whpk_")
    items = (await ours.ask("GET", f"{path}/secrets"))["items"]
    assert [(one["kind"], one["publicKey"], one["endsAt"] is None) for one in items] == [
        ("ed25519", rotated["publicKey"], True), ("hmac", None, False),
    ]  # fmt: skip
    again = await ours.ask("POST", f"{path}/secret-rotations", {"overlapHours": 1}, 201)
    assert len(base64.b64decode(again["secret"].removeprefix("whsec_"))) == 32
    await ours.ask("DELETE", f"{path}/secrets/{first['id']}", None, 204)
    items = (await ours.ask("GET", f"{path}/secrets"))["items"]
    assert [one["kind"] for one in items] == ["hmac", "ed25519"]
    await ours.ask("POST", f"{path}/secret-rotations", {"overlapHours": 0}, 201)
    assert len((await ours.ask("GET", f"{path}/secrets"))["items"]) == 1
    for _ in range(3):
        await ours.ask("POST", f"{path}/secret-rotations", {}, 201)
    assert "DELETE" in (await ours.ask("POST", f"{path}/secret-rotations", {}, 409))["detail"]
    await raw.execute("SET ROLE nodus_worker")
    for row in await raw.fetch("SELECT secret FROM webhook_secret WHERE endpoint_id = $1", UUID(path[1:])):
        assert len(master_key(database.settings).unwrap(row["secret"], UUID(path[1:]))) == 32
