"""The page behind a mail in a real browser: every state of it, in both schemes and the narrowest window."""

import re
from typing import Any

import pytest
from playwright.async_api import Page

from tests.console.looking import faults
from tests.console.serving import browsing, served
from tests.notices.conftest import Desk, authority, desk  # noqa: F401  fixtures
from tests.notices.test_page import token


async def clean(page: Page, width: int) -> None:
    """Nothing for axe to find, nothing wider than the window."""
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    assert await faults(page) == []


@pytest.mark.parametrize(("language", "scheme", "width"), [("nl", "dark", 320), ("en", "light", 1200)])
async def test_a_desk_answers_from_its_mail(desk: Desk, language: str, scheme: Any, width: int) -> None:  # noqa: F811
    """A button, then what is asked, then a wrong key that says so, then accepted; axe finds nothing anywhere."""
    await desk.offer()
    found = re.search(r"(/notices/\S+)\?", (await desk.told())[-1].part("plain"))
    assert found
    look = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    async with served(desk.database.settings) as url, browsing(**look) as page:
        await page.goto(f"{url}{found[1]}?lang={language}")
        await clean(page, width)
        await page.click("button.primary")
        await page.locator("#key").wait_for()
        await page.click("summary")
        await clean(page, width)
        await page.fill("#key", "nodus_wrong")
        await page.click("button.primary")
        await page.locator("#summary").wait_for()
        await clean(page, width)
        await page.fill("#key", token(desk.key))
        await page.keyboard.press("Enter")
        await page.locator(".far").wait_for()
        await clean(page, width)
