"""Promises to ring back on the call screen: promised from a call, seen by all, taken by one, followed to an end."""

import re
from datetime import timedelta
from html import unescape

import httpx

from app.core.db import Database
from app.directory.holidays import AMSTERDAM as DUTCH
from tests.console.call.taking import HOSTILE, contents, opened, send
from tests.console.signed_in import SignedIn, a_client
from tests.makers import now

NUMBER = "0612345678"


def version_in(page: str) -> str:
    """The version that the page's form would send."""
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


async def promised(client: httpx.AsyncClient, by: str = "") -> str:
    """The path of a promise that was made by the plain form of a call."""
    path = await opened(client)
    before = set(re.findall(r"/call/callbacks/[\w-]+", (await client.get("/call")).text))
    told = {"caller__name": f"{HOSTILE} Truus", "caller__phone": NUMBER, "neededNow": "De buurman roept."}
    sent = await send(client, path, "end:callback", caller__anonymity="known_to_desk_only", callbackBy=by, **told)
    assert sent.headers.get("location") == f"{path}/ended", sent.text
    assert "Vertel de beller dat wij bellen" in (await client.get(f"{path}/ended")).text
    listed = (await client.get("/call/list")).text
    assert NUMBER not in listed
    [made] = {one for one in re.findall(r'href="(/call/callbacks/[\w-]+)"', listed) if one not in before}
    return str(made)


async def test_a_promise_is_kept_by_one_at_a_time(database: Database, desk: httpx.AsyncClient, colleague: SignedIn) -> None:
    """The number is told to who takes it on; in vain it comes back, reached it goes on as a call with what is known."""
    path = await promised(desk)
    assert NUMBER not in (await desk.get(path)).text
    async with a_client(database, colleague) as other:
        taken = await other.post(f"{path}/claim")
        assert NUMBER in taken.text
        assert HOSTILE not in taken.text
        refused = await desk.post(f"{path}/claim")
        assert refused.status_code == 409
        assert "Een collega belt nu" in refused.text
        assert NUMBER not in refused.text
        assert "Driss Voorbeeld belt nu" in (await desk.get("/call/list")).text
        vain = await other.post(f"{path}/attempt", data={"version": version_in(taken.text), "result": "no_answer"})
        assert vain.headers["location"] == "/call?done=call_ring_no_answer"
    later = await promised(desk)
    listed = (await desk.get("/call/list")).text
    assert "1 keer gebeld" in listed
    assert listed.index(later) < listed.index(path)  # who was just tried comes after who waits
    mine = await desk.post(f"{path}/claim")
    sent = {"version": version_in(mine.text), "result": "reached"}
    reached = await desk.post(f"{path}/attempt", data=sent)
    assert reached.status_code == 303, reached.text
    call = reached.headers["location"].split("?")[0]
    told = await contents(desk, call)
    assert (told["caller"]["phone"], told["neededNow"]) == (NUMBER, "De buurman roept.")
    again = await desk.post(f"{path}/attempt", data=sent)
    assert again.status_code == 409
    assert "Dit is al klaar" in again.text
    assert call in (await desk.get(path)).text  # what it became


async def test_a_promise_has_a_moment_and_an_end(desk: httpx.AsyncClient) -> None:
    """By when is Dutch time, and still to come; ringing ends for a reason, “not reached” only after three times."""
    by = (now() + timedelta(hours=5)).astimezone(DUTCH)
    path = await promised(desk, by=f"{by:%Y-%m-%dT%H:%M}")
    page = (await desk.get(path)).text
    assert f"{by:%Y-%m-%dT%H:%M}:00+" in page or f'datetime="{by.astimezone(now().tzinfo):%Y-%m-%dT%H:%M}' in page
    closing = {"version": version_in(page), "reason": "not_reached"}
    assert 'value="not_reached"' not in page
    assert (await desk.post(f"{path}/close", data=closing)).status_code in {400, 409}
    closed = await desk.post(f"{path}/close", data=closing | {"reason": "rang_again"})
    assert closed.headers["location"] == "/call?done=call_ring_closed"
    assert "De beller belde zelf al" in unescape((await desk.get(path)).text)
    assert path not in (await desk.get("/call/list")).text
    late = await opened(desk)
    past = {"caller__anonymity": "known", "caller__phone": NUMBER, "callbackBy": "2021-01-01T10:00"}
    refused = await send(desk, late, "end:callback", **past)
    assert refused.status_code == 400
    assert 'href="#callbackBy"' in refused.text
    without = await send(desk, late, "end:callback")
    assert 'href="#caller-phone"' in without.text
