"""Errors as answers: what each means, what to do, and nothing of what was sent."""

import json
from typing import Final
from uuid import UUID

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from app.core.actor import WORKER
from app.core.db import Database
from app.core.errors import Conflict, FieldError, Invalid, Problem, Stale, TooLarge, Unauthenticated, Unavailable
from app.core.problem import all_problems, answer, problem_of
from app.core.work import begin
from app.intake.schemas.asked import CallIn
from app.main import create_app
from tests.makers import a_token

assert create_app is not None  # every room's problems are known
REQUEST: Final = UUID("01900000-0000-7000-8000-000000000001")


def told(problem: Problem) -> dict[str, object]:
    """The body of its answer."""
    return dict(json.loads(bytes(answer(problem, REQUEST).body)))


def test_a_problem_says_what_is_wrong_and_what_to_do() -> None:
    """The members of RFC 9457, its own ones beside them, and each field with its rule."""
    problem = Invalid("Two fields are wrong.", errors=[FieldError("/place", "unknown", "Name a place.")], hint="place")
    assert told(problem) == {
        "type": "/v1/problems/invalid-input",
        "title": "The request is not valid",
        "status": 400,
        "detail": "Two fields are wrong.",
        "instance": f"urn:uuid:{REQUEST}",
        "hint": "place",
        "errors": [{"pointer": "/place", "code": "unknown", "message": "Name a place."}],
    }
    assert answer(problem, REQUEST).headers["content-type"] == "application/problem+json"


def test_a_problem_says_when_to_try_again_and_how_to_be_known() -> None:
    """A client that only reads headers must still do the right thing."""
    assert answer(Unavailable("Later.", retry_after=5), None).headers["retry-after"] == "5"
    assert answer(Unauthenticated("Who?"), None).headers["www-authenticate"] == "Bearer"
    assert told(Stale(7))["currentVersion"] == 7


class DriverError(Exception):
    """A driver's error with a state."""

    def __init__(self, sqlstate: str | None) -> None:
        """Such as 23505."""
        super().__init__("Key (name)=(Jansen) already exists")
        self.sqlstate = sqlstate


STATES: Final = {
    "23505": Conflict,
    "22021": Invalid,
    "22P05": Invalid,
    "22003": Invalid,
    "22008": Invalid,
    "40001": Unavailable,
    "40P01": Unavailable,
    "55P03": Unavailable,
    "57014": Unavailable,
    "57P01": Unavailable,
    "53300": Unavailable,
    None: Unavailable,
}


@pytest.mark.parametrize(("state", "kind"), STATES.items(), ids=str)
def test_what_the_database_says_becomes_what_to_do(state: str | None, kind: type[Problem]) -> None:
    """Busy or away: the same again; not to be stored: something else; and never the driver's words, which hold values."""
    problem = problem_of(DBAPIError("INSERT", None, DriverError(state)))
    assert type(problem) is kind
    assert "Jansen" not in problem.detail
    assert (problem.retry_after is not None) == (kind is not Invalid)


def test_a_fault_of_ours_is_not_made_into_theirs() -> None:
    """A missing column, a bug: nobody outside can do anything about it, so it is a 500 and a line in the log."""
    assert problem_of(DBAPIError("INSERT", None, DriverError("42703"))) is None
    assert problem_of(KeyError("x")) is None


def test_of_a_broken_commit_nothing_is_claimed() -> None:
    """It may be stored or not: whoever is told "nothing was changed" would send a second case to the same door."""
    lost = DBAPIError("COMMIT", None, DriverError("08003"), connection_invalidated=True)
    before = DBAPIError("INSERT", None, DriverError("08003"), connection_invalidated=True)
    for error, claimed in ((lost, False), (before, True)):
        problem = problem_of(error)
        assert isinstance(problem, Unavailable)
        assert ("Nothing was changed" in problem.detail) == claimed


def test_who_finds_no_connection_may_come_again() -> None:
    """A full pool and a database that is away are moments, not faults."""
    for error in (PoolTimeout(), ConnectionRefusedError(), TimeoutError()):
        assert isinstance(problem_of(error), Unavailable)


def test_what_stopped_the_reading_is_named() -> None:
    """The framework makes "unreadable" of whatever happens while it reads a body; ours knew better."""
    wrapped = HTTPException(400, "There was an error parsing the body")
    wrapped.__cause__ = TooLarge("Send at most 5 bytes.", limit=5)
    assert problem_of(wrapped) is wrapped.__cause__
    plain = problem_of(HTTPException(400, "Jansen"))
    assert plain
    assert (plain.status, "Jansen" in plain.detail) == (400, False)


async def test_an_error_of_the_database_does_not_carry_what_was_stored(database: Database) -> None:
    """Its text goes to the log with the trace, and the log holds no contents."""
    with pytest.raises(DBAPIError) as failed:
        async with begin(database, WORKER) as work:
            await work.one(text("SELECT CAST(:told AS text), 1 / 0"), told="Buurman Jansen")
    assert "Jansen" not in str(failed.value)


def test_an_error_of_a_schema_does_not_carry_what_was_told() -> None:
    """An answer of ours that does not fit its own schema is logged with its trace, and that must not tell of a person."""
    with pytest.raises(ValidationError) as failed:
        CallIn.model_validate({"worry": {"Jansen": 1}, "kind": "Jansen"})
    assert "Jansen" not in str(failed.value)


async def test_every_problem_has_a_page(client: httpx.AsyncClient) -> None:
    """A `type` that leads nowhere explains nothing; each has a title of its own and a status that is an error."""
    for slug, kind in all_problems().items():
        page = await client.get(f"/v1/problems/{slug}")
        assert page.status_code == 200
        assert (kind.title in page.text, bool(kind.__doc__), 400 <= kind.status < 600) == (True, True, True), slug
    assert (await client.get("/v1/problems/none")).status_code == 404


async def test_what_the_framework_refuses_is_a_problem_too(client: httpx.AsyncClient, database: Database) -> None:
    """An unknown address and an unknown method are answered like everything else."""
    assert (await client.get("/v1/nothing-here")).status_code == 404
    assert (await client.delete("/v1/calls")).status_code == 405
    token = (await a_token(database))["Authorization"]
    for header in (None, "Basic x", token[:-1], f"{token}0", "Bearer Jansen", token.replace("Bearer", "Token")):
        refused = await client.get("/v1/calls", headers={"Authorization": header} if header else {})
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert "Jansen" not in refused.text


def test_what_is_wrong_ten_thousand_times_is_translated_once() -> None:
    """A sentence takes a while to find, and everybody else would wait for it."""
    asked: list[str] = []

    def say(sentence: str) -> str:
        asked.append(sentence)
        return f"nl: {sentence}"

    wrong = Invalid("No.", errors=[FieldError(f"/items/{place}", "missing", "Give one.") for place in range(10_000)])
    told = json.loads(bytes(answer(wrong, None, "nl", say).body))
    assert {one["message"] for one in told["errors"]} == {"nl: Give one."}
    assert asked.count("Give one.") == 1
