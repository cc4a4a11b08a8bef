"""News for open pages: told as it comes, to whom it concerns, no longer than the session, and without holding anything."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from fastapi import FastAPI

from app.accounts.service.signing_in import Sessions
from app.console import live
from app.console.assets import address, assets
from app.core.db import Database
from app.identity.doors import COOKIE
from app.main import edged
from tests.conftest import running
from tests.console.signed_in import SignedIn, a_client, signed_in
from tests.delivery.asgi import Exchange, answered, asking
from tests.delivery.test_send import an_organisation, announce

NEWS = b"event: news"


@pytest.fixture
async def organisation(database: Database) -> UUID:
    """An organisation of this test's own."""
    return await an_organisation(database)


@pytest.fixture
async def desk(database: Database, organisation: UUID) -> SignedIn:
    """Somebody of it."""
    return await signed_in(database, organisation, "desk")


@pytest.fixture
async def apart(database: Database) -> AsyncIterator[FastAPI]:
    """Another process, as far as the two can tell: a pool, a doorbell and a memory of its own."""
    async with running(database.settings) as app:
        yield app


def _cookie(who: SignedIn) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={who.secret}"}


async def test_news_of_one_process_reaches_the_pages_of_another(
    apart: FastAPI, database: Database, desk: SignedIn, organisation: UUID
) -> None:
    """What is announced through another pool is told by LISTEN and NOTIFY; no connection is held meanwhile."""
    async with asking(edged(apart), "/live", _cookie(desk)) as following:
        await following.until(b"retry: ")
        assert apart.state.database.engine.pool.checkedout() == 0
        await announce(database, organisation, 1)
        await following.until(NEWS)
    assert (b"content-type", b"text/event-stream; charset=utf-8") in following.headers
    assert b"nl.nodus" not in following.body  # that there is news, and nothing of what it is


async def test_much_news_is_told_once_a_second(app: FastAPI, database: Database, desk: SignedIn, organisation: UUID) -> None:
    """A busy night must not make every page ask for its parts a hundred times a second."""
    async with asking(edged(app), "/live", _cookie(desk)) as following:
        await following.until(b"retry: ")
        await announce(database, organisation, 12)
        await following.until(NEWS)
        await announce(database, organisation, 1)
        assert following.body.count(NEWS) == 1


async def test_only_who_watches_over_others_hears_of_others(app: FastAPI, database: Database, desk: SignedIn) -> None:
    """A wall is woken by anybody's news; a desk can't listen to that, not even to know that something happens elsewhere."""
    other = await an_organisation(database)
    supervisor = await signed_in(database, await an_organisation(database), "supervisor")
    async with (
        asking(edged(app), "/live?wide=1", _cookie(supervisor)) as wide,
        asking(edged(app), "/live", _cookie(desk)) as narrow,
    ):
        await wide.until(b"retry: ")
        await narrow.until(b"retry: ")
        await announce(database, other, 1)
        await wide.until(NEWS)
        assert NEWS not in narrow.body
    assert (await answered(edged(app), "/live?wide=1", _cookie(desk))).status == 403


async def test_a_session_that_ends_ends_its_stream(
    app: FastAPI, database: Database, desk: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed out in one tab, the others hear it within a heartbeat; then there is no stream to be had."""
    monkeypatch.setattr(live, "HEARTBEAT", 0.02)
    async with asking(edged(app), "/live", _cookie(desk)) as following:
        await following.until(b":\n\n")
        await Sessions(database).sign_out(desk.secret)
        assert (await following.end()).endswith(b"event: signed-out\ndata: \n\n")
    assert (await answered(edged(app), "/live", _cookie(desk))).status == 303


async def test_streams_end_with_their_process(database: Database, desk: SignedIn) -> None:
    """A restart waits for nobody: pages come back to the next process."""
    async with running(database.settings) as ending, asking(edged(ending), "/live", _cookie(desk)) as following:
        await following.until(b"retry: ")
        ending.state.heads.let_go()
        await following.end()
        assert not ending.state.heads._open


async def test_a_session_has_so_many_and_no_more(apart: FastAPI, desk: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script gone wild costs us eight streams, not all of them; nor does a process tell more pages than it can."""
    monkeypatch.setattr(live, "A_SESSION", 1)

    async def another() -> Exchange:
        return await answered(edged(apart), "/live", _cookie(desk))

    async with asking(edged(apart), "/live", _cookie(desk)) as following:
        await following.until(b"retry: ")
        assert (await another()).status == 429
        monkeypatch.setattr(live, "A_SESSION", 8)
        monkeypatch.setattr(live, "A_PROCESS", 1)
        assert (await another()).status == 429


async def test_an_old_page_gets_the_token_of_a_new_session(database: Database, desk: SignedIn) -> None:
    """Who signs in again in another tab goes on where he was: a part tells the page the token of the session that it came with."""
    async with a_client(database, desk) as browser:
        assert "x-page-token" not in (await browser.get("/account")).headers
        assert (await browser.get("/account", headers={"X-Part": "x"})).headers["x-page-token"] == desk.token


def test_scripts_find_each_other_by_their_hashed_names() -> None:
    """What a script imports may be kept for ever as well: the name in it changes with what it is the name of."""
    script = assets()[address("live.js").removeprefix("/static/")].content.decode()
    for name in ("console.js", "morph.js"):
        assert f'from "{address(name).replace("/static", ".")}"' in script
