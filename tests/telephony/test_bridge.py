"""The bridge between an Asterisk that plays what was recorded and a served Nodus."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.cli.asterisk import Bridge, Settings, parsed
from app.cli.spool import Spool
from app.core.db import Database
from tests.conftest import settings_for
from tests.console.serving import served
from tests.makers import a_token
from tests.telephony.test_asterisk import RECORDED

SECRET: Final = b"s" * 32
SHOWN: Final = "whsec_c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M="


class Asterisk:
    """A manager interface: knows one password, and says to whoever logs in what is played."""

    def __init__(self) -> None:
        """Nobody is connected."""
        self.port = 0
        self.logins = 0
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def break_off(self) -> None:
        """Gone, in the middle of whatever it was."""
        assert self._server
        self._server.close()
        for writer in self._writers:
            writer.close()
        self._writers.clear()

    def play(self, name: str, *, replaced: Iterable[tuple[str, str]] = ()) -> None:
        """Send everything that was recorded in a file."""
        text = (RECORDED / f"{name}.ami").read_text(encoding="utf-8").strip()
        for old, new in replaced:
            text = text.replace(old, new)
        for writer in self._writers:
            writer.write(text.replace("\n", "\r\n").encode() + b"\r\n\r\n")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Asterisk Call Manager/9.0.0\r\n")
        with_suppress = (asyncio.IncompleteReadError, ConnectionError)
        try:
            while True:
                asked = parsed(await reader.readuntil(b"\r\n\r\n"))
                if asked["Action"] == "Login" and asked["Secret"] != "right":
                    writer.write(b"Response: Error\r\nMessage: Authentication failed\r\n\r\n")
                    writer.close()
                elif asked["Action"] == "Login":
                    writer.write(b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n")
                    self._writers.append(writer)
                    self.logins += 1
        except with_suppress:
            writer.close()


@pytest.fixture
async def asterisk() -> AsyncIterator[Asterisk]:
    """One that listens."""
    made = Asterisk()
    await made.open()
    yield made
    await made.break_off()


@asynccontextmanager
async def running(bridge: Bridge) -> AsyncIterator[None]:
    """A bridge at work."""
    task = asyncio.create_task(bridge.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], Any]) -> None:
    """Wait until something is so, ten seconds at most."""
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.01)


async def _registered(address: str, database: Database) -> dict[str, str]:
    supervisor = await a_token(database, role="supervisor")
    async with httpx.AsyncClient(base_url=address, headers=supervisor) as client:
        made = await client.post("/v1/telephone-systems", json={"label": "Asterisk"})
    return {"system": made.json()["id"], "secret": made.json()["secret"]}


def _settings(asterisk: Asterisk, spool: Path, **others: Any) -> Settings:
    known = {"port": asterisk.port, "password": "right", "spool": spool, "system": "01a00000-0000-7000-8000-000000000000"}
    return Settings(**{"secret": SHOWN, **known, **others})


def _in_clear(folder: Path, told: bytes) -> list[Path]:
    return [one for one in folder.iterdir() if told in one.read_bytes()]


async def _calls(raw: asyncpg.Connection, system: str) -> list[tuple[Any, ...]]:
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        rows = await raw.fetch(
            "SELECT external, state, extension, queue FROM phone_call WHERE system_id = $1 ORDER BY id", system
        )
    return [tuple(row) for row in rows]


async def test_what_an_exchange_plays_becomes_calls(
    asterisk: Asterisk, database: Database, shared_url: str, tmp_path: Path, raw: asyncpg.Connection
) -> None:
    """From the manager's socket to a draft: the whole way, also through an exchange and a Nodus that go away in between."""
    async with served(settings_for(shared_url)) as address:
        known = await _registered(address, database)
        bridge = Bridge(_settings(asterisk, tmp_path, nodus_url=address, **known))
        async with running(bridge):
            await until(lambda: asterisk.logins)
            asterisk.play("queue")
            await until(lambda: not bridge.spool.waiting() and not bridge.spool.followed() and bridge.spool.taken == 6)
            await asterisk.break_off()
            await asterisk.open()
            await until(lambda: asterisk.logins == 2)
            asterisk.play("transfer")
            await until(lambda: bridge.spool.taken == 12 and not bridge.spool.waiting())
    found = await _calls(raw, known["system"])
    assert found == [("1514295827.372", "ended", "777", "Q1"), ("1594054062.123", "answered", "206040", "201")]


async def test_while_nodus_is_away_nothing_is_lost(
    asterisk: Asterisk, database: Database, shared_url: str, tmp_path: Path, raw: asyncpg.Connection, free_port: int
) -> None:
    """Two calls come while nobody takes them, the bridge is killed, and a new one sends all of it, in order."""
    async with served(settings_for(shared_url)) as address:
        known = await _registered(address, database)
    away = _settings(asterisk, tmp_path, nodus_url=f"http://127.0.0.1:{free_port}", **known)
    bridge = Bridge(away)
    async with running(bridge):
        await until(lambda: asterisk.logins)
        asterisk.play("queue")
        asterisk.play("queue", replaced=[("1514295827.372", "1514295900.400")])
        await until(lambda: bridge.spool.waiting() == 12)
    assert not _in_clear(tmp_path, b"call.offered"), "numbers must not lie in clear"
    async with served(settings_for(shared_url)) as address:
        again = Bridge(_settings(asterisk, tmp_path, nodus_url=address, **known))
        async with running(again):
            await until(lambda: not again.spool.waiting())
    assert [one[:2] for one in await _calls(raw, known["system"])] == [("1514295827.372", "ended"), ("1514295900.400", "ended")]


async def test_a_wrong_password_is_tried_again_and_not_at_full_speed(asterisk: Asterisk, tmp_path: Path) -> None:
    """Somebody will set it right; until then the exchange is not hammered, and the log says what is wrong."""
    bridge = Bridge(_settings(asterisk, tmp_path, password="wrong"))
    async with running(bridge):
        await asyncio.sleep(0.3)
    assert asterisk.logins == 0
    assert [bridge._pause(failed) <= 30 for failed in (1, 5, 1000)] == [True] * 3


def test_a_spool_keeps_order_over_a_restart_and_puts_aside_what_it_can_not_open(tmp_path: Path) -> None:
    """After a crash the first is still the first; with another secret nothing stands in the way of what comes."""
    owner = _settings(Asterisk(), tmp_path, port=1).system
    spool = Spool(tmp_path, SECRET, owner)
    for number in "123":
        spool.put({"call": number})
    first = spool.oldest()
    assert first
    assert b'"1"' in first.body
    spool.done(first)
    spool = Spool(tmp_path, SECRET, owner)
    spool.put({"call": "4"})
    bodies = []
    while letter := spool.oldest():
        bodies.append(letter.body)
        spool.done(letter)
    assert bodies == [b'{"call":"2"}', b'{"call":"3"}', b'{"call":"4"}']
    spool.put({"call": "5"})
    other = Spool(tmp_path, b"o" * 32, owner)
    other.put({"call": "6"})
    letter = other.oldest()
    assert letter
    assert letter.body == b'{"call":"6"}'
    assert len(list(tmp_path.glob("*.refused"))) == 1


def test_without_settings_it_says_which_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever installs it reads names, no trace."""
    for name in [one for one in os.environ if one.startswith("NODUS_ASTERISK_")]:
        monkeypatch.delenv(name)
    ran = CliRunner().invoke(cli, ["telephony", "asterisk"])
    assert ran.exit_code == 2
    assert "NODUS_ASTERISK_PASSWORD, NODUS_ASTERISK_SYSTEM, NODUS_ASTERISK_SECRET" in ran.stderr.replace("\n", " ")
