"""Directory, endpoints, access log and accounts in a real browser: nothing for axe, nothing too wide, by keyboard alone."""

from typing import Any

import httpx
import pytest

from app.core.db import Database
from app.directory.seeding import organisation_id
from app.identity.doors import COOKIE
from tests.conftest import settings_for
from tests.console.serving import browsing, faults, served
from tests.console.signed_in import SignedIn, browsing_as, signed_in
from tests.makers import AMSTERDAM_DESK, a_token, an_accepted_case

ROTTERDAM = organisation_id("rotterdam")
UNFOLD = "document.querySelectorAll('main details').forEach((one) => { one.open = true; })"


async def _pages(database: Database, client: httpx.AsyncClient) -> list[tuple[SignedIn, tuple[str, ...]]]:
    """Who looks at which pages, each with something on it."""
    desk_key = await a_token(database, AMSTERDAM_DESK, "desk")
    case = await an_accepted_case(client, await a_token(database), desk_key)
    await client.get(f"/v1/cases/{case}/overview?purpose=follow_up", headers=desk_key)
    body = {"url": "https://hooks.example.nl/in", "verification": "agreed", "label": "Zaaksysteem"}
    endpoint = (await client.post("/v1/webhook-endpoints", json=body, headers=desk_key)).json()["id"]
    services = (await client.get(f"/v1/organisations/{ROTTERDAM}/services", headers=desk_key)).json()["items"]
    administrator = await signed_in(database, AMSTERDAM_DESK, "administrator", "Ayşe van der Bovenkamp-Demirtaş")
    return [
        (
            administrator,
            (
                "/accounts",
                "/account",
                "/directory/imports",
                f"/directory/services/{services[0]['id']}/areas",
                f"/endpoints/{endpoint}",
                f"/directory/services/{services[0]['id']}/hours",
                f"/directory/organisations/{ROTTERDAM}/contacts",
                f"/directory/organisations/{AMSTERDAM_DESK}",
                "/directory/municipalities/GM0363",
                "/directory?rung=meldpunt",
            ),
        ),
        (await signed_in(database, AMSTERDAM_DESK, "privacy_officer", "Loes Bakker"), ("/access-log",)),
    ]


@pytest.mark.parametrize(("language", "scheme", "width"), [("nl", "light", 1360), ("en", "dark", 320)])
async def test_axe_finds_nothing(database: Database, client: httpx.AsyncClient, language: str, scheme: str, width: int) -> None:
    """Every page, all unfolded: no fault, nothing too wide, no complaint of the browser."""
    complaints: list[str] = []
    looks: dict[str, Any] = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    async with served(settings_for(database.settings.database_url)) as address, browsing(**looks) as page:
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        for who, paths in await _pages(database, client):
            told = {COOKIE: who.secret, "lang": language}
            await page.context.add_cookies([{"name": name, "value": value, "url": address} for name, value in told.items()])
            for path in paths:
                await page.goto(address + path)
                await page.evaluate(UNFOLD)
                assert await page.evaluate("document.documentElement.scrollWidth") == width, path
                assert await faults(page) == [], path
                assert not complaints, (path, complaints)


async def test_hours_are_changed_by_keyboard(database: Database) -> None:
    """From a place to what a change comes to, without a mouse and in English; what is shown has the focus."""
    administrator = await signed_in(database, AMSTERDAM_DESK, "administrator")
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
