"""The house keeps its shape: pure rules, closed rooms, doors on every route, short files."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_origin

import asyncpg
import grimp
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

import app as house
from app import worker
from app.core.due import Due
from app.core.settings import Settings
from app.core.tables import metadata
from app.main import EVENTS, create_app
from tests.conftest import MASTER_KEY

ROOT = Path(str(house.__file__)).parent
GRAPH = grimp.build_graph("app", include_external_packages=True)
ROOMS = (
    "intake",
    "routing",
    "followup",
    "cases",
    "directory",
    "delivery",
    "vault",
    "identity",
    "rosters",
    "coverage",
    "simulation",
    "callbacks",
    "signals",
    "telephony",
    "channels",
    "exchange",
    "notices",
    "team",
    "boards",
    "procedures",
    "watch",
    "accounts",
)
DOORS = {
    "api",
    "schemas",
    "service",
    "queries",
    "tables",
    "due",
    "send",
    "post",
    "record",
    "reach",
    "verify",
    "stream",
    "mail",
    "feed",
    "open",
    "access_log",
    "keys",
}
DOORS |= {"doors", "seeding", "importing", "silences", "alarm"}
OUTSIDE = {
    "fastapi",
    "starlette",
    "sqlalchemy",
    "httpx",
    "asyncpg",
    "structlog",
    "asyncio",
    "os",
    "socket",
    "time",
    "random",
}
PURE_CORE = {
    "app.core.ical",
    "app.core.errors",
    "app.core.paging",
    "app.core.spans",
    "app.core.events",
    "app.core.ids",
    "app.core.actor",
}
PUBLIC = {"/livez", "/readyz", "/v1/openapi.json", "/v1/schemas/{event_type}", "/v1/problems/{slug}", "/", "/docs"}
PUBLIC |= {"/melden", "/melding"}  # citizens have no key
PUBLIC |= {"/sign-in", "/sign-in/as", "/sign-in/code", "/preferences"}  # who signs in has no session yet
PUBLIC |= {"/notices/{notice_id}/{secret}"}  # opened from a mail: the secret in the address, and a key to answer
PUBLIC |= {"/v1/calendars/{feed_id}/{secret}"}  # calendar programs send no headers: the secret in the address is the door
PUBLIC |= {"/v1/deadline-calendars/{calendar_id}/{secret}"}  # likewise
PUBLIC |= {"/fhir/r4/metadata"}  # what a client asks before it has a key, by the standard; it holds nothing of anybody
PUBLIC |= {"/v1/protocols/_schema"}  # for editors; it holds nothing of anybody


def _parts(module: str) -> list[str]:
    return module.split(".")


def _is_rule(module: str) -> bool:
    parts = _parts(module)
    return len(parts) > 2 and parts[1] in ROOMS and not DOORS & set(parts[2:])


def _file(module: str) -> Path:
    path = ROOT.parent.joinpath(*_parts(module))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


OURS = sorted(module for module in GRAPH.modules if module.split(".")[0] == "app")
RULES = [module for module in OURS if _is_rule(module)]


def test_a_file_with_its_own_name_is_a_pure_rule() -> None:
    """Everything but the doors of a room computes: no I/O, no clock, no framework."""
    assert len(RULES) > 100
    wrong = {module: found for module in RULES if (found := [*_impure(module)])}
    assert not wrong


def _impure(module: str) -> Iterator[str]:
    for one in GRAPH.find_modules_directly_imported_by(module):
        named = one.split(".")
        if named[0] in OUTSIDE - {"random"} or (one.startswith("app.core.") and one not in PURE_CORE):
            yield one
        if named[0] == "app" and DOORS & set(named[2:]):
            yield one
    for node in ast.walk(ast.parse(_file(module).read_text())):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await):
            yield f"waits in line {node.lineno}"


def test_a_room_never_opens_another_rooms_drawers() -> None:
    """Tables and queries are private to their room; others ask its service."""
    wrong = []
    for module in (one for one in OURS if len(_parts(one)) > 2):
        for imported in GRAPH.find_modules_directly_imported_by(module):
            parts = _parts(imported)
            if (
                parts[0] == "app"
                and parts[1] in ROOMS
                and parts[1] != _parts(module)[1]
                and {"tables", "queries"} & set(parts[2:])
            ):
                wrong.append(f"{module} opens {imported}")
    assert not wrong


def test_files_and_functions_stay_short() -> None:
    """Three hundred lines a file, forty a function: past that it is two things."""
    paths = sorted(ROOT.rglob("*.py"))
    assert len(paths) > 500
    wrong = {str(path.relative_to(ROOT)): found for path in paths if (found := [*_too_long(path)])}
    assert not wrong


def _too_long(path: Path) -> Iterator[str]:
    text = path.read_text()
    if len(text.splitlines()) > 300:
        yield "the file"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            if (node.end_lineno or 0) - first.lineno >= 45:
                yield node.name


@pytest.fixture(scope="module")
def built() -> FastAPI:
    """The application, connected to nothing."""
    return create_app(Settings(database_url="postgresql://nobody@/none", master_key=MASTER_KEY))


def test_every_route_has_a_door(built: FastAPI) -> None:
    """A route without a door would answer whoever asks."""
    routes = [one for one in built.routes if isinstance(one, APIRoute)]
    assert len(routes) > 100  # every room's, not only those of `main`
    for route in routes:
        if route.path not in PUBLIC and not route.path.startswith("/static/"):
            names = {getattr(one.call, "__qualname__", "") for one in route.dependant.dependencies}
            assert any(name.startswith(("door.", "asking.", "signed.", "visiting.")) for name in names), (
                f"{route.path} has no door"
            )


def test_every_due_list_is_run_by_the_worker() -> None:
    """A list that nobody carries out is a deadline that nobody keeps."""
    found = set()
    for module in OURS:
        if module.endswith(".due") and not module.startswith("app.core"):
            loaded = __import__(module, fromlist=["due"])
            found |= {one.name for one in vars(loaded).values() if isinstance(one, Due)}
            makers = (
                one for one in vars(loaded).values() if get_origin(getattr(one, "__annotations__", {}).get("return")) is Due
            )
            found |= {make(None).name for make in makers}  # made by the worker, with what only it may bring together
    assert found == {due.name for due in worker.DUE_LISTS}


def test_every_event_is_described(built: FastAPI) -> None:
    """Receivers learn from the description what will come."""
    from app.main import openapi  # the description is made once, here

    described: Any = openapi(built)["webhooks"]
    assert set(described) == {event.type for event in EVENTS}


async def test_every_table_with_an_organisation_has_row_level_security(raw: asyncpg.Connection) -> None:
    """What belongs to an organisation is kept from the others by the database, not by our queries."""
    open_to_all = {"organisation", "service"}
    rows = await raw.fetch("SELECT relname FROM pg_class WHERE relrowsecurity")
    guarded = {row["relname"] for row in rows}
    for table in metadata.tables.values():
        owned = any(column.name.endswith("organisation_id") or column.name == "case_id" for column in table.c)
        if owned and table.name not in open_to_all:
            assert table.name in guarded, table.name


async def test_tables_and_migrations_say_the_same(raw: asyncpg.Connection) -> None:
    """A column that only one of them knows is a query that fails at night."""
    for table in metadata.tables.values():
        rows = await raw.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped", table.name
        )
        assert {row["attname"] for row in rows} == {column.name for column in table.c}, table.name


def test_every_test_says_why() -> None:
    """A test without a sentence is a test that nobody dares to change."""
    paths = sorted(Path(__file__).parent.rglob("test_*.py"))
    assert len(paths) > 200
    wrong = [
        f"{path.name}: {node.name}"
        for path in paths
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert not wrong
