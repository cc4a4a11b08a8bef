"""The inbox in a real browser: news comes by itself and disturbs nobody; a lost connection or session loses nothing."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, Final

import httpx
import pytest
from playwright.async_api import Page, expect

from app.accounts.service.signing_in import Sessions
from app.console.assets import address as asset
from app.core.db import Database
from app.directory.holidays import AMSTERDAM
from app.identity.doors import COOKIE
from tests.conftest import settings_for
from tests.console.inbox.desk import Work, a_desk_with_work, asked_for
from tests.console.looking import faults
from tests.console.serving import served
from tests.console.signed_in import browsing_as
from tests.makers import now

expect.set_options(timeout=15_000)  # machines that test much at once are slow
TYPED: Final = "wijkteam No"
FOCUSED: Final = "document.activeElement.id || document.activeElement.closest('[id]').id"


# A list in another order, with new contents: what comes of each of them, and what the reader was busy with.
MORPHED: Final = """async (path) => {
  const { morph } = await import(path);
  const list = document.createElement("ul");
  list.innerHTML = `<li id="a">A<input id="f" value="x"></li><li id="b"><details id="d"><summary>B</summary></details></li>
    <li id="c"><form id="g" data-sent="yes"><input type="hidden" name="v" value="1"></form><input type="hidden" id="h" value="1"></li>`;
  document.getElementById("main").append(list);
  const [a, b, c] = list.children, field = list.querySelector("#f");
  field.value = "half typed";
  field.focus();
  field.setSelectionRange(2, 5);
  b.firstElementChild.open = true;
  const fresh = document.createElement("template");
  fresh.innerHTML = `<li id="n">N</li><li id="c" class="x"><form id="g"><input type="hidden" name="v" value="2"></form>
    <input type="hidden" id="h" value="2"></li><li id="b"><details id="d"><summary>B2</summary></details></li>
    <li id="a">A2<input id="f" value="y"></li>`;
  morph(list, document.importNode(fresh.content, true));
  const now = [...list.children];
  return [now.map((one) => one.id).join(""), now[1] === c && now[2] === b && now[3] === a, c.className, b.textContent.trim(),
    b.firstElementChild.open, document.activeElement === field && field.value, field.selectionStart, field.selectionEnd,
    a.firstChild.data, list.querySelector("#h").value, list.querySelector("[name=v]").value];
}"""


@pytest.fixture
async def desk(client: httpx.AsyncClient, database: Database) -> Work:
    """A crisis service with work; `client` is another process than the one that serves the page."""
    return await a_desk_with_work(client, database)


@pytest.fixture
async def address(database: Database) -> AsyncIterator[str]:
    """Where a process of its own serves the pages."""
    async with served(settings_for(database.settings.database_url)) as url:
        yield url


def _row(page: Page, receipt: Any) -> Any:
    return page.locator(f"#offer-{receipt['offered']['offerId']}")


async def _opened(page: Page, address: str) -> list[str]:
    """The inbox, listening; what the browser complains of is kept."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    async with page.expect_response(lambda answer: answer.url.endswith("/inbox/offers")):
        await page.goto(f"{address}/inbox")
    return complaints


async def test_news_comes_from_elsewhere_and_takes_nothing_from_who_is_busy(
    address: str, desk: Work, client: httpx.AsyncClient
) -> None:
    """A new offer waits behind a button, one that is taken back says so; focus and what was half typed stay; then all by keys."""
    async with browsing_as(desk.who, address) as page:
        complaints = await _opened(page, address)
        sound = page.get_by_role("button", name="Geluid")
        await expect(sound).to_have_attribute("aria-pressed", "false")
        await sound.click()
        await expect(sound).to_have_attribute("aria-pressed", "true")
        row = _row(page, desk.offers["crisis"])
        await row.locator(".coordinator summary").click()
        field = row.locator("input[name=coordinator]")
        await field.fill(TYPED)
        before = await row.bounding_box()
        waiting = int(re.findall(r"\((\d+)\)", await page.title())[0])  # others' offers to this desk too
        came = await asked_for(client, desk.table.keys["operator"])
        await expect(page).to_have_title(f"({waiting + 1}) Postvak · Nodus")
        handover = desk.offers["handover"]
        await client.post(
            f"/v1/cases/{handover['caseId']}/handovers/{handover['id']}/withdrawal",
            json={}, headers=desk.table.keys["owner"] | {"If-Match": '"1"'},
        )  # fmt: skip
        more = page.get_by_role("button", name="1 nieuwe")
        await expect(more).to_be_visible()
        gone = page.locator(f"#offer-{handover['offers'][-1]['id']}")
        await expect(gone.get_by_text("Dit aanbod is er niet meer")).to_be_visible()
        assert await field.input_value() == TYPED
        assert (await page.evaluate(FOCUSED)).endswith("-who")
        assert await row.bounding_box() == before
        assert await _row(page, came).count() == 0
        here = f"{now().astimezone(AMSTERDAM):%H}:"
        await expect(page.locator("#came")).to_contain_text(f"Nieuw aanbod om {here}")
        await expect(page).to_have_title(f"({waiting}) Postvak · Nodus")
        await more.click()
        await expect(_row(page, came).locator("article")).to_be_focused()
        await expect(gone).to_have_count(0)
        assert await field.input_value() == TYPED
        await page.keyboard.press("d")
        await page.keyboard.press("3")
        await expect(page.get_by_text("Afgewezen.")).to_be_visible()
        acute = _row(page, desk.offers["acute"]).locator("article")
        await page.get_by_role("button", name="Sneltoetsen").click()
        await acute.focus()
        await page.keyboard.press("a")
        await expect(acute).to_be_focused()  # they can be switched off
        await page.get_by_role("button", name="Sneltoetsen").click()
        await acute.focus()
        await page.keyboard.press("a")
        assert not complaints, complaints
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/cases/{desk.offers['acute']['caseId']}**")
    seen = await client.get(f"/v1/offers/{desk.offers['acute']['offered']['offerId']}", headers=desk.table.keys["ggz"])
    assert seen.json()["seenAt"]
    assert seen.json()["state"] == "accepted"


async def test_what_the_reader_is_busy_with_is_left_alone(address: str, desk: Work) -> None:
    """Rows in another order are the same rows; focus, selection, what is typed or unfolded, and a form on its way stay."""
    async with browsing_as(desk.who, address) as page:
        await page.goto(f"{address}/account")
        found = await page.evaluate(MORPHED, asset("morph.js"))
    assert found == ["ncba", True, "x", "B2", True, "half typed", 2, 5, "A2", "2", "1"]


async def test_a_restart_and_an_end_of_the_session_lose_nothing(
    desk: Work, database: Database, free_port: int, client: httpx.AsyncClient
) -> None:
    """Since when it is stale is said until the server is back; signed out, the people go out of sight; signed in again, one goes on."""
    settings = settings_for(database.settings.database_url)
    async with AsyncExitStack() as running:
        first = await running.enter_async_context(AsyncExitStack())
        address = await first.enter_async_context(served(settings, free_port))
        page = await running.enter_async_context(browsing_as(desk.who, address))
        await _opened(page, address)
        state, row = page.locator("[data-live-state]"), _row(page, desk.offers["crisis"])
        await row.locator(".coordinator summary").click()
        await row.locator("input[name=coordinator]").fill(TYPED)
        await first.aclose()
        await expect(state).to_contain_text("Geen verbinding sinds")
        came = await asked_for(client, desk.table.keys["operator"])
        await running.enter_async_context(served(settings, free_port))
        await expect(page.get_by_role("button", name="1 nieuwe")).to_be_visible(timeout=10_000)
        await expect(state).to_contain_text("Bijgewerkt om")
        await Sessions(database).sign_out(desk.who.secret)
        await page.evaluate("dispatchEvent(new Event('online'))")
        await expect(page.get_by_role("alert")).to_contain_text("U bent uitgelogd")
        await expect(row).to_be_hidden()
        secret = await Sessions(database).sign_in_as(desk.who.login)
        await page.context.add_cookies([{"name": COOKIE, "value": secret, "url": address}])
        await page.evaluate("dispatchEvent(new Event('online'))")
        await expect(row).to_be_visible()
        assert await row.locator("input[name=coordinator]").input_value() == TYPED
        await row.get_by_role("button", name="hier blijven").click()
        await expect(page.get_by_text("De casus is nu van uw organisatie.")).to_be_visible()
        await expect(_row(page, came)).to_be_visible()


async def test_axe_finds_nothing_in_the_inbox(address: str, desk: Work, client: httpx.AsyncClient) -> None:
    """With an offer to decline unfolded, and one gone; nothing too wide, no complaint of the browser."""
    looks: Any = {"color_scheme": "dark", "viewport": {"width": 320, "height": 900}, "reduced_motion": "reduce"}
    async with browsing_as(desk.who, address, **looks) as page:
        complaints = await _opened(page, address)
        acute = _row(page, desk.offers["acute"])
        await acute.locator("article").focus()
        await page.keyboard.press("d")
        offer = desk.offers["crisis"]["offered"]["offerId"]
        await client.post(f"/v1/offers/{offer}/acceptance", json={}, headers=desk.table.keys["ggz"] | {"If-Match": '"1"'})
        await expect(page.locator(f"#offer-{offer}[data-gone]")).to_be_visible()
        assert await faults(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") == 320
        assert not complaints, complaints
