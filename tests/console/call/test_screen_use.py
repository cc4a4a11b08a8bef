"""How the screen is used is counted by its version, in the transaction that ends a call; nothing of it leads to anybody."""

from typing import Any

import asyncpg
import httpx
import pytest

from app.console.call import screen
from app.console.figures import screens
from app.core.db import Database
from app.intake.screen_use import KEYSTROKES_UP_TO, ScreenUse, in_its_place, use_told
from tests.conftest import as_owner
from tests.console.call.taking import opened, saves, send
from tests.console.signed_in import SignedIn, a_client, signed_in
from tests.makers import AMSTERDAM, AMSTERDAM_DESK, HOTLINE

VERSION = "00c0ffee0000"


def told(keys: int, corrections: int = 0, version: str = VERSION) -> dict[str, str]:
    """What a screen sends along at the end of a call."""
    return {"X-Screen-Use": f"v={version}; keys={keys}; corrections={corrections}"}


async def ended(client: httpx.AsyncClient, use: dict[str, str], how: str = "completion", **fields: Any) -> int:
    """A call that ends on a screen: the status of it."""
    path = await opened(client)
    draft = path.split("/")[2]
    saved = await saves(client, path, answers__danger_now="no", **fields)
    answer = await client.post(f"/v1/drafts/{draft}/{how}", headers={"If-Match": f'"{saved["version"]}"', **use})
    return answer.status_code


def test_what_no_screen_says_is_not_counted() -> None:
    """A count is never worth a call: what can't be is left out."""
    assert use_told(told(37, 2)["X-Screen-Use"]) == ScreenUse(VERSION, 37, 2)
    for nothing in (
        None,
        "",
        "v=x; keys=1; corrections=1",
        told(-1)["X-Screen-Use"],
        told(999_999)["X-Screen-Use"],
        "\u0662" * 50,
    ):
        assert use_told(nothing) is None
    assert [in_its_place(keys, KEYSTROKES_UP_TO).index(1) for keys in (0, 20, 21, 100, 101)] == [0, 0, 1, 3, 4]


async def test_calls_are_counted_for_supervisors_and_never_by_person(
    desk: httpx.AsyncClient, database: Database, shared_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two calls and a draft that was thrown away are one line; it is shown when there are enough, to those who watch over it."""
    plain: dict[str, Any] = {"place__stay__postcode": AMSTERDAM, "kind": "information"}
    urgent: dict[str, Any] = {"answers__not_eating": "yes", "place__stay__postcode": AMSTERDAM, "urgency": {"chosen": "crisis"}}
    assert await ended(desk, told(30, 1), **plain) == 201
    assert await ended(desk, told(90), **urgent) == 201
    assert await ended(desk, told(5), "abandonment") == 204
    assert await ended(desk, {"X-Screen-Use": "nonsense"}, **plain) == 201
    owner = await asyncpg.connect(as_owner(shared_url))
    row = dict(await owner.fetchrow("SELECT * FROM call_screen_use WHERE version = $1", VERSION) or {})
    await owner.close()
    assert (row["calls"], row["abandoned"], row["reports"], row["urgencies_chosen"], row["corrections"]) == (2, 1, 1, 1, 1)
    assert (row["keystrokes"], row["keystrokes_by"], sum(row["seconds_by"])) == (120, [0, 1, 0, 1, 0], 2)
    assert set(row) & {"id", "call_id", "case_id", "key_id", "account_id"} == set()
    who = {
        role: await signed_in(database, organisation, role)
        for role, organisation in (("supervisor", HOTLINE), ("planner", HOTLINE), ("administrator", AMSTERDAM_DESK))
    }
    elsewhere = await signed_in(database, AMSTERDAM_DESK, "supervisor")
    assert VERSION not in await _figures(database, who["supervisor"])  # so few may be one person's
    monkeypatch.setattr(screens, "FEWEST", 2)
    assert f"<code>{VERSION}</code></th><td>2</td><td>60</td>" in await _figures(database, who["supervisor"])
    for other in (who["planner"], who["administrator"], elsewhere):
        assert VERSION not in await _figures(database, other)


async def test_a_page_names_the_version_that_it_is_of(desk: httpx.AsyncClient) -> None:
    """And a form that is sent without a script is not counted: nobody counted it."""
    path = await opened(desk)
    assert f'data-screen="{screen.version()}"' in (await desk.get(path)).text
    assert (await send(desk, path, "throw")).status_code == 303


async def _figures(database: Database, who: SignedIn) -> str:
    async with a_client(database, who) as browser:
        return (await browser.get("/figures")).text
