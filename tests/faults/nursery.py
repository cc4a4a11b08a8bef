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
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Self

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from app import main, worker
from app.core.settings import Settings
from app.intake.service import protocols
from tests.conftest import MASTER_KEY

DIES_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG
FRESHLY_LEASED: Final = {"LEASE": timedelta(seconds=0.8), "RENEWED_EVERY": 0.2}


class Nursery:
    """Starts and kills servers and workers of one database, by the names that the caller gives them."""

    def __init__(self, environment: dict[str, str], log: Path, *, quick: bool = True) -> None:
        """Loaded at once. `quick`: what a killed worker held is free again after a second instead of twelve."""
        self._environment, self._log, self._quick = environment, log, quick
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
        self._process.communicate(timeout=20)

    def start(self, name: str, *, port: int | None = None) -> None:
        """A server on `port`, or a worker."""
        asked = {"environment": self._environment, "log": str(self._log), "port": port, "quick": self._quick}
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
    os.environ.update(asked["environment"])
    if asked["quick"]:
        for name, module in list(sys.modules.items()):
            if name.startswith("app.delivery.send"):
                for constant, value in FRESHLY_LEASED.items():
                    if hasattr(module, constant):
                        setattr(module, constant, value)


def _work(app: FastAPI, port: int | None) -> None:
    settings = Settings()
    if port is None:
        asyncio.run(worker.run_until_signal(settings))
    else:
        main.connect(app, settings)
        uvicorn.run(main.edged(app), port=port, log_level="error", timeout_graceful_shutdown=5)


def _loaded() -> FastAPI:
    """An application that has already found out its routes, and read its protocols."""
    app = main.create_app(Settings(database_url="postgresql://nobody@/none", master_key=SecretStr(MASTER_KEY)))
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
                _work(app, asked["port"])
            finally:
                os._exit(0)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _breed()
