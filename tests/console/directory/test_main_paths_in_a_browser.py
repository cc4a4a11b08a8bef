"""What people come for, done in a real browser by whose work it is, in both languages one after the other."""

import base64
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Final

from playwright.async_api import Page

from app.accounts import codes
from app.console.words import LANGUAGES, Words, words
from app.core.db import Database
from app.directory.seeding import organisation_id
from app.identity.doors import COOKIE
from tests.conftest import settings_for
from tests.console.looking import faults
from tests.console.serving import browsing, served
from tests.console.signed_in import PASSWORD, SignedIn, signed_in
from tests.directory.importing.files import cbs_rows, written
from tests.makers import HOTLINE, a_call, a_token

Walk = Callable[[Page, Words], Awaitable[None]]
ROTTERDAM: Final = organisation_id("rotterdam")


async def _nothing_for_axe(page: Page, t: Words) -> None:
    """Once: what it finds is in no language."""
    assert t is words("en") or await faults(page) == []


async def _accounts(page: Page, t: Words) -> None:
    """A colleague is let in: his password is there, once, and has the focus."""
    await page.goto("/accounts")
    await page.locator("#name").fill("Jip de Nieuwe")
    await page.locator("#login").fill(f"jip-{t('sign_in').casefold().replace(' ', '-')}")
    await page.locator("#role").select_option("planner")
    await page.get_by_role("button", name=t("acc_make")).click()
    await page.locator(".notice.good:focus code").wait_for()
    assert t("acc_given_once") in await page.inner_text("main")
    await page.locator("tr", has_text="Jip de Nieuwe").first.locator("summary").click()
    await page.get_by_role("button", name=t("acc_end")).first.click()
    await page.get_by_text(t("done_account_end")).wait_for()


async def _own_account(page: Page, t: Words) -> None:
    """A code is set up with the password, and asked for from then on."""
    await page.goto("/account")
    await page.locator("#proof").fill("not this one")
    await page.get_by_role("button", name=t("my_code_set_up")).click()
    await page.locator("[role=alert]:focus a[href='#proof']").wait_for()
    await page.locator("#proof").fill(PASSWORD)
    await page.get_by_role("button", name=t("my_code_set_up")).click()
    await page.locator("#code:focus").wait_for()
    secret = base64.b32decode((await page.locator(".secret code").inner_text()).replace(" ", ""))
    await _nothing_for_axe(page, t)
    now = int(datetime.now(UTC).timestamp()) // codes.STEP
    await page.locator("#code").fill(codes.code_at(secret, now - 1).decode())
    await page.keyboard.press("Enter")
    await page.get_by_text(t("done_code_on")).wait_for()
    await page.get_by_role("button", name=t("my_code_other")).wait_for()


async def _endpoints(page: Page, t: Words) -> None:
    """One is made, its secret is there once; a test message goes off."""
    await page.goto("/endpoints")
    await page.locator("#label").fill("Zaaksysteem")
    await page.locator("#url").fill("https://hooks.example.nl/in")
    await page.locator("#verification").select_option("agreed")
    await page.get_by_role("button", name=t("endpoint_make")).click()
    await page.locator(".notice.good:focus code").wait_for()
    await page.get_by_role("button", name=t("endpoint_test"), exact=True).click()
    await page.get_by_text(t("done_endpoint_test")).wait_for()


async def _areas(page: Page, t: Words) -> None:
    """From an organisation to what another area comes to, by keyboard; what is shown has the focus."""
    await page.goto(f"/directory/organisations/{ROTTERDAM}")
    await page.locator("a[href$='/areas']").first.press("Enter")
    await page.locator("[name=place]").nth(0).fill("Schiedam")
    await page.keyboard.press("Enter")
    await page.locator(".preview:focus").wait_for()
    told = await page.locator(".preview").inner_text()
    assert "Rotterdam" in told
    assert t("dir_gone") in told
    await _nothing_for_axe(page, t)
    await page.get_by_role("link", name=t("dir_leave")).click()
    await page.locator("h1", has_text="Rotterdam").wait_for()


async def _access_log(page: Page, t: Words) -> None:
    """Asked for a purpose; the file is the same question."""
    await page.goto("/access-log")
    await page.locator("#purpose").select_option("follow_up")
    await page.get_by_role("button", name=t("log_ask")).click()
    await page.wait_for_url("**purpose=follow_up**")
    file = page.get_by_role("link", name=t("log_file"))
    assert "purpose=follow_up" in (await file.get_attribute("href") or "")


async def _wall(page: Page, t: Words) -> None:
    """What waits for an answer, and the way to its case; then how endpoints of others are doing."""
    await page.goto("/wall")
    await page.get_by_role("heading", name=t("wall_offers")).wait_for()
    assert await page.locator("#wall-offers-rows tr").count() == 1
    await page.get_by_role("link", name=t("place_endpoints")).first.click()
    await page.get_by_role("heading", name=t("endpoint_others", 0)).wait_for()
    await _nothing_for_axe(page, t)


async def _figures(page: Page, t: Words) -> None:
    """Another period beside a year before; every picture has its table, and a file."""
    await page.goto("/figures")
    await page.locator("#compare").select_option("year")
    await page.get_by_role("button", name=t("figures_show")).click()
    await page.wait_for_url("**compare=year**")
    await page.get_by_role("columnheader", name=t("figures_change")).first.wait_for()
    async with page.expect_download() as download:
        await page.get_by_role("link", name=t("figures_csv")).first.click()
    assert (await download.value).suggested_filename.startswith("nodus-")


WALKS: Final[dict[str, tuple[Walk, ...]]] = {
    "administrator": (_accounts, _own_account, _endpoints, _areas),
    "privacy_officer": (_access_log,),
    "supervisor": (_wall, _figures),
}


async def test_main_paths_in_both_languages(fresh_url: str, fresh_database: Database) -> None:
    """Each ends where it should, in the words of the language, without a complaint of the browser."""
    complaints: list[str] = []
    people = {each: await signed_in(fresh_database, HOTLINE, each[1], "Ad Voorbeeld") for each in product(LANGUAGES, WALKS)}
    operator = await a_token(fresh_database)
    async with served(settings_for(fresh_url)) as address, browsing(base_url=address) as page:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        assert (await page.request.post("/v1/calls", data=a_call(), headers=operator)).status == 201
        for language in LANGUAGES:
            for role, walks in WALKS.items():
                await _be(page, people[language, role], address, language)
                for walk in walks:
                    await walk(page, words(language))
                    assert not complaints, (walk, language, complaints)


async def test_a_file_is_looked_at_and_then_carried_out(fresh_url: str, fresh_database: Database, tmp_path: Path) -> None:
    """What would change is told first and nothing has; another choice takes the button away; carried out, it is in the list."""
    file = tmp_path / "gemeenten.csv"
    file.write_text(written(cbs_rows(GM0034="Nieuw-Almere")))
    t = words("nl")
    administrator = await signed_in(fresh_database, HOTLINE, "administrator", "Ad Voorbeeld")
    async with served(settings_for(fresh_url)) as address, browsing(base_url=address) as page:
        await _be(page, administrator, address, "nl")
        await page.goto("/directory/imports")
        await page.locator("#file").set_input_files(file)
        await page.get_by_role("button", name=t("dir_import_look")).click()
        await page.get_by_role("heading", name=t("dir_import_would")).wait_for()
        assert "GM0034 Almere → Nieuw-Almere" in await page.locator("#report").inner_text()
        assert await page.evaluate("document.activeElement.id") == "report"
        assert t("dir_imported_none") in await page.locator("#past").inner_text()
        assert await faults(page) == []
        await page.locator("[data-apply]").click()
        await page.get_by_role("heading", name=t("dir_import_done")).wait_for()
        await page.locator("#past-rows tr", has_text="gemeenten.csv").filter(has_text="Ad Voorbeeld").wait_for()


async def _be(page: Page, who: SignedIn, address: str, language: str) -> None:
    told = {COOKIE: who.secret, "lang": language}
    await page.context.add_cookies([{"name": name, "value": value, "url": address} for name, value in told.items()])
