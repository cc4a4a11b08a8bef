"""The form for citizens as a server meets it: once each, nothing lost, nothing stored that was not meant."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest

from app.channels import form_token
from app.channels.form import FIELDS
from app.core import clock
from app.core.db import Database
from app.main import edged
from app.vault.keys import master_key
from tests.conftest import running
from tests.makers import HOTLINE, a_token


def a_ticket(database: Database, *, held: timedelta = timedelta(minutes=1)) -> str:
    """A ticket of a form that was opened some time ago."""
    key = master_key(database.settings).derive("form on the web")
    return form_token.issue(key, secrets.token_bytes(16), clock.wall() - held)


def a_form(database: Database, **changes: str) -> dict[str, str]:
    """A form as a browser sends it."""
    told = {
        "ticket": a_ticket(database),
        "danger_now": "no",
        "postcode": "1012 AB",
        "house_number": "12",
        "worry": "Buurman loopt op blote voeten.",
        "homepage": "",
    }
    return told | changes


def reference(page: httpx.Response) -> str:
    """The number that the page tells."""
    found = re.search(r'<p class="reference-number">([^<]+)</p>', page.text)
    assert found, page.text
    return found[1]


@pytest.fixture
async def web(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A browser's side of an application of its own, so that nobody else is counted."""
    async with running(database.settings) as app:
        transport = httpx.ASGITransport(edged(app), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://nodus.test") as client:
            yield client


async def all_calls(web: httpx.AsyncClient, operator: dict[str, str]) -> list[dict[str, Any]]:
    """Every call of the hotline, also those of other tests."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await web.get("/v1/calls", params={"limit": "200"} | cursor, headers=operator)).json()
        found += page["items"]
        if not page["next"]:
            return found
        cursor = {"cursor": page["next"]}


async def the_call(web: httpx.AsyncClient, database: Database, number: str) -> dict[str, Any]:
    """The call with a number, with all that was told."""
    operator = await a_token(database, HOTLINE, "operator")
    call = next(one for one in await all_calls(web, operator) if one["reference"] == number)
    return dict((await web.get(f"/v1/calls/{call['id']}?purpose=triage", headers=operator)).json())


async def test_a_form_becomes_a_call_like_any_other(web: httpx.AsyncClient, database: Database) -> None:
    """Taken in by the national desk, offered to the meldpunt, anonymous unless somebody says who they are."""
    number = reference(await web.post("/melden", data=a_form(database)))
    told = await the_call(web, database, number)
    assert (told["call"]["channel"], told["call"]["urgency"], told["call"]["callerAnonymity"]) == ("web", "normal", "anonymous")
    known = a_form(database, phone="06 12345678", person_name="Jan", age_band="65_plus", relation="neighbour", suicide="unknown")
    page = await web.post("/melden", data=known)
    told = await the_call(web, database, reference(page))
    assert told["call"]["callerAnonymity"] == "known_to_desk_only"
    assert told["call"]["flags"] == ["suicide"]
    assert told["contents"]["person"]["ageBand"] == "65_plus"
    assert told["contents"]["feedbackPromised"] is True
    assert 'href="tel:113"' in page.text


async def test_two_submits_make_one_call(web: httpx.AsyncClient, database: Database) -> None:
    """A double click, a reload: one call, and each time its number."""
    form = a_form(database)
    pages = await asyncio.gather(*(web.post("/melden", data=form) for _ in range(4)))
    pages.append(await web.post("/melden", data=form))
    assert {page.status_code for page in pages} == {200}
    assert len({reference(page) for page in pages}) == 1
    operator = await a_token(database, HOTLINE, "operator")
    calls = await all_calls(web, operator)
    assert sum(one["reference"] == reference(pages[0]) for one in calls) == 1


async def test_what_is_added_after_going_back_is_not_lost(web: httpx.AsyncClient, database: Database) -> None:
    """Who goes back to the form to say that it is worse must not hear that it was stored already."""
    form = a_form(database)
    first = await web.post("/melden", data=form)
    changed = await web.post("/melden", data=form | {"worry": "Hij heeft nu een mes.", "suicide": "unknown"})
    assert (first.status_code, changed.status_code) == (200, 200)
    told = await the_call(web, database, reference(changed))
    assert (told["contents"]["worry"], told["call"]["flags"]) == ("Hij heeft nu een mes.", ["suicide"])
    assert reference(first) != reference(changed)


@pytest.mark.parametrize(
    ("held", "said"),
    [(timedelta(seconds=1), "wel heel snel"), (timedelta(days=2), "stond lang open"), (None, "stond lang open")],
    ids=["too quick", "too old", "forged"],
)
async def test_a_ticket_that_does_not_fit_costs_nobody_their_words(
    web: httpx.AsyncClient, database: Database, held: timedelta | None, said: str
) -> None:
    """Nothing is stored, all that was typed stands there, and sending once more is enough."""
    ticket = a_ticket(database, held=held) if held else "forged"
    page = await web.post("/melden", data=a_form(database, ticket=ticket, name="Piet & co"))
    assert page.status_code == 400
    assert said in page.text
    assert "Buurman loopt op blote voeten." in page.text
    assert 'value="Piet &amp; co"' in page.text
    again = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert again
    assert form_token.read(master_key(database.settings).derive("form on the web"), again[1])


async def test_a_filled_trap_is_shown_rather_than_swallowed(web: httpx.AsyncClient, database: Database) -> None:
    """A browser that fills in everything by itself must not make a report vanish: the field shows itself, and says so."""
    page = await web.post("/melden", data=a_form(database, homepage="https://spam.example"))
    assert page.status_code == 400
    assert "Maak dit vak leeg" in page.text
    assert 'class="trap"' not in page.text


BAD: list[tuple[str, dict[str, str], str]] = [
    ("nothing about danger", {"danger_now": ""}, "Zeg of er nu iemand in gevaar is"),
    ("no place", {"postcode": "", "house_number": ""}, "Vul de postcode in"),
    ("no postcode", {"postcode": "hier"}, "Deze postcode kennen we niet"),
    ("a municipality without a place", {"postcode": "", "municipality": "GM0363"}, "Beschrijf welke plek"),
    ("a municipality that is none", {"postcode": "", "municipality": "Heusden", "where": "x"}, "Kies een van de antwoorden"),
    ("no worry", {"worry": " \n "}, "Schrijf op waarover"),
    ("100 kB", {"worry": "x" * 100_000}, "hoogstens 4000 tekens"),
    ("an answer that is none", {"danger_now": "maybe"}, "Kies een van de antwoorden"),
    ("a long name", {"name": "x" * 201}, "hoogstens 200 tekens"),
]


@pytest.mark.parametrize(("change", "said"), [one[1:] for one in BAD], ids=[one[0] for one in BAD])
async def test_what_is_wrong_is_said_at_its_field(
    web: httpx.AsyncClient, database: Database, change: dict[str, str], said: str
) -> None:
    """In the summary with a link, and beside the field; each link leads to a field that there is."""
    page = await web.post("/melden", data=a_form(database, **change))
    assert page.status_code == 400
    text = unescape(page.text)
    assert text.count(said) == 2
    for target in re.findall(r'<li><a href="#([\w-]+)"', page.text):
        assert f'id="{target}"' in page.text
    assert 'aria-invalid="true"' in page.text or "danger_now-wrong" in page.text


async def test_people_write_as_they_write(web: httpx.AsyncClient, database: Database) -> None:
    """Emoji, right to left, script in every field; control characters go, everything else is kept, and nothing is carried out."""
    script = '"><script>alert(1)</script>'
    worry = f"هو لا يأكل 😟 {script}\r\nregel twee\x00\x07"
    page = await web.post("/melden", data=a_form(database, worry=worry, where=script, name=script, person_name=script))
    told = await the_call(web, database, reference(page))
    assert told["contents"]["worry"] == f"هو لا يأكل 😟 {script}\nregel twee"
    again = await web.post("/melden", data=a_form(database, **dict.fromkeys(FIELDS, script)))
    assert "<script>alert" not in again.text
    assert (await web.post("/melden", content=b"%ff=%fe&" * 9, headers={"Content-Type": "application/x-www-form-urlencoded"})).status_code == 400  # fmt: skip


async def test_one_address_can_not_flood_the_desk(web: httpx.AsyncClient, database: Database) -> None:
    """After ten in ten minutes it must wait, keeps its words, and reads the number to ring; what was sent is still told."""
    form = a_form(database)
    sent = await web.post("/melden", data=form)
    for _ in range(9):
        await web.post("/melden", data={})
    page = await web.post("/melden", data=a_form(database, worry="De elfde."))
    assert page.status_code == 429
    assert "De elfde." in page.text
    assert 'href="tel:0800-1205"' in page.text
    assert reference(await web.post("/melden", data=form)) == reference(sent)


async def test_how_far_a_report_is(web: httpx.AsyncClient, database: Database) -> None:
    """Typed as people type; nothing of the person; a slip is told from a number that is not ours."""
    number = reference(await web.post("/melden", data=a_form(database)))
    page = await web.post("/melding", data={"reference": number.lower().replace("-", " ")})
    assert "We vragen iemand om het op te pakken" in page.text
    assert "Buurman" not in page.text
    wrong = number[:-1] + ("A" if number[-1] != "A" else "B")
    for typed, status, said in (
        (wrong, 400, "Er zit een foutje"),
        ("", 400, "Typ eerst"),
        ("K7M4-2QXD-Q", 404, "kennen we niet"),
    ):
        page = await web.post("/melding", data={"reference": typed})
        assert (page.status_code, said in page.text) == (status, True), page.text
    for _ in range(30):
        page = await web.post("/melding", data={"reference": "x"})
    assert page.status_code == 429


async def test_the_form_may_send_only_to_us(web: httpx.AsyncClient) -> None:
    """A strict policy, no cookie, nothing from elsewhere; in both languages."""
    for path in ("/melden?lang=nl", "/melden?lang=en", "/melding?lang=nl", "/melding?lang=en"):
        page = await web.get(path)
        assert page.status_code == 200
        policy = page.headers["content-security-policy"]
        assert "form-action 'self'" in policy
        assert "'unsafe" not in policy
        assert "set-cookie" not in page.headers
        assert page.headers["cache-control"] == "no-store"
        assert not re.findall(r'(?:src|href|action)="https?:', page.text)
        assert not re.findall(r"\sstyle=|\son\w+=", page.text)
