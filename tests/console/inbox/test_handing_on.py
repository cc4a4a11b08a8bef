"""A shift hands on to the next by the pages: written, read whole, confirmed, asked back about and answered."""

from collections.abc import AsyncIterator
from datetime import timedelta
from re import findall
from typing import Any

import httpx
import pytest

from app.core.db import Database
from app.directory.holidays import AMSTERDAM
from tests.console.inbox.desk import Work, a_desk_with_work
from tests.console.signed_in import a_client
from tests.makers import now

WORDS = "De deur gaat niet open; <b>bel</b> eerst."


@pytest.fixture
async def desk(client: httpx.AsyncClient, database: Database) -> Work:
    """A crisis service with work."""
    return await a_desk_with_work(client, database)


@pytest.fixture
async def browser(database: Database, desk: Work) -> AsyncIterator[httpx.AsyncClient]:
    """Its pages."""
    async with a_client(database, desk.who) as opened:
        yield opened


def _handoff(reference: str, **changes: Any) -> dict[str, str]:
    start, end = (f"{(now() + timedelta(hours=hours)).astimezone(AMSTERDAM):%Y-%m-%dT%H:%M}" for hours in (1, 9))
    told = {
        "from": "nachtdienst",
        "to": "dagdienst",
        "starts_at": start,
        "ends_at": end,
        "lines": f"{reference}: {WORDS}\n\nDe sleutel ligt boven.",
    }
    return told | changes


async def test_a_handoff_is_written_read_and_confirmed(browser: httpx.AsyncClient, desk: Work) -> None:
    """A line with a number belongs to that case; what is asked back is answered; the inbox says whether it was read."""
    reference = (await desk.table.client.get(f"/v1/cases/{desk.own}", headers=desk.table.keys["ggz"])).json()["reference"]
    assert "Dienst overdragen" in (await browser.get("/inbox/handoffs/new")).text
    written = await browser.post("/inbox/handoffs/new", data=_handoff(reference))
    assert written.headers["location"] == "/inbox?done=handoff_written"
    inbox = (await browser.get(written.headers["location"])).text
    assert "nog niet gelezen" in inbox
    assert "sleutel" not in inbox
    there = findall(r'href="(/inbox/handoffs/[0-9a-f-]{36})"', inbox)[-1]
    page = (await browser.get(there)).text
    assert "&lt;b&gt;bel&lt;/b&gt; eerst." in page
    assert f'href="/cases/{desk.own}">{reference}</a>' in page
    lines = findall(r'name="line" value="([0-9a-f-]+)"', page)
    unread = await browser.post(there, data={"line": lines[:1]})
    assert unread.status_code == 400
    done = await browser.post(there, data={"line": lines, "function": "dagdienst", f"ask_{lines[1]}": "Op welke plank?"})
    assert done.headers["location"] == "/inbox?done=handoff_read"
    page = (await browser.get(there)).text
    [question] = findall(rf'action="{there}(/questions/[0-9a-f-]+)"', page)
    assert (await browser.post(there + question, data={"answer": " "})).status_code == 400
    answered = await browser.post(there + question, data={"answer": "De bovenste."})
    assert answered.headers["location"] == f"{there}?done=handoff_answered"
    assert "De bovenste." in (await browser.get(answered.headers["location"])).text


async def test_what_is_no_handoff_is_said_at_its_field(browser: httpx.AsyncClient) -> None:
    """What was typed is kept, also what can't be meant."""
    for changes, field in (
        ({"lines": " \n "}, "lines"),
        ({"from": "\x00"}, "from"),
        ({"starts_at": "yesterday"}, "starts_at"),
        ({"ends_at": "2026-01-01T00:00"}, "ends_at"),
    ):
        refused = await browser.post("/inbox/handoffs/new", data=_handoff("K", **changes))
        assert refused.status_code == 400, field
        assert f'href="#{field}"' in refused.text, field
        assert 'aria-invalid="true"' in refused.text
        assert "dagdienst" in refused.text
    assert (await browser.get("/inbox/handoffs/01a229f4-58a8-7000-86e0-752ec4763f4f")).status_code == 404
