"""The door of the pages: who signed in, in which roles a page exists, one transaction, and no form from elsewhere."""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute

from app.accounts.service.signing_in import Account, is_token_of, token_of
from app.console.multipart import pairs_of
from app.console.navigation import Place, places_of
from app.console.pages import page
from app.console.refusals import headline
from app.core.actor import Role
from app.core.errors import Forbidden, Invalid, Problem, Unauthenticated
from app.core.problem import problem_of
from app.core.work import Work, begin
from app.identity.doors import COMMANDS, session_of

FIELDS: Final = 2000  # four a municipality, should somebody serve them all
OURS: Final = frozenset({"same-origin", "none"})  # what a browser says of where a form was; none: typed, or sent again
TOKEN: Final = "page_token"  # noqa: S105  a field's name
HEADER: Final = "x-page-token"
PART: Final = "x-part"  # a script asks for a part of a page: it wants no other page instead


class SignInFirst(Unauthenticated):
    """A page was asked for without a session."""


class NotYourPage(Forbidden):
    """A page that this role does not have."""

    slug, title = "not-your-page", "This page is for another role"


class _Refused(Exception):  # noqa: N818  no fault: what it ends is rolled back
    """A page was refused in the middle of its work."""


class Sent:
    """The fields of a form; a name may come more than once."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        """Keep what was sent, in order."""
        self.pairs = pairs
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def __getitem__(self, name: str) -> str:
        """The first value of a field, stripped; empty when it was not sent."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        """The first value as it was typed: a password may begin with a space."""
        return self._values.get(name, [""])[0]

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return [value.strip() for value in self._values.get(name, ())]


@dataclass(slots=True)
class Visit:
    """One request of somebody who signed in. `work`: to read with; `attempt` changes something."""

    request: Request
    account: Account
    work: Work
    token: str  # what a form or script sends with a command
    sent: Sent = field(default_factory=lambda: Sent([]))

    @property
    def places(self) -> list[Place]:
        """The pages of this role."""
        return places_of(self.account)

    @property
    def whose(self) -> str:
        """Whose page this is, for scripts to know that somebody else has signed in since."""
        return self.account.id.hex[-12:]

    @property
    def is_part(self) -> bool:
        """Whether a script asks for a part of the page."""
        return PART in self.request.headers

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A page in the frame of the console; `done` tells what a command before it came to (a text `done_…`)."""
        done = self.request.query_params.get("done", "")
        return page(self.request, template, status=status, visit=self, now=self.work.at, done=done, **values)

    async def attempt(self, do: Callable[[Work], Awaitable[Any]]) -> Problem | None:
        """Do something in a transaction of its own; what stood in its way, or None when it is done and stored.

        The connection of `work` is given back first: no request holds two.
        """
        state = self.request.app.state
        await self.work.let_go()
        try:
            async with begin(state.database, self.account.actor, request_id=self.request.state.request_id) as work:
                await do(work)
        except Exception as error:
            if problem := problem_of(error):
                return problem
            raise
        return None


def visiting(*roles: Role, needs: str | None = None) -> Callable[..., AsyncIterator[Visit]]:
    """A dependency that lets in who signed in, in one of `roles` if any are named; use it with `scope="function"`.

    `needs`: a scope that not everybody in such a role has.
    """

    async def enter(request: Request) -> AsyncIterator[Visit]:
        secret = session_of(request)
        account = await request.app.state.sessions.who(secret) if secret else None
        if secret is None or account is None or not account.is_whole:
            raise SignInFirst("Sign in first.")
        if (roles and account.role not in roles) or (needs and needs not in account.actor.scopes):
            raise NotYourPage("Your role does not have this page.")
        sent = Sent([])
        if request.method in COMMANDS:
            sent = await fields(request)
            if not is_token_of(secret, request.headers.get(HEADER) or sent[TOKEN]):
                raise Forbidden("This was not sent by a page of ours. Reload the page, and send it again.")
        with suppress(_Refused):
            async with begin(request.app.state.database, account.actor, request_id=request.state.request_id) as work:
                yield Visit(request, account, work, token_of(secret), sent)
                if getattr(request.state, "refused", False):
                    raise _Refused  # the problem is a page by now; of the work before it nothing is kept

    return enter


async def fields(request: Request) -> Sent:
    """The fields of a form as it was sent; none of anything else.

    Raises:
        Invalid: more fields than any form of ours has.
        Forbidden: a page of another site sent it. Also where there is no session yet: nobody is signed in as somebody else.
    """
    if not _is_ours(request):
        raise Forbidden("This was not sent by a page of ours.")
    media_type = request.headers.get("content-type", "")
    if media_type.startswith("multipart/form-data"):
        return Sent(pairs_of(media_type, await request.body(), FIELDS))
    if not media_type.startswith("application/x-www-form-urlencoded"):
        return Sent([])
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return Sent(parse_qsl(body, keep_blank_values=True, max_num_fields=FIELDS))
    except ValueError:
        raise Invalid("There are more fields than a form of ours has.") from None


def _is_ours(request: Request) -> bool:
    """Whether a page of ours sent this, as the browser tells: pages can't write these headers.

    By https it says where the form was; by plain http, where it doesn't, from which origin it comes. A token in a cookie would
    not do where nobody has signed in yet: whoever can plant a cookie has a token of his own. What says neither is no browser.
    """
    if site := request.headers.get("sec-fetch-site"):
        return site in OURS
    origin = request.headers.get("origin")
    if origin is None:
        return True
    try:
        named = urlsplit(origin).netloc.casefold()
    except ValueError:  # no browser writes such a one
        return False
    own = {request.headers.get("host", "").casefold(), urlsplit(request.app.state.settings.base_url).netloc.casefold()}
    return bool(named) and named in own


class PageRoute(APIRoute):
    """A route whose problems are pages; who has no session is led to the sign-in, and back."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with problems caught."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:
                problem = problem_of(error)
                if problem is None:
                    raise
                request.state.refused = True
                return problem_page(request, problem)

        return handled


def problem_page(request: Request, problem: Problem) -> Response:
    """A problem for people; for a script that asked for a part, its status and a sentence."""
    if isinstance(problem, SignInFirst) and PART not in request.headers:
        there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        back = there if request.method == "GET" else ""
        return RedirectResponse(f"/sign-in?next={quote(back, safe='')}", 303)
    return page(request, "problem.html", status=problem.status, forms=True, problem=problem, told=told_of)


def told_of(problem: Problem, language: str) -> str:
    """What a problem means, in the reader's language."""
    return headline(problem, language)
