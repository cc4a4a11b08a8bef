"""What tests stand on: one embedded PostgreSQL a run, copies of one migrated database, real HTTP against the real application.

`database` is shared by the tests of one worker: each test makes organisations of its own, and row-level security keeps them
apart. Who runs due-lists, listens, or kills takes `fresh_database`.
"""

import asyncio
import gc
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import asyncpg
import httpx
import hypothesis
import orjson
import pytest
from fastapi import FastAPI
from hypothesis import strategies as some
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event

from app.accounts import passwords
from app.console.pages import environment
from app.core import embedded, migrations
from app.core.actor import WORKER
from app.core.db import Database
from app.core.settings import Settings
from app.core.work import begin
from app.delivery.queries import HEADS
from app.directory.seeding import load_netherlands
from app.main import create_app, edged
from app.watch.queries import LAST_AUDIT
from tests.contract.events import check
from tests.nursery import Mother, Nursery

MASTER_KEY: Final = "bm9kdXMgdGVzdHM6IG5vdCBhIHNlY3JldCBhdCBhbGw="
MOMENT: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
FOLDER: Final = "NODUS_TEST_CLUSTER"
PREPARING: Final = pytest.StashKey[threading.Thread]()
# A busy machine is no fault of a rule. Every run tries other examples; who wants more of them at once says so.
EXAMPLES: Final = int(os.environ.get("NODUS_EXAMPLES") or 32)
hypothesis.settings.register_profile("nodus", deadline=None, max_examples=EXAMPLES)
hypothesis.settings.load_profile("nodus")
# A thousand accounts sign in; what a password really costs is tried where that is the question.
AS_SHIPPED: Final = {name: getattr(passwords, name) for name in ("MEMORY", "ITERATIONS")}
setattr(passwords, "MEMORY", 64)  # noqa: B010
setattr(passwords, "ITERATIONS", 1)  # noqa: B010
BY_ITSELF: Final = {str(HEADS), str(LAST_AUDIT)}
SEND_EVERYBODY_AWAY: Final = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


def pytest_configure(config: pytest.Config) -> None:
    """Start the cluster once, while the workers look for their tests; they inherit where it will be."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    sys.dont_write_bytecode = False  # dozens of processes are started: only the first one compiles the program
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end, it ends the cluster too
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background of a shell, children would inherit a deaf ear
    os.environ[FOLDER] = folder = tempfile.mkdtemp(prefix="nodus-test-", dir=_in_memory())
    config.stash[PREPARING] = preparing = threading.Thread(target=_prepare, args=(Path(folder),))
    preparing.start()


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: while one waits for a browser or the database, another works."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest begins first, or it would keep all others waiting; those that need a mother stay together and need but one."""
    items.sort(key=lambda item: (item.path.name != "test_kill.py", "mother" not in getattr(item, "fixturenames", ())))


def _prepare(folder: Path) -> None:
    outcome = "The cluster could not be prepared; what is wrong stands in the output of the first process."
    try:
        cluster = embedded.start(folder, durable=False)
        migrations.upgrade(cluster.admin_url)
        migrations.grant_login(cluster.admin_url, embedded.LOGIN)
        asyncio.run(_load(cluster))
        # It would count hundreds of copies; the one that they are made of is counted here.
        cluster.psql("ALTER SYSTEM SET autovacuum = off")
        cluster.psql("SELECT pg_reload_conf()")
        cluster.psql("VACUUM ANALYZE", embedded.NAME)
        some.characters(codec="utf-8").validate()  # a table that takes seconds, and is then kept for all
        outcome = ""
    finally:
        (folder / "prepared").write_text(outcome)


def pytest_collection_finish() -> None:
    """Thousands of tests and the whole program stay until the end: looking through them for garbage took a quarter of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _in_memory() -> Path | None:
    """Where files cost no disk, if there is room for 4 GB: a copy of a database takes 0.04 s of CPU there, else up to 0.9 s."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > 4 << 30 else None


async def _load(cluster: embedded.Embedded) -> None:
    database = Database(cluster.url, settings_for(cluster.url))
    async with begin(database, WORKER, at=MOMENT) as work:
        await load_netherlands(work, from_day=MOMENT.date(), days=30)
    await database.close()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop it, and leave nothing behind."""
    folder = os.environ.get(FOLDER)
    if folder and not hasattr(config, "workerinput"):
        config.stash[PREPARING].join()
        embedded.start(Path(folder), durable=False).stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test never reaches beyond this machine."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else "127.0.0.1"
        if host not in {"127.0.0.1", "::1", "localhost"}:
            raise PermissionError(f"A test wanted to connect to {host}.")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Tests run as the service does."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session", autouse=True)
def _compiled() -> None:
    """What a template was compiled to serves every worker, and what they fork."""
    environment().bytecode_cache = FileSystemBytecodeCache(os.environ[FOLDER])


@pytest.fixture(scope="session")
def cluster() -> embedded.Embedded:
    """The running cluster, as soon as it is prepared."""
    folder = Path(os.environ[FOLDER])
    until = time.monotonic() + 90
    while not (prepared := folder / "prepared").exists():
        assert time.monotonic() < until, "The cluster is not prepared in time."
        time.sleep(0.05)
    assert not (wrong := prepared.read_text()), wrong
    return embedded.start(folder, durable=False)


def copy_of(cluster: embedded.Embedded) -> str:
    """The name of a new database with the structure and the directory, and nothing else."""
    name = f"t{uuid4().hex[:16]}"
    cluster.psql(f"CREATE DATABASE {name} TEMPLATE {embedded.NAME} STRATEGY file_copy")
    return name


@pytest.fixture(scope="session")
def shared_url(cluster: embedded.Embedded) -> str:
    """The database that this worker's tests share."""
    return cluster.url_of(copy_of(cluster), embedded.LOGIN)


def settings_for(url: str, **others: Any) -> Settings:
    """Settings for a test."""
    return Settings(**{"database_url": url, "master_key": MASTER_KEY, "metrics_port": 0, "pool_size": 5, **others})


@pytest.fixture(scope="session")
def mother() -> Iterator[Mother]:
    """Whose children are servers, workers and commands, all processes of their own."""
    with Mother() as made:
        yield made


@pytest.fixture
def nursery(mother: Mother, tmp_path: Path) -> Iterator[Nursery]:
    """Servers and workers that can be killed."""
    with Nursery(mother, tmp_path / "told") as made:
        yield made


@pytest.fixture(scope="session")
async def database(shared_url: str) -> AsyncIterator[Database]:
    """A pool on the shared database: a new connection costs PostgreSQL more than most tests."""
    made = Database(shared_url, settings_for(shared_url))
    yield made
    await made.close()


@pytest.fixture
def fresh_url(cluster: embedded.Embedded) -> Iterator[str]:
    """A database of this test's own."""
    name = copy_of(cluster)
    yield cluster.url_of(name, embedded.LOGIN)
    cluster.psql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def fresh_database(fresh_url: str) -> AsyncIterator[Database]:
    """A pool on a database of this test's own."""
    made = Database(fresh_url, settings_for(fresh_url))
    yield made
    await made.close()


def as_owner(url: str) -> str:
    """The same database for its owner, who goes around every rule of ours."""
    return url.replace(f"//{embedded.LOGIN}@", "//postgres@")


@pytest.fixture
async def owner(fresh_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The owner of this test's own database."""
    connection = await asyncpg.connect(as_owner(fresh_url))
    yield connection
    await connection.close()


def _a_free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def free_port() -> int:
    """A port on the loopback where nobody listens."""
    return _a_free_port()


@pytest.fixture
def metrics_port() -> int:
    """Another."""
    return _a_free_port()


@pytest.fixture(scope="session")
async def raw(shared_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that goes around the application, as its login; what a test sets on it, it sets in a transaction."""
    connection = await asyncpg.connect(shared_url)
    yield connection
    await connection.close()


TEST_TYPES: Final = {f"nl.nodus.test.{one}.v1" for one in ("happened", "somewhere", "urgent")}  # events that tests make up


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[FastAPI]:
    """The application, alive."""
    app = create_app(settings)
    app.state.event_types |= TEST_TYPES
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture(scope="session")
async def app(database: Database) -> AsyncIterator[FastAPI]:
    """The application on the shared database."""
    async with running(database.settings) as made:
        yield made


def client_of(app: FastAPI) -> httpx.AsyncClient:
    """A client that checks of every answer what holds for all."""
    transport = httpx.ASGITransport(edged(app), raise_app_exceptions=False)
    hooks = {"response": [_keeps_the_conventions]}
    return httpx.AsyncClient(transport=transport, base_url="http://nodus.test", event_hooks=hooks)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application."""
    async with client_of(app) as made:
        yield made


@pytest.fixture
async def fresh_client(fresh_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application on this test's own database, with receivers on the loopback allowed."""
    async with running(settings_for(fresh_url, webhooks_to_private_addresses=True)) as app, client_of(app) as client:
        yield client


async def _keeps_the_conventions(response: httpx.Response) -> None:
    """API Design Rules: version and security headers always, problem+json for every error; an event keeps to its schema."""
    for header in (
        "api-version",
        "cache-control",
        "content-security-policy",
        "x-content-type-options",
        "x-frame-options",
    ):
        assert header in response.headers, f"{response.request.url.path} answers without {header}"
    if response.status_code >= 400:
        await response.aread()
        problem = response.json()
        if response.request.url.path.startswith("/fhir/"):
            assert response.headers["content-type"] == "application/fhir+json; fhirVersion=4.0", response.text
            assert problem["resourceType"] == "OperationOutcome", problem
            return
        assert response.headers["content-type"] == "application/problem+json", response.text
        assert {"type", "title", "status", "detail"} <= problem.keys()
        assert response.status_code < 500 or response.status_code == 503, problem
    elif response.request.url.path.endswith("/events") and response.request.method == "GET" and response.status_code == 200:
        told = await response.aread()
        for event in orjson.loads(told)["events"] if told[:1] == b"{" else orjson.loads(told):
            check(event)


@pytest.fixture
def statements(app: FastAPI) -> Iterator[list[str]]:
    """Every statement that the application carries out, save those that it carries out by itself from time to time."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement not in BY_ITSELF and "pg_notify" not in statement:
            seen.append(statement)

    database: Database = app.state.database
    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)
