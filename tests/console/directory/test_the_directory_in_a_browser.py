"""The directory in a real browser, by keyboard alone."""

from app.core.db import Database
from app.directory.seeding import organisation_id
from tests.conftest import settings_for
from tests.console.serving import served
from tests.console.signed_in import browsing_as, signed_in
from tests.makers import HOTLINE

ROTTERDAM = organisation_id("rotterdam")


async def test_hours_are_changed_by_keyboard(database: Database) -> None:
    """From a place to what a change comes to, without a mouse and in English; what is shown has the focus."""
    administrator = await signed_in(database, HOTLINE, "administrator")
    async with (
        served(settings_for(database.settings.database_url)) as address,
        browsing_as(administrator, address, "en") as page,
    ):
        await page.goto(f"{address}/directory")
        await page.locator("#asked").focus()
        await page.keyboard.type("Rotterdam")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/directory/municipalities/GM0599")
        await page.goto(f"{address}/directory/organisations/{ROTTERDAM}")
        link = page.locator("a[href$='/hours']").first
        await link.focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/hours")
        await page.locator("#exceptions").focus()
        await page.keyboard.type("2099-12-31 closed")
        if await page.locator("#always").is_checked():
            await page.locator("#always").focus()
            await page.keyboard.press("Space")
        await page.locator("button[value=preview]").focus()
        await page.keyboard.press("Enter")
        await page.locator(".preview:focus").wait_for(timeout=10_000)
        assert "Thu 31 Dec 2099" in await page.locator(".preview table").first.inner_text()
