"""The feed as server-sent events: resumed, bounded, and over when the key or the process is."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.delivery import feed, stream
from app.identity import service as identity
from app.main import edged
from tests.conftest import running
from tests.delivery.asgi import answered, asking
from tests.delivery.test_send import an_organisation, announce
from tests.makers import a_token

FOLLOW = {"Accept": "text/event-stream"}


@pytest.fixture
async def desk(database: Database) -> tuple[UUID, dict[str, str]]:
    """An organisation of this test's own, and its header."""
    organisation = await an_organisation(database)
    return organisation, await a_token(database, organisation, "desk") | FOLLOW


def _of(organisation: UUID) -> str:
    return f"/v1/organisations/{organisation}/events"


async def test_events_come_as_they_happen_and_a_lost_stream_is_resumed(
    app: FastAPI, database: Database, desk: tuple[UUID, dict[str, str]]
) -> None:
    """The same bytes as in the feed, under their numbers; after a lost connection from the next one on; no connection is held."""
    organisation, header = desk
    await announce(database, organisation, 2)
    async with asking(edged(app), _of(organisation), header) as following:
        await following.until(b"id: 2\n")
        while app.state.database.engine.pool.checkedout():  # whoever looks once a second gives it back
            await asyncio.sleep(0.001)
        await announce(database, organisation, 1)
        await following.until(b"id: 3\nevent: nl.nodus.test.happened.v1\ndata: {")
    assert (b"content-type", b"text/event-stream; charset=utf-8") in following.headers
    page = await answered(edged(app), f"{_of(organisation)}?after=2", header | {"Accept": "application/json"})
    assert following.body.split(b"data: ")[-1].strip() in page.body
    async with asking(edged(app), f"{_of(organisation)}?after=0", header | {"Last-Event-ID": "2"}) as again:
        await again.until(b"id: 3\n")
        assert b"id: 2\n" not in again.body


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("?after=99", {}, 400),
        ("", {"Last-Event-ID": "99"}, 400),
        ("", {"Last-Event-ID": "x"}, 400),
        ("", {"Accept": "text/html"}, 406),
    ],
)
async def test_what_is_wrong_is_told_before_a_stream_begins(
    app: FastAPI, desk: tuple[UUID, dict[str, str]], query: str, headers: dict[str, str], status: int
) -> None:
    """As a problem with its status: a stream that begins and says nothing looks like one that works."""
    organisation, header = desk
    assert (await answered(edged(app), _of(organisation) + query, header | headers)).status == status


async def test_a_key_has_two_at_a_time_and_who_hangs_up_gives_way(
    app: FastAPI, database: Database, desk: tuple[UUID, dict[str, str]]
) -> None:
    """Streams and long polls together; a poller that was cut off is not refused when it comes back."""
    organisation, header = desk
    waiting = f"{_of(organisation)}?wait=30"
    plain = {name: value for name, value in header.items() if name != "Accept"}
    async with asking(edged(app), _of(organisation), header) as following:
        await following.until(b"retry")
        async with asking(edged(app), waiting, plain):
            await asyncio.sleep(0.05)
            third = await answered(edged(app), _of(organisation), header)
            assert third.status == 429
            assert b"retry-after" in dict(third.headers)
        async with asking(edged(app), waiting, plain) as back:
            await announce(database, organisation, 1)
            assert b'"next":"1"' in await back.end()
        assert list(app.state.heads._open.values()) == [1]
    assert not app.state.heads._open


async def test_a_revoked_key_loses_its_stream(
    app: FastAPI, database: Database, desk: tuple[UUID, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream may last for weeks; a key that was revoked must not."""
    monkeypatch.setattr(stream, "HEARTBEAT", 0.02)
    monkeypatch.setattr(identity, "REMEMBERED", timedelta())
    organisation, header = desk
    async with asking(edged(app), _of(organisation), header) as following:
        await following.until(b":\n\n")
        async with begin(database, WORKER) as work:
            await work.change(text("UPDATE api_key SET revoked_at = now() WHERE organisation_id = :id"), id=organisation)
        assert (await following.end()).endswith(b": over\n\n")


async def test_a_process_that_ends_sends_everybody_to_another(database: Database, desk: tuple[UUID, dict[str, str]]) -> None:
    """At once, and spread over some seconds, so that they don't all come back in the same one."""
    organisation, header = desk
    async with running(database.settings) as ending, asking(edged(ending), _of(organisation), header) as following:
        await following.until(b"retry")
        ending.state.heads.let_go()
        assert int((await following.end()).rsplit(b"retry: ", 1)[1]) >= stream.RECONNECT_AFTER


async def test_who_reads_nothing_is_not_read_ahead_for(
    app: FastAPI, database: Database, desk: tuple[UUID, dict[str, str]], statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One page waits for a slow reader, however many events there are; reading again, it gets all of them once."""
    monkeypatch.setattr(feed, "A_WAKING", 5)
    organisation, header = desk
    await announce(database, organisation, 12)
    async with asking(edged(app), f"{_of(organisation)}?after=0", header) as following:
        following.reading.clear()
        await announce(database, organisation, 20)
        await asyncio.sleep(0.05)
        read = sum("body FROM event" in one for one in statements)
        assert read == 1
        while app.state.database.engine.pool.checkedout():  # whoever looks once a second gives it back
            await asyncio.sleep(0.001)
        following.reading.set()
        await following.until(b"id: 32\n")
    assert [int(one.split(b"\n")[0]) for one in following.body.split(b"id: ")[1:]] == list(range(1, 33))
