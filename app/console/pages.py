"""How a page is made: a template, in the reader's language and looks, with the headers that keep it safe."""

from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.console import moments
from app.console.assets import address
from app.console.refusals import in_frame
from app.console.why import why
from app.console.words import LANGUAGES, words

FOLDER: Final = Path(__file__).parent
THEMES: Final = ("auto", "light", "dark", "contrast")
REMEMBERED: Final = frozenset({"/", "/docs", "/sign-in", "/sign-in/code"})  # a citizen's browser is asked to keep nothing
A_YEAR: Final = 365 * 24 * 3600
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Final = MappingProxyType({"Content-Security-Policy": POLICY, "Vary": "Accept-Language, Cookie"})
# Where a form came from is told to this server, which looks at it, and to no other (`visiting.fields`).
SENDS: Final = MappingProxyType(
    {
        **HEADERS,
        "Content-Security-Policy": POLICY.replace("form-action 'none'", "form-action 'self'"),
        "Referrer-Policy": "same-origin",
    }
)
# What is behind the sign-in also asks this server for news.
INSIDE: Final = MappingProxyType(
    {**SENDS, "Content-Security-Policy": SENDS["Content-Security-Policy"] + "; connect-src 'self'; media-src 'self'"}
)


def page(
    request: Request, template: str, *, status: int = 200, forms: bool = False, visit: Any = None, **values: Any
) -> Response:
    """A page in the language that the reader chose, or that the browser asks for, or Dutch.

    `forms`: it may send them. `visit`: who signed in; the page then has the frame of the console.
    """
    language = language_of(request)
    told = {**_frame(request, language), "visit": visit, **values}
    body = environment().get_template(template).render(told)
    headers = INSIDE if visit else SENDS if forms else HEADERS
    response = HTMLResponse(body, status, headers={**headers, "Content-Language": language})
    if visit and visit.is_part:  # the page may be older than the session: its owner has signed in again elsewhere
        response.headers["X-Page-Token"] = visit.token
        response.headers["X-Page-Account"] = visit.whose
    if request.query_params.get("lang") in LANGUAGES and (visit or request.url.path in REMEMBERED):
        keep(response, request, "lang", language)
    return response


def _frame(request: Request, language: str) -> dict[str, Any]:
    """What every template may ask for; a page may have words of its own for some of it."""
    return {
        "language": language,
        "t": words(language),
        **in_frame(language),
        "because": lambda reason, at: why(reason, language, at),
        "path": request.url.path,
        "in_language": lambda other: _in_language(request, other),
        "theme": theme_of(request),
        "clock": moments.clock_time,
        "moment": partial(_moment, language),
        "span": partial(moments.span, language),
        "local": moments.clock_time,
        "address": address,
    }


def keep(response: Response, request: Request, name: str, value: str) -> None:
    """Remember how somebody likes his pages, in his browser."""
    secure = request.app.state.settings.base_url.startswith("https:")
    response.set_cookie(name, value, max_age=A_YEAR, secure=secure, httponly=True, samesite="lax")


@cache
def environment() -> Environment:
    """The templates."""
    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # they change with the program only
    )


def language_of(request: Request) -> str:
    """What was chosen just now, or before, or what the browser asks for; Dutch otherwise."""
    for chosen in (request.query_params.get("lang"), request.cookies.get("lang")):
        if chosen in LANGUAGES:
            return str(chosen)
    for accepted in request.headers.get("accept-language", "").lower().split(","):
        if accepted.strip()[:2] in LANGUAGES:
            return accepted.strip()[:2]
    return LANGUAGES[0]


def _in_language(request: Request, language: str) -> str:
    """The address of this page in another language."""
    url = request.url.include_query_params(lang=language)
    return f"{url.path}?{url.query}"


def theme_of(request: Request) -> str:
    """Light, dark, high contrast, or as the system has it."""
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in THEMES else THEMES[0]


def _moment(language: str, at: Any, now: Any = None) -> Markup:
    """A moment as people say it, with the exact one to hover; `now` makes it "in 12 min", which a script keeps true."""
    said = moments.relative(language, at, now) if now else moments.day_and_time(language, at)
    live = Markup(' data-relative=""') if now else ""
    return Markup('<time datetime="{}" title="{}"{}>{}</time>').format(at.isoformat(), moments.exact(language, at), live, said)
