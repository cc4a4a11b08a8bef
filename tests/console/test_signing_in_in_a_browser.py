"""Signing in from a real browser by plain http, where it says least of where a form was: ours gets in, another site's does not."""

from urllib.parse import urlsplit

from playwright.async_api import Route

from app.core.db import Database
from tests.conftest import settings_for
from tests.console.serving import browsing, served
from tests.console.signed_in import PASSWORD, signed_in
from tests.makers import HOTLINE


async def test_only_our_own_form_signs_in(database: Database) -> None:
    """Neither in the name of the attacker from another site, nor from a neighbour's subdomain; but from our own page."""
    operator = await signed_in(database, HOTLINE, "operator")
    async with served(settings_for(database.settings.database_url)) as address, browsing() as page:
        home = f"http://nodus.test:{urlsplit(address).port}"
        form = (
            f'<form method="post" action="{home}/sign-in"><input name="login" value="{operator.login}">'
            f'<input name="password" value="{PASSWORD}"><button>win</button></form>'
        )

        async def lure(route: Route) -> None:
            await route.fulfill(content_type="text/html", body=form)

        for site in ("http://evil.test/", "http://www.nodus.test/"):
            await page.route(f"{site}**", lure)
            await page.goto(site)
            async with page.expect_response(f"{home}/sign-in") as answer:
                await page.locator("button").click()
            assert (await answer.value).status == 403, site
            assert not await page.context.cookies(home)
        await page.goto(f"{home}/sign-in")
        assert not await page.evaluate("isSecureContext")
        await page.locator("#login").fill(operator.login)
        await page.locator("#password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{home}/call")
