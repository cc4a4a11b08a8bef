"""The access log: what a privacy officer sees, of whom, and never what was looked at."""

import csv
import io
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from app.core.actor import Actor, Role
from app.core.db import Database
from app.core.errors import Forbidden
from app.core.ids import new_id, reference_for
from app.core.work import begin
from app.identity.may import SCOPES_OF
from app.vault import access_log
from app.vault.access_log import CROWD, HURRY, Asked
from app.vault.purpose import Purpose
from tests.console.signed_in import SignedIn, a_client, signed_in
from tests.delivery.test_send import an_organisation
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token, an_accepted_case, now


async def looked(database: Database, who: SignedIn, organisation: UUID, case: UUID, what: str = "page of the case") -> None:
    """Let somebody look at a case."""
    async with begin(database, Actor(organisation, Role.DESK, who.id)) as work:
        access_log.log(work, case, action="read", what=what, purpose=Purpose.FOLLOW_UP)


async def test_an_officer_sees_who_looked(database: Database, client: httpx.AsyncClient) -> None:
    """Own people by name, with the purpose; a case by its number; a file that no spreadsheet carries out."""
    organisation = await an_organisation(database)
    desk = await signed_in(database, organisation, "desk", "=Jip <script>")
    officer = await signed_in(database, organisation, "privacy_officer")
    case = new_id(now())
    await looked(database, desk, organisation, case, f"call {uuid4()}")
    async with a_client(database, officer) as browser:
        page = await browser.get("/access-log")
        assert reference_for(case) in page.text
        assert "=Jip &lt;script&gt;" in page.text
        assert "de melding" in page.text
        assert "Opvolging" in page.text
        file = await browser.get("/access-log/file?lang=en")
        assert "attachment" in file.headers["content-disposition"]
        header, line = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
        assert header[1] == "Case number"
        assert line[1] == reference_for(case)
        assert line[4] == "'=Jip <script>"
        others = await browser.get("/access-log?whose=others")
        assert reference_for(case) not in others.text
        assert reference_for(case) in (await browser.get(f"/access-log?key={desk.id}&purpose=follow_up")).text
        assert reference_for(case) not in (await browser.get(f"/access-log?key={officer.id}")).text
        assert reference_for(case) not in (await browser.get("/access-log?purpose=triage")).text


async def test_who_took_it_in_sees_others_without_their_names(database: Database, client: httpx.AsyncClient) -> None:
    """The hotline sees that Amsterdam's desk looked, not who there; asking about one case is itself in the log."""
    case = await an_accepted_case(client, await a_token(database), await a_token(database, AMSTERDAM_DESK, "desk"))
    desk = await signed_in(database, AMSTERDAM_DESK, "desk", "Geheime Naam")
    await looked(database, desk, AMSTERDAM_DESK, UUID(case))
    officer = await signed_in(database, HOTLINE, "privacy_officer", "Loes Bakker")
    reference = reference_for(UUID(case))
    async with a_client(database, officer) as browser:
        page = await browser.get(f"/access-log?reference={reference.lower().replace('-', '')}")
        assert page.status_code == 200
        assert "andere organisatie" in page.text
        assert "Geheime Naam" not in page.text
        file = await browser.get(f"/access-log/file?reference={reference}")
        assert reference in file.text
        assert "Geheime Naam" not in file.text
        again = await browser.get(f"/access-log?reference={reference}")
        assert "het inzageregister van de casus" in again.text
        assert "Loes Bakker" in again.text


async def test_a_stranger_sees_nothing_of_it(database: Database, client: httpx.AsyncClient, raw: asyncpg.Connection) -> None:
    """Neither the page nor the database; and whoever has no such scope is refused by the service itself."""
    case = UUID(await an_accepted_case(client, await a_token(database), await a_token(database, AMSTERDAM_DESK, "desk")))
    desk = await signed_in(database, AMSTERDAM_DESK, "desk")
    await looked(database, desk, AMSTERDAM_DESK, case)
    stranger = await an_organisation(database)
    async with raw.transaction():
        await raw.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{stranger}'")
        assert await raw.fetchval("SELECT count(*) FROM access_log WHERE case_id = $1", case) == 0
    span = Asked(since=now() - timedelta(hours=1), until=now() + timedelta(hours=1))
    held = SCOPES_OF["privacy_officer"]
    async with begin(database, Actor(stranger, Role.PRIVACY_OFFICER, None, held)) as work:
        assert not (await access_log.looks(work, span, None, 50)).items
    async with begin(database, Actor(AMSTERDAM_DESK, Role.DESK, desk.id, SCOPES_OF["desk"])) as work:
        for asking in (access_log.looks(work, span, None, 50), access_log.striking(work, span.since, span.until)):
            with pytest.raises(Forbidden):
                await asking
    async with a_client(database, desk) as browser:
        assert (await browser.get("/access-log")).status_code == 403
        assert (await browser.get("/access-log/file")).status_code == 403


async def test_what_strikes_is_shown_first(database: Database) -> None:
    """Many cases within an hour, and one case with many eyes; below that, nothing is said of anybody."""
    organisation = await an_organisation(database)
    keen = await signed_in(database, organisation, "desk", "Vlugge Vera")
    famous = new_id(now())
    people = [await signed_in(database, organisation, "desk", f"Kijker {number}") for number in range(CROWD)]
    for one in people:
        await looked(database, one, organisation, famous)
    officer = await signed_in(database, organisation, "privacy_officer")
    async with begin(database, Actor(organisation, Role.DESK, keen.id), at=now().replace(minute=0)) as work:
        for _ in range(HURRY - 1):
            access_log.log(work, new_id(work.at), action="read", what="page of the case", purpose=Purpose.FOLLOW_UP)
    async with a_client(database, officer) as browser:
        page = (await browser.get("/access-log")).text
        assert f"{CROWD} verschillende mensen" in page
        assert "opende" not in page.partition("Dat bewijst niets")[0].rpartition("Wat opvalt")[2].replace("openden", "").replace(
            "verschillende casussen opende", ""
        )
        async with begin(database, Actor(organisation, Role.DESK, keen.id), at=now().replace(minute=0)) as work:
            access_log.log(work, new_id(work.at), action="read", what="page of the case", purpose=Purpose.FOLLOW_UP)
        assert f"Vlugge Vera opende {HURRY} verschillende casussen" in (await browser.get("/access-log")).text


async def test_a_long_list_comes_in_parts(database: Database) -> None:
    """Every look once, by following the link; the filter stays."""
    organisation = await an_organisation(database)
    desk = await signed_in(database, organisation, "desk")
    cases = [new_id(now()) for _ in range(60)]
    for case in cases:
        await looked(database, desk, organisation, case)
    async with a_client(database, await signed_in(database, organisation, "privacy_officer")) as browser:
        first = (await browser.get(f"/access-log?key={desk.id}")).text
        more = first.rpartition('class="button" href="')[2].partition('"')[0].replace("&amp;", "&")
        assert f"key={desk.id}" in more
        second = (await browser.get(more)).text
    seen = [sum(f">{reference_for(case)}</a></td>" in page for page in (first, second)) for case in cases]
    assert seen == [1] * 60


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("since=2026-01-01&until=2025-01-01", "hoogstens 92 dagen"),
        ("since=yesterday", "Kies een dag"),
        ("since=0001-01-01", "Kies een dag"),
        ("reference=AAAA", "Dit is geen casusnummer"),
        ("reference=K7M4-2QXD-H", "casus"),
        ("cursor=rubbish", "Begin opnieuw bij het begin"),
    ],
)
async def test_a_question_that_is_wrong_is_told(database: Database, query: str, told: str) -> None:
    """Beside its field, and no list that means something else."""
    async with a_client(database, await signed_in(database, HOTLINE, "privacy_officer")) as browser:
        answer = await browser.get(f"/access-log?{query}")
        assert answer.status_code == 400
        assert told in answer.text
        page = await browser.get("/access-log?key=rubbish")
        assert page.text.count("key=") == 1  # the way to the other language is to the same question
