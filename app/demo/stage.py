"""What the play stands on: a database, the service and the worker as processes of their own, tokens, a folder that remembers."""

import asyncio
import base64
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
import orjson
from rich.console import Console

from app.core import clock, embedded, migrations
from app.core.actor import WORKER
from app.core.clock import Pace
from app.core.db import Database
from app.core.settings import Settings, load
from app.core.work import begin
from app.directory import service as directory
from app.directory.seeding import load_netherlands
from app.identity import service as identity

TOKENS_LIVE: Final = timedelta(days=7)
READY_WITHIN: Final = 30.0
DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation that takes part, with its token."""

    id: UUID
    name: str
    kind: str
    token: str


class Memory:
    """A small file: what a second start must know."""

    def __init__(self, folder: Path) -> None:
        """Read what there is."""
        self._file = folder / "demo-state.json"
        self.told: dict[str, Any] = orjson.loads(self._file.read_bytes()) if self._file.exists() else {}

    def keep(self, **told: Any) -> None:  # noqa: ANN401, RUF100
        """Remember this too; whoever is killed while writing leaves the old file."""
        self.told |= told
        fresh = self._file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(orjson.dumps(self.told))
        fresh.replace(self._file)


class Stage:
    """Sets up, starts, watches and takes down."""

    def __init__(self, folder: Path, console: Console) -> None:
        """Nothing started yet."""
        self.folder, self.console = folder, console
        self.cluster: embedded.Embedded | None = None
        self.url = self.admin_url = ""
        self.base_url = ""
        self.port = 0
        self._environment: dict[str, str] = {}
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def open_database(self) -> None:
        """An own PostgreSQL, or the one that is named; at the structure that this program knows."""
        settings = load()
        if settings.database_url:
            self.url, self.admin_url = settings.database_url, settings.migration_database_url or settings.database_url
        else:
            self.cluster = embedded.start(self.folder)
            self.url, self.admin_url = self.cluster.url, self.cluster.admin_url
        migrations.upgrade(self.admin_url)
        if self.cluster:
            migrations.grant_login(self.admin_url, embedded.LOGIN)

    def master_key(self) -> str:
        """The demo's own, kept in its folder."""
        file = self.folder / "master-key"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
        return file.read_text()

    async def fill(self, from_day: date, at: datetime) -> list[Member]:
        """Load the Netherlands; a token for each organisation that can be asked, and for an operator and a supervisor."""
        database = Database(self.url, self.settings())
        members: list[Member] = []
        async with begin(database, WORKER, at=at) as work:
            await load_netherlands(work, from_day=from_day, days=DAYS)
            found = (await directory.organisations(work, None, 1000)).items
            for one in found:
                role = "supervisor" if one.kind == "hotline" else "desk"
                token = identity.create_key(work, organisation=one.id, role=role, label="demo", life=TOKENS_LIVE)
                members.append(Member(one.id, one.name, one.kind, token))
                if one.kind == "hotline":
                    operator = identity.create_key(work, organisation=one.id, role="operator", label="demo", life=TOKENS_LIVE)
                    members.append(Member(one.id, one.name, "operator", operator))
        await database.close()
        return members

    def settings(self) -> Settings:
        """For this process's own short visit to the database."""
        return Settings(database_url=self.url, master_key=self.master_key())

    def set_up_processes(self, pace: Pace, port: int) -> None:
        """Fix the port and the clock that service and worker will run by."""
        self.port = free_port(port)
        if self.port != port:
            self.console.print(f"Port {port} is taken; using {self.port}.")
        self.base_url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **os.environ,
            "NODUS_DATABASE_URL": self.url,
            "NODUS_MASTER_KEY": self.master_key(),
            "NODUS_BASE_URL": self.base_url,
            "NODUS_PORT": str(self.port),
            "NODUS_METRICS_PORT": "0",
            "NODUS_CLOCK": str(pace),
            "NODUS_DEMO": "1",
            "NODUS_DEMO_FILE": str(self.folder / "demo.json"),
            "NODUS_WEBHOOKS_TO_PRIVATE_ADDRESSES": "1",
            "NODUS_LOG_LEVEL": "warning",
        }
        clock.run_at(pace)

    async def start(self) -> None:
        """Start service and worker, and wait until they are ready."""
        for name in ("serve", "worker"):
            self._start(name)
        async with httpx.AsyncClient(trust_env=False) as client:
            async with asyncio.timeout(READY_WITHIN):
                while True:
                    with suppress(httpx.TransportError):
                        if (await client.get(f"{self.base_url}/readyz")).is_success:
                            return
                    await asyncio.sleep(0.1)

    async def watch(self) -> None:
        """Start again whatever ends, until cancelled."""
        while True:
            for name, process in list(self._children.items()):
                if process.poll() is not None:
                    self.console.print(f"[yellow]{name} ended ({process.returncode}); starting it again.[/]")
                    self._start(name)
            await asyncio.sleep(0.2)

    def pid(self, name: str) -> int:
        """The process of `serve` or `worker`."""
        return self._children[name].pid

    def _start(self, name: str) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        with log:
            self._children[name] = subprocess.Popen(
                [sys.executable, "-m", "app.cli", name],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def close(self) -> None:
        """End what was started, the worker first."""
        for name in ("worker", "serve"):
            if process := self._children.pop(name, None):
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(12)
                except subprocess.TimeoutExpired:
                    process.kill()
        if self.cluster:
            self.cluster.stop()
            self.cluster = None


def reset(folder: Path) -> None:
    """Throw away what the demo keeps; nothing else in the folder is touched."""
    if (folder / "postgresql-18").exists():
        with suppress(RuntimeError):
            embedded.start(folder).stop()
        shutil.rmtree(folder / "postgresql-18")
    for name in ("demo-state.json", "master-key", "demo.json", "serve.log", "worker.log"):
        (folder / name).unlink(missing_ok=True)


def free_port(wished: int) -> int:
    """`wished`, or another when somebody listens there."""
    for port in (wished, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("No port is free.")
