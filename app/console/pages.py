"""How a page is made: a template, in Dutch or English, with the headers that keep it safe."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import yaml
from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.console.assets import address
from app.directory.holidays import AMSTERDAM

FOLDER: Final = Path(__file__).parent
LANGUAGES: Final = ("nl", "en")
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Final = MappingProxyType({"Content-Security-Policy": POLICY, "Vary": "Accept-Language"})
SENDS: Final = MappingProxyType(
    {**HEADERS, "Content-Security-Policy": POLICY.replace("form-action 'none'", "form-action 'self'")}
)


def page(request: Request, template: str, *, status: int = 200, forms: bool = False, **values: object) -> Response:
    """A page in the language that the reader chose, or that the browser asks for, or Dutch; with `forms` it may send them."""
    language = _language(request)
    told = words(language)
    body = (
        _environment()
        .get_template(template)
        .render(language=language, t=told.__getitem__, path=request.url.path, local=_local, address=address, **values)
    )
    return HTMLResponse(body, status, headers={**(SENDS if forms else HEADERS), "Content-Language": language})


@cache
def words(language: str) -> Mapping[str, str]:
    """Every text of the pages in one language."""
    told: dict[str, str] = yaml.safe_load((FOLDER / "words" / f"{language}.yaml").read_text(encoding="utf-8"))
    return told


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _language(request: Request) -> str:
    chosen = request.query_params.get("lang")
    if chosen in LANGUAGES:
        return chosen
    for accepted in request.headers.get("accept-language", "").lower().split(","):
        if accepted.strip()[:2] in LANGUAGES:
            return accepted.strip()[:2]
    return LANGUAGES[0]


def _local(moment: datetime) -> str:
    """The time in the Netherlands."""
    return f"{moment.astimezone(AMSTERDAM):%H:%M}"
