"""Endpoints as pages: made, looked after and taken away; what is secret is shown once."""

from collections.abc import AsyncIterator
from re import findall, search
from uuid import UUID, uuid4

import httpx
import pytest

from app.core.db import Database
from tests.console.signed_in import SignedIn, a_client, signed_in
from tests.delivery.test_send import an_organisation
from tests.makers import HOTLINE

URL = "https://hooks.example.nl/in"


@pytest.fixture
async def keeper(database: Database) -> SignedIn:
    """A desk's own."""
    return await signed_in(database, await an_organisation(database), "desk")


@pytest.fixture
async def browser(database: Database, keeper: SignedIn) -> AsyncIterator[httpx.AsyncClient]:
    """Of the keeper."""
    async with a_client(database, keeper) as client:
        yield client


async def made(browser: httpx.AsyncClient, **told: str) -> tuple[str, str]:
    """The id of a new endpoint, and its secret."""
    answer = await browser.post("/endpoints", data={"url": URL, "verification": "agreed"} | told)
    assert answer.status_code == 201, answer.text
    found, secret = search(r"/endpoints/([0-9a-f-]{36})/secrets", answer.text), search(r"<code>(whsec_[^<]+)</code>", answer.text)
    assert found
    assert secret
    return found[1], secret[1]


def version(page: str) -> str:
    """Of the settings that a page shows."""
    return str(findall(r'name="version" value="(\d+)"', page)[-1])


async def test_a_secret_is_shown_once(browser: httpx.AsyncClient) -> None:
    """At the making and at a rotation; neither it nor a token that was given comes back on any page."""
    one, secret = await made(browser, label="Zaaksysteem <b>", token="never-again-shown")
    pages = (await browser.get("/endpoints")).text + (await browser.get(f"/endpoints/{one}")).text
    assert secret not in pages
    assert "never-again-shown" not in pages
    assert "Zaaksysteem &lt;b&gt;" in pages
    rotated = await browser.post(f"/endpoints/{one}/secrets", data={"overlap": "24"})
    assert rotated.status_code == 201
    [other] = findall(r"<code>(whsec_[^<]+)</code>", rotated.text)
    assert other != secret
    page = (await browser.get(f"/endpoints/{one}")).text
    assert other not in page
    [old] = findall(r'name="secret" value="([0-9a-f-]+)"', page)
    ended = await browser.post(f"/endpoints/{one}/secret_end", data={"secret": old})
    assert ended.headers["location"].endswith("done=endpoint_secret_end")


async def test_it_is_looked_after(browser: httpx.AsyncClient) -> None:
    """A test, a pause, on again, other settings, what was lost since this morning, and away with it."""
    one, _ = await made(browser)
    at = f"/endpoints/{one}"
    assert (await browser.post(f"{at}/test")).headers["location"] == f"{at}?done=endpoint_test"
    page = (await browser.get(f"{at}?done=endpoint_test")).text
    assert "nl.nodus.endpoint.test.v1" in page
    assert "Het testbericht is onderweg" in page
    [event] = findall(r'name="event" value="([0-9a-f-]+)"', page)
    assert (await browser.post(f"{at}/resending", data={"event": event})).status_code == 303
    assert (await browser.post(f"{at}/pause", data={"version": version(page)})).status_code == 303
    page = (await browser.get(at)).text
    assert "gepauzeerd" in page
    stale = await browser.post(f"{at}/resumption", data={"version": "1"})
    assert stale.status_code == 412
    assert "Iemand anders heeft dit intussen gewijzigd" in stale.text
    assert (await browser.post(f"{at}/resumption", data={"version": version(page)})).status_code == 303
    page = (await browser.get(at)).text
    told = {"url": URL, "label": "Anders", "types": "nl.nodus.case.*", "ordering": "loose", "perMinute": "60"}
    assert (await browser.post(at, data=told | {"version": version(page)})).status_code == 303
    page = (await browser.get(at)).text
    assert "Anders" in page
    assert 'value="60"' in page
    assert (await browser.post(f"{at}/recovery", data={"since": "2026-11-24T08:00", "include": "all"})).status_code == 303
    assert (await browser.post(f"{at}/removal")).headers["location"] == "/endpoints?done=endpoint_removal"
    assert (await browser.get(at)).status_code == 404


async def test_an_unverified_one_says_what_it_waits_for(browser: httpx.AsyncClient) -> None:
    """Asked again by a button; a code that is none is told so."""
    one, _ = await made(browser, verification="confirmation")
    page = (await browser.get(f"/endpoints/{one}")).text
    assert "de code die we stuurden is nog niet ingevuld" in page
    assert (await browser.post(f"/endpoints/{one}/verification")).status_code == 303
    wrong = await browser.post(f"/endpoints/{one}/confirmation", data={"code": "not this"})
    assert wrong.status_code == 400
    assert 'aria-invalid="true"' in wrong.text


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"url": "http://hooks.example.nl"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"types": "nl.nodus.case.ofered.v1"}, "types"),
        ({"municipalityCodes": "Amsterdam"}, "municipalityCodes"),
        ({"municipalityCodes": "GM9999"}, "municipalityCodes"),
        ({"perMinute": "0"}, "perMinute"),
        ({"perMinute": "many"}, "perMinute"),
    ],
)
async def test_what_is_wrong_is_told_beside_its_field(browser: httpx.AsyncClient, told: dict[str, str], field: str) -> None:
    """By the rules of the API, and what was typed stays."""
    answer = await browser.post("/endpoints", data={"url": URL, "verification": "agreed"} | told)
    assert answer.status_code == 400
    assert f'id="{field}-fault"' in answer.text
    assert f'href="#{field}"' in answer.text
    assert told[field] in answer.text


async def test_what_is_not_ones_own_is_not_there(database: Database, browser: httpx.AsyncClient) -> None:
    """Another organisation's endpoint, an act that there is not, a message of nobody."""
    one, _ = await made(browser)
    for path, sent in ((f"{one}/explosion", {}), (f"{one}/resending", {"event": "x"}), (f"{one}/recovery", {"since": "soon"})):
        assert (await browser.post(f"/endpoints/{path}", data=sent)).status_code == 400
    assert (await browser.post(f"/endpoints/{one}/resending", data={"event": str(uuid4())})).status_code == 404
    stranger = await signed_in(database, await an_organisation(database), "administrator")
    async with a_client(database, stranger) as other:
        assert URL not in (await other.get("/endpoints")).text
        for act in ("", "/test", "/pause", "/secrets", "/removal"):
            assert (await other.post(f"/endpoints/{one}{act}", data={"url": URL, "version": "1"})).status_code == 404
    async with a_client(database, await signed_in(database, HOTLINE, "operator")) as operator:
        assert (await operator.get("/endpoints")).status_code == 403
    assert UUID(one)
