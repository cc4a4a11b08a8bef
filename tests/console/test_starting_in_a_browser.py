"""The demo's start page as a visitor meets it: one click and he is at work."""

from pathlib import Path

from app.core.db import Database
from tests.console.looking import faults
from tests.console.serving import browsing, served
from tests.console.test_starting import a_demo

LOOKS = (("nl", "light", 1360), ("en", "dark", 320))


async def test_a_card_leads_in(fresh_database: Database, tmp_path: Path) -> None:
    """Nothing for axe to find among the cards, nothing too wide; the button signs in, and the wall is there."""
    complaints: list[str] = []
    settings = await a_demo(fresh_database, tmp_path)
    async with served(settings) as address:
        for language, scheme, width in LOOKS:
            async with browsing(color_scheme=scheme, viewport={"width": width, "height": 900}) as page:
                page.on("console", lambda message: complaints.append(message.text))
                page.on("pageerror", lambda error: complaints.append(str(error)))
                await page.goto(f"{address}/?lang={language}")
                assert await page.evaluate("document.documentElement.scrollWidth") == width
                assert await faults(page) == []
                await page.locator("input[value=supervisor] ~ button").click()
                await page.wait_for_url(f"{address}/wall")
                assert await page.locator("h1").text_content() == ("Overzicht" if language == "nl" else "Wall")
                assert complaints == []
