"""A planner's whole way in a real browser: by keys to a shift, a change that is tried, warned of and made, and a gap that is filled."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page

from app.console.words import Words, words
from tests.conftest import settings_for
from tests.console.looking import faults
from tests.console.rosters.desk import Desk, a_desk
from tests.console.rosters.test_roster_people import AWAY
from tests.console.serving import served
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


async def _a_gap_worked_away(page: Page, t: Words, shift: str, *, tries: bool) -> None:
    """Without a mouse until the form: absent is tried, or just saved, against the warning, and the gap is filled."""
    await page.get_by_role("link", name="Crisisdienst test").click()
    await _by_keys_to(page, shift)
    await page.keyboard.press("Escape")
    assert shift in (await page.evaluate("document.activeElement.textContent") or "")  # focus is back where it was
    await page.keyboard.press("Enter")
    panel = page.locator("dialog[open]")
    await panel.get_by_text(t("roster_absence"), exact=True).click()
    if tries:
        assert await faults(page) == []
    button = t("roster_try") if tries else t("roster_absence_save")
    await panel.locator("details[open]").get_by_role("button", name=button).click()
    await page.locator(".played .is-worse" if tries else ".looked").wait_for()
    if tries:
        assert await faults(page) == []
    await page.get_by_role("button", name=t("roster_save_anyway")).click()
    await page.get_by_role("status").get_by_text(t("done_roster_absence")).wait_for()
    gap = page.locator(".grid a.hole.gap")
    assert await gap.count() == 1
    await gap.click()
    await panel.get_by_label(t("roster_extra_who")).select_option(label="Carla")
    await panel.get_by_role("button", name=t("roster_extra_save")).click()
    await page.get_by_role("status").get_by_text(t("done_roster_extra")).wait_for()
    assert await page.locator(".grid a.hole.gap").count() == 0
    assert await page.locator(".grid .layer a.shift", has_text="Carla").count()


async def _a_roster_made(page: Page, address: str, t: Words, name: str, *, looks: bool) -> None:
    """Somebody is added, and takes turns with another on a new roster, whose first weeks are looked at before it is saved."""
    await page.goto(f"{address}/rosters/participants")
    await page.get_by_label(t("roster_name"), exact=True).fill(f"Dirk {name}")
    await page.get_by_role("button", name=t("roster_participant_save"), exact=True).click()
    await page.get_by_role("status").get_by_text(t("done_roster_participant")).wait_for()
    await page.goto(f"{address}/rosters")
    await page.get_by_role("link", name=t("roster_new")).click()
    await page.get_by_label(t("roster_roster_name")).fill(name)
    await page.get_by_label(t("roster_rotation_name")).fill(name)
    await page.get_by_label(t("roster_starts_on")).fill("2027-01-04")  # until then the other roster is alone
    await page.get_by_label("Carla", exact=True).fill("1")
    await page.get_by_label(f"Dirk {name}", exact=True).fill("2")
    await page.get_by_role("button", name=f"{t('js_rosters_later')}: Carla").click()
    assert await page.get_by_label("Carla", exact=True).input_value() == "2"
    await page.get_by_role("button", name=t("roster_look")).click()
    assert await page.locator(".firsts .grid .shift", has_text=f"Dirk {name}").count()
    if looks:
        assert await faults(page) == []
    await page.locator(".looked").get_by_role("button").last.click()
    await page.get_by_role("status").get_by_text(t("done_roster_made")).wait_for()


async def _a_calendar_taken_over(page: Page, path: str, t: Words) -> None:
    """A file is looked at, with the shifts that it meets, and then counts."""
    await page.goto(path)
    await page.get_by_label(t("roster_calendar_file")).set_input_files(
        {"name": "a.ics", "mimeType": "text/calendar", "buffer": AWAY.encode()}
    )
    await page.get_by_role("button", name=t("roster_calendar_look")).click()
    await page.get_by_role("button", name=t("roster_calendar_save")).wait_for()
    assert await faults(page) == []
    await page.get_by_role("button", name=t("roster_calendar_save")).click()
    await page.get_by_role("status").get_by_text(t("done_roster_calendar")).wait_for()


async def test_a_planner_works_in_both_languages(lone: Desk, address: str) -> None:
    """The whole way in Dutch and in English: a gap is worked away, a roster is made; and a calendar is taken over."""
    complaints: list[str] = []
    for language, shift in (("nl", "do 26 nov"), ("en", "Fri 27 Nov 08:00 –")):
        t, first = words(language), language == "nl"
        async with browsing_as(lone.who, address, language, viewport={"width": 1360, "height": 900}) as page:
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            await page.goto(f"{address}/rosters")
            await _a_gap_worked_away(page, t, shift, tries=first)  # what costs much is done in one of them
            await _a_roster_made(page, address, t, f"nacht {language}", looks=not first)
            if not first:
                await _a_calendar_taken_over(page, f"{address}/rosters/participants/{lone.people['Bram']}", t)
    assert [one for one in complaints if "409" not in one] == []  # the browser tells of a status that is meant


async def test_a_planner_swaps_in_english_on_a_small_screen(lone: Desk, address: str) -> None:
    """At 320 pixels, in the dark: a list a day instead of the grid, nothing too wide; the same commands."""
    complaints: list[str] = []
    looks = {"viewport": {"width": 320, "height": 800}, "color_scheme": "dark"}
    async with browsing_as(lone.who, address, "en", **looks) as page:
        page.on("console", lambda message: complaints.append(message.text))
        person = f"/rosters/participants/{lone.people['Anna']}"
        for path in ("/rosters", lone.path, "/rosters/participants", person, "/rosters/new", f"{lone.path}/settings"):
            await page.goto(address + path)
            assert await page.evaluate("document.documentElement.scrollWidth") == 320, path
            assert await faults(page) == [], path
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
            person = f"/rosters/participants/{shift.participant_id}"
            for path in ("/rosters", strange.path, f"{strange.path}/shift?shift={shift.id}", person, "/rosters/new"):
                await page.goto(address + path)
                assert await page.evaluate("document.documentElement.scrollWidth") == width, path
