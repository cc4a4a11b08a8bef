"""Sign-in as somebody attacks it who has read the code: from another site, with a planted cookie, by guessing, by wearing out."""

import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.accounts.locking import FREE
from app.accounts.service.signing_in import TOLD_AFTER, Sessions
from app.console.signing_in import TRIES
from app.core.db import Database
from app.identity.doors import COOKIE, HOST_COOKIE
from tests.accounts.test_sessions import with_code
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


async def sign_in(browser: httpx.AsyncClient, login: str, password: str = PASSWORD, **headers: str) -> httpx.Response:
    """Send the form."""
    return await browser.post("/sign-in", data={"login": login, "password": password}, headers=headers)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/as", "/sign-in/code", "/preferences"])
async def test_no_other_site_signs_anybody_in(browser: httpx.AsyncClient, operator: SignedIn, path: str, site: str) -> None:
    """Who was signed in as the attacker unawares would write down a call in the attacker's account."""
    sent = {"login": operator.login, "password": PASSWORD, "theme": "dark"}
    answer = await browser.post(path, data=sent, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/as", "/sign-in/code", "/preferences"])
@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://nodus.test.evil.example", "http://nodus.test:81", "null", "", "http://["]
)
async def test_nor_by_plain_http(browser: httpx.AsyncClient, operator: SignedIn, path: str, origin: str) -> None:
    """There a browser doesn't say where a form was, but from which origin it comes; a page can't write that itself."""
    sent = {"login": operator.login, "password": PASSWORD, "theme": "dark"}
    answer = await browser.post(path, data=sent, headers={"Origin": origin})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("origin", ["http://nodus.test", "http://NODUS.test", "https://nodus.example:8443"])
async def test_from_our_own_origin_one_signs_in(database: Database, operator: SignedIn, origin: str) -> None:
    """As it was asked for, or as others reach us when a proxy asks for it by another name."""
    async with a_client(database, base_url="https://nodus.example:8443") as browser:
        assert (await sign_in(browser, operator.login, Origin=origin)).status_code == 303


async def test_a_page_of_ours_does(browser: httpx.AsyncClient, operator: SignedIn) -> None:
    """The same form from where it belongs."""
    assert (await sign_in(browser, operator.login, **{"Sec-Fetch-Site": "same-origin"})).status_code == 303


async def test_a_planted_cookie_is_no_session(database: Database, operator: SignedIn) -> None:
    """By https a subdomain can set `nodus`, but not `__Host-nodus`: a session of the attacker's own is not taken."""
    async with a_client(database, base_url="https://nodus.test") as browser:
        assert (await browser.get("/account", headers={"Cookie": f"{COOKIE}={operator.secret}"})).status_code == 303
        assert (await browser.get("/v1/cases", headers={"Cookie": f"{COOKIE}={operator.secret}"})).status_code == 401
        assert (await browser.get("/account", headers={"Cookie": f"{HOST_COOKIE}={operator.secret}"})).status_code == 200


async def test_a_session_from_before_is_over(database: Database, browser: httpx.AsyncClient, operator: SignedIn) -> None:
    """Whoever fixed a session in somebody's browser, or left one there, has none after the sign-in; and the secret is new."""
    browser.cookies.set(COOKIE, operator.secret)
    answer = await sign_in(browser, operator.login)
    assert answer.status_code == 303
    assert operator.secret not in answer.headers["set-cookie"]
    assert await Sessions(database).who(operator.secret) is None


async def test_a_whole_shift_signs_in_at_once(browser: httpx.AsyncClient, operator: SignedIn) -> None:
    """Forty colleagues behind one address are no attack: only what was wrong is counted."""
    for _ in range(TRIES + 2):
        assert (await sign_in(browser, operator.login)).status_code == 303


async def test_one_address_guesses_not_for_long(browser: httpx.AsyncClient, operator: SignedIn) -> None:
    """Whatever the login, and whichever page: after so many the address waits, also with the right one."""
    for number in range(TRIES):
        path = "/sign-in/code" if number % 2 else "/sign-in"
        answer = await browser.post(path, data={"login": f"nobody{number}", "password": "x", "code": "1"})
        assert answer.status_code == 401
    for path in ("/sign-in", "/sign-in/code"):
        assert (await browser.post(path, data={"login": operator.login, "password": PASSWORD})).status_code == 429


async def test_a_known_browser_is_let_in_while_strangers_wait(
    database: Database, browser: httpx.AsyncClient, operator: SignedIn
) -> None:
    """An operator at the desk where she always sits works on, whatever somebody does with her login."""
    first = await sign_in(browser, operator.login)
    mark = next(one for one in first.headers.get_list("set-cookie") if one.startswith("nodus-known-"))
    assert "HttpOnly" in mark
    assert "Path=/sign-in" in mark
    assert "SameSite=strict" in mark
    await browser.post("/sign-out")
    async with a_client(database) as stranger:
        for _ in range(FREE):
            assert (await sign_in(stranger, operator.login, "wrong")).status_code == 401
        assert (await sign_in(stranger, operator.login)).status_code == 401
    assert (await sign_in(browser, operator.login)).status_code == 303


@pytest.mark.parametrize("login", ["nobody-here", "a\x00b", "ß" * 300, "{login}"])
async def test_a_refusal_takes_the_same_time(browser: httpx.AsyncClient, operator: SignedIn, login: str) -> None:
    """Known or not, possible or not: neither the answer nor its moment tells who works here."""
    began = time.perf_counter()
    answer = await sign_in(browser, login.format(login=operator.login), "wrong")
    assert answer.status_code == 401
    assert time.perf_counter() - began >= TOLD_AFTER


@pytest.mark.parametrize(
    ("content", "media", "status"),
    [
        ('{"now":"x","chosen":"long enough it is"}', "text/plain", 415),
        ('{"now":"x","chosen":"long enough it is"}', "application/json", 403),
        ("now=x&chosen=long+enough+it+is", "application/x-www-form-urlencoded", 403),
        ("--x\r\n\r\n--x--", "multipart/form-data; boundary=x", 415),
    ],
)
async def test_no_kind_of_body_gets_past_the_token(
    database: Database, operator: SignedIn, content: str, media: str, status: int
) -> None:
    """What another site can send without being asked first (a form, plain text) changes nothing."""
    async with a_client(database, operator) as browser:
        del browser.headers["X-Page-Token"]
        answer = await browser.post("/account/password", content=content, headers={"Content-Type": media})
        assert answer.status_code == status


async def test_an_open_session_does_not_guess_the_password(database: Database, operator: SignedIn) -> None:
    """Whoever sits down at somebody's desk may try some passwords, not a list of them."""
    async with a_client(database, operator) as browser:
        sent: dict[str, Any] = {"now": "wrong", "chosen": "long enough it is"}
        for _ in range(TRIES):
            assert (await browser.post("/account/password", data=sent)).status_code == 400
        assert (await browser.post("/account/password", data=sent | {"now": PASSWORD})).status_code == 429


async def test_half_a_session_opens_nothing(database: Database, operator: SignedIn) -> None:
    """With the password alone there is neither a page nor an API, nor a way to take the code off."""
    await with_code(database, operator)
    half, _ = await Sessions(database).sign_in(operator.login, PASSWORD)
    async with a_client(database, SignedIn(operator.id, operator.login, half)) as browser:
        for path in ("/account", "/home", "/v1/cases", "/v1/webhook-endpoints"):
            assert (await browser.get(path)).status_code in {303, 401}
        assert (await browser.post("/account/code", data={"now": PASSWORD})).status_code == 303
        assert (await browser.post("/account/password", data={"now": PASSWORD, "chosen": PASSWORD * 2})).status_code == 303


async def test_a_secret_that_is_none(browser: httpx.AsyncClient) -> None:
    """Whatever stands in the cookie is a session or not; never a fault."""
    for secret in ("", "x", "é", "0" * 5000, str(UUID(int=0))):
        assert (await browser.get("/account", headers={b"Cookie": f"{COOKIE}={secret}".encode()})).status_code == 303


async def test_nobody_is_somebody_outside_the_demo(browser: httpx.AsyncClient, database: Database) -> None:
    """Also with a file of a demo lying about."""
    desk = await signed_in(database, AMSTERDAM_DESK, "desk")
    async with a_client(database, demo=False, demo_file="/nowhere/demo.json") as other:
        assert (await other.post("/sign-in/as", data={"login": desk.login})).status_code == 404
