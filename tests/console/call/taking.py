"""What tests of the call screen do over and over: open a call, read its form as a browser without script would, send it."""

import re
from html import unescape
from typing import Any, Final
from uuid import uuid4

import httpx

HOSTILE: Final = "<script>alert(1)</script>"


async def opened(client: httpx.AsyncClient) -> str:
    """The path of a call that was opened by the page's button."""
    answer = await client.post("/call")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def form_of(client: httpx.AsyncClient, path: str) -> tuple[str, dict[str, Any]]:
    """The page of a call, and the fields that its form would send as it stands."""
    page = await client.get(path)
    assert page.status_code == 200, page.text
    version = re.search(r'name="version" value="(\d+)"', page.text)
    assert version
    return page.text, {"version": version[1], "caller.anonymity": "anonymous", "reportKind": "worry"}


async def send(client: httpx.AsyncClient, path: str, what: str = "save", **typed: Any) -> httpx.Response:
    """Press a button of the plain form after typing; `__` stands for the dot of a field's name."""
    _, fields = await form_of(client, path)
    return await client.post(path, data=fields | {name.replace("__", "."): value for name, value in typed.items()} | {"do": what})


async def live(client: httpx.AsyncClient, **call: Any) -> str:
    """What follows from a call, as text to read."""
    answer = await client.post("/call/live", json=call, headers={"X-Part": "call"})
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def receiver_in(follows: str) -> str:
    """The organisation that would be asked, by its id."""
    found = re.search(r'data-receiver="([^"]*)"', follows)
    assert found
    return found[1]


async def contents(client: httpx.AsyncClient, path: str) -> dict[str, Any]:
    """What a draft holds, by the API."""
    answer = await client.get(f"/v1/drafts/{path.split('/')[2]}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["contents"])


async def saves(client: httpx.AsyncClient, path: str, **fields: Any) -> dict[str, Any]:
    """A save from another screen."""
    draft = path.split("/")[2]
    seen = (await client.get(f"/v1/drafts/{draft}")).json()["version"]
    changes = [{"field": name.replace("__", "."), "value": value} for name, value in fields.items()]
    body = {"screen": f"s{uuid4().hex}", "sequence": 1, "seen": seen, "changes": changes}
    answer = await client.patch(f"/v1/drafts/{draft}", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
