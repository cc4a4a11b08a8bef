"""A planner's whole way in a real browser: by keys to a shift, a change that is tried, warned of and made, and a gap that is filled."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page

from tests.conftest import settings_for
from tests.console.rosters.desk import Desk, a_desk
from tests.console.serving import faults, served
from tests.console.signed_in import browsing_as

STRANGE = "<script>alert(1)</script> \u202eקשה\u202c " + "x" * 150


@pytest.fixture
async def address(lone: Desk) -> AsyncIterator[str]:
    """Where the pages are served."""
    async with served(settings_for(lone.database.settings.database_url)) as url:
        yield url


async def _by_keys_to(page: Page, thursday: str) -> None:
    """From the shift that runs to the one of Thursday, up and down between rows, and open it."""
    here = page.locator('.grid a[tabindex="0"]')
    assert await here.count() == 1
    await here.focus()
    await page.keyboard.press("ArrowDown")
    assert await page.evaluate("document.activeElement.closest('tr').className") == "layer"
    await page.keyboard.press("Home")
    for _ in range(8):
        if thursday in (await page.evaluate("document.activeElement.textContent") or ""):
            break
        await page.keyboard.press("ArrowRight")
    assert thursday in (await page.evaluate("document.activeElement.textContent") or "")
    await page.keyboard.press("Enter")
    await page.locator("dialog[open] .panel-title").wait_for()


async def test_a_planner_works_a_gap_away(lone: Desk, address: str) -> None:
    """In Dutch, without a mouse until the form: absent is tried, then saved against the warning, and the gap is filled."""
    complaints: list[str] = []
    async with browsing_as(lone.who, address, viewport={"width": 1360, "height": 900}) as page:
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{address}/rosters")
        await page.get_by_role("link", name="Crisisdienst test").click()
        await _by_keys_to(page, "do 26 nov")
        await page.keyboard.press("Escape")
        assert "do 26 nov" in (await page.evaluate("document.activeElement.textContent") or "")  # focus is back where it was
        await page.keyboard.press("Enter")
        panel = page.locator("dialog[open]")
        await panel.get_by_text("Afwezig melden").click()
        assert await faults(page) == []
        await panel.locator("details[open]").get_by_role("button", name="Proberen").click()
        await page.locator(".played .is-worse").wait_for()
        assert await faults(page) == []
        await page.get_by_role("button", name="Toch vastleggen").click()
        await page.get_by_role("status").get_by_text("De afwezigheid is vastgelegd").wait_for()
        gap = page.locator(".grid a.hole.gap")
        assert await gap.count() == 1
        await gap.click()
        await panel.get_by_label("Wie neemt deze dienst?").select_option(label="Carla")
        await panel.get_by_role("button", name="Dienst vastleggen").click()
        await page.get_by_role("status").get_by_text("De dienst is vastgelegd").wait_for()
        assert await page.locator(".grid a.hole.gap").count() == 0
        assert await page.locator(".grid .layer a.shift", has_text="Carla").count() == 1
    assert complaints == []


async def test_a_planner_swaps_in_english_on_a_small_screen(lone: Desk, address: str) -> None:
    """At 320 pixels, in the dark: a list a day instead of the grid, nothing too wide; the same commands."""
    complaints: list[str] = []
    looks = {"viewport": {"width": 320, "height": 800}, "color_scheme": "dark"}
    async with browsing_as(lone.who, address, "en", **looks) as page:
        page.on("console", lambda message: complaints.append(message.text))
        for path in ("/rosters", lone.path, "/rosters/participants"):
            await page.goto(address + path)
            assert await page.evaluate("document.documentElement.scrollWidth") == 320, path
        await page.goto(address + lone.path)
        assert not await page.locator(".grid").is_visible()
        await page.locator(".grid-narrow a.shift", has_text="Thu 26 Nov").first.click()
        panel = page.locator("dialog[open]")
        await panel.get_by_text("Swap", exact=True).click()
        await panel.get_by_label("With which shift?").select_option(index=2)
        await panel.get_by_label("The two agree already: save at once").check()
        assert await faults(page) == []
        await panel.locator("details[open]").get_by_role("button", name="Save the swap").click()
        await page.locator(".looked, [role=status]").first.wait_for()
        if await page.get_by_role("button", name="Save anyway").count():
            assert await page.evaluate("document.documentElement.scrollWidth") == 320
            await page.get_by_role("button", name="Save anyway").click()
        await page.get_by_role("status").get_by_text("The swap was saved").wait_for()
        assert await page.locator(".grid-narrow .mark.swap").count() >= 2
    assert [one for one in complaints if "409" not in one] == []  # the browser tells of a status that is meant


async def test_long_and_strange_names_break_nothing(lone: Desk, address: str) -> None:
    """A name of two hundred characters, from right to left, with a script in it: at both widths nothing runs and nothing sticks out."""
    strange = await a_desk(lone.database, names=(STRANGE, STRANGE + "2"), title=STRANGE)
    async with browsing_as(strange.who, address, java_script_enabled=True) as page:
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        shift = await strange.shift_at("2026-11-26 12:00")
        for width in (320, 1360):
            await page.set_viewport_size({"width": width, "height": 800})
            for path in ("/rosters", strange.path, f"{strange.path}/shift?shift={shift.id}"):
                await page.goto(address + path)
                assert await page.evaluate("document.documentElement.scrollWidth") == width, path
