"""Processes of the service that tests start and kill; `mother.py` bears them."""

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self

import psutil

ROOT: Final = Path(__file__).parents[1]


class Mother:
    """The loaded process. One is enough for all the tests of a worker."""

    def __init__(self) -> None:
        """Loading."""
        command = [sys.executable, "-m", "tests.mother"]
        environment = {**os.environ, "COLUMNS": "200"}  # read when the program is loaded: what is told stands on few lines
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        """Nothing runs yet."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing runs any more."""
        self._process.communicate(timeout=20)  # at the end of its input it ends, and with it all of them

    def bear(self, **asked: Any) -> int:
        """A child that does what is asked; its process id."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def run(self, arguments: list[str], environment: dict[str, str], log: Path) -> tuple[int, str]:
        """`nodus …`, to its end: its exit code, and what it said."""
        ended = log.with_suffix(".ended")
        for left in (log, ended):
            left.unlink(missing_ok=True)
        child = self.bear(arguments=arguments, environment=environment, log=str(log), ended=str(ended))
        until = time.monotonic() + 60
        while not ended.exists():
            assert time.monotonic() < until, f"{child} does not end: {log.read_text()}"
            time.sleep(0.005)
        return int(ended.read_text()), log.read_text()


class Nursery:
    """Starts and kills servers and workers, by the names that the caller gives them."""

    def __init__(self, mother: Mother, log: Path) -> None:
        """What its children say goes to `log`."""
        self._mother, self._log = mother, log
        self._running: dict[str, int] = {}

    def __enter__(self) -> Self:
        """Nothing runs yet."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing runs any more."""
        for name in list(self._running):
            self.kill(name)

    def start(self, name: str, url: str, *, port: int | None = None, off: float = 0, quick: bool = True, **settings: Any) -> None:
        """A server on `port`, or a worker, on the database at `url`.

        `off`: by how many seconds the clock on its wall is ahead. `quick`: what it held when it is killed is free again after a
        second, instead of twelve. `settings`: others than those of every test.
        """
        asked = {"url": url, "log": str(self._log), "port": port, "off": off, "quick": quick, "settings": settings}
        self._running[name] = self._mother.bear(**asked)

    def kill(self, name: str) -> None:
        """As a power cut does; it is gone, and its port free, when this returns."""
        with suppress(psutil.NoSuchProcess):
            killed = psutil.Process(self._running.pop(name))
            killed.kill()
            killed.wait(10)
