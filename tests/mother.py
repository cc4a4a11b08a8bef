"""A process that has loaded the program once and is forked: a server, worker or command is there in milliseconds, not seconds.

Asked by lines of JSON on its standard input, it answers each with a process id. When its input ends, all of them end. `nursery.py`
asks it.
"""

import asyncio
import ctypes
import json
import os
import signal
import sys
import traceback
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import uvicorn

from app import cli, main, worker
from app.core import clock, settings
from app.delivery.send import sender
from app.intake.service import protocols
from tests.conftest import settings_for

DIES_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG


def _become(asked: dict[str, Any]) -> None:
    ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    told = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(told, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if "arguments" in asked:
        os.environ.clear()
        os.environ.update(asked["environment"])
        settings.load.cache_clear()
        return
    if asked["off"]:
        setattr(clock, "wall", lambda: datetime.now(UTC) + timedelta(seconds=asked["off"]))  # noqa: B010
    if asked["quick"]:
        setattr(sender, "LEASE", timedelta(seconds=0.8))  # noqa: B010
        setattr(sender, "RENEWED_EVERY", 0.2)  # noqa: B010


def _work(url: str, port: int | None, others: dict[str, Any]) -> None:
    wanted = settings_for(url, **{"webhooks_to_private_addresses": True, **others})
    if port is None:
        asyncio.run(worker.run_until_signal(wanted))
    else:
        uvicorn.run(main.edged(main.create_app(wanted)), port=port, log_level="error", timeout_graceful_shutdown=5)


def _obey(arguments: list[str], ended: Path) -> None:
    code: Any = 1
    try:
        sys.argv = ["nodus", *arguments]
        cli.main()
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        written = ended.with_suffix(".ending")
        written.write_text(str(code))
        written.rename(ended)


def _breed() -> None:
    protocols.prepare()
    for command in cli.COMMANDS.values():
        import_module(command.partition(":")[0])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        number = os.fork()
        if not number:
            try:
                asked = json.loads(line)
                _become(asked)
                if "arguments" in asked:
                    _obey(asked["arguments"], Path(asked["ended"]))
                else:
                    _work(asked["url"], asked["port"], asked["settings"])
            finally:
                os._exit(0)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _breed()
