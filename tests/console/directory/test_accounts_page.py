"""The accounts of one's own organisation: made, helped, ended, and nobody else's."""

from collections.abc import AsyncIterator
from re import search
from uuid import UUID, uuid4

import httpx
import pytest

from app.accounts.service.signing_in import CantSignIn, Sessions
from app.core.db import Database
from tests.console.signed_in import SignedIn, a_client, signed_in
from tests.delivery.test_send import an_organisation
from tests.makers import AMSTERDAM_DESK, HOTLINE


@pytest.fixture
async def organisation(database: Database) -> UUID:
    """An organisation of this test's own."""
    return await an_organisation(database)


@pytest.fixture
async def administrator(database: Database, organisation: UUID) -> SignedIn:
    """Its administrator."""
    return await signed_in(database, organisation, "administrator", "Ad Beheer")


@pytest.fixture
async def browser(database: Database, administrator: SignedIn) -> AsyncIterator[httpx.AsyncClient]:
    """The administrator's."""
    async with a_client(database, administrator) as client:
        yield client


def shown(page: str) -> str:
    """The password that a page shows."""
    found = search(r'class="secret"><code>([^<]+)</code>', page)
    assert found
    return found[1]


async def test_a_colleague_is_let_in_helped_and_let_go(database: Database, browser: httpx.AsyncClient) -> None:
    """The password is on one answer only; a new one ends what was open, and an end ends everything."""
    login, sessions = f"Jip.{uuid4().hex[:8]}", Sessions(database)
    made = await browser.post("/accounts", data={"name": "<b>Jip</b> עברית", "login": login, "role": "desk"})
    assert made.status_code == 201
    assert "&lt;b&gt;Jip&lt;/b&gt;" in made.text
    assert "<b>Jip" not in made.text
    secret, _ = await sessions.sign_in(login, shown(made.text))
    page = (await browser.get("/accounts")).text
    assert shown(made.text) not in page
    account = await sessions.who(secret)
    assert account
    given = await browser.post(f"/accounts/{account.id}/password")
    assert await sessions.who(secret) is None
    secret, _ = await sessions.sign_in(login, shown(given.text))
    ended = await browser.post(f"/accounts/{account.id}/end")
    assert ended.headers["location"] == "/accounts?done=account_end"
    assert await sessions.who(secret) is None
    with pytest.raises(CantSignIn):
        await sessions.sign_in(login, shown(given.text))
    again = await browser.post(f"/accounts/{account.id}/end")
    assert again.status_code == 404


async def test_what_is_wrong_is_told_beside_its_field(browser: httpx.AsyncClient, administrator: SignedIn) -> None:
    """What was typed stays, and each fault has a link."""
    page = await browser.post("/accounts", data={"name": "x" * 101, "login": "a b", "role": "desk"})
    assert page.status_code == 400
    assert page.text.count("field-fault") == 2
    assert 'value="a b"' in page.text
    assert '<a href="#login">' in page.text
    taken = await browser.post("/accounts", data={"name": "Jip", "login": administrator.login, "role": "desk"})
    assert taken.status_code == 409
    assert "Deze inlognaam is al van iemand" in taken.text
    emperor = await browser.post("/accounts", data={"name": "Jip", "login": "jip-emperor", "role": "emperor"})
    assert emperor.status_code == 400


async def test_nobody_elses_and_not_ones_own(database: Database, browser: httpx.AsyncClient, administrator: SignedIn) -> None:
    """Another organisation's account is not there; one's own password is changed by who knows it, and is never ended by oneself."""
    other = await signed_in(database, HOTLINE, "operator", "Van Elders")
    assert "Van Elders" not in (await browser.get("/accounts")).text
    for act in ("password", "end"):
        assert (await browser.post(f"/accounts/{other.id}/{act}")).status_code == 404
        assert (await browser.post(f"/accounts/{administrator.id}/{act}")).status_code == 409
    assert await Sessions(database).who(other.secret)


@pytest.mark.parametrize("role", ["operator", "supervisor", "desk", "planner", "privacy_officer"])
async def test_only_administrators_have_it(database: Database, organisation: UUID, role: str) -> None:
    """Neither the list nor a way to make oneself an account."""
    async with a_client(database, await signed_in(database, organisation, role)) as browser:
        assert (await browser.get("/accounts")).status_code == 403
        assert (await browser.post("/accounts", data={"name": "x", "login": "xx", "role": "administrator"})).status_code == 403


async def test_a_role_is_given_where_it_belongs(database: Database, browser: httpx.AsyncClient, administrator: SignedIn) -> None:
    """No administrator of a desk makes himself an operator, or a supervisor who hears of everybody's news."""
    page = (await browser.get("/accounts")).text
    for role in ("operator", "supervisor"):
        assert f'<option value="{role}"' not in page
        refused = await browser.post("/accounts", data={"name": "Jip", "login": f"jip-{role}", "role": role})
        assert refused.status_code == 400
        assert 'id="role-fault"' in refused.text
    async with a_client(database, await signed_in(database, HOTLINE, "administrator")) as hotline:
        sent = {"name": "Jip", "login": f"t{uuid4().hex[:12]}", "role": "supervisor"}
        assert (await hotline.post("/accounts", data=sent)).status_code == 201


async def test_only_the_hotline_keeps_the_registers(database: Database, browser: httpx.AsyncClient) -> None:
    """The administrator of a desk changes nothing of another organisation, nor of the country, by page or by the API."""
    assert (await browser.get("/directory/imports")).status_code == 403
    assert "/directory/imports" not in (await browser.get("/directory")).text
    file = {"Content-Type": "text/csv"}
    assert (await browser.post("/v1/directory-imports?kind=municipalities", content=b"x", headers=file)).status_code == 403
    others = f"/v1/organisations/{AMSTERDAM_DESK}"
    version = (await browser.get(others)).headers["etag"]
    changed = await browser.patch(others, json={"phone": "14 020"}, headers={"If-Match": version})
    assert changed.status_code == 403, changed.text
    async with a_client(database, await signed_in(database, HOTLINE, "administrator")) as hotline:
        assert (await hotline.get("/directory/imports")).status_code == 200


async def test_nobody_makes_another_administrator_unseen(
    database: Database, browser: httpx.AsyncClient, administrator: SignedIn, organisation: UUID
) -> None:
    """The others see it on top of their page, and the organisation's feed says who did it, by id."""
    sent = {"name": "Nieuwe <i>Baas</i>", "login": f"t{uuid4().hex[:12]}", "role": "administrator"}
    assert (await browser.post("/accounts", data=sent)).status_code == 201
    async with a_client(database, await signed_in(database, organisation, "administrator")) as other:
        page = (await other.get("/accounts")).text
        assert "bijzondere rechten" in page
        assert "<li><bdi>Nieuwe &lt;i&gt;Baas&lt;/i&gt;</bdi>, Beheerder" in page
        events = (await other.get(f"/v1/organisations/{organisation}/events")).json()["events"]
    made = [one for one in events if one["type"] == "nl.nodus.account.made.v1"]
    assert [(one["data"]["role"], one["data"]["by"]) for one in made] == [("administrator", str(administrator.id))]
    assert "Baas" not in str(events)
