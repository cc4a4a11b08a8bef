"""The inbox without a script: what is shown of what is asked, and that exactly one answer counts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from re import findall
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from app.accounts.service.signing_in import Sessions
from app.console.inbox import router as inbox
from app.core.actor import WORKER
from app.core.db import Database
from app.core.ids import new_id
from app.core.work import begin
from app.routing.ladder import Rung
from tests.console.inbox.desk import Work, a_desk_with_work, asked_for
from tests.console.signed_in import a_client, signed_in
from tests.delivery.test_send import an_endpoint, an_organisation
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token, expire, now
from tests.routing.handing import GGZ


@pytest.fixture
async def desk(client: httpx.AsyncClient, database: Database) -> Work:
    """A crisis service with work."""
    return await a_desk_with_work(client, database)


@pytest.fixture
async def browser(database: Database, desk: Work) -> AsyncIterator[httpx.AsyncClient]:
    """Its page, asked for and answered without a script."""
    async with a_client(database, desk.who) as opened:
        yield opened


async def _accept(browser: httpx.AsyncClient, offer: str, version: int = 1, **sent: str) -> httpx.Response:
    return await browser.post(f"/inbox/offers/{offer}/accept", data={"version": str(version)} | sent)


async def _decline(browser: httpx.AsyncClient, offer: str, reason: str, version: int = 1) -> httpx.Response:
    return await browser.post(f"/inbox/offers/{offer}/decline", data={"version": str(version), "reason": reason})


def _offer(desk: Work, name: str) -> str:
    asked = desk.offers[name]
    return str(asked["offers"][-1]["id"] if name == "handover" else asked["offered"]["offerId"])


async def test_what_is_asked_is_shown_soonest_first_in_codes_alone(browser: httpx.AsyncClient, desk: Work) -> None:
    """Place, urgency, flags, who hands over and why; nothing of the person or the caller before it is accepted."""
    page = (await browser.get("/inbox?lang=en")).text
    mine = [_offer(desk, name) for name in ("acute", "crisis", "handover")]
    assert [one for one in findall(r'id="offer-([0-9a-f-]{36})" class', page) if one in mine] == mine
    for told in (
        "Child involved",
        "Suicide mentioned",
        "Handover from Meldpunt Zorg en Woonoverlast Amsterdam",
        "other expertise",
    ):
        assert told in page
    assert "Request for information" in page
    assert "Invitation to take part" in page
    for hidden in ("Buurman", "dagen niet", "1012AB", "Medicatie", "medicijnen"):
        assert hidden not in page
    for part in ("offers", "board"):
        answer = await browser.get(f"/inbox/{part}", headers={"X-Part": part})
        assert answer.status_code == 200
        assert "<html" not in answer.text


async def test_accepting_leads_to_the_case_or_stays(browser: httpx.AsyncClient, desk: Work) -> None:
    """By choice; the coordinator is kept, whatever was typed."""
    named = await _accept(browser, _offer(desk, "acute"), next="case", coordinator="<script>alert(1)</script> \u202e wijkteam")
    case = desk.offers["acute"]["caseId"]
    assert (named.status_code, named.headers["location"]) == (303, f"/cases/{case}?done=offer_accepted")
    stays = await _accept(browser, _offer(desk, "crisis"), next="stay")
    page = (await browser.get(stays.headers["location"])).text
    assert f'href="/cases/{desk.offers["crisis"]["caseId"]}"' in page
    assert "Aangenomen" in page
    board = (await browser.get("/inbox")).text
    assert "&lt;script&gt;alert(1)" in board
    assert "<script>alert" not in board


async def test_a_double_click_accepts_once_and_finds_no_fault(browser: httpx.AsyncClient, desk: Work) -> None:
    """Both answers lead to the case; it was accepted once."""
    offer = _offer(desk, "acute")
    first, second = await asyncio.gather(*(_accept(browser, offer, next="case") for _ in range(2)))
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    lines = await desk.table.client.get(f"/v1/cases/{desk.offers['acute']['caseId']}/timeline", headers=desk.table.keys["ggz"])
    assert [line["kind"] for line in lines.json()["items"]].count("accepted") == 1


async def test_what_became_of_an_offer_meanwhile_is_said(
    browser: httpx.AsyncClient, desk: Work, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accepted or declined by a colleague, out of time, taken back: each in words of its own; and nothing is done."""
    monkeypatch.setattr(inbox, "A_DOUBLE_CLICK", timedelta())
    accepted, declined, late, back = (_offer(desk, one) for one in ("acute", "crisis", "handover", "handover"))
    assert (await _accept(browser, accepted)).status_code == 303
    assert (await _decline(browser, declined, "no_capacity")).status_code == 303
    await desk.table.client.post(
        f"/v1/cases/{desk.offers['handover']['caseId']}/handovers/{desk.offers['handover']['id']}/withdrawal",
        json={}, headers=desk.table.keys["owner"] | {"If-Match": '"1"'},
    )  # fmt: skip
    receipt = await asked_for(desk.table.client, desk.table.keys["operator"])
    late = receipt["offered"]["offerId"]
    await expire(database, late)
    for offer, told in (
        (accepted, "Een collega nam deze casus om"),
        (declined, "al afgewezen door een collega"),
        (back, "Dit aanbod is ingetrokken"),
        (late, "De tijd voor dit aanbod is om"),
    ):
        answer = await _accept(browser, offer)
        assert answer.status_code == 409, told
        assert told in answer.text
        assert 'id="offers"' in answer.text


async def test_declining_asks_the_next_one_and_needs_a_reason(browser: httpx.AsyncClient, desk: Work) -> None:
    """Without one nothing happens."""
    offer = _offer(desk, "acute")
    for reason in ("", "because"):
        refused = await _decline(browser, offer, reason)
        assert refused.status_code == 400
        assert "Kies waarom u afwijst" in refused.text
    done = await _decline(browser, offer, "wrong_area")
    assert done.headers["location"] == "/inbox?done=offer_declined"
    assert "Afgewezen" in (await browser.get(done.headers["location"])).text
    asked = await desk.table.client.get(f"/v1/offers/{offer}", headers=desk.table.keys["ggz"])
    assert (asked.json()["state"], asked.json()["reason"]) == ("declined", "wrong_area")


async def test_the_last_rung_cant_decline(browser: httpx.AsyncClient, desk: Work, database: Database) -> None:
    """The national desk has no button that would be refused, and is told what to do instead."""
    offer = _offer(desk, "acute")
    asked: Any = None
    for _ in range(9):
        async with begin(database, WORKER) as work:
            asked = await work.one(
                text("SELECT * FROM offer WHERE case_id = :id ORDER BY id DESC LIMIT 1"), id=UUID(desk.offers["acute"]["caseId"])
            )
        if asked["rung"] == Rung.NATIONAL_DESK:
            break
        key = await a_token(database, UUID(str(asked["organisation_id"])), "desk")
        declined = await desk.table.client.post(
            f"/v1/offers/{asked['id']}/decline", json={"reason": "no_capacity"}, headers=key | {"If-Match": '"1"'}
        )
        assert declined.status_code == 201, declined.text
    last = await signed_in(database, UUID(str(asked["organisation_id"])), "supervisor")
    async with a_client(database, last) as national:
        page = (await national.get("/inbox")).text
        row = page[page.index(f'id="offer-{asked["id"]}"') :]
        row = row[: row.index("</article>")]
        assert "afwijzen kan niet" in row
        assert "/decline" not in row
        refused = await _decline(national, str(asked["id"]), "other")
        assert refused.status_code == 409
    assert (await _accept(browser, offer)).status_code == 409


async def test_an_invitation_is_answered_here(browser: httpx.AsyncClient, desk: Work) -> None:
    """Accepted it leads to the case; a second answer finds it over."""
    page = (await browser.get("/inbox")).text
    [there] = findall(rf'action="(/inbox/invitations/{desk.table.case}/[0-9a-f-]+)"', page)
    done = await browser.post(there, data={"version": "1", "act": "accept"})
    assert done.headers["location"] == f"/inbox?done=invitation_accepted&about={desk.table.case}"
    again = await browser.post(there, data={"version": "2", "act": "no_basis"})
    assert again.status_code == 409
    assert 'role="alert"' in again.text


async def test_cases_are_found_and_narrowed(browser: httpx.AsyncClient, desk: Work) -> None:
    """A whole number leads to its case, however it was typed; a municipality narrows; what was typed stands in no address."""
    case = (await desk.table.client.get(f"/v1/cases/{desk.own}", headers=desk.table.keys["ggz"])).json()
    found = await browser.post("/inbox", data={"q": case["reference"].replace("-", "").lower()})
    assert (found.status_code, found.headers["location"]) == (303, f"/cases/{desk.own}")
    narrowed = (await browser.post("/inbox", data={"q": " Amster", "show": "mine"})).headers["location"]
    assert narrowed == "/inbox?in=GM0363"
    row = f'id="row-{desk.own}"'
    page = (await browser.get(narrowed + "&urgency=crisis")).text
    assert row in page
    assert 'data-live="/inbox/board?urgency=crisis&amp;in=GM0363"' in page  # stays narrowed when it is renewed
    assert row not in (await browser.get(narrowed + "&urgency=normal")).text
    assert row not in (await browser.get("/inbox?in=GM0014+zzz")).text
    nothing = await browser.post("/inbox", data={"q": '"><script>alert(1)</script>'})
    assert "Er is geen casus of gemeente" in nothing.text
    assert "<script>alert" not in nothing.text
    assert row in nothing.text
    for show in ("overdue", "todo", "aftercare", "waiting", "no such"):
        assert (await browser.get("/inbox", params={"show": show})).status_code == 200
    assert (await browser.get("/inbox?after=nonsense")).status_code == 400


async def test_a_session_that_has_ended_answers_nothing(browser: httpx.AsyncClient, desk: Work, database: Database) -> None:
    """Signed out in the middle: led to the sign-in, and the offer waits; reloading an answer shows the inbox."""
    offer = _offer(desk, "acute")
    assert (await browser.get(f"/inbox/offers/{offer}/accept?lang=en")).headers["location"] == "/inbox?lang=en"
    await Sessions(database).sign_out(desk.who.secret)
    answer = await _accept(browser, offer)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")
    assert (await browser.get("/inbox/offers", headers={"X-Part": "asked"})).status_code == 401
    asked = await desk.table.client.get(f"/v1/offers/{offer}", headers=desk.table.keys["ggz"])
    assert asked.json()["state"] == "pending"


async def test_whoever_has_no_inbox_has_none(database: Database, desk: Work) -> None:
    """An operator has no such page; another organisation's desk can't answer, and learns nothing."""
    operator, other = await signed_in(database, HOTLINE, "operator"), await signed_in(database, AMSTERDAM_DESK, "desk")
    async with a_client(database, operator) as one, a_client(database, other) as two:
        assert (await one.get("/inbox")).status_code == 403
        assert (await one.get("/inbox/offers")).status_code == 403
        assert (await _accept(two, _offer(desk, "acute"))).status_code == 404
        assert (await _accept(two, str(uuid4()))).status_code == 404


async def test_an_empty_inbox_reassures_and_own_faults_are_said(client: httpx.AsyncClient, database: Database) -> None:
    """That nothing waits is true only as long as we are reached, and somebody of ours is there."""
    mine = await an_organisation(database)
    who = await signed_in(database, mine, "desk")
    async with a_client(database, who) as browser:
        assert "U bent nog nooit gevraagd" in (await browser.get("/inbox")).text
        made, _ = await an_endpoint(database, mine, "https://ontvanger.example/hook/geheim")
        gap = {"id": new_id(now()), "mine": [mine], "start": now() - timedelta(hours=1), "end": now() + timedelta(hours=1)}
        async with begin(database, WORKER) as work:
            await work.change(text("UPDATE webhook_endpoint SET failing_since = now() WHERE id = :id"), id=made)
            await work.change(
                text("""INSERT INTO gap (id, line, municipality_codes, organisation_ids, span, runs_on, left_rung, reason, level,
                  told, found_at, next_at, version) VALUES (:id, 'crisis', '{GM0363}', :mine, tstzrange(:start, :end), false,
                  'contracted', 'no_shift', 1, :mine, :start, :end, 1)"""),
                **gap,
            )
        page = (await browser.get("/inbox")).text
        assert "Uw koppeling ontvanger.example ontvangt niets sinds" in page
        assert "geheim" not in page
        assert "Er is nu niemand van u voor acute en spoedmeldingen" in page


async def test_the_last_offer_is_told_when_none_waits(browser: httpx.AsyncClient, desk: Work, database: Database) -> None:
    """An empty list says that it is no fault."""
    assert "Het laatste aanbod kwam" not in (await browser.get("/inbox")).text
    async with begin(database, WORKER) as work:
        rows = await work.rows(text("SELECT id FROM offer WHERE organisation_id = :mine AND state = 'pending'"), mine=GGZ)
        await work.change(text("UPDATE offer SET state = 'withdrawn' WHERE id = ANY(:ids)"), ids=[row["id"] for row in rows])
    assert "Het laatste aanbod kwam" in (await browser.get("/inbox")).text
