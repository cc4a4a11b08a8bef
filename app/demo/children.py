"""The service and the worker as processes of their own: started, watched, started again, ended."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import httpx

NAMES: Final = ("serve", "worker")
READY_WITHIN: Final = 60.0
ENDS_WITHIN: Final = 12.0
TOO_SOON: Final = 2.0
LOG_TOLD: Final = 1500


class NotReady(RuntimeError):  # noqa: N818  what happened, as everywhere here
    """The service does not come up."""


class Children:
    """Starts and watches `nodus serve` and `nodus worker`. `say` tells a person; `log_folder` holds what they say themselves.

    The folder stands in their command line too: that is how what a killed demo left behind is recognised.
    """

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        """Nothing started yet."""
        self._folder, self._say = folder, say
        self._mark = f"nodus-demo={folder}"
        self._environment: dict[str, str] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._started: dict[str, float] = {}
        self.base_url = ""

    def set_up(self, environment: Mapping[str, str], base_url: str) -> None:
        """Fix what they are told."""
        self._environment, self.base_url = {**os.environ, **environment}, base_url

    async def start(self) -> None:
        """Start both, and wait until the service is ready.

        Raises:
            NotReady: it is not within a minute; its own last words are in it.
        """
        for name in NAMES:
            self._start(name)
        until = time.monotonic() + READY_WITHIN
        async with httpx.AsyncClient(trust_env=False) as client:
            while time.monotonic() < until:
                with suppress(httpx.TransportError):
                    if (await client.get(f"{self.base_url}/readyz")).is_success:
                        return
                await asyncio.sleep(0.1)
        told = (self._folder / "serve.log").read_text(errors="replace")[-LOG_TOLD:]
        raise NotReady(f"The service did not become ready within {READY_WITHIN:.0f} seconds. It said: {told}")

    async def watch(self) -> None:
        """Start again whatever ends, until cancelled."""
        while True:
            for name, process in list(self._running.items()):
                if process.poll() is not None:
                    self._say(f"[yellow]{name} ended ({_how(process.returncode)}); starting it again.[/]")
                    if time.monotonic() - self._started[name] < TOO_SOON:
                        await asyncio.sleep(TOO_SOON)
                    self._start(name)
            await asyncio.sleep(0.1)

    def close(self) -> None:
        """End both; what is under way is finished first."""
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        until = time.monotonic() + ENDS_WITHIN
        for process in self._running.values():
            try:
                process.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def end_leftovers(self) -> None:
        """End what a demo that was killed left running for this folder, and nothing else."""
        left = [number for number in _processes() if self._is_ours(number)]
        for number in left:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGTERM)
        until = time.monotonic() + ENDS_WITHIN
        while any(self._is_ours(number) for number in left) and time.monotonic() < until:
            time.sleep(0.1)

    def _is_ours(self, number: int) -> bool:
        arguments = _command_line(number)
        return self._mark in arguments and arguments[-1] in NAMES

    def _start(self, name: str) -> None:
        log = self._folder / f"{name}.log"
        log.touch(mode=0o600)
        with log.open("ab") as told:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-X", self._mark, "-m", "app.cli", name],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                start_new_session=True,
            )
        self._started[name] = time.monotonic()


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit {code}"


def _processes() -> list[int]:
    """The processes of this machine, where /proc tells; nowhere else is anything ended."""
    proc = Path("/proc")
    return [int(one.name) for one in proc.iterdir() if one.name.isdigit()] if proc.is_dir() else []


def _command_line(number: int) -> list[str]:
    try:
        return (Path("/proc") / str(number) / "cmdline").read_text(errors="replace").strip("\0").split("\0")
    except OSError:
        return [""]
