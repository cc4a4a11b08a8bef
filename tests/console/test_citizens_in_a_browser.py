"""The form for citizens in a real browser: without a script, by keyboard alone, in every size, and a draft that stays at home."""

from collections.abc import AsyncIterator
from typing import Final

import pytest
from playwright.async_api import Page

from app.channels import form_token
from app.core.db import Database
from tests.console.looking import faults
from tests.console.serving import browsing, served

EMERGENCY: Final = ".alarm-emergency:visible"


@pytest.fixture
async def address(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Where the pages are served; a form may be sent at once, since a browser that is driven is quicker than people."""
    monkeypatch.setattr(form_token, "QUICKEST", form_token.QUICKEST * 0)
    async with served(database.settings) as url:
        yield url


async def fill_in(page: Page) -> None:
    """What must be told."""
    await page.check("#danger_now-no")
    await page.fill("#postcode", "1012 AB")
    await page.fill("#house_number", "12")
    await page.fill("#worry", "Buurman loopt op blote voeten.")


async def sent_number(page: Page) -> str:
    """The number that the page tells after sending."""
    return (await page.locator(".reference-number").text_content()) or ""


async def clean(page: Page, width: int) -> None:
    """Nothing for axe to find, nothing wider than the window."""
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    assert await faults(page) == []


@pytest.mark.parametrize(
    ("language", "scheme", "width", "forced"),
    [("nl", "light", 1360, "none"), ("en", "dark", 320, "none"), ("nl", "dark", 680, "active")],
)
async def test_axe_finds_nothing(address: str, language: str, scheme: str, width: int, forced: str) -> None:
    """Every state of every page: with alarms, with faults, sent, asked; 680 px wide is 1360 at 200 %."""
    look = {"color_scheme": scheme, "forced_colors": forced, "viewport": {"width": width, "height": 900}}
    async with browsing(**look) as page:
        complaints: list[str] = []
        page.on("console", lambda told: complaints.append(told.text))
        await page.goto(f"{address}/melden?lang={language}")
        await page.click("summary")
        for name in ("danger_now", "medical", "suicide"):
            await page.check(f"#{name}-yes")
        assert await page.locator(EMERGENCY).count() == 1
        await clean(page, width)
        await page.click("button.primary")
        await page.locator("#summary").wait_for()
        await clean(page, width)
        assert complaints == ["Failed to load resource: the server responded with a status of 400 (Bad Request)"]
        await fill_in(page)
        await page.check("#danger_now-yes")
        await page.click("button.primary")
        number = await sent_number(page)
        assert await page.locator(EMERGENCY).is_visible()
        await clean(page, width)
        await page.goto(f"{address}/melding?lang={language}")
        await page.fill("#reference", number)
        await page.click("button.primary")
        await page.locator(".far").wait_for()
        await clean(page, width)


async def test_without_a_script(address: str) -> None:
    """The number shows at once, what was typed comes back with its faults, and it is sent; no draft is promised."""
    async with browsing(java_script_enabled=False) as page:
        await page.goto(f"{address}/melden?lang=nl")
        assert not await page.locator(EMERGENCY).count()
        assert not await page.locator(".draft").is_visible()
        await page.check("#danger_now-yes")
        assert await page.locator(EMERGENCY).is_visible()
        await page.fill("#worry", "Hij staat op het dak.")
        await page.click("button.primary")
        assert await page.locator("#worry").input_value() == "Hij staat op het dak."
        assert await page.locator(EMERGENCY).is_visible()
        await page.fill("#postcode", "1012 AB")
        await page.click("button.primary")
        assert await sent_number(page)
        assert await page.locator(EMERGENCY).is_visible()


async def test_by_keyboard_alone(address: str) -> None:
    """From the first key to the number, with one fault on the way: focus goes to the summary, and its link to the field."""
    async with browsing() as page:
        await page.goto(f"{address}/melden?lang=nl")
        await page.focus("#danger_now-yes")
        for key in ("Space", "ArrowRight"):  # yes, then no
            await page.keyboard.press(key)
        assert await page.locator("#danger_now-no").is_checked()
        for _ in range(3):
            await page.keyboard.press("Tab")
        await page.keyboard.type("1012 AB")
        await page.keyboard.press("Enter")
        await page.locator("#summary").wait_for()
        assert await page.evaluate("document.activeElement.id") == "summary"
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "worry"
        await page.keyboard.type("Buurvrouw roept om hulp.")
        while await page.evaluate("document.activeElement.className") != "primary":
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        assert await sent_number(page)


async def test_a_draft_stays_in_the_browser_until_it_is_sent(address: str) -> None:
    """A closed tab loses nothing, a button wipes it, and after sending nothing is left for who uses this computer next."""
    async with browsing() as page:
        await page.goto(f"{address}/melden?lang=nl")
        await fill_in(page)
        await page.goto(f"{address}/melden?lang=en")
        assert await page.locator("#worry").input_value() == "Buurman loopt op blote voeten."
        assert await page.locator("#danger_now-no").is_checked()
        assert await page.locator("[data-said]").text_content() == "What you typed before is there again."
        await page.click("[data-wipe]")
        assert await page.locator("#worry").input_value() == ""
        assert await page.evaluate("localStorage.length") == 0
        await fill_in(page)
        assert await page.evaluate("localStorage.length") == 1
        await page.dblclick("button.primary")
        first = await sent_number(page)
        assert await page.evaluate("localStorage.length") == 0
        await page.reload()
        assert await sent_number(page) == first


async def test_script_in_every_field_is_text(address: str) -> None:
    """What somebody types is shown as it was typed, and never carried out."""
    script = "<img src=x onerror=\"document.title='taken'\">'\">"
    async with browsing() as page:
        await page.goto(f"{address}/melden?lang=nl")
        await page.click("summary")
        for field in ("postcode", "house_number", "where", "worry", "person_name", "name", "phone"):
            await page.fill(f"#{field}", script)
        await page.click("button.primary")
        await page.locator("#summary").wait_for()
        assert await page.locator("#worry").input_value() == script
        assert await page.locator("main img").count() == 0
        assert "taken" not in await page.title()
        await page.goto(f"{address}/melding?lang=nl")
        await page.fill("#reference", script)
        await page.click("button.primary")
        await page.locator("#reference-wrong").wait_for()
        assert "taken" not in await page.title()
