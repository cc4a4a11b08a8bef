"""The wall and the figures in a real browser: kept true by themselves, quiet unless asked, for every eye and every width."""

import pytest

from app.core.db import Database
from app.core.settings import Settings
from tests.conftest import settings_for
from tests.console.serving import served
from tests.console.signed_in import SignedIn, browsing_as, signed_in
from tests.makers import HOTLINE, a_call, a_token

SEEN = "document.documentElement.scrollWidth"


@pytest.fixture
async def supervisor(fresh_database: Database) -> SignedIn:
    """Somebody at the national desk."""
    return await signed_in(fresh_database, HOTLINE, "supervisor")


@pytest.fixture
def settings(fresh_url: str) -> Settings:
    """On this test's own database."""
    return settings_for(fresh_url)


async def test_it_keeps_itself_true_and_nothing_moves(fresh_database: Database, supervisor: SignedIn, settings: Settings) -> None:
    """A call of somebody else comes in by itself; who stands on a button still stands there; sound is asked for, and off."""
    operator = await a_token(fresh_database)
    complaints: list[str] = []
    async with served(settings) as address, browsing_as(supervisor, address, viewport={"width": 1360, "height": 900}) as page:
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{address}/wall")
        sound = page.locator("[data-wall-sound]")
        await sound.wait_for()
        assert await sound.get_attribute("aria-pressed") == "false"
        await sound.press("Enter")
        await page.locator("[data-wall-sound][aria-pressed=true]").wait_for()
        assert await sound.text_content() == "Geluid staat aan"
        answer = await page.request.post(f"{address}/v1/calls", data=a_call(), headers=operator)
        assert answer.status == 201
        await page.locator("#wall-offers-rows tr").wait_for()
        assert await page.evaluate("document.activeElement.hasAttribute('data-wall-sound')")
        assert await page.locator("#wall-numbers b").nth(2).text_content() == "1"
        assert await page.evaluate(SEEN) == 1360
        await page.locator("a[href='/wall?screen=1']").click()
        await page.locator(".at-four-metres").wait_for()
        assert not await page.locator("header.bar").is_visible()
        assert await page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") > 18
        assert complaints == []
