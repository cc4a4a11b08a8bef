"""What the play stands on: a database with the Netherlands in it, tokens, and a folder that remembers."""

import base64
import hashlib
import secrets
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from app.core import clock, embedded, migrations
from app.core.actor import WORKER
from app.core.db import Database
from app.core.settings import Settings, load
from app.core.work import Work, begin
from app.demo.journal import Memory
from app.demo.people import with_accounts
from app.directory.seeding import load_netherlands
from app.directory.service import organisations as directory
from app.identity import service as identity
from app.rosters.seeding import load_plans

if sys.platform != "win32":
    import fcntl

TOKENS_LIVE: Final = timedelta(days=60)
TOKENS_RENEWED: Final = timedelta(days=30)
ALL: Final = 1000
ROLES: Final = {"hotline": ("operator", "supervisor", "administrator"), "care_provider": ("desk", "planner")}
OURS: Final = (
    "demo-state.json", "demo-state.new", "demo-journal.jsonl", "master-key", "demo.json", "demo.new", "serve.log", "worker.log",
)  # fmt: skip


class CantStart(RuntimeError):  # noqa: N818  what happened, as everywhere here
    """The demo can't start, and says why and what to do."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a token: `role` as identity has it, `kind` of its organisation."""

    organisation: str
    name: str
    kind: str
    role: str
    token: str


class Stage:
    """Sets up the database and takes it down; used from a thread, so that a signal is heard meanwhile."""

    def __init__(self, folder: Path, memory: Memory) -> None:
        """Nothing opened yet."""
        self._folder, self._memory = folder, memory
        self._cluster: embedded.Embedded | None = None
        self._one_at_a_time = threading.Lock()
        self.url = ""

    def open_database(self) -> None:
        """An own PostgreSQL, or the one that is named; at the structure that this program knows.

        Raises:
            CantStart: this folder remembers a play on another database.
        """
        with self._one_at_a_time:
            settings = load()
            if settings.database_url:
                self.url, admin_url = settings.database_url, settings.migration_database_url or settings.database_url
            else:
                self._cluster = embedded.start(self._folder)
                self.url, admin_url = self._cluster.url, self._cluster.admin_url
            self._recognise()
            migrations.upgrade(admin_url)
            if self._cluster:
                migrations.grant_login(admin_url, embedded.LOGIN)

    def master_key(self) -> str:
        """The demo's own, kept in its folder."""
        file = self._folder / "master-key"
        if not file.exists() or not file.read_text():
            file.touch(mode=0o600)
            file.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
        return file.read_text()

    async def fill(self, at: datetime) -> list[Member]:
        """Load the Netherlands with rosters from `at` on; a token for each who takes part. What is there already stays."""
        told = self._memory.told
        database = Database(self.url, Settings(database_url=self.url, master_key=self.master_key()))
        try:
            async with begin(database, WORKER, at=at) as work:
                if "directory_from" not in told:
                    await load_netherlands(work, from_day=at.date(), days=1)
                await load_plans(work)
            self._memory.keep(directory_from=told.get("directory_from", at.isoformat()))
            if "members" not in told or clock.wall() - datetime.fromisoformat(told["tokens_made"]) > TOKENS_RENEWED:
                async with begin(database, WORKER, at=at) as work:
                    members = await _with_tokens(work)
                self._memory.keep(members=[asdict(one) for one in members], tokens_made=clock.wall().isoformat())
            if "people" not in told:
                async with begin(database, WORKER, at=at) as work:
                    made = await with_accounts(work)
                self._memory.keep(people=made)
        finally:
            await database.close()
        return [Member(**one) for one in told["members"]]

    def close(self) -> None:
        """Stop the own PostgreSQL."""
        with self._one_at_a_time:
            if self._cluster:
                self._cluster.stop()
                self._cluster = None

    def _recognise(self) -> None:
        """Tokens and answers that are remembered belong to one database."""
        mark = hashlib.sha256(self.url.encode()).hexdigest()[:16]
        if self._memory.told.setdefault("database", mark) != mark:
            raise CantStart(f"{self._folder} remembers a play on another database. Choose another --folder, or --reset it first.")


async def _with_tokens(work: Work) -> list[Member]:
    members: list[Member] = []
    for one in (await directory.organisations(work, None, ALL)).items:
        for role in ROLES.get(one["kind"], ("desk",)):
            token = identity.create_key(work, organisation=one["id"], role=role, label="demo", life=TOKENS_LIVE)
            members.append(Member(str(one["id"]), one["name"], one["kind"], role, token))
    return members


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep a second demo out of this folder.

    Raises:
        CantStart: one plays here already.
    """
    lock = folder / "demo.lock"
    with lock.open("ab") as held:
        if sys.platform != "win32":
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise CantStart(f"A demo plays in {folder} already. End it, or choose another --folder.") from None
        yield


def reset(folder: Path) -> None:
    """Throw away what the demo keeps; nothing else in the folder is touched.

    Raises:
        CantStart: the database is one that was named: it is not ours to empty.
    """
    if load().database_url:
        raise CantStart("The database that NODUS_DATABASE_URL names is yours, and --reset does not empty it. Name a new one.")
    if (folder / "postgresql-18").exists():
        with suppress(RuntimeError):
            embedded.start(folder).stop()
        shutil.rmtree(folder / "postgresql-18")
    for name in OURS:
        (folder / name).unlink(missing_ok=True)
