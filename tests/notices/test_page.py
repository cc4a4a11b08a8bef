"""The page behind a mail: scanners open nothing, whoever reads sees how it stands, and only the organisation's key answers."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.core.ids import new_id
from app.main import edged
from app.notices import due
from tests.conftest import running
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token, now
from tests.notices.conftest import ADDRESS, PROVIDER, Desk, minutes


def token(key: dict[str, str]) -> str:
    """A key as it is typed."""
    return key["Authorization"].removeprefix("Bearer ")


async def address_in(desk: Desk) -> str:
    """The address that the last mail names."""
    found = re.search(r"http://127\.0\.0\.1:8000(/notices/\S+)", (await desk.told())[-1].part("plain"))
    assert found
    return found[1]


@pytest.fixture
async def browser(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """A browser's side of an application of its own, so that nobody else is counted."""
    async with running(desk.database.settings) as app:
        transport = httpx.ASGITransport(edged(app), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://nodus.test") as client:
            yield client


def sent(desk: Desk, **changes: Any) -> dict[str, str]:
    """A form as a browser sends it."""
    return {"act": "accept", "key": token(desk.key), "version": "1", **changes}


async def test_only_the_button_opens(desk: Desk, browser: httpx.AsyncClient) -> None:
    """Whoever follows the link sees a button; what it sends opens the notice, shows codes and moments, and calls the alarm off."""
    offer = await desk.offer()
    address = await address_in(desk)
    for read in (await browser.get(address), await browser.head(address), await browser.get(address[:-20] + "wrong")):
        assert read.status_code == 200
        assert offer["reference"] not in read.text
        assert "form-action 'self'" in read.headers["content-security-policy"]
    assert (await desk.notices())[0]["openedAt"] is None
    shown = await browser.post(address, data={"act": "show"})
    for told in (offer["reference"], "Dringend", "Groningen", "29 minuten", "Gemaild:", "Geopend:"):
        assert told in shown.text
    assert "viaduct" not in shown.text
    [notice] = await desk.notices()
    assert (notice["state"], bool(notice["openedAt"])) == ("opened", True)
    path, _, secret = address.partition("?")[0].rpartition("/")
    for wrong in (f"{path}/{secret[:-1]}", f"/notices/{new_id(now())}/{secret}", "/notices/1/2"):
        assert (await browser.post(wrong, data={"act": "show"})).status_code == 404
    await desk.accept(offer["id"])
    await desk.told()
    assert "Aangenomen" in (await browser.post(address)).text
    await desk.change("UPDATE notice SET ended_at = ended_at - interval '7 days' WHERE id = :id", id=notice["id"])
    assert (await browser.post(address)).status_code == 404


async def test_only_the_organisations_key_answers(desk: Desk, browser: httpx.AsyncClient) -> None:
    """A wrong key, another's, or one without the right changes nothing and says so; too many tries wait; the right one accepts."""
    offer = await desk.offer()
    other = await a_token(desk.database, AMSTERDAM_DESK, "desk")
    reader = await a_token(desk.database, PROVIDER, "desk", scopes=["cases:read"])
    address = await address_in(desk)
    for key, says in (
        ("", "niet bekend"),
        ("nodus_x", "niet bekend"),
        (token(other), "Met deze sleutel"),
        (token(reader), "Met deze"),
    ):
        refused = await browser.post(address, data=sent(desk, key=key))
        assert (refused.status_code, says in refused.text) == (403, True)
        assert not key or key not in refused.text
    for version, says in (("7", "veranderd"), ("²", "veranderd"), ("9" * 50, "veranderd")):
        refused = await browser.post(address, data=sent(desk, version=version))
        assert (refused.status_code, says in refused.text) == (409, True)
    state = await desk.client.get(f"/v1/offers/{offer['id']}", headers=desk.key)
    assert state.json()["state"] == "pending"
    accepted = await browser.post(address, data=sent(desk, key=f" {token(desk.key)}\r\n"))
    assert "Uw organisatie is nu verantwoordelijk" in accepted.text
    assert 'name="key"' not in accepted.text
    again = await browser.post(address, data=sent(desk))
    assert (again.status_code, "al beantwoord" in again.text) == (409, True)
    codes = [(await browser.post(address, data=sent(desk))).status_code for _ in range(3)]
    assert codes == [409, 429, 429]
    case = await desk.client.get(f"/v1/cases/{offer['caseId']}", headers=desk.key)
    assert (case.json()["state"], case.json()["ownerOrganisationId"]) == ("accepted", str(PROVIDER))


async def test_who_opens_a_notice_has_seen_its_offer(desk: Desk, browser: httpx.AsyncClient) -> None:
    """As by the API: once, at the moment of opening, told to whoever took the call in; a look at the button is none."""
    offer = await desk.offer()
    address = await address_in(desk)
    await browser.get(address)
    assert (await desk.client.get(f"/v1/offers/{offer['id']}", headers=desk.key)).json()["seenAt"] is None
    shown = await asyncio.gather(*(browser.post(address, data={"act": "show"}) for _ in range(3)))
    assert {answer.status_code for answer in shown} == {200}
    await browser.post(address, data=sent(desk, key="nodus_wrong"))
    seen = (await desk.client.get(f"/v1/offers/{offer['id']}", headers=desk.key)).json()
    assert (seen["seenAt"], seen["version"]) == ((await desk.notices())[0]["openedAt"], offer["version"])
    assert await desk.heard("offer.seen", offer["id"]) == sorted([HOTLINE, PROVIDER])


async def test_who_opens_too_late_is_told_so(desk: Desk, browser: httpx.AsyncClient) -> None:
    """Answered meanwhile, or out of time though nobody has looked yet: the page says it, and nobody hears of a look."""
    offer = await desk.offer()
    address = await address_in(desk)
    moved = "UPDATE offer SET accept_by = now() + :span, next_call_at = now() + :span WHERE id = :id"
    await desk.change(moved, id=offer["id"], span=-minutes(1))
    late = await browser.post(address, data={"act": "show"})
    assert (late.status_code, "voorbij" in late.text, 'name="key"' in late.text) == (200, True, False)
    await desk.change(moved, id=offer["id"], span=minutes(9))
    await desk.accept(offer["id"])
    ended = await browser.post(address, data={"act": "show"})
    assert (ended.status_code, "Aangenomen" in ended.text) == (200, True)
    assert await desk.heard("offer.seen", offer["id"]) == []
    assert [one["state"] for one in await desk.notices()] == ["opened"]


async def test_declining_needs_a_reason_and_asks_the_next(desk: Desk, browser: httpx.AsyncClient) -> None:
    """The same as by the API: the next organisation is asked at once, and the reason is one of the list."""
    offer = await desk.offer()
    address = await address_in(desk)
    for reason in ("", "<script>"):
        refused = await browser.post(address, data=sent(desk, act="decline", reason=reason))
        assert (refused.status_code, "Kies waarom" in refused.text, "<script>" in refused.text) == (400, True, False)
    declined = await browser.post(address, data=sent(desk, act="decline", reason="no_capacity"))
    assert "Een andere organisatie is gevraagd" in declined.text
    state = await desk.client.get(f"/v1/offers/{offer['id']}", headers=desk.key)
    assert (state.json()["state"], state.json()["reason"]) == ("declined", "no_capacity")
    assert "afgewezen" in (await desk.told())[-1].part("plain")


async def test_nothing_but_the_button_opens(desk: Desk, browser: httpx.AsyncClient) -> None:
    """No other method, no answer in the address, whatever a scanner tries with the link that it found; nor is anything answered."""
    offer = await desk.offer()
    address = await address_in(desk)
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"):
        for query in ("", "&act=show", f"&act=accept&version=1&key={token(desk.key)}"):
            read = await browser.request(method, address + query, headers={"Purpose": "prefetch"})
            assert read.status_code in {200, 405}
            assert offer["reference"] not in read.text
    assert (await desk.notices())[0]["openedAt"] is None
    shown = await browser.post(f"{address}&act=accept&version=1&key={token(desk.key)}")
    assert (shown.status_code, offer["reference"] in shown.text) == (200, True)
    state = await desk.client.get(f"/v1/offers/{offer['id']}", headers=desk.key)
    assert state.json()["state"] == "pending"


async def test_names_are_text_and_never_markup(desk: Desk, browser: httpx.AsyncClient) -> None:
    """A municipality's name is data of others: on the page and in the mail it is shown as it is written."""
    await desk.offer()
    while await desk.act(due.FOLLOWED):
        pass
    name = "<script>alert(1)</script>\"'&{{7*7}}</title>\r\nBcc: x@y.example"
    await desk.change("UPDATE notice SET municipality_name = :name, reference = :name", name=name)
    address = await address_in(desk)
    shown = await browser.post(address, data={"act": "show"})
    mail = desk.server.to(ADDRESS)[-1]
    for html in (shown.text, mail.part("html")):
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert html.count("</title>") == 1
        assert "{{7*7}}" in html
    assert mail.message["Bcc"] is None


@pytest.mark.parametrize("act", [{"act": "accept"}, {"act": "decline", "reason": "no_capacity"}])
async def test_a_double_click_answers_once(desk: Desk, browser: httpx.AsyncClient, act: dict[str, str]) -> None:
    """Both are answered, one says that it was done already, and both show how it is; nobody hears of it twice."""
    offer = await desk.offer()
    address = await address_in(desk)
    await browser.post(address, data={"act": "show"})
    both = await asyncio.gather(*(browser.post(address, data=sent(desk, **act)) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    for answer in both:
        assert ("Aangenomen" if act["act"] == "accept" else "Afgewezen") in answer.text
        assert 'name="key"' not in answer.text
    kind = "case.accepted" if act["act"] == "accept" else "offer.declined"
    assert len(set(heard := await desk.heard(kind, offer["id"]))) == len(heard) > 0
    back = await browser.post(address, data={"act": "show"})  # the form before it, sent again by the back button
    assert (back.status_code, 'name="key"' in back.text) == (200, False)


async def test_a_key_that_has_ended_answers_nothing(desk: Desk, browser: httpx.AsyncClient) -> None:
    """Nor one that is no key at all; each is said, and the offer stays."""
    offer = await desk.offer()
    address = await address_in(desk)
    ended = await a_token(desk.database, PROVIDER, "desk")
    newest = "SELECT id FROM api_key WHERE organisation_id = :who ORDER BY id DESC LIMIT 1"
    await desk.change(
        f"UPDATE api_key SET created_at = created_at - interval '1 h', expires_at = now() - interval '1 s' WHERE id = ({newest})",
        who=PROVIDER,
    )
    for key in (token(ended), "\0", "é\u202e", "nodus_" + "a" * 5000, "Bearer x", "<script>"):
        refused = await browser.post(address, data=sent(desk, key=key))
        assert (refused.status_code, "niet bekend" in refused.text) == (403, True)
        assert "<script>" not in refused.text.replace("<script src", "")
    assert (await desk.client.get(f"/v1/offers/{offer['id']}", headers=desk.key)).json()["state"] == "pending"


async def test_an_address_that_is_none_shows_nothing(desk: Desk, browser: httpx.AsyncClient) -> None:
    """However it is spelled: a plain 404, never a fault of ours."""
    await desk.offer()
    path, _, secret = (await address_in(desk)).partition("?")[0].rpartition("/")
    for wrong in (f"{path}/%00", f"{path}/%ff%fe", f"{path}/{secret}%00", f"{path}/{'a' * 5000}", f"/notices/%00/{secret}"):
        assert (await browser.post(wrong)).status_code == 404
    for body in (b"\xff\xfe", b"&".join(b"a=1" for _ in range(50)), b"act=%ff&key=%00", b"act=accept&act=decline"):
        typed = {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await browser.post(f"{path}/{secret}?lang=xx", content=body, headers=typed)).status_code < 500
    assert (await browser.post(f"{path}/{secret}", content=b"a" * 3_000_000)).status_code == 413
