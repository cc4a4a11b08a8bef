"""Signing in and out: what gets in, what does not, and that nobody is led elsewhere."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html import unescape
from re import search
from typing import Any

import httpx
import pytest

from app.accounts import codes
from app.console.signing_in import inside
from app.core.db import Database
from app.identity.doors import COOKIE
from tests.console.signed_in import PASSWORD, SignedIn, a_client, signed_in
from tests.makers import AMSTERDAM_DESK, HOTLINE


@pytest.fixture
async def operator(database: Database) -> SignedIn:
    """An operator with a session."""
    return await signed_in(database, HOTLINE, "operator")


@pytest.fixture
async def browser(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a session."""
    async with a_client(database) as client:
        yield client


async def _sign_in(browser: httpx.AsyncClient, login: str, password: str = PASSWORD, there: str = "") -> httpx.Response:
    return await browser.post("/sign-in", data={"login": login, "password": password, "next": there})


async def test_the_right_password_gets_in(browser: httpx.AsyncClient, operator: SignedIn) -> None:
    """A session in a cookie that scripts and other sites can't have; then to the page that was asked for."""
    asked = await browser.get("/account?x=1")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/sign-in?next=%2Faccount%3Fx%3D1"
    answer = await _sign_in(browser, operator.login.upper() + " ", there="/account?x=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/account?x=1"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    page = await browser.get("/account")
    assert page.status_code == 200
    assert "Jip Voorbeeld" in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_by_https_the_cookie_is_for_this_host_alone(database: Database, operator: SignedIn) -> None:
    """Neither a neighbour's subdomain nor plain http ever sees it."""
    async with a_client(database, base_url="https://nodus.test") as browser:
        cookie = (await _sign_in(browser, operator.login)).headers["set-cookie"]
    assert cookie.startswith("__Host-nodus=")
    assert "Secure" in cookie


async def test_wrong_unknown_and_locked_look_alike(browser: httpx.AsyncClient, operator: SignedIn) -> None:
    """Who guesses learns nothing; after five wrong ones even the right password waits."""
    unknown = await _sign_in(browser, "nobody-at-all", "x")
    for _ in range(5):
        wrong = await _sign_in(browser, operator.login, "not this one")
        assert wrong.status_code == 401
    locked = await _sign_in(browser, operator.login)
    assert locked.status_code == 401
    told = [unescape(one.text).replace(operator.login, "").replace("nobody-at-all", "") for one in (unknown, wrong, locked)]
    assert told[0] == told[1] == told[2]


async def test_a_code_is_asked_for_and_good_once(database: Database, operator: SignedIn, browser: httpx.AsyncClient) -> None:
    """Turned on with the password and a code, asked for at the next sign-in, and no code gets anybody in twice."""
    async with a_client(database, operator) as mine:
        assert "otpauth:" not in (await mine.get("/account")).text  # whoever finds the session open sees no secret
        secret, first = await _turned_on(mine)
    half = await _sign_in(browser, operator.login)
    assert half.headers["location"] == "/sign-in/code?next="
    assert (await browser.get("/account")).status_code == 303  # not in yet
    assert (await browser.get("/v1/cases")).status_code == 401
    refused = await browser.post("/sign-in/code", data={"code": "000000"})
    assert refused.status_code == 401
    assert (await browser.post("/sign-in/code", data={"code": first})).status_code == 401  # it turned the asking on: used
    code = _code(secret, later=1)
    assert (await browser.post("/sign-in/code", data={"code": code})).status_code == 303
    assert (await browser.get("/account")).status_code == 200
    await _sign_in(browser, operator.login)
    assert (await browser.post("/sign-in/code", data={"code": code})).status_code == 401


async def test_another_app_and_none(database: Database, operator: SignedIn, browser: httpx.AsyncClient) -> None:
    """Each with the password and the code of now, told beside its field; sessions elsewhere end, as whoever has one may be why."""
    assert (await _sign_in(browser, operator.login)).status_code == 303
    async with a_client(database, operator) as mine:
        secret, _ = await _turned_on(mine)
        assert (await browser.get("/account")).status_code == 303
        for act, sent, field in (
            ("propose", {"now": "wrong", "code": _code(secret, later=1)}, "proof"),
            ("off", {"now": PASSWORD, "code": "000000"}, "code"),
        ):
            refused = await mine.post("/account/code", data=sent | {"act": act})
            assert refused.status_code == 400
            assert f'<a href="#{field}">' in refused.text
            assert f'id="{field}-fault"' in refused.text
            assert "otpauth:" not in refused.text
        gone = await mine.post("/account/code", data={"act": "on", "proposal": "x", "code": "000000"})
        assert "Dit duurde te lang" in gone.text
        done = await mine.post("/account/code", data={"act": "off", "now": PASSWORD, "code": _code(secret, later=1)})
        assert done.headers["location"] == "/account?done=code_off"
    assert (await _sign_in(browser, operator.login)).headers["location"] == "/call"


async def _turned_on(mine: httpx.AsyncClient) -> tuple[bytes, str]:
    """The secret of an app that was set up, and the code that was given back, after one that was wrong."""
    page = await mine.post("/account/code", data={"act": "propose", "now": PASSWORD})
    typed, sealed = (search(one, page.text) for one in (r"<code>([A-Z2-7 ]+)</code>", r'name="proposal" value="([^"]+)"'))
    assert typed
    assert sealed
    sent = {"act": "on", "proposal": sealed[1]}
    wrong = await mine.post("/account/code", data=sent | {"code": "000000"})
    assert wrong.status_code == 400
    assert typed[0] in wrong.text  # the same app, tried again
    secret = _secret(typed[1])
    code = _code(secret)
    assert (await mine.post("/account/code", data=sent | {"code": code})).status_code == 303
    return secret, code


def _secret(typed: str) -> bytes:
    import base64  # here only

    return base64.b32decode(typed.replace(" ", ""))


def _code(secret: bytes, later: int = 0) -> str:
    return codes.code_at(secret, int(datetime.now(UTC).timestamp()) // codes.STEP + later).decode()


async def test_signing_out_ends_the_session_everywhere(database: Database, operator: SignedIn) -> None:
    """The cookie is worth nothing any more, at the pages and at the API."""
    async with a_client(database, operator) as browser:
        assert (await browser.get("/v1/cases")).status_code == 200
        answer = await browser.post("/sign-out")
        assert answer.headers["location"] == "/sign-in?done=signed_out"
        assert "storage" in answer.headers["clear-site-data"]
        browser.cookies.set(COOKIE, operator.secret)
        assert (await browser.get("/account")).status_code == 303
        assert (await browser.get("/v1/cases")).status_code == 401


async def test_nothing_is_done_for_another_site(database: Database, operator: SignedIn) -> None:
    """Without the token of our pages a command is refused, by form and at the API; reading needs none."""
    async with a_client(database, operator) as browser:
        del browser.headers["X-Page-Token"]
        assert (await browser.post("/sign-out")).status_code == 403
        assert (await browser.post("/v1/calls", json={})).status_code == 403
        assert (await browser.post("/v1/calls", json={}, headers={"X-Page-Token": "0" * 64})).status_code == 403
        assert (await browser.get("/account")).status_code == 200


async def test_another_password_ends_the_other_sessions(database: Database) -> None:
    """Who changes it because somebody knows it, is rid of them."""
    mine = await signed_in(database, HOTLINE, "operator")
    async with a_client(database) as other, a_client(database, mine) as browser:
        assert (await _sign_in(other, mine.login)).status_code == 303
        for sent, field in (
            ({"now": "x", "chosen": "long enough it is"}, "now"),
            ({"now": PASSWORD, "chosen": "short"}, "chosen"),
        ):
            refused = await browser.post("/account/password", data=sent)
            assert refused.status_code == 400
            assert f'id="{field}" name="{field}" type="password"' in refused.text
            assert 'aria-invalid="true"' in refused.text
            assert "hreflang" not in refused.text  # there is no page at this address to go to in another language
        done = await browser.post("/account/password", data={"now": PASSWORD, "chosen": "long enough it is"})
        assert done.headers["location"] == "/account?done=password"
        assert (await browser.get("/account")).status_code == 200
        assert (await other.get("/account")).status_code == 303


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example", "\\/evil", "evil", "/a\nb"])
def test_nobody_is_led_elsewhere(path: str) -> None:
    """An address after the sign-in is ours, or none."""
    assert inside(path) == ""
    assert inside("/cases/1?a=b") == "/cases/1?a=b"


async def test_a_role_has_its_own_pages(database: Database) -> None:
    """What a role has no page for is not in its bar, and refused when typed."""
    desk = await signed_in(database, AMSTERDAM_DESK, "desk")
    async with a_client(database, desk) as browser:
        page = await browser.get("/account")
        assert 'href="/inbox"' in page.text
        assert 'href="/call"' not in page.text
        assert (await browser.get("/home")).headers["location"] == "/inbox"


async def test_looks_are_remembered(browser: httpx.AsyncClient) -> None:
    """Language and looks stay chosen, without a script; what is no theme is none."""
    assert 'lang="en"' in (await browser.get("/sign-in?lang=en")).text
    assert 'lang="en"' in (await browser.get("/sign-in")).text
    sent: dict[str, Any] = {"theme": "contrast", "next": "//evil.example"}
    answer = await browser.post("/preferences", data=sent)
    assert answer.headers["location"] == "/"
    assert 'data-theme="contrast"' in (await browser.get("/sign-in")).text
    await browser.post("/preferences", data={"theme": "x"})
    assert 'data-theme="contrast"' in (await browser.get("/sign-in")).text


async def test_only_a_demo_lets_anybody_be_somebody(browser: httpx.AsyncClient, operator: SignedIn) -> None:
    """Elsewhere no login is enough."""
    assert (await browser.post("/sign-in/as", data={"login": operator.login})).status_code == 404
