"""The directory as pages: found by name, code or postcode; changed only after one has seen what that does."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from html import escape
from re import findall
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.console.directory.hours import told_by
from app.core.db import Database
from app.directory.opening_hours import OpeningHours
from app.directory.service.look_up import local_day
from tests.console.signed_in import a_client, signed_in
from tests.directory.keeping import a_service, an_administrator, an_organisation, at, forget
from tests.makers import AMSTERDAM_DESK, HOTLINE, now

WEEK: dict[str, str] = {f"day{day}": "" for day in range(7)} | {"exceptions": ""}


@pytest.fixture
async def meldpunt(client: httpx.AsyncClient, database: Database) -> AsyncIterator[tuple[str, str]]:
    """An organisation with a service that has office hours, in Almere."""
    admin = await an_administrator(database)
    organisation = (await an_organisation(client, admin, name="Meldpunt <i>Proef</i>", phone="036-5391911"))["id"]
    service = await a_service(client, admin, organisation)
    areas = {"items": [{"municipalityCode": "GM0034"}]}
    answer = await client.put(f"/v1/services/{service['id']}/areas", json=areas, headers=admin | at(service["version"]))
    assert answer.status_code == 200
    yield organisation, service["id"]
    await forget(database, organisation)


def version(page: str) -> str:
    """Of what a page shows."""
    return str(findall(r'name="version" value="(\d+)"', page)[0])


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("GM0363", "GM0363"),
        ("gm0363 ", "GM0363"),
        ("1012ab", "GM0363"),
        ("Amsterdam", "GM0363"),
        ("'s-gravenh", "GM0518"),
    ],
)
async def test_a_place_is_found(database: Database, asked: str, there: str) -> None:
    """However it is typed; the question is in no address."""
    async with a_client(database, await signed_in(database, HOTLINE, "operator")) as browser:
        answer = await browser.post("/directory", data={"asked": asked})
        assert answer.headers["location"] == f"/directory/municipalities/{there}"


@pytest.mark.parametrize(("asked", "status"), [("1012 SS", 400), ("GM9999", 400), ("zzzz", 200), ("<script>", 200), ("al", 200)])
async def test_what_is_not_found_is_said(database: Database, asked: str, status: int) -> None:
    """Kept in the field, and nothing of it carried out."""
    async with a_client(database, await signed_in(database, HOTLINE, "operator")) as browser:
        answer = await browser.post("/directory", data={"asked": asked})
        assert answer.status_code == status
        assert f'value="{escape(asked)}"' in answer.text


async def test_a_municipality_tells_who_answers_and_why(database: Database, meldpunt: tuple[str, str]) -> None:
    """For every urgency, with whoever comes after; hours with holidays, and how to reach them."""
    async with a_client(database, await signed_in(database, HOTLINE, "operator")) as browser:
        page = (await browser.get("/directory/municipalities/gm0034")).text
        assert page.count('<ol class="ladder">') == 3
        assert "Niet voor spoed: dat gaat naar de crisisdienst." in page
        assert "Meldpunt &lt;i&gt;Proef&lt;/i&gt;" in page
        assert 'href="tel:+31365391911"' in page
        assert "Meldpunt" in (await browser.get("/directory?rung=meldpunt")).text
        everywhere = (await browser.get("/directory?lang=en")).text
        assert everywhere.count('<th scope="row"><a href="/directory/municipalities/') == 342
        assert "Is open now." in everywhere
        missing = await browser.get("/directory/municipalities/GM9999")
        assert missing.status_code == 400


async def test_hours_are_seen_before_they_count(database: Database, meldpunt: tuple[str, str]) -> None:
    """Typed as people type; shown with the days to come; stored on the version that was seen, and then in the history."""
    organisation, service = meldpunt
    path = f"/directory/services/{service}/hours"
    special = local_day(now()) + timedelta(days=3)
    async with a_client(database, await signed_in(database, HOTLINE, "administrator", "Ad Beheer")) as browser:
        page = (await browser.get(path)).text
        assert 'value="09:00-17:00"' in page
        typed = WEEK | {
            "day0": "9-12.30 en 13:00 – 17",
            "day1": "dicht",
            "exceptions": f"{special:%d-%m-%Y} gesloten",
            "holidays": "yes",
        }
        seen = await browser.post(path, data=typed | {"version": version(page), "act": "preview"})
        assert "09:00-12:30, 13:00-17:00" in seen.text
        assert "bijzondere dag" in seen.text
        assert 'value="09:00-17:00"' in (await browser.get(path)).text  # nothing was stored
        saved = await browser.post(path, data=typed | {"version": version(seen.text), "act": "save"})
        assert saved.headers["location"] == f"/directory/organisations/{organisation}?done=dir_changed"
        again = await browser.post(path, data=typed | {"day4": "10-11", "version": version(seen.text), "act": "save"})
        assert again.status_code == 412
        assert 'value="10-11"' in again.text  # what was typed is not lost
        assert version(again.text) != version(seen.text)
        told = (await browser.get(f"/directory/organisations/{organisation}")).text
        assert "Ad Beheer" in told
        assert "Openingstijden" in told
        same = await browser.post(path, data=typed | {"version": version(again.text), "act": "preview"})
        assert "Dit is al zo" in same.text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"day2": "17-9"}, "day2"),
        ({"day3": "of course"}, "day3"),
        ({"day4": "9-12, 11-17"}, "day4"),
        ({"exceptions": "Kerst dicht"}, "exceptions"),
        ({"exceptions": "2020-01-01 gesloten"}, "exceptions"),
        ({"exceptions": "2026-13-45 9-17"}, "exceptions"),
    ],
)
async def test_hours_that_can_not_be_are_told_at_their_day(
    database: Database, meldpunt: tuple[str, str], typed: dict[str, str], field: str
) -> None:
    """By the directory's own rule; what was typed stays."""
    path = f"/directory/services/{meldpunt[1]}/hours"
    async with a_client(database, await signed_in(database, HOTLINE, "administrator")) as browser:
        answer = await browser.post(path, data=WEEK | typed | {"version": "2", "act": "preview"})
        assert answer.status_code == 400
        assert f'id="{field}-fault"' in answer.text
        assert typed[field] in answer.text


async def test_contacts_are_kept_by_whose_they_are(database: Database, meldpunt: tuple[str, str]) -> None:
    """The desk itself changes them after a look; another desk can't, and a planner of it may."""
    organisation, service = meldpunt
    path = f"/directory/organisations/{organisation}/contacts"
    sent: dict[str, Any] = {
        "phone": "14 036",
        "way": ["email", "phone"],
        "value": ["hulp@Almere.example.nl", ""],
        "use": ["police", "citizens"],
    }
    async with a_client(database, await signed_in(database, UUID(organisation), "planner")) as browser:
        page = (await browser.get(path)).text
        told = sent | {"version": version(page), "act": "preview"}
        seen = await browser.post(path, data=told)
        assert "hulp@almere.example.nl" in seen.text
        assert "vervalt" in seen.text
        assert "14036" not in (await browser.get(path)).text
        saved = await browser.post(path, data=told | {"act": "save"})
        assert saved.status_code == 303
        assert "mailto:hulp@almere.example.nl" in (await browser.get(f"/directory/organisations/{organisation}")).text
        wrong = await browser.post(path, data=told | {"value": ["no address", "0800"], "phone": "call me", "version": "2"})
        assert wrong.status_code == 400
        assert wrong.text.count("field-fault") == 3
        of_service = f"/directory/services/{service}/contacts"
        told["version"] = version((await browser.get(of_service)).text)
        assert (await browser.post(of_service, data=told | {"act": "save"})).status_code == 303
    async with a_client(database, await signed_in(database, AMSTERDAM_DESK, "desk")) as other:
        assert "/contacts" not in (await other.get(f"/directory/organisations/{organisation}")).text
        assert (await other.post(path, data=told | {"act": "save"})).status_code == 403
        hours = WEEK | {"version": "2", "act": "save"}
        assert (await other.post(f"/directory/services/{service}/hours", data=hours)).status_code == 403
        assert (await other.get(f"/directory/rosters/{service}/contacts")).status_code == 400
    async with a_client(database, await signed_in(database, HOTLINE, "supervisor")) as supervisor:
        assert (await supervisor.get(path)).status_code == 403


def test_what_is_typed_becomes_hours() -> None:
    """Special days of the past stay though nobody sees them; always is always, unless a week is typed beside it."""
    today = date(2026, 11, 24)
    before = OpeningHours.parse({"weekly": {"0-4": ["09:00-17:00"]}, "exceptions": {"2026-01-02": []}})
    told = told_by(WEEK | {"always": "", "holidays": "", "exceptions": "3-12-2026: 9-12\n\n"}, before, today)
    assert told["exceptions"] == {"2026-01-02": [], "2026-12-03": ["09:00-12:00"]}
    filled = WEEK | {"always": "yes", "holidays": "", "day0": "9-17"}
    assert told_by(filled, before, today) == {"always": True}
    assert told_by(filled, OpeningHours(always=True), today)["weekly"]
