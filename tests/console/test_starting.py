"""Where to begin: in the demo each role is led by the hand, elsewhere nobody is told anything."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from app.console import starting
from app.core import clock
from app.core.actor import WORKER
from app.core.db import Database
from app.core.settings import Settings
from app.core.work import begin
from app.demo.people import CAST, with_accounts
from tests.console.serving import a_play
from tests.console.signed_in import a_client


async def a_demo(database: Database, folder: Path, **told: Any) -> Settings:
    """Settings of a demo that is ready for visitors, unless something else is told."""
    settings = await a_play(database, folder)
    async with begin(database, WORKER) as work:
        people = await with_accounts(work)
    file = folder / "demo.json"
    file.write_bytes(orjson.dumps({**orjson.loads(file.read_bytes()), "people": people, "ready": True} | told))
    return settings


async def test_one_click_leads_each_role_to_its_work(fresh_database: Database, tmp_path: Path) -> None:
    """No password, no search: the button on the card is the sign-in, and ends on the page of that role."""
    settings = await a_demo(fresh_database, tmp_path)
    async with a_client(fresh_database, demo=True, demo_file=settings.demo_file) as browser:
        page = await browser.get("/")
        assert "form-action 'self'" in page.headers["content-security-policy"]
        cards = re.findall(r'name="login" value="(\w+)"><input type="hidden" name="next" value="([^"]*)"', page.text)
        assert [login for login, _ in cards] == [
            "operator",
            "meldpunt",
            "supervisor",
            "planner",
            "privacy",
            "collega",
            "zorg",
            "beheer",
        ]
        assert {login for login, *_ in CAST} == {login for login, _ in cards}
        for login, there in cards:
            answer = await browser.post("/sign-in/as", data={"login": login, "next": there})
            assert answer.status_code == 303
            assert answer.headers["location"] == (there or answer.headers["location"])
            account = await browser.get("/account")
            assert f"<dd>{login}</dd>" in account.text
        for path, login in (("/wall", "supervisor"), ("/figures", "supervisor")):
            await browser.post("/sign-in/as", data={"login": login, "next": path})
            assert (await browser.get(path)).status_code == 200


async def test_each_card_tells_three_steps_in_both_languages(fresh_database: Database, tmp_path: Path) -> None:
    """What to do there, and what will be seen elsewhere."""
    settings = await a_demo(fresh_database, tmp_path)
    async with a_client(fresh_database, demo=True, demo_file=settings.demo_file) as browser:
        for language, told in (("nl", "een tweede venster"), ("en", "a second window")):
            page = (await browser.get(f"/?lang={language}")).text
            assert page.count("<ol><li>") == 5
            assert told in page
            assert ("antwoorden niet meer vanzelf" if language == "nl" else "no longer answer by themselves") in page


@pytest.mark.parametrize(
    ("told", "said"), [({"summary": None, "ready": False}, "komen nu binnen"), ({"ready": False}, "klaargezet")]
)
async def test_before_it_is_ready_it_says_so(fresh_database: Database, tmp_path: Path, told: dict[str, Any], said: str) -> None:
    """Who comes in during the play knows why a call of his own is gone so fast."""
    settings = await a_demo(fresh_database, tmp_path, **told)
    async with a_client(fresh_database, demo=True, demo_file=settings.demo_file) as browser:
        page = (await browser.get("/")).text
    assert said in page
    assert "antwoorden niet meer vanzelf" not in page


def test_how_long_the_clock_takes() -> None:
    """An hour behind at sixty times life is a good minute; a clock that is right takes nothing."""
    assert starting.catching_up() is None
    try:
        clock.run_at(clock.Pace(clock.wall(), clock.wall() - timedelta(hours=1), 61))
        left = starting.catching_up()
        assert left is not None
        assert abs(left - timedelta(minutes=1)) < timedelta(seconds=5)
    finally:
        clock.run_at(None)


async def test_elsewhere_it_is_quiet(client: httpx.AsyncClient) -> None:
    """A real installation leads to the sign-in, and says neither who there is nor who answers where."""
    page = (await client.get("/")).text
    assert 'href="/sign-in' in page
    assert "/sign-in/as" not in page
    assert "Voorbeeld" not in page
    assert '<path class="m-' not in page
    assert "form-action 'none'" in (await client.get("/")).headers["content-security-policy"]
