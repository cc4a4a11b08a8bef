"""The command line, as somebody who runs the service types it: a process of its own, what it prints, how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.core import embedded, settings
from tests.conftest import MASTER_KEY, copy_of
from tests.makers import AMSTERDAM_DESK
from tests.nursery import Mother

ROOT = Path(__file__).parents[1]
TOKEN = re.compile(r"nodus_\w+")


class Shell:
    """Runs `nodus …` against a database."""

    def __init__(self, url: str, mother: Mother, folder: Path) -> None:
        """With nothing but what a service needs in its environment."""
        self._mother, self._folder = mother, folder
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = {
            **kept, "NODUS_DATABASE_URL": url, "NODUS_MASTER_KEY": MASTER_KEY, "NODUS_METRICS_PORT": "0", "COLUMNS": "200",
        }  # fmt: skip

    def start(self, *arguments: str, told: int | None = subprocess.PIPE) -> subprocess.Popen[str]:
        """Start it."""
        command = [sys.executable, "-m", "app.cli", *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=told, stderr=told, text=True)

    def fork(self, *arguments: str, told: Path) -> psutil.Process:
        """Start it without loading the program anew; how it ended can't be asked then, only that it did."""
        asked = {"arguments": arguments, "environment": self.environment, "log": str(told), "ended": f"{told}.ended"}
        return psutil.Process(self._mother.bear(**asked))

    def run(self, *arguments: str) -> tuple[int, str]:
        """Its exit code, and what it said."""
        return self._mother.run(list(arguments), self.environment, self._folder / "said")


@pytest.fixture
def name(cluster: embedded.Embedded) -> str:
    """A migrated database of this test's own."""
    return copy_of(cluster)


@pytest.fixture
def shell(cluster: embedded.Embedded, name: str, mother: Mother, tmp_path: Path) -> Shell:
    """As the service's login."""
    return Shell(cluster.url_of(name, embedded.LOGIN), mother, tmp_path)


def test_openapi_prints_what_is_committed(shell: Shell) -> None:
    """And nothing else, on its standard output or beside it."""
    code, told = shell.run("openapi")
    assert code == 0
    assert json.loads(told) == json.loads((ROOT / "openapi" / "openapi.json").read_text())


def test_a_key_is_shown_once_listed_and_revoked(shell: Shell) -> None:
    """The token never again; a key that is unknown, or a role, is refused in a sentence."""
    code, made = shell.run("key", "create", str(AMSTERDAM_DESK), "desk", "--label", "ons systeem", "--days", "30")
    assert code == 0
    [token] = TOKEN.findall(made)
    code, listed = shell.run("key", "list")
    assert code == 0
    assert "ons systeem" in listed
    assert token not in listed
    [key] = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", listed.replace(str(AMSTERDAM_DESK), ""))
    assert shell.run("key", "revoke", key)[0] == 0
    code, refused = shell.run("key", "create", str(AMSTERDAM_DESK), "emperor")
    assert code != 0
    assert "Traceback" not in refused


def test_an_account_is_made_helped_and_ended(shell: Shell) -> None:
    """A password is shown by the command that makes it, never in the list; what can't be is refused in a sentence."""
    code, made = shell.run("account", "create", str(AMSTERDAM_DESK), "administrator", "Ad.Beheer", "Ad Beheer")
    assert code == 0
    password = made.splitlines()[0]
    assert len(password) >= 20
    code, listed = shell.run("account", "list")
    assert code == 0
    assert "ad.beheer" in listed
    assert password not in listed
    [account] = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", listed)
    code, other = shell.run("account", "password", account)
    assert code == 0
    assert other.strip() != password
    for wrong in (
        ("create", str(AMSTERDAM_DESK), "desk", "ad.beheer", "Een ander"),
        ("end", "00000000-0000-0000-0000-000000000000"),
    ):
        code, refused = shell.run("account", *wrong)
        assert code == 2, refused
        assert "Traceback" not in refused
    assert shell.run("account", "end", account)[0] == 0
    assert shell.run("account", "end", account)[0] == 2


def test_doctor_tells_what_is_not_in_order(shell: Shell, cluster: embedded.Embedded, name: str) -> None:
    """Everything well: 0. A database that is not ours, or away: 1, with what to do, and no trace."""
    code, told = shell.run("doctor")
    assert code == 0, told
    assert "342 municipalities" in told
    cluster.psql("UPDATE alembic_version SET version_num = '0001'", name)
    code, told = shell.run("doctor")
    assert code == 1
    assert "nodus migrate" in told
    shell.environment["NODUS_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"
    code, told = shell.run("doctor")
    assert code == 1
    assert "Traceback" not in told


def test_serve_in_several_processes_ends_when_told_to(shell: Shell, free_port: int, metrics_port: int, tmp_path: Path) -> None:
    """It answers, is measured, and SIGTERM ends it cleanly."""
    shell.environment["NODUS_METRICS_PORT"] = str(metrics_port)
    with (tmp_path / "told").open("w+") as told:
        serving = shell.start("serve", "--port", str(free_port), "--workers", "2", told=told.fileno())
        try:
            assert _answers(f"http://127.0.0.1:{free_port}/readyz", lambda: serving.poll() is None) == 200
            assert _is_measured(f"http://127.0.0.1:{metrics_port}/metrics", b'route="/readyz",status="200"')
            serving.send_signal(signal.SIGTERM)
            assert serving.wait(20) in {0, -signal.SIGTERM}
        finally:
            serving.kill()
        told.seek(0)
        assert "Traceback" not in told.read()


def test_serve_in_one_process_with_its_worker(shell: Shell, free_port: int, metrics_port: int, tmp_path: Path) -> None:
    """One that does everything is ready, measured and ended as well."""
    shell.environment["NODUS_METRICS_PORT"] = str(metrics_port)
    with _killed(shell.fork("serve", "--port", str(free_port), "--with-worker", told=tmp_path / "told")) as serving:
        assert _answers(f"http://127.0.0.1:{free_port}/readyz", serving.is_running) == 200
        assert _is_measured(f"http://127.0.0.1:{metrics_port}/metrics", b'route="/readyz",status="200"')
        serving.terminate()
        serving.wait(20)
    assert "Traceback" not in (tmp_path / "told").read_text()


def test_who_waits_for_events_does_not_keep_the_service_from_ending(shell: Shell, free_port: int, tmp_path: Path) -> None:
    """A poll may wait for half a minute; told to end, the service answers it at once, and the poller asks another process."""
    _, made = shell.run("key", "create", str(AMSTERDAM_DESK), "desk")
    [token] = TOKEN.findall(made)
    url = f"http://127.0.0.1:{free_port}/v1/organisations/{AMSTERDAM_DESK}/events"
    asked = urllib.request.Request(f"{url}?wait=30", headers={"Authorization": f"Bearer {token}"})
    with (
        ThreadPoolExecutor(1) as beside,
        _killed(shell.fork("serve", "--port", str(free_port), told=tmp_path / "told")) as serving,
    ):
        assert _answers(f"http://127.0.0.1:{free_port}/readyz", serving.is_running) == 200
        waiting = beside.submit(lambda: urllib.request.urlopen(asked, timeout=40).status)
        time.sleep(1)  # it may be early: then it is refused, and this test fails
        assert not waiting.done()
        serving.terminate()
        serving.wait(5)
        assert waiting.result(5) == 200


@contextmanager
def _killed(process: psutil.Process) -> Iterator[psutil.Process]:
    """Whatever it does, it is gone afterwards."""
    try:
        yield process
    finally:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def test_a_proxy_is_believed_where_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else all who come through it would be one address, and lock each other out."""
    told: dict[str, object] = {}
    monkeypatch.setattr("uvicorn.run", lambda _factory, **given: told.update(given))
    monkeypatch.setattr("app.core.metrics.serve", lambda _port: None)
    environment = {
        "NODUS_DATABASE_URL": "postgresql://nobody@/none",
        "NODUS_MASTER_KEY": MASTER_KEY,
        "NODUS_TRUSTED_PROXIES": "10.0.0.0/8",
    }
    settings.load.cache_clear()
    try:
        assert CliRunner().invoke(cli, ["serve"], env=environment).exit_code == 0
    finally:
        settings.load.cache_clear()
    assert told["forwarded_allow_ips"] == "10.0.0.0/8"


def _answers(url: str, runs: Callable[[], bool]) -> int:
    until = time.monotonic() + 90
    while runs() and time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                assert answer.headers["API-Version"]
                return int(answer.status)
        except OSError:
            time.sleep(0.05)
    return 0


def _is_measured(url: str, what: bytes) -> bool:
    """The measurement is made after the answer has left."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with urllib.request.urlopen(url, timeout=5) as measured:
            if what in measured.read():
                return True
        time.sleep(0.05)
    return False
