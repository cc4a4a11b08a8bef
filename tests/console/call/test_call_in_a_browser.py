"""An operator at work in a real browser: by keys alone, through a lost network, a closed tab, a session that ends, a second tab."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, expect

from app.accounts.service.signing_in import Sessions
from app.console.call import screen
from app.core.actor import Actor, Role
from app.core.db import Database
from app.core.work import begin
from app.directory.service.look_up import local_day
from app.identity.doors import COOKIE
from app.intake.screen_use import Used
from app.intake.service.screen_use import screen_use
from tests.console.call.taking import HOSTILE, contents, opened, saves
from tests.console.everything import as_them
from tests.console.looking import faults
from tests.console.signed_in import PASSWORD, SignedIn, browsing_as, signed_in
from tests.makers import AMSTERDAM, AMSTERDAM_DESK, HOTLINE

TEXT: Final = "Loopt op blote voeten door de straat en praat tegen niemand."
MOST_KEYS: Final = 40
SAVED_WITHIN: Final = 1000  # ms


class Operator:
    """Somebody at a keyboard, whose keystrokes are counted; texts are apart."""

    def __init__(self, page: Page) -> None:
        """Nothing pressed yet."""
        self.page, self.keys = page, 0

    async def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.keys += 1
            await self.page.keyboard.press(key)

    async def says(self, text: str) -> None:
        """Type what a caller told."""
        await self.page.keyboard.type(text)


# In one go: a busy machine may take longer between two presses than what is shown needs to count as read.
BOTH_KEYS: Final = """for (const key of [{key: 'j'}, {key: 'Enter', ctrlKey: true}])
    document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {...key, bubbles: true, cancelable: true}))"""

# Fetched when a page has come to rest, which may be when the network or the session has just gone: tried again with the next page.
NO_WORKER: Final = ("error occurred when fetching the script", "script resource is behind a redirect")

# When the server last knew who is here, in milliseconds from now, and who it was.
KNOWN: Final = """([from, whose]) => new Promise((done) => { indexedDB.open("nodus-call").onsuccess = ({ target }) => {
    const change = target.result.transaction("keys", "readwrite");
    change.objectStore("keys").put(Date.now() + from, "known");
    change.objectStore("keys").put(whose, "whose");
    change.oncomplete = done; }; })"""

KEPT: Final = """() => new Promise((done) => { indexedDB.open("nodus-call").onsuccess = ({ target }) => {
    if (!target.result.objectStoreNames.contains("kept")) return done(0);
    const all = target.result.transaction("kept").objectStore("kept").count();
    all.onsuccess = () => done(all.result); }; })"""

# All that lies readable in the browser's caches and stores.
PLAIN: Final = """async () => {
    const told = [JSON.stringify({ ...localStorage, ...sessionStorage })];
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const one of await cache.keys()) told.push(one.url, await (await cache.match(one)).text());
    }
    return told.join(); }"""


@asynccontextmanager
async def at_work(who: SignedIn, address: str, path: str = "", language: str = "nl", **looks: Any) -> AsyncIterator[Page]:
    """The page of a call, quiet to its end: a complaint of the browser is a fault, save that the network is away."""
    complaints: list[str] = []
    looks = {"viewport": {"width": 1360, "height": 900}} | looks
    async with browsing_as(who, address, language, **looks) as page:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        if path:
            await page.goto(address + path)
            await ready(page)
        yield page
        expected = (
            "ERR_INTERNET_DISCONNECTED",
            "ERR_FAILED",
            "status of 400",
            "status of 401",
            "status of 403",
            "status of 412",
            *NO_WORKER,
        )
        assert not [one for one in complaints if not any(word in one for word in expected)], complaints


async def ready(page: Page) -> None:
    """The script is at work and shows what follows."""
    await page.locator("#send[data-read]").wait_for()


async def saved(page: Page) -> None:
    """All is on the server, by what the page says."""
    await page.locator('#saved[data-state="saved"]').wait_for()


async def used(database: Database) -> Used:
    """What was counted of this version of the screen."""
    async with begin(database, Actor(HOTLINE, Role.SUPERVISOR)) as work:
        today = local_day(work.at)
        found = [one for one in await screen_use(work, today, today) if one.version == screen.version()]
    return found[0] if found else Used(screen.version(), 0, 0, 0, 0, 0, 0, 0, 0, (), ())


async def test_a_call_by_keyboard_alone_in_forty_keys(database: Database, operator: SignedIn, address: str) -> None:
    """From the list to the number for the caller: questions, place, what was seen, advice, who rings, sent twice by mistake."""
    before = await used(database)
    async with at_work(operator, address) as page:
        await page.goto(address + "/call")
        one = Operator(page)
        await one.press("n")
        await ready(page)
        assert await page.evaluate("document.activeElement.id") == "q-danger_now"  # the first safety question
        await one.press(*"nnnnnnnn")  # safety
        await one.press(*"nnnjwnn")  # situation: not eating
        await expect(page.locator("#safety")).to_have_text("Veiligheid: alles gevraagd")
        await one.press("Alt+a")
        await one.says(AMSTERDAM)
        await one.press("Tab")
        await one.says("12")
        await one.press("Alt+o")
        await one.says(TEXT)
        await one.press("Alt+m", "b", "u")  # neighbour
        await page.locator("#part-send", has_text="Meldpunt Zorg en Woonoverlast Amsterdam").wait_for()
        await one.press("Alt+q", "1", "2")  # two pieces of advice
        await expect(page.locator("#part-advice :checked")).to_have_count(2)
        await one.press("Control+Enter", "Control+Enter")
        await page.locator(".reference").wait_for()
        assert one.keys <= MOST_KEYS, one.keys
        counted = await used(database)
        assert counted.calls == before.calls + 1
        assert MOST_KEYS / 2 < counted.keystrokes - before.keystrokes <= one.keys  # not those on the list, nor the second to send
        assert await faults(page) == []
        reference = await page.locator(".reference").text_content()
        assert re.fullmatch(r"\w{4}-\w{4}-\w", reference or "")
        await one.press("n")  # the next call
        await ready(page)
        assert str(reference) not in await page.content()


async def test_what_is_typed_is_on_the_server_within_a_second(desk: httpx.AsyncClient, operator: SignedIn, address: str) -> None:
    """However fast one types: saved while typing goes on, and a second after the last key all of it is there."""
    path = await opened(desk)
    async with at_work(operator, address, path) as page:
        await page.keyboard.press("Alt+o")
        async with page.expect_response(lambda answer: answer.request.method == "PATCH") as first:
            await page.keyboard.type(TEXT, delay=20)  # longer than a save may wait
        assert (await first.value).ok
        took = await page.evaluate("""() => new Promise((done) => {
            const saved = document.getElementById("saved"), began = performance.now();
            const look = () => saved.dataset.state === "saved" ? done(performance.now() - began) : setTimeout(look, 5);
            look(); })""")
        assert took < SAVED_WITHIN
        assert (await contents(desk, path))["observed"] == TEXT
        assert re.search(r"Bewaard om \d\d\.\d\d\.\d\d", await page.locator("#saved").text_content() or "")


async def test_letters_are_letters_in_a_text_and_keys_are_as_one_likes(
    desk: httpx.AsyncClient, operator: SignedIn, address: str
) -> None:
    """What is typed answers nothing; who speaks to a computer or trembles chooses other keys, or none, and so they stay."""
    path = await opened(desk)
    async with at_work(operator, address) as page:
        planted: Any = {
            "name": f"keys-{operator.id.hex[-12:]}",
            "value": "park:%",
            "domain": urlsplit(address).hostname,
            "path": "/call",
        }
        await page.context.add_cookies([planted])  # a neighbour's subdomain can: it costs nobody the screen
        await page.goto(address + path)
        await ready(page)
        await page.keyboard.press("Alt+o")
        await page.keyboard.type("jnw?1")
        assert await page.locator(".q :checked").count() == 0
        await expect(page.locator("#observed")).to_have_value("jnw?1")
        await _keys(page, desk, path)
        told, row = page.locator("#keys-fault"), page.locator("[data-name=observed]")
        await row.locator("button").click()
        await page.keyboard.press("Alt+k")
        await expect(told).to_have_text("Alt K is al voor: parkeer dit gesprek.")
        for taken in ("j", "4", "Alt+2"):
            await page.keyboard.press(taken)
            await expect(told).to_contain_text("is al voor")
        await page.keyboard.press("Alt+d")  # the address bar of a browser
        await expect(told).to_contain_text("van de browser of van een schermlezer")
        await page.keyboard.press("Alt+l")
        await expect(row.locator("kbd")).to_have_text("Alt L")
        await page.locator("[data-name=park] input").uncheck()
        await page.locator("[data-name=hand] input").uncheck()
        await page.locator("#letters").uncheck()
        await page.keyboard.press("Escape")
        await page.keyboard.press("j")
        assert await page.locator(".q :checked").count() == 0
        await page.keyboard.press("ArrowDown")
        assert await page.locator(".q[data-current]").get_attribute("id") == "q-weapon"
        assert await page.locator(".q[data-current] [data-say]:visible").count() == 1
        await page.select_option("#caller-language", "en")  # the sentence in the caller's language, beside ours
        assert await page.locator(".q[data-current] [data-say]:visible").count() == 2
        await saved(page)
        await page.reload()
        await ready(page)
        assert not await page.locator("#letters").is_checked()
        await expect(page.locator("#h-observed kbd")).to_have_text("Alt L")
        assert await page.locator("#part-buttons [aria-keyshortcuts], [value=park][aria-keyshortcuts]").count() == 0
        await page.keyboard.press("Alt+1")
        await page.keyboard.press("Alt+o")
        assert await page.evaluate("document.activeElement.id") != "observed"
        await page.keyboard.press("Alt+l")
        assert await page.evaluate("document.activeElement.id") == "observed"
        assert await page.locator("#made li").count() == 0
        await _village(page)


async def _village(page: Page) -> None:
    """A village leads to its municipality; and whoever is to be rung back is asked for a number first."""
    await page.locator("#ways label").nth(1).click()
    await page.locator("#town").press_sequentially("hooglan")
    await page.locator("#towns option[data-town=Hooglanderveen]").wait_for(state="attached")
    await page.locator("#town").press_sequentially("d (amersfoort)")  # as choosing it from the list does
    await expect(page.locator("#place-stay-municipalityCode")).to_have_value("GM0307")
    await expect(page.locator("#place-stay-description")).to_have_value("Hoogland")
    await page.locator("#ring-back summary").click()
    await page.locator("#ring-back button").click()  # promised to somebody without a number
    await page.locator("#summary a", has_text="kies eerst wie het mag weten").click()
    assert await page.evaluate("document.activeElement.name") == "caller.anonymity"


async def test_without_a_network_typing_goes_on_and_one_case_comes_of_it(
    desk: httpx.AsyncClient, operator: SignedIn, address: str
) -> None:
    """One calm sentence, a hand-off that is seen at once, a report that waits; then exactly one of each."""
    path = await opened(desk)
    async with at_work(operator, address, path) as page:
        await page.context.set_offline(True)
        await page.keyboard.press("j")
        await page.keyboard.press("Alt+a")
        await page.keyboard.type(AMSTERDAM)
        await page.keyboard.press("Alt+o")
        await page.keyboard.type(TEXT)
        await page.keyboard.press("Alt+1")
        await page.locator(".waiting", has_text="112").wait_for()
        await page.locator('#saved[data-state="away"]', has_text="Typ gerust door").wait_for()
        await page.keyboard.press("Control+Enter")
        await page.keyboard.press("Control+Enter")
        await page.locator('#saved[data-state="queued"]', has_text="u hoeft niets te doen").wait_for()
        assert (await contents(desk, path))["observed"] is None
        await page.context.set_offline(False)
        await page.locator(".reference").wait_for()
    call = path.split("/")[2]
    told = (await desk.get(f"/v1/calls/{call}", params={"purpose": "quality"})).json()
    assert told["contents"]["observed"] == TEXT
    assert told["call"]["urgency"] == "acute"
    made = (await desk.get(f"/v1/calls/{call}/hand-offs", params={"purpose": "quality"})).json()["items"]
    assert [one["to"] for one in made] == ["emergency"]
    calls = (await desk.get("/v1/calls", params={"state": "completed", "limit": 100})).json()["items"]
    assert [one["id"] for one in calls].count(call) == 1


async def test_a_tab_that_is_closed_loses_nothing(desk: httpx.AsyncClient, operator: SignedIn, address: str) -> None:
    """Typed without a network, then the tab is gone: it opens again without one, sealed until then, and goes to the server once."""
    path = await opened(desk)
    await saves(desk, path, worry="Het wordt erger.", place__stay__description="Het Vondelpark")
    async with at_work(operator, address, path) as page:
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await page.context.set_offline(True)
        await page.keyboard.press("Alt+o")
        await page.keyboard.type(TEXT)
        await page.locator('#saved[data-state="away"]').wait_for()
        kept = await page.evaluate("""() => new Promise((done) => { indexedDB.open("nodus-call").onsuccess = ({ target }) => {
            const all = target.result.transaction("kept").objectStore("kept").getAll();
            all.onsuccess = () => done(all.result.map((one) => [...Object.keys(one), new TextDecoder().decode(one.data)].join())); }; })""")
        assert len(kept) == 1
        assert "blote" not in kept[0]
        await page.close()
        again = await page.context.new_page()
        await again.goto(f"{address}/call")  # without a network: what this browser keeps
        await again.locator("#kept a").click()
        await expect(again.locator("#observed")).to_have_value(TEXT)
        await expect(again.locator("#worry")).to_have_value(
            "Het wordt erger."
        )  # saved before: nobody types over what is not seen
        await expect(again.locator("#place-stay-description")).to_have_value("Het Vondelpark")
        assert await faults(again) == []
        await again.fill("#person-name", "Jan")
        stores = await again.evaluate(PLAIN)
        assert "/call/shell" in stores
        assert not [word for word in ("Sanne", "Vondelpark", "Jan", "blote", operator.token, operator.login) if word in stores]
        mine, another = operator.id.hex[-12:], "f" * 12
        await again.evaluate(KNOWN, [-3 * 3600 * 1000, mine])  # longer ago than a session lives: not for whoever comes by
        await again.reload()
        await again.locator("#shell-locked").wait_for()
        assert await again.locator("#observed").input_value() == ""
        await again.evaluate(KNOWN, [0, another])  # nor for whoever signed in next
        await again.reload()
        await again.locator("#shell-none").wait_for()
        assert await again.locator("#observed").input_value() == ""
        await again.evaluate(KNOWN, [0, mine])
        await again.reload()
        await expect(again.locator("#person-name")).to_have_value("Jan")
        await again.context.set_offline(False)
        await again.locator("#shell-back").wait_for()
        held = await contents(desk, path)
        assert (held["observed"], held["worry"], held["person"]["name"]) == (TEXT, "Het wordt erger.", "Jan")
        await again.reload()
        await expect(again.locator("#observed")).to_have_value(TEXT)
        await again.goto(f"{address}{path}?lang=en")
        await ready(again)
        await expect(again.locator("#observed")).to_have_value(TEXT)
        assert await again.locator("#saved").text_content() != ""
        await _signed_out(again, address, path)


async def _signed_out(page: Page, address: str, path: str) -> None:
    """Nothing is left of it in the browser, and without a network nothing opens."""
    await page.locator(".menu:not(.up) summary").click()
    await page.locator("[action='/sign-out'] button").click()
    await page.wait_for_url("**/sign-in?done=signed_out")
    left = """async () => [(await navigator.serviceWorker.getRegistrations()).length, (await caches.keys()).length,
        (await indexedDB.databases()).length]"""
    assert await page.evaluate(left) == [0, 0, 0]
    await page.context.set_offline(True)
    with pytest.raises(PlaywrightError, match="ERR_INTERNET_DISCONNECTED"):
        await page.goto(address + path)


async def test_two_tabs_overwrite_nothing(desk: httpx.AsyncClient, operator: SignedIn, colleague: SignedIn, address: str) -> None:
    """A colleague is seen before anybody saves, and what they save comes when they rest; of the same field both texts are shown."""
    path = await opened(desk)
    async with at_work(operator, address, path) as page, httpx.AsyncClient(base_url=address, headers=as_them(colleague)) as other:
        await other.post(f"{path}/beside", json={"screen": "theirs", "version": 1})
        await page.locator("#beside", has_text="Driss Voorbeeld heeft dit gesprek ook open").wait_for()
        version = (await saves(desk, path, answers__suicide="unknown"))["version"]
        heard = (await other.post(f"{path}/beside", json={"screen": "theirs", "version": version})).json()
        assert heard["told"] == "Sanne Voorbeeld heeft dit gesprek ook open."
        await expect(page.locator('[name="answers.suicide"][value="unknown"]')).to_be_checked()
        await other.post(f"{path}/beside", json={"screen": "theirs", "version": 0})
        await page.locator("#beside", has_not_text="Driss").wait_for(state="attached")
        await saves(desk, path, observed="Van de ander.", person__name="Jan", answers__weapon="unknown")
        await page.keyboard.press("Alt+o")
        await page.keyboard.type("Van mij.")
        both = page.locator("#observed-conflict")
        await both.wait_for()
        assert "Van de ander." in (await both.text_content() or "")
        await expect(page.locator("#person-name")).to_have_value("Jan")
        await expect(page.locator('[name="answers.weapon"][value="unknown"]')).to_be_checked()
        await expect(page.locator("#observed")).to_have_value("Van mij.")
        assert await page.locator("#beside", has_text="typt mee").is_visible()
        assert (await contents(desk, path))["observed"] == "Van de ander."
        await both.locator("button").last.click()
        await saved(page)
        assert (await contents(desk, path))["observed"] == "Van mij."


async def test_what_a_colleague_just_saved_is_not_thrown_away_unseen(
    desk: httpx.AsyncClient, operator: SignedIn, address: str
) -> None:
    """The page says that nothing was thrown away, and shows what came; the next press does it."""
    path = await opened(desk)
    async with at_work(operator, address, path) as page:
        await saves(desk, path, observed="Van de ander.")
        throw = page.locator("[value=throw]")
        await page.locator("#end summary").click()
        await throw.click()
        await page.locator("#beside", has_text="nog niet weggegooid").wait_for()
        await expect(page.locator("#observed")).to_have_value("Van de ander.")
        await throw.click()
        await page.wait_for_url("**/call?done=call_thrown_away")


async def test_a_session_that_ends_hides_and_keeps_what_was_typed(
    database: Database, desk: httpx.AsyncClient, operator: SignedIn, address: str
) -> None:
    """In the middle of a call: what is personal is hidden, one signs in over the page, and the draft goes on."""
    path = await opened(desk)
    async with at_work(operator, address, path) as page:
        await Sessions(database).sign_out(operator.secret)
        await page.keyboard.press("Alt+o")
        await page.keyboard.type(TEXT)
        await page.locator("#again[open]").wait_for()
        assert not await page.locator("#observed").is_visible()
        assert await faults(page) == []
        await page.keyboard.type("not this one")
        await page.keyboard.press("Enter")
        await page.locator("#again-fault", has_text="klopt niet").wait_for()
        await page.fill("#again-password", PASSWORD)
        await page.keyboard.press("Enter")
        await page.locator("#again").wait_for(state="hidden")
        await expect(page.locator("#observed")).to_have_value(TEXT)
        await saved(page)
        assert await page.locator("#observed").is_visible()


async def test_somebody_else_who_signs_in_over_a_call_sees_nothing_of_it_and_loses_nothing(
    database: Database, desk: httpx.AsyncClient, operator: SignedIn, address: str
) -> None:
    """What was typed was not for them; the operator finds all of it again."""
    path = await opened(desk)
    other = await signed_in(database, AMSTERDAM_DESK, "desk")
    async with at_work(operator, address, path) as page:
        await Sessions(database).sign_out(operator.secret)
        await page.keyboard.press("Alt+o")
        await page.keyboard.type(TEXT)
        await page.locator("#again[open]").wait_for()
        await page.fill("#again-login", other.login)
        await page.fill("#again-password", PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/inbox")
        secret = await Sessions(database).sign_in_as(operator.login)
        await page.context.add_cookies([{"name": COOKIE, "value": secret, "url": address}])
        await page.goto(address + path)
        await ready(page)
        await expect(page.locator("#observed")).to_have_value(TEXT)
        await saved(page)


async def test_after_a_sign_out_in_another_tab_what_is_typed_is_kept_again(
    database: Database, desk: httpx.AsyncClient, operator: SignedIn, address: str
) -> None:
    """It empties all that the browser keeps, also under an open call; who signs in again there is as safe as before."""
    path = await opened(desk)
    async with at_work(operator, address, path) as page:
        await page.keyboard.press("Alt+o")
        await page.keyboard.type("Eerst. ")
        await saved(page)
        other = await page.context.new_page()
        await other.goto(f"{address}/call")
        await other.evaluate("document.querySelector('form[action=\"/sign-out\"]').requestSubmit()")
        await other.wait_for_url("**/sign-in*")
        secret = await Sessions(database).sign_in_as(operator.login)
        await page.context.add_cookies([{"name": COOKIE, "value": secret, "url": address}])
        await page.context.set_offline(True)
        await page.keyboard.type(TEXT)
        await page.locator('#saved[data-state="away"]').wait_for()
        assert await page.evaluate(KEPT) == 1
        await page.context.set_offline(False)
        await saved(page)
        await page.reload()
        await expect(page.locator("#observed")).to_have_value(f"Eerst. {TEXT}")


async def test_a_route_that_changed_is_asked_about_once(desk: httpx.AsyncClient, operator: SignedIn, address: str) -> None:
    """The last answer makes it a crisis, and the key to send comes at once: it went to another when it was read."""
    path = await opened(desk)
    await saves(desk, path, answers__danger_now="no", place__stay__postcode=AMSTERDAM, observed=TEXT)
    async with at_work(operator, address, path) as page:
        await page.locator('#send[data-read^="Meldpunt"]').wait_for()
        await page.keyboard.press("Alt+q")
        await page.evaluate("document.getElementById('q-suicide').focus()")
        await page.evaluate(BOTH_KEYS)
        await page.locator("#changed[open]", has_text="niet meer naar Meldpunt").wait_for()
        assert await faults(page) == []
        await page.keyboard.press("Escape")
        await page.locator("#changed").wait_for(state="hidden")
        assert (await desk.get(f"/v1/drafts/{path.split('/')[2]}")).status_code == 200
        await page.keyboard.press("Control+Enter")
        await page.locator(".reference").wait_for()
        assert "Crisisdienst" in await page.content()


async def _conflict(page: Page, desk: httpx.AsyncClient, path: str) -> None:
    await saves(desk, path, worry=f"{HOSTILE} Van de ander.")
    await page.fill("#worry", "Van mij.")
    await page.locator("#worry-conflict").wait_for()


async def _keys(page: Page, _: httpx.AsyncClient, __: str) -> None:
    await page.keyboard.press("Alt+q")
    await page.keyboard.press("?")
    await page.locator("#keys[open]").wait_for()


STATES: Final[tuple[Callable[[Page, httpx.AsyncClient, str], Awaitable[None]], ...]] = (_conflict, _keys)


@pytest.mark.parametrize(("language", "scheme", "width"), [("nl", "dark", 320), ("en", "light", 1360)])
async def test_axe_finds_nothing_on_a_call(
    desk: httpx.AsyncClient, operator: SignedIn, address: str, language: str, scheme: Any, width: int
) -> None:
    """Acute, with hand-offs, hostile text in every field, two texts of one, all unfolded, the keys: nothing runs or is too wide."""
    path = await opened(desk)
    told = f"{HOSTILE} \u202eשלום " + "W" * 90
    texts = ("person__name", "person__description", "caller__name", "observed", "alreadyDone", "place__stay__addition")
    await saves(
        desk, path, answers__danger_now="yes", answers__suicide="unknown", place__stay__postcode=AMSTERDAM,
        place__stay__houseNumber="12", caller__anonymity="known", feedbackPromised=True, **dict.fromkeys(texts, told),
    )  # fmt: skip
    hand = await desk.post(f"/v1/drafts/{path.split('/')[2]}/hand-offs", json={"to": "emergency"})
    assert hand.status_code == 201
    look = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    async with at_work(operator, address, path, language, **look) as page:
        assert await page.evaluate("document.querySelector('#columns').firstElementChild.id") == "hand-offs"
        await page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        for state in STATES:
            await state(page, desk, path)
            assert await faults(page) == [], state.__name__
            assert await page.evaluate("document.documentElement.scrollWidth") == width
        await page.keyboard.press("Escape")
        await page.locator(".steps button").first.click()
        await page.locator(".made .speaking").wait_for()
        assert not await page.evaluate("Boolean(document.querySelector('main script'))")
