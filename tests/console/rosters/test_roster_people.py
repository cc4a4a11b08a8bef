"""Participants by plain forms: who they are, their end, their calendars; and signing up for them."""

import re
from html import unescape
from typing import Any, Final

import httpx
import pytest

from app.core.db import Database
from app.core.work import begin
from app.rosters.service import participants, rosters
from tests.console.rosters.desk import EVERY_DAY, Desk, a_desk, an_id
from tests.console.rosters.test_roster_plans import aware
from tests.console.signed_in import a_client

AWAY: Final = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261126T080000Z\r\nDTEND:20261127T120000Z\r\n"
    "SUMMARY:chemotherapie\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def _files(text: str) -> dict[str, Any]:
    return {"file": ("agenda.ics", text.encode(), "text/calendar")}


async def test_a_participant_is_changed(browser: httpx.AsyncClient, desk: Desk) -> None:
    """Another name is in the shifts to come; what can't be is told at its field; of an older version nothing is saved."""
    path = f"/rosters/participants/{desk.people['Anna']}"
    assert path in (await browser.get("/rosters/participants")).text
    form = {"name": "Anna de Wit", "phone": "+31 20 7654321", "email": "", "qualifications": "EHBO plus, crisis", "version": "1"}
    for wrong, field in (({"name": " "}, "name"), ({"phone": "x"}, "phone"), ({"email": "x"}, "email"),
                         ({"qualifications": "a<b>"}, "qualifications"), ({"ends_on": "31 mei"}, "ends_on")):  # fmt: skip
        refused = await browser.post(path, data=form | wrong)
        assert refused.status_code == 400
        assert f'href="#{field}"' in refused.text
        assert f'id="{field}-fault"' in refused.text
        assert "a<b>" not in refused.text
    stale = await browser.post(path, data=form | {"version": "4"})
    assert stale.status_code == 412
    assert 'value="Anna de Wit"' in stale.text
    assert 'name="version" value="1"' in stale.text  # whoever was told of it may send it again
    saved = await browser.post(path, data=form)
    assert saved.headers["location"] == f"{path}?done=roster_person"
    page = (await browser.get(path)).text
    assert 'value="crisis, ehbo_plus"' in page
    assert "Anna de Wit" in await desk.names("2026-11-25 12:00", "2026-11-29 12:00")
    assert (await browser.get(f"/rosters/participants/{an_id()}")).status_code == 404


async def test_a_participant_stops(database: Database) -> None:
    """Which shifts become holes is told first, roster by roster; then they are holes, and the past stays readable."""
    desk = await a_desk(database)
    path = f"/rosters/participants/{desk.people['Anna']}"
    async with a_client(database, desk.who) as browser:
        look = await browser.post(f"{path}/end", data={"version": "1", "act": "look"})
        assert look.status_code == 200
        assert "Hier staat dan niemand" in look.text
        assert "Alle 42 wijzigingen" in look.text
        assert "Stop vandaag: deze diensten vallen open" in look.text
        assert "Anna" in await desk.names("2026-11-25 12:00", "2026-11-29 12:00")
        later = {"name": "Anna", "phone": "+31 20 7654321", "ends_on": "2026-12-01", "version": "1", "act": "save"}
        assert (await browser.post(path, data=later)).status_code == 409
        done = await browser.post(f"{path}/end", data={"version": "1", "act": "save", "aware": aware(look.text)})
        assert done.headers["location"] == f"{path}?done=roster_person_over"
        assert "Anna" not in await desk.names("2026-11-25 12:00", "2026-11-29 12:00")
        page = (await browser.get(path)).text
        assert "Neemt geen diensten meer" in page
        assert f'action="{path}/end"' not in page
        assert "1 deelnemer die gestopt is" in (await browser.get("/rosters/participants")).text


async def test_their_calendar_address_is_told_once(browser: httpx.AsyncClient, desk: Desk) -> None:
    """It works without a session, is on no other page, and shows nothing after it was withdrawn."""
    path = f"/rosters/participants/{desk.people['Anna']}"
    page = await browser.post(f"{path}/feeds")
    found = re.search(r"<code>\S+?(/v1/calendars/\S+?\.ics)</code>", page.text)
    assert found
    assert found[1] not in (await browser.get(path)).text
    async with a_client(desk.database) as anybody:
        assert "SUMMARY:Crisisdienst test" in (await anybody.get(found[1])).text
        withdraw = re.search(rf"{path}/feeds/[\w-]+", page.text)
        assert withdraw
        assert (await browser.post(withdraw[0])).status_code == 303
        assert (await browser.post(withdraw[0])).status_code == 404
        assert (await anybody.get(found[1])).status_code == 404


async def test_a_calendar_is_looked_at_before_it_counts(browser: httpx.AsyncClient, desk: Desk) -> None:
    """A file is read, when somebody is away and which shifts that meets is shown, and what for is nowhere; then it is saved."""
    path = f"/rosters/participants/{desk.people['Anna']}"
    looked = await browser.post(f"{path}/calendar", data={"act": "look"}, files=_files(AWAY))
    assert looked.status_code == 200, looked.text
    assert "do 26 nov 09:00 – vr 27 nov 13:00" in looked.text
    assert "vallen samen met afwezigheid" in looked.text or "valt samen met afwezigheid" in looked.text
    assert "chemotherapie" not in looked.text
    assert "Er is geen agenda overgenomen." in looked.text
    bare = re.search(r'name="calendar" value="([^"]+)"', looked.text)
    assert bare
    saved = await browser.post(
        f"{path}/calendar", data={"act": "save", "aware": aware(looked.text), "calendar": unescape(bare[1])}
    )
    assert saved.headers["location"] == f"{path}?done=roster_calendar"
    assert "do 26 nov 09:00 – vr 27 nov 13:00" in (await browser.get(path)).text
    assert "afwezig volgens de eigen agenda" in (await browser.get(f"{desk.path}?week=2026-W48")).text
    assert (await browser.post(f"{path}/calendar/forget")).headers["location"].endswith("done=roster_calendar_forgotten")
    assert "Er is geen agenda overgenomen." in (await browser.get(path)).text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Kies een agendabestand."),
        ("<script>alert(1)</script>", "Dit bestand kan niet worden gelezen."),
        (AWAY.replace("UID:1", "UID:1\r\nRRULE:FREQ=SECONDLY"), "herhaalt zich te vaak"),
        (AWAY.replace("20261127T", "20261125T"), "eindigt voor het begin"),
        (AWAY + "x" * 200_000, "te groot"),
    ],
)
async def test_what_is_no_calendar_is_refused(browser: httpx.AsyncClient, desk: Desk, text: str, told: str) -> None:
    """An empty field, another file, a rule that means millions of moments: said beside the field, and nothing kept."""
    page = await browser.post(f"/rosters/participants/{desk.people['Anna']}/calendar", data={"act": "look"}, files=_files(text))
    assert page.status_code == 400
    assert told in page.text
    assert 'href="#calendar"' in page.text
    assert "<script>alert" not in page.text


async def test_participants_are_signed_up_and_off(browser: httpx.AsyncClient, desk: Desk) -> None:
    """Only who is qualified is offered; a seat is a shift at once; whose withdrawal leaves nobody there, is told first."""
    async with begin(desk.database, desk.actor) as work:
        able = participants.add_participant(work, {"name": "Dirk", "phone": "1234", "qualifications": ("crisis",)})
        await work.flush()
        service = (await rosters.roster(work, desk.roster)).roster.service_id
        new = {"service_id": service, "name": "Piket", "kind": "sign_up", "area": None, "confirms": False}
        pattern = EVERY_DAY | {"name": "piket", "layer": 1, "participants": [], "seats": 1, "qualification": "crisis"}
        roster = (await rosters.add_roster(work, new, [pattern])).roster.id
    path = f"/rosters/{roster}/slots"
    assert path in (await browser.get(f"/rosters/{roster}")).text
    page = (await browser.get(f"{path}?week=2026-W48")).text
    slot = re.search(r'name="rotation" value="([\w-]+)"><input type="hidden" name="starts_at" value="([^"]+)"', page)
    assert slot
    assert ">Dirk</option>" in page
    assert ">Anna</option>" not in page
    sent = {"rotation": slot[1], "starts_at": slot[2], "week": "2026-W48", "act": "save"}
    for wrong in (
        {"participant": ""},
        {"participant": str(an_id())},
        {"starts_at": "x"},
        {"starts_at": "2026-11-25T09:00:00+00:00"},
    ):
        assert (await browser.post(path, data=sent | {"participant": str(able.id)} | wrong)).status_code == 400, wrong
    unable = await browser.post(path, data=sent | {"participant": str(desk.people["Anna"])})
    assert unable.status_code == 409
    assert "heeft de kwalificatie voor deze dienst niet" in unable.text
    done = await browser.post(path, data=sent | {"participant": str(able.id)})
    assert done.headers["location"] == f"{path}?week=2026-W48&done=roster_signed_up"
    page = (await browser.get(done.headers["location"])).text
    assert "1 van 1 plek bezet" in page
    full = await browser.post(path, data=sent | {"participant": str(able.id)})
    assert full.status_code == 409
    off = re.search(rf'action="({path}/[\w-]+)"', page)
    assert off
    elsewhere = off[1].replace(path, f"{desk.path}/slots")  # by another roster, whose holes would be looked at instead
    assert (await browser.post(elsewhere, data={"week": "2026-W48", "act": "save"})).status_code == 404
    told = await browser.post(off[1], data={"week": "2026-W48", "act": "save"})
    assert told.status_code == 409
    assert "Hier staat dan niemand" in told.text
    gone = await browser.post(off[1], data={"week": "2026-W48", "act": "save", "aware": aware(told.text)})
    assert gone.headers["location"].endswith("done=roster_signed_off")
    assert (await browser.post(off[1], data={"week": "2026-W48", "act": "save"})).status_code == 404
    assert (await browser.get(f"{desk.path}/slots")).status_code == 404  # its participants take turns
