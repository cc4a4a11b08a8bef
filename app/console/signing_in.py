"""Sign in, sign out, one's own account, and how one likes the pages."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from app.accounts import codes
from app.accounts.service import own_code, people
from app.accounts.service.own_code import Proposal
from app.accounts.service.signing_in import SHIFT, CantSignIn, Sessions
from app.console.limits import may, undo
from app.console.navigation import home_of
from app.console.pages import THEMES, keep, page
from app.console.play import read_people
from app.console.visiting import PageRoute, Visit, fields, told_of, visiting
from app.core.errors import Problem, TooMany
from app.core.work import Work
from app.identity.doors import cookie_of, session_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)

Mine = Annotated[Visit, Depends(visiting(), scope="function")]
READS: Final = ["GET", "HEAD"]
TRIES: Final = 30  # ⚙ sign-ins in vain by one address in ten minutes: a desk behind one address has more than one colleague
MARK: Final = "nodus-known-"  # of a browser that signed in before, an account a cookie
MARK_KEPT: Final = 180 * 24 * 3600  # ⚙ seconds


@router.api_route("/sign-in", methods=READS)
async def sign_in_page(request: Request) -> Response:
    """Login and password; in the demo the people of the play, one click each. Who is in already goes on."""
    secret = session_of(request)
    account = await _sessions(request).who(secret) if secret else None
    there = inside(request.query_params.get("next", ""))
    if account and account.is_whole:
        return RedirectResponse(there or home_of(account), 303)
    return _form(request, there)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Open a session."""
    sent = await fields(request)
    there = inside(sent["next"])
    if not may(request, "sign-ins", TRIES):
        return _form(request, there, "limited", 429)
    try:
        secret, needs_code = await _sessions(request).sign_in(sent["login"], sent.raw("password"), _marks(request))
    except CantSignIn:
        return _form(request, there, "wrong", 401, sent["login"])
    undo(request, "sign-ins")
    return await _in(request, secret, f"/sign-in/code?next={quote(there, safe='')}" if needs_code else there)


@router.post("/sign-in/as")
async def sign_in_as(request: Request) -> Response:
    """Be somebody of the demo; elsewhere there is no such address."""
    sent = await fields(request)
    if not any(one.login == sent["login"] for one in _people(request)):
        return _form(request, "", "wrong", 404)
    return await _in(request, await _sessions(request).sign_in_as(sent["login"]), inside(sent["next"]))


@router.api_route("/sign-in/code", methods=READS)
async def code_page(request: Request) -> Response:
    """The code of the app."""
    return page(request, "code.html", forms=True, fault="", there=inside(request.query_params.get("next", "")))


@router.post("/sign-in/code")
async def give_code(request: Request) -> Response:
    """The code is right, and the session is whole."""
    sent, secret = await fields(request), session_of(request)
    there = inside(sent["next"])
    if not may(request, "sign-ins", TRIES):
        return page(request, "code.html", status=429, forms=True, fault="limited", there=there)
    try:
        whole = await _sessions(request).give_code(secret or "", sent["code"], _marks(request))
    except CantSignIn:
        return page(request, "code.html", status=401, forms=True, fault="code", there=there)
    undo(request, "sign-ins")
    return await _in(request, whole, there)


@router.post("/sign-out")
async def sign_out(visit: Mine) -> Response:
    """End this session, and have the browser forget what it kept."""
    await _sessions(visit.request).sign_out(session_of(visit.request) or "")
    response = RedirectResponse("/sign-in?done=signed_out", 303, headers={"Clear-Site-Data": '"cache", "storage"'})
    response.delete_cookie(cookie_of(visit.request), httponly=True, samesite="strict", secure=_is_secure(visit.request))
    return response


@router.api_route("/home", methods=READS)
async def home(visit: Mine) -> Response:
    """Where this role begins."""
    return RedirectResponse(home_of(visit.account), 303)


@router.post("/preferences")
async def prefer(request: Request) -> Response:
    """How the pages look, kept in the browser."""
    sent = await fields(request)
    response = RedirectResponse(inside(sent["next"]) or "/", 303)
    if sent["theme"] in THEMES:
        keep(response, request, "theme", sent["theme"])
    return response


@router.api_route("/account", methods=READS)
async def account_page(visit: Mine) -> Response:
    """One's own account."""
    return _account(visit)


@router.post("/account/password")
async def choose_password(visit: Mine) -> Response:
    """Another password; sessions elsewhere end."""
    sent, mine = visit.sent, visit.account.id

    async def change(work: Work) -> None:
        await people.choose_password(work, mine, sent.raw("now"), sent.raw("chosen"))

    if fault := await _guessed(visit, change):
        return _account(visit, fault, about="password")
    await _sessions(visit.request).sign_out_elsewhere(session_of(visit.request) or "", mine)
    return RedirectResponse("/account?done=password", 303)


@router.post("/account/code")
async def set_code(visit: Mine) -> Response:
    """A code is asked for from now on, one of another app, or none any more; each with all that one signs in with.

    `propose` shows a secret for an app; `on` gives a code of it back; `off` ends it.
    """
    sent, mine, act = visit.sent, visit.account.id, visit.sent["act"]
    made: dict[str, Proposal | None] = {}

    async def change(work: Work) -> None:
        if act == "propose":
            made["it"] = await own_code.propose(work, mine, sent.raw("now"), sent["code"])
        elif act == "off":
            await own_code.turn_off(work, mine, sent.raw("now"), sent["code"])
        else:
            await own_code.turn_on(work, mine, sent["proposal"], sent["code"])

    fault = await _guessed(visit, change)
    if fault and act == "on":
        made["it"] = own_code.proposed(visit.work, mine, sent["proposal"])
    if fault or act == "propose":
        return _account(visit, fault, about="code", proposal=made.get("it"))
    await _sessions(visit.request).sign_out_elsewhere(session_of(visit.request) or "", mine)
    return RedirectResponse(f"/account?done=code_{'off' if act == 'off' else 'on'}", 303)


def inside(path: str) -> str:
    """A path of ours to go to; empty when it leads elsewhere."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if ours and "\\" not in path else ""


async def _guessed(visit: Visit, change: Callable[[Work], Awaitable[None]]) -> Problem | None:
    """What needs one's own password: whoever finds a session open may not guess at it for long."""
    mine = str(visit.account.id)
    if not may(visit.request, "own password", TRIES, about=mine):
        return TooMany("Too many wrong passwords. Wait ten minutes.")
    fault = await visit.attempt(change)
    if fault is None:
        undo(visit.request, "own password", about=mine)
    return fault


def _account(visit: Visit, fault: Problem | None = None, *, about: str = "", proposal: Proposal | None = None) -> Response:
    """One's own account; what went wrong is said at the form that it is `about`."""
    login = visit.account.login
    return visit.page(
        "account.html",
        status=fault.status if fault else 200,
        fault=fault,
        about=about,
        wrong={error.pointer.removeprefix("/"): error.code for error in fault.errors} if fault else {},
        told=told_of,
        proposal=proposal,
        typed=codes.typed(proposal.secret) if proposal else "",
        link=codes.link(proposal.secret, login) if proposal else "",
    )


async def _in(request: Request, secret: str, there: str) -> Response:
    """Let the browser have a session; the one that it had before is over."""
    sessions = _sessions(request)
    if before := session_of(request):
        await sessions.sign_out(before)
    account = await sessions.who(secret)
    response = RedirectResponse(there or (home_of(account) if account else "/"), 303)
    keep = partial(response.set_cookie, httponly=True, samesite="strict", secure=_is_secure(request))
    keep(cookie_of(request), secret, max_age=int(SHIFT.total_seconds()))
    if account and account.is_whole:
        keep(MARK + account.id.hex[-12:], sessions.mark_of(account.id), max_age=MARK_KEPT, path="/sign-in")
    return response


def _marks(request: Request) -> list[str]:
    return [value for name, value in request.cookies.items() if name.startswith(MARK)]


def _form(request: Request, there: str, fault: str = "", status: int = 200, login: str = "") -> Response:
    done = request.query_params.get("done", "")
    return page(
        request,
        "sign_in.html",
        status=status,
        forms=True,
        there=there,
        fault=fault,
        login=login,
        people=_people(request),
        done=done,
    )


def _people(request: Request) -> Any:
    settings = request.app.state.settings
    return read_people(settings.demo_file) if settings.demo else ()


def _sessions(request: Request) -> Sessions:
    found: Sessions = request.app.state.sessions
    return found


def _is_secure(request: Request) -> bool:
    return bool(request.app.state.settings.base_url.startswith("https:"))
