"""The pages in a real browser: nothing for axe to find, usable at 320 px and by keyboard, quiet under a strict policy."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from app.core.db import Database
from tests.console.looking import faults
from tests.console.serving import a_play, browsing, served

START: Final = ("/?lang=nl", "/?lang=en")
UNFOLD: Final = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
# Hundreds of operations are all alike: some are looked at, unfolded.
UNFOLD_SOME: Final = """document.querySelectorAll('details.operation').forEach((one, place) => {
    if (place % 23) one.remove();
    else for (const each of [one, ...one.querySelectorAll('details')]) each.open = true; })"""


@pytest.fixture
async def address(database: Database, tmp_path: Path) -> AsyncIterator[str]:
    """Where the demo's pages are served."""
    async with served(await a_play(database, tmp_path)) as url:
        yield url


@pytest.mark.parametrize(
    ("scheme", "width", "pages"),
    [  # the reference is long: each of its languages once
        ("light", 1360, ("/docs?lang=en",)),
        ("dark", 320, ("/docs?lang=nl",)),
    ],
)
async def test_axe_finds_nothing(address: str, scheme: str, width: int, pages: tuple[str, ...]) -> None:
    """Every page and language, both schemes and widths, all unfolded: no fault, nothing too wide, no complaint of the browser."""
    complaints: list[str] = []
    async with browsing(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=False) as page:
        page.on("console", lambda message: complaints.append(message.text))
        for path in pages:
            await page.goto(address + path)
            await page.evaluate(UNFOLD if path.startswith("/?") else UNFOLD_SOME)
            assert await page.evaluate("document.documentElement.scrollWidth") == width, path
            assert not complaints, complaints
            assert await faults(page) == [], path
            complaints.clear()


async def test_by_keyboard_alone(address: str) -> None:
    """The first key leads past the bar, and what is unfolded by key shows every municipality."""
    async with browsing() as page:
        await page.goto(address + "/?lang=en")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.textContent") == "To the contents"
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "main"
        for _ in range(4):  # past the sign-in and the ways for citizens
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        assert await page.locator(".rows tbody tr").count() == 342
        assert await page.locator(".rows").is_visible()


async def test_a_line_is_copied_whole(address: str) -> None:
    """What lands on the clipboard is what stands there, and the reader is told."""
    async with browsing(permissions=["clipboard-read", "clipboard-write"]) as page:
        await page.goto(address + "/?lang=en")
        await page.locator("button.copy").first.click()
        await page.locator(".said", has_text="Copied").wait_for()
        line = (await page.locator("pre").first.text_content() or "").strip()
        assert await page.evaluate("navigator.clipboard.readText()") == line
        assert line.startswith("curl ")


async def test_a_link_to_a_shape_unfolds_it(address: str) -> None:
    """From an operation to what it takes: one click, also where it is folded away."""
    async with browsing() as page:
        await page.goto(address + "/docs?lang=en#shape-Problem")
        await page.locator("#shape-Problem").wait_for(state="visible")
