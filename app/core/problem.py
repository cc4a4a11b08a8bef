"""Errors as answers: problem+json (RFC 9457), the one place where meaning becomes HTTP."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import takewhile
from types import MappingProxyType
from typing import Any, ClassVar, Final
from uuid import UUID

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from app.core.errors import Conflict, FieldError, Invalid, Problem, Unauthenticated, Unavailable

log = structlog.get_logger(__name__)

BUSY: Final = frozenset({"40001", "40P01", "55P03", "57014", "53300", "57P01", "57P03"})
UNIQUE: Final = "23505"
FIELD: Final = re.compile(r"[a-z][A-Za-z0-9_]{0,39}")
OUT_OF_RANGE: Final = frozenset({"22P05", "22021", "22003", "22008"})


Form = Callable[[Problem, UUID | None], Response]
Forms = Mapping[str, Form]  # by how an address starts: a standard there has a form of errors of its own
Say = Callable[[str], str | None]  # an English sentence of ours in another language, if it is known there


class ProblemResponse(JSONResponse):
    """A problem on its way out."""

    media_type = "application/problem+json"


def answer(problem: Problem, request_id: UUID | None, language: str = "en", say: Say | None = None) -> Response:
    """The response for a problem; it holds rule, place and remedy, never what was sent.

    With `say` it is told in `language` instead of English, where that is known there (RFC 9457 §3.1).
    """
    body: dict[str, Any] = {
        "type": f"/v1/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        **problem.extra,
    }
    if request_id:
        body["instance"] = f"urn:uuid:{request_id}"
    if problem.errors:
        body["errors"] = [{"pointer": error.pointer, "code": error.code, "message": error.message} for error in problem.errors]
    headers: dict[str, str] = {}
    if say and (sentence := say(problem.detail)):
        body |= {"title": say(problem.title) or problem.title, "detail": sentence}
        known: dict[str, str] = {}  # ten thousand items may be wrong in one way, and a sentence takes a while to find
        for error in body.get("errors", ()):
            message = error["message"]
            error["message"] = known[message] = known.get(message) or say(message) or message
        headers |= {"Content-Language": language, "Vary": "Accept-Language"}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if isinstance(problem, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    return ProblemResponse(body, problem.status, headers)


def form_at(path: str, forms: Forms, usual: Form = answer) -> Form:
    """How a problem is answered at an address."""
    return next((form for start, form in forms.items() if path.startswith(start)), usual)


def _as_asked(request: Request, languages: Mapping[str, Say]) -> Form:
    """The usual answer, in the language that is asked for first, if we know it; English otherwise."""
    first = request.headers.get("accept-language", "").partition(",")[0].strip().lower()[:2]
    return partial(answer, language=first, say=languages[first]) if first in languages else answer


FORM: Final = "form:"  # how a tag begins that tells apart what a body may be: it is no part of what was sent


def _pointer(location: tuple[int | str, ...], body: object) -> str:
    """As far as it consists of what may be names of fields: a name that was sent may be that of a person."""
    where = tuple(_inside(location[1:], body)) if location and location[0] == "body" else location
    where = tuple(part for part in where if not str(part).startswith(FORM))
    return "".join(f"/{part}" for part in takewhile(lambda part: isinstance(part, int) or FIELD.fullmatch(part), where))


def _inside(location: tuple[int | str, ...], body: object) -> Iterator[int | str]:
    """Without the names of kinds: of a body that may be of several, pydantic names the kind, which no pointer leads through."""
    for place, part in enumerate(location):
        inside = body.get(part) if isinstance(body, dict) and part in body else None
        if inside is None and isinstance(body, dict) and place + 1 < len(location) and part in body.values():
            continue
        yield part
        body = body[part] if isinstance(body, list) and isinstance(part, int) and part < len(body) else inside


def _from_validation(error: RequestValidationError) -> Problem:
    # Pydantic's `input` and `ctx` would echo what was sent, and messages of our own validators are written by us.
    errors = [FieldError(_pointer(fault["loc"], error.body), fault["type"], _sentence(fault)) for fault in error.errors()]
    count = "One field is" if len(errors) == 1 else f"{len(errors)} fields are"
    return Invalid(f"{count} not valid; each is named in `errors`. Nothing was changed.", errors=errors)


def _sentence(fault: Mapping[str, Any]) -> str:
    """Pydantic's own, but where it repeats what was sent."""
    if fault["type"] == "union_tag_invalid":
        return f"{fault['ctx']['discriminator']} must be one of {fault['ctx']['expected_tags']}"
    return str(fault["msg"])


class HttpProblem(Problem):
    """What the framework refuses before a route is reached; its status is the framework's."""

    slug, title = "http", "The request can't be answered"
    SENTENCES: ClassVar = {
        404: "There is nothing at this address. The addresses are in /v1/openapi.json.",
        405: "This address does not know this method. The methods are in /v1/openapi.json.",
        400: "The request could not be read. Send valid JSON in UTF-8.",
    }


def _from_http(error: HTTPException) -> Problem:
    made = HttpProblem(HttpProblem.SENTENCES.get(error.status_code, "See /v1/openapi.json."))
    made.status = error.status_code
    return made


def _from_database(error: DBAPIError) -> Problem | None:
    state = getattr(error.orig, "sqlstate", None)
    if state == UNIQUE:
        return Conflict("The same thing was stored at the same moment. Read it again.", retry_after=1)
    if state in OUT_OF_RANGE:
        return Invalid("A value can't be stored: it holds a character or a number that is out of range.")
    if error.statement == "COMMIT" and error.connection_invalidated:
        return Unavailable(
            "The database went away while this was being stored, so that it may be stored or not. Send the same again with the"
            " same Idempotency-Key; without one, read first.",
            retry_after=1,
        )
    if state in BUSY or error.connection_invalidated or state is None:
        return Unavailable("The database is busy or away. Nothing was changed; send the same again.", retry_after=1)
    return None


def problem_of(error: Exception) -> Problem | None:
    """The problem that an exception means; None for a fault of ours."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _from_validation(error)
    if isinstance(error, HTTPException):  # what stopped the reading of the body may be a problem of ours
        return error.__cause__ if isinstance(error.__cause__, Problem) else _from_http(error)
    if isinstance(error, DBAPIError):
        return _from_database(error)
    if isinstance(error, PoolTimeout | OSError):
        return Unavailable("The database can't be reached. Nothing was changed; send the same again.", retry_after=1)
    return None


class Fault(Problem):
    """Our own mistake."""

    slug, title, status = "fault", "Something went wrong on our side", 500


async def handle(
    request: Request, error: Exception, forms: Forms = MappingProxyType({}), languages: Mapping[str, Say] = MappingProxyType({})
) -> Response:
    """Answer any exception; what is our fault is logged with its trace and answered without it."""
    request_id: UUID | None = getattr(request.state, "request_id", None)
    problem = problem_of(error)
    if problem is None:
        log.error("request.fault", error=type(error).__name__, exc_info=error)
        problem = Fault("Nothing was changed. Tell us the `instance` of this answer, so that we can find it.")
    return form_at(request.url.path, forms, _as_asked(request, languages))(problem, request_id)


def add_to(app: FastAPI, forms: Forms = MappingProxyType({}), languages: Mapping[str, Say] = MappingProxyType({})) -> None:
    """Let `app` answer every error as a problem, or in the form of its address; in one of `languages` where that is asked for."""

    async def handled(request: Request, error: Exception) -> Response:
        return await handle(request, error, forms, languages)

    for kind in (Problem, RequestValidationError, HTTPException, DBAPIError, PoolTimeout, OSError, Exception):
        app.add_exception_handler(kind, handled)


def all_problems() -> dict[str, type[Problem]]:
    """Every kind of problem by its slug, for the pages that explain them."""
    found: dict[str, type[Problem]] = {}
    waiting = [Problem]
    while waiting:
        kind = waiting.pop()
        found.setdefault(kind.slug, kind)
        waiting.extend(kind.__subclasses__())
    return found
