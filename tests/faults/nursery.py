"""A process that has loaded the program once and is forked: a server or worker that was killed is back in milliseconds.

Asked by lines of JSON on its standard input, it answers each with a process id. When its input ends, all of them end.
"""

import asyncio
import ctypes
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

import httpx
import uvicorn
from fastapi import FastAPI

from app import main, worker
from app.core import clock
from app.delivery.send import sender
from app.intake.service import protocols
from tests.conftest import settings_for

DIES_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG


class Nursery:
    """Starts and kills servers and workers, by the names that the caller gives them."""

    def __init__(self, log: Path) -> None:
        """Loaded at once; what its children say goes to `log`."""
        self._log = log
        self._running: dict[str, int] = {}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        """Nothing runs yet."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing runs any more."""
        self._process.communicate(timeout=20)  # at the end of its input it ends, and with it all of them

    def start(self, name: str, url: str, *, port: int | None = None, off: float = 0, quick: bool = True, **settings: Any) -> None:
        """A server on `port`, or a worker, on the database at `url`.

        `off`: by how many seconds the clock on its wall is ahead. `quick`: what it held when it is killed is free again after a
        second, instead of twelve. `settings`: others than those of every test.
        """
        asked = {"url": url, "log": str(self._log), "port": port, "off": off, "quick": quick, "settings": settings}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        self._running[name] = int(self._process.stdout.readline())

    def kill(self, name: str) -> None:
        """As a power cut does."""
        with suppress(ProcessLookupError):
            os.kill(self._running.pop(name), signal.SIGKILL)


def _become(asked: dict[str, Any]) -> None:
    ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    told = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(told, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if asked["off"]:
        setattr(clock, "wall", lambda: datetime.now(UTC) + timedelta(seconds=asked["off"]))  # noqa: B010
    if asked["quick"]:
        setattr(sender, "LEASE", timedelta(seconds=0.8))  # noqa: B010
        setattr(sender, "RENEWED_EVERY", 0.2)  # noqa: B010


def _work(app: FastAPI, url: str, port: int | None, others: dict[str, Any]) -> None:
    settings = settings_for(url, **{"webhooks_to_private_addresses": True, **others})
    if port is None:
        asyncio.run(worker.run_until_signal(settings))
    else:
        main.connect(app, settings)
        uvicorn.run(main.edged(app), port=port, log_level="error", timeout_graceful_shutdown=5)


def _loaded() -> FastAPI:
    """An application that has already found out its routes, and read its protocols."""
    app = main.create_app(settings_for("postgresql://nobody@/none"))
    protocols.prepare()
    asyncio.run(_asked(app))
    return app


async def _asked(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://nodus.test") as client:
        await client.get("/livez")


def _breed() -> None:
    app = _loaded()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        number = os.fork()
        if not number:
            try:
                asked = json.loads(line)
                _become(asked)
                _work(app, asked["url"], asked["port"], asked["settings"])
            finally:
                os._exit(0)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _breed()
