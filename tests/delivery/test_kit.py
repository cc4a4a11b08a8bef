"""The receivers' kit: schemas that hold, examples that run, and a description that is enough to build on."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import jsonschema_rs
import pytest
import uvicorn
from sqlalchemy import text
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.actor import WORKER
from app.core.db import Database
from app.core.events import Event
from app.core.webhooks import ENVELOPE, data_schema, example, webhook
from app.core.work import begin
from app.delivery.envelope import headers
from app.delivery.signature import new_secret, shown
from app.main import EVENTS, create_app, edged, event_schemas
from tests.conftest import settings_for
from tests.contract.events import check
from tests.delivery.receiver import Receiver
from tests.delivery.test_send import an_organisation, announce
from tests.makers import AMSTERDAM_DESK, a_token, an_offered_case

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "openapi" / "events"


def test_the_committed_schemas_are_those_that_are_served() -> None:
    """Whoever builds on the files builds on the truth; `nodus openapi --events openapi/events` makes them again."""
    assert {path.stem: json.loads(path.read_text()) for path in COMMITTED.iterdir()} == event_schemas()


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_a_worked_example_keeps_to_its_schema(event: type[Event]) -> None:
    """Schemas are valid themselves, with formats; the example in the description is one that would be accepted."""
    jsonschema_rs.meta.validate(data_schema(event))
    assert ("sequence" in example(event)) == event.in_feed
    told = {"sequence": f"{1:020}", **example(event)}  # the envelope is that of a feed
    check(told)
    assert data_schema(event).get("additionalProperties", True) is True
    wrong: list[dict[str, Any]] = [{**told, "sequence": "1"}, {**told, "data": {}}, {**told, "time": "yesterday"}]
    for one in wrong:
        with pytest.raises(jsonschema_rs.ValidationError):
            check(one)
    described = webhook(event)["post"]
    content = described["requestBody"]["content"]["application/cloudevents+json"]
    jsonschema_rs.validate(content["schema"], content["examples"]["worked"]["value"])
    assert {"2XX", "410", "429", "default"} == described["responses"].keys()


async def test_schemas_are_served_where_dataschema_points(client: httpx.AsyncClient) -> None:
    """Without a token, and from any page: a validator follows the address in the event."""
    for name in (ENVELOPE, "nl.nodus.case.offered.v1"):
        answer = await client.get(f"/v1/schemas/{name}")
        assert answer.headers["content-type"] == "application/schema+json"
        assert answer.json() == event_schemas()[name]


class Process:
    """A program of the kit, as somebody runs it."""

    def __init__(self, *command: str, **environment: str) -> None:
        """Start it."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.running = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env={**kept, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )  # fmt: skip

    def __enter__(self) -> subprocess.Popen[str]:
        """It."""
        return self.running

    def __exit__(self, *_error: object) -> None:
        """End it, if it has not ended."""
        self.running.kill()
        self.running.communicate()


class Hurried:
    """Between a poller and the service: nobody waits for longer than a second. What was answered is in `statuses`."""

    def __init__(self) -> None:
        """In front of nothing yet."""
        self.statuses: list[int] = []

    def before(self, app: ASGIApp) -> ASGIApp:
        """In front of this."""

        async def served(scope: Scope, receive: Receive, send: Send) -> None:
            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self.statuses.append(message["status"])
                await send(message)

            if b"wait=25" in scope.get("query_string", b""):
                scope = {**scope, "query_string": scope["query_string"].replace(b"wait=25", b"wait=1")}
            await app(scope, receive, noted)

        return served


@pytest.fixture
def hurried() -> Hurried:
    """In front of the service on its socket."""
    return Hurried()


@pytest.fixture
async def served(fresh_url: str, hurried: Hurried) -> AsyncIterator[tuple[str, Database]]:
    """The service on a socket, and its database."""
    settings = settings_for(fresh_url)
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(hurried.before(edged(app)), port=0, log_config=None, timeout_graceful_shutdown=3))
    task = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", app.state.database
    app.state.heads.let_go()
    server.should_exit = True
    await task


async def _until(said: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not said():
            await asyncio.sleep(0.02)


def _kept(file: Path, table: str = "event") -> int:
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(file)) as kept:
        return int(kept.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    return 0


async def test_the_receiver_keeps_each_event_once(free_port: int, tmp_path: Path) -> None:
    """The handshake is granted, a repeat changes nothing, a forged one is refused; what was answered 204 is on disk."""
    secret, body = new_secret(), json.dumps(example(EVENTS[0])).encode()
    event, file, url = json.loads(body)["id"], tmp_path / "kept", f"http://127.0.0.1:{free_port}/hook"
    with Process("deploy/examples/receiver.py", str(free_port), str(file), WEBHOOK_SECRET=shown(secret)):
        async with httpx.AsyncClient() as client:
            await _until(lambda: _kept(file) == 0 and file.exists())
            for _ in range(200):
                with suppress(httpx.TransportError):
                    asked = await client.options(url, headers={"WebHook-Request-Origin": "nodus.example"})
                    break
                await asyncio.sleep(0.05)
            assert asked.headers["webhook-allowed-origin"] == "nodus.example"
            assert (await client.options(url)).status_code == 403
            for given, status in ((secret, 204), (secret, 204), (new_secret(), 401)):
                signed = headers([given], UUID(event), int(time.time()), body, origin="nodus.example")
                assert (await client.post(url, content=body, headers=signed)).status_code == status
    assert _kept(file) == 1


async def test_the_poller_survives_kills_and_finds_its_way_back(served: tuple[str, Database], tmp_path: Path) -> None:
    """Killed and started again it goes on; what it can't have any more it makes up for from the lists; a key that ends, ends it."""
    url, database = served
    header = await a_token(database, AMSTERDAM_DESK, "desk")
    operator = await a_token(database)
    file, command = tmp_path / "kept", ("deploy/examples/poller.py", url, str(AMSTERDAM_DESK), str(tmp_path / "kept"))
    environment = {"NODUS_KEY": header["Authorization"].removeprefix("Bearer ")}
    await announce(database, AMSTERDAM_DESK, 3)
    with Process(*command, **environment):
        await _until(lambda: _kept(file) == 3)
    async with httpx.AsyncClient(base_url=url) as client:
        await an_offered_case(client, operator)
    async with begin(database, WORKER) as work:  # as if it had slept for three months
        await work.change(text("DELETE FROM event WHERE recipient_id = :id AND number <= 4"), id=AMSTERDAM_DESK)
        await work.change(text("UPDATE recipient_counter SET oldest = 5 WHERE recipient_id = :id"), id=AMSTERDAM_DESK)
    await announce(database, AMSTERDAM_DESK, 2)
    with Process(*command, **environment) as polling:
        await _until(lambda: _kept(file, "snapshot") == 1)
        await announce(database, AMSTERDAM_DESK, 1)
        await _until(lambda: _kept(file) == 4)
        async with begin(database, WORKER) as work:
            await work.change(text("UPDATE api_key SET revoked_at = now() WHERE organisation_id = :id"), id=AMSTERDAM_DESK)
        await announce(database, AMSTERDAM_DESK, 1)
        told = await asyncio.to_thread(polling.communicate, timeout=20)
    assert polling.returncode
    assert told[1].startswith("401")


async def test_the_poller_is_told_nothing_twice(served: tuple[str, Database], hurried: Hurried, tmp_path: Path) -> None:
    """Nothing new is 304, without a body; what comes then is not missed."""
    url, database = served
    header = await a_token(database, AMSTERDAM_DESK, "desk")
    file, command = tmp_path / "kept", ("deploy/examples/poller.py", url, str(AMSTERDAM_DESK), str(tmp_path / "kept"))
    await announce(database, AMSTERDAM_DESK, 2)
    with Process(*command, NODUS_KEY=header["Authorization"].removeprefix("Bearer ")):
        await _until(lambda: hurried.statuses.count(304) >= 2)
        await announce(database, AMSTERDAM_DESK, 1)
        await _until(lambda: _kept(file) == 3)


def test_the_poller_is_short() -> None:
    """Whoever copies it reads it first."""
    assert len(Path("deploy/examples/poller.py").read_text().splitlines()) <= 60


async def test_listen_shows_signs_and_forwards(served: tuple[str, Database]) -> None:
    """What happens from now on, as the sender would send it, verified by the reference library; Ctrl-C ends it without a trace."""
    url, database = served
    receiver = await Receiver().start()
    organisation = await an_organisation(database)
    header = await a_token(database, organisation, "desk")
    environment = {
        "NODUS_KEY": header["Authorization"].removeprefix("Bearer "),
        "COLUMNS": "200",
        "NODUS_WEBHOOK_SECRET": shown(b"x" * 32),
    }
    await announce(database, organisation, 2)
    command = ("-m", "app.cli", "webhook", "listen", str(organisation), "--server", url, "--forward-to", receiver.url)
    with Process(*command, "--types", "nl.nodus.test", **environment) as listening:
        assert listening.stderr
        assert "Listening" in await asyncio.to_thread(listening.stderr.readline)
        await announce(database, organisation, 2)
        await receiver.until(2)
        listening.send_signal(signal.SIGINT)
        said, warned = await asyncio.to_thread(listening.communicate, timeout=20)
    assert receiver.numbers() == [3, 4]
    assert len(receiver.verified(shown(b"x" * 32))) == 2
    assert "nl.nodus.test.happened.v1" in said
    assert "204" in said
    assert (listening.returncode, "Traceback" in warned) == (0, False)
    await receiver.stop()
