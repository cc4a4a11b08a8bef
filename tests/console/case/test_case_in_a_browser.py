"""The page of a case in a real browser: a day's work in both languages, nothing for axe to find, and complete on paper."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from app.accounts.service.signing_in import Sessions
from app.cases import service as cases
from app.console.words import LANGUAGES, words
from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.identity.doors import COOKIE
from tests.conftest import settings_for
from tests.console.case.desk import local
from tests.console.case.making import WORRY, a_case, a_rich_case
from tests.console.case.states import states
from tests.console.looking import faults
from tests.console.serving import served
from tests.console.signed_in import SignedIn, browsing_as, signed_in
from tests.makers import AMSTERDAM_DESK
from tests.team.table import POLICE, Table

NEWS = "dispatchEvent(new Event('online'))"
RENEWED = f"""() => new Promise((came) => {{
    addEventListener('renewed', (event) => {{ if (event.target.id === 'case-head') came(); }});
    {NEWS}; }})"""
UNFOLD = "document.querySelectorAll('details:not(.menu)').forEach((one) => { one.open = true; })"


@pytest.fixture
async def address(database: Database) -> AsyncIterator[str]:
    """Where the application is served."""
    async with served(settings_for(database.settings.database_url)) as url:
        yield url


@pytest.fixture
async def worker(database: Database) -> SignedIn:
    """Somebody of Amsterdam's desk."""
    return await signed_in(database, AMSTERDAM_DESK, "desk")


async def _fill(page: Page, name: str, subject: str = "", **fields: str) -> None:
    """Unfold a form, fill it in, and send it."""
    form = page.locator(f"#do-{name}{'-' + subject if subject else ''}")
    if await form.get_attribute("open") is None:
        await form.locator("summary").click()
    for field, value in fields.items():
        control = form.locator(f"[name='{field.replace('__', '.')}']")
        if await control.evaluate("(one) => one.tagName") == "SELECT":
            await control.select_option(value)
        else:
            await control.fill(value)
    await _press(page, form.locator("form > button"))


async def _press(page: Page, button: Locator) -> None:
    """Press what sends a form, and wait for the page that answers."""
    async with page.expect_event("domcontentloaded"):  # not a navigation: a script that tidies the address is one too
        await button.click()


async def test_what_is_pressed_while_news_comes_is_clicked(
    address: str, worker: SignedIn, client: httpx.AsyncClient, database: Database
) -> None:
    """News with the same words leaves each element where it is, and other news waits until the button is let go."""
    table = await a_case(client, database)
    async with browsing_as(worker, address) as page:
        async with page.expect_response(lambda answer: answer.url.endswith("/head")):
            await page.goto(f"{address}/cases/{table.case}")
        link = page.locator(".next .button")
        same = await link.element_handle()
        await page.evaluate("document.querySelector('#case-head').prepend('\\n ', document.createTextNode('\\n'))")
        await page.evaluate(RENEWED)
        assert await link.evaluate("(one, same) => one === same", same)
        await page.evaluate("document.querySelector('#case-head').prepend(document.createElement('p'))")
        await link.hover()
        await page.mouse.down()
        async with page.expect_response(lambda answer: answer.url.endswith("/head")):
            await page.evaluate(NEWS)
        await page.mouse.up()
        await page.locator("#do-contact[open] select:focus").wait_for()
        await expect(page.locator("#case-head > p:first-child")).to_have_count(0)
        await page.mouse.down()  # and never let go, as far as the page hears
        async with asyncio.timeout(15):
            await page.evaluate(RENEWED)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_case_from_first_contact_to_the_end(
    address: str, worker: SignedIn, client: httpx.AsyncClient, database: Database, language: str
) -> None:
    """Read, write, do, ask another, be refused to close, mend what is missing, close, reopen; all of it in either language."""
    table, t = await a_case(client, database), words(language)
    rotterdam = (await client.get(f"/v1/organisations/{POLICE}", headers=table.keys["owner"])).json()["name"]
    complaints: list[str] = []
    async with browsing_as(worker, address, language) as page:
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{address}/cases/{table.case}")
        await page.locator(".next .button").click()  # what must happen next leads to its form, unfolded, with the focus in it
        await page.locator("#do-contact[open] select:focus").wait_for()
        await _fill(page, "contact", way="visit", result="reached", note="Rustig gesprek.")
        await _fill(page, "note", what="Woont bij zijn zus.")
        await page.get_by_text(t("done_case_note")).wait_for()
        await _fill(page, "action", what="Huisarts bellen.", dueAt=local(2))
        await _press(page, page.locator("#todo button.tick"))
        await page.get_by_text(t("done_case_done")).wait_for()
        await _fill(page, "goal", what="Slapen.")
        await page.locator("#goals .do summary").first.click()
        await page.locator("#goals .do[open] select").select_option("reached")
        await _press(page, page.locator("#goals .do[open] form > button"))
        await page.locator("#do-handover summary").click()
        await page.locator("#do-handover input[list]").click()
        await page.locator(f'#case-organisations option[value="{rotterdam}"]').wait_for(
            state="attached"
        )  # all, once one is typed
        await _fill(page, "handover", organisationId=rotterdam, reason="moved")
        await expect(page.locator("#handover")).to_contain_text(rotterdam)
        await _press(page, page.locator("#handover .press button"))
        await _fill(page, "close", outcome="better")
        await page.locator("[role=alert]:focus").wait_for()
        assert t("case_problem_case_not_finished") in (await page.locator("[role=alert]").text_content() or "")
        assert await page.locator("#do-close [name=outcome]").input_value() == "better"
        await _finish(table)
        await page.goto(f"{address}/cases/{table.case}")
        await page.get_by_text(t("case_ready")).wait_for()
        await _fill(page, "close", outcome="better")
        await page.locator(".next.calm").wait_for()
        await _fill(page, "reopen", reason="relapse")
        await page.locator("#do-note").wait_for()
        await page.locator(".kinds label", has_text=t("case_kind_contact")).click()
        shown = page.locator(".line:visible")
        assert await shown.count() == await page.locator(".line.g-contact").count() == 1
        assert await page.locator("html").get_attribute("lang") == language
    assert [one for one in complaints if "409" not in one] == []  # the browser tells of the refusal itself


async def _finish(table: Table) -> None:
    """All that is still missing, waived."""
    waiver = {"waiver": {"reason": "done_by_others", "by": "coordinator"}}
    for check in (await table.read("owner", "/aftercare"))["checks"]:
        await table.do("owner", f"aftercare/checks/{check['id']}/result", waiver)
    for owed in (await table.read("owner", "/aftercare"))["obligations"]:
        if owed["state"] == "open":
            await table.do("owner", f"aftercare/obligations/{owed['kind']}/fulfilment", waiver)


async def test_a_session_that_ends_takes_the_case_out_of_sight(
    address: str, worker: SignedIn, client: httpx.AsyncClient, database: Database
) -> None:
    """Signed out in another tab, a colleague who sits down reads nothing; what was typed is still there, until it is sent."""
    table = await a_case(client, database)
    await table.do("owner", "notes", {"what": WORRY})
    async with browsing_as(worker, address) as page:
        await page.goto(f"{address}/cases/{table.case}")
        await page.locator("#do-note summary").click()
        await page.fill("#do-note textarea", "Half getypt")
        words = page.locator("#story").get_by_text(WORRY)
        await expect(words).to_be_visible()
        await Sessions(database).sign_out(worker.secret)
        await page.evaluate("dispatchEvent(new Event('online'))")
        await expect(page.get_by_role("alert")).to_contain_text("U bent uitgelogd")
        await expect(words).to_be_hidden()
        colleague = await signed_in(database, AMSTERDAM_DESK, "desk")  # who sits down and signs in has no look at it in the log
        await page.context.add_cookies([{"name": COOKIE, "value": colleague.secret, "url": address}])
        async with page.expect_response("**/head") as answered:
            await page.evaluate("dispatchEvent(new Event('online'))")
        assert (await answered.value).ok
        await page.wait_for_timeout(300)
        await expect(words).to_be_hidden()
        secret = await Sessions(database).sign_in_as(worker.login)
        await page.context.add_cookies([{"name": COOKIE, "value": secret, "url": address}])
        await page.evaluate("dispatchEvent(new Event('online'))")
        await expect(words).to_be_visible()
        assert await page.input_value("#do-note textarea") == "Half getypt"
        await Sessions(database).sign_out(secret)  # and at the very moment of sending
        await page.locator("#do-note form > button").click()
        await expect(page.get_by_role("alert")).to_contain_text("U bent uitgelogd")
        secret = await Sessions(database).sign_in_as(worker.login)
        await page.context.add_cookies([{"name": COOKIE, "value": secret, "url": address}])
        await page.evaluate("dispatchEvent(new Event('online'))")
        await expect(words).to_be_visible()
        assert await page.input_value("#do-note textarea") == "Half getypt"
        await page.locator("#do-contact summary").click()
        await page.locator("#do-contact [name=way]").select_option("visit")
        await page.locator("#do-contact [name=result]").select_option("tried")
        await page.locator("#do-contact form > button").click()  # while something else was begun
        await expect(page.locator("#do-contact [role=alert] a")).to_have_text("Notitie schrijven")
        await page.locator("#do-note form > button").click()
        await page.get_by_text("De notitie staat in de tijdlijn.").wait_for()
        await page.go_back()
        await expect(page.locator("#do-note textarea")).to_have_value("")  # what is done is not typed any more


async def test_everybody_can_use_it_and_print_it(
    address: str, worker: SignedIn, client: httpx.AsyncClient, database: Database
) -> None:
    """All unfolded, wide and at 320 px, where axe finds nothing in the dark: nothing is too wide. On paper: all of it, no buttons."""
    table = await a_rich_case(client, database)
    for scheme, width, language in (("light", 1360, "nl"), ("dark", 320, "en")):
        async with browsing_as(worker, address, language, color_scheme=scheme, viewport={"width": width, "height": 900}) as page:
            await page.goto(f"{address}/cases/{table.case}?for=follow_up")
            await page.evaluate(UNFOLD)
            assert await page.evaluate("document.documentElement.scrollWidth") == width
            if width == 320:
                assert await faults(page) == []
                continue
            await page.locator(".kinds label", has_text="Contact").click()
            await page.emulate_media(media="print")
            await page.evaluate("dispatchEvent(new Event('beforeprint'))")
            head = page.locator(".paper-head")
            assert await head.is_visible()
            assert "Hierin staan persoonsgegevens" in (await head.text_content() or "")
            assert await page.locator("main button:visible").count() == 0
            assert await page.locator(".line:visible").count() == await page.locator(".line").count()
            assert await page.locator("#told").get_by_text("Meneer Voorbeeld").is_visible()


async def test_every_state_can_be_used_by_everybody(address: str, client: httpx.AsyncClient, database: Database) -> None:
    """Who owns it, is asked, invited, or took it in; refused, overtaken, closed, on paper: nothing for axe, nothing too wide."""
    found = list((await states(client, database)).items())
    for place, (scheme, width, language) in enumerate((("light", 1360, "nl"), ("dark", 320, "en"))):
        look: dict[str, Any] = {"color_scheme": scheme, "viewport": {"width": width, "height": 700}}
        async with browsing_as(found[0][1].who, address, language, **look) as page:
            for name, state in found[place::2]:
                await page.context.add_cookies([{"name": COOKIE, "value": state.who.secret, "url": address}])
                await state.meet(page, address)
                assert await faults(page, state.part) == [], name
                assert await page.evaluate("document.documentElement.scrollWidth") == width, name


async def test_all_of_a_long_case_is_on_paper(
    address: str, worker: SignedIn, client: httpx.AsyncClient, database: Database
) -> None:
    """More lines than a screen shows at once: the sheet has every one, without anything to press, and says who printed it."""
    table = await a_case(client, database)
    async with begin(database, WORKER) as work:
        for level in range(520):
            cases.line(work, UUID(table.case), "climbed", level=level % 4 + 1, deadline_kind="follow_up")
    async with browsing_as(worker, address) as page:
        await page.goto(f"{address}/cases/{table.case}/paper")
        await page.locator("[data-print]:focus").wait_for()
        assert await page.locator(".line").count() > 520
        paper = await page.pdf(format="A4")
        assert paper.count(b"/Type /Page\n") > 10
        await page.emulate_media(media="print")
        assert "Jip Voorbeeld" in (await page.locator(".paper-head").text_content() or "")
        assert await page.locator("nav:visible, main a.button:visible, main button:visible, main .do:visible").count() == 0
