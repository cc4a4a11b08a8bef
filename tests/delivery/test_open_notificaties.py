"""Our events reach what municipalities run: an Open Notificaties hub takes them as they are, and its subscribers get theirs."""

from dataclasses import replace
from datetime import timedelta

import asyncpg
import httpx
import jwt
import pytest

from app.core import clock
from app.delivery.access import Access, ZgwJwt
from app.delivery.zgw import zgw_token
from app.vault.keys import master_key
from tests.conftest import settings_for
from tests.delivery.hub import OpenNotificaties, Subscriber
from tests.delivery.receiver import Receiver
from tests.delivery.test_lanes import alter, until
from tests.delivery.test_send import an_endpoint, an_organisation, announce, sending

AUTH = ZgwJwt("nodus", "a secret of a municipality, 32 b", "nodus", "Nodus")
EVENT = b'{"specversion":"1.0","id":"1","source":"urn:nld:oin:1","type":"nl.nodus.x.v1"}'


async def test_a_hub_takes_our_events_unchanged(fresh_url: str, owner: asyncpg.Connection) -> None:
    """The stored bytes arrive, a subscriber gets those of its municipality; another secret at the hub is told as what it is."""
    async with (
        OpenNotificaties(AUTH.client_id, AUTH.secret) as hub,
        Receiver() as amersfoort,
        Receiver() as everything,
        sending(fresh_url) as database,
    ):
        hub.subscribers = [
            Subscriber(f"{amersfoort.url}", "nl.nodus", {"municipalitycode": "GM0307"}),
            Subscriber(f"{everything.url}", "nl.nodus"),
        ]
        organisation = await an_organisation(database)
        endpoint, _ = await an_endpoint(database, organisation, hub.url)
        access = master_key(settings_for(fresh_url)).wrap(Access({}, AUTH).to_bytes(), endpoint)
        await alter(owner, endpoint, access=access, auth_kind="zgw_jwt", preset="open_notificaties")
        for codes in (["GM0307"], ["GM0599"], None):
            await announce(database, organisation, 1, codes=codes)
        await hub.until(3)
        stored = await owner.fetch("SELECT body FROM event WHERE recipient_id = $1 ORDER BY number", organisation)
        assert [body for _, body in hub.got] == [bytes(row["body"]) for row in stored]
        assert [body for _, body in everything.got] == [bytes(row["body"]) for row in stored]
        assert amersfoort.numbers() == [1]
        hub.secret = "another secret, since yesterday!!"
        await announce(database, organisation, 1)
        await until(lambda: owner.fetchval("SELECT attempts = 1 FROM webhook_endpoint"))
        log = await owner.fetch("SELECT status, error, outcome FROM webhook_attempt ORDER BY id")
        assert [tuple(row) for row in log] == [(201, None, "delivered")] * 3 + [(403, "http", "failed")]


@pytest.mark.parametrize(
    ("token", "kind", "status"),
    [
        ("fresh", "application/cloudevents+json", 201), ("fresh", "application/cloudevents+json; charset=utf-8", 201),
        ("fresh", "application/json", 415), ("none", "application/cloudevents+json", 401),
        ("stale", "application/cloudevents+json", 403), ("forged", "application/cloudevents+json", 403),
        ("stranger", "application/cloudevents+json", 403),
    ],
)  # fmt: skip
async def test_the_stand_in_is_as_strict_as_the_hub(token: str, kind: str, status: int) -> None:
    """A stand-in that takes everything would prove nothing."""
    at = clock.wall()
    told = {
        "fresh": zgw_token(AUTH, at),
        "stale": zgw_token(AUTH, at - timedelta(seconds=3700)),
        "forged": jwt.encode({"client_id": "nodus", "iat": int(at.timestamp())}, "x" * 32),
        "stranger": zgw_token(replace(AUTH, client_id="somebody"), at),
    }
    headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {told[token]}"} if token in told else {})
    async with OpenNotificaties(AUTH.client_id, AUTH.secret) as hub, httpx.AsyncClient(trust_env=False) as client:
        assert (await client.post(hub.url, content=EVENT, headers=headers)).status_code == status
