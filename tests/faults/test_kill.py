"""Service and worker are killed in the middle of a night: no answered call is missing, every event arrives."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import psutil

from app.core import embedded
from tests.conftest import copy_of

KILLS = 2  # each costs a start of the program; `test_delivery.py` kills more often, by forks


def test_killing_anything_at_any_moment_loses_nothing(cluster: embedded.Embedded, tmp_path: Path) -> None:
    """The demo plays, a hand kills serve and worker without warning, and the demo's own sum must still come out."""
    name = copy_of(cluster)
    environment = {
        **os.environ,
        "NODUS_DATABASE_URL": cluster.url_of(name, embedded.LOGIN),
        "NODUS_MIGRATION_DATABASE_URL": cluster.url_of(name, "postgres"),
    }
    command = [sys.executable, "-m", "app.cli", "demo", "--once", "--calls", "16", "--speed", "6000", "--port", "0"]
    log = tmp_path / "told"
    with log.open("w") as told:
        play = subprocess.Popen([*command, "--folder", str(tmp_path / "demo")], env=environment, stdout=told, stderr=told)
    killed = _kill_now_and_then(play, Random(11))
    said = log.read_text()
    assert play.wait(120) == 0, said
    assert killed == KILLS, said
    assert "FAIL" not in said
    assert "16 planned, 16 answered 201, 0 of those can't be found" in " ".join(said.split())
    cluster.psql(f"DROP DATABASE {name} WITH (FORCE)")


def _kill_now_and_then(play: subprocess.Popen[bytes], random: Random) -> int:
    killed = 0
    until = time.monotonic() + 120
    while play.poll() is None and time.monotonic() < until:
        with suppress(subprocess.TimeoutExpired):
            play.wait(random.uniform(0.5, 1.5))
        if play.poll() is None and killed < KILLS:
            with suppress(psutil.Error):
                victims = [
                    child for child in psutil.Process(play.pid).children()
                    if child.cmdline() and child.cmdline()[-1] in {"serve", "worker"}
                ]  # fmt: skip
                if len(victims) == 2:
                    random.choice(victims).send_signal(signal.SIGKILL)
                    killed += 1
    return killed
