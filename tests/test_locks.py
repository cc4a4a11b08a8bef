"""The lock files hold all that a command needs: what happens to be installed beside it must not be what makes it run."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.conftest import MASTER_KEY

ROOT: Final = Path(__file__).parent.parent
STARTS: Final = """
import sys
from importlib.metadata import packages_distributions

locked = set(sys.argv[1].split())

def plain(name):
    return name.lower().replace("_", "-").replace(".", "-")

class OnlyWhatIsLocked:
    owners = {top: {plain(one) for one in names} for top, names in packages_distributions().items()}

    def find_spec(self, name, path=None, target=None):
        owners = self.owners.get(name.partition(".")[0], set())
        if owners and not owners & locked:
            raise ModuleNotFoundError(f"{name} is in no lock file", name=name)

sys.meta_path.insert(0, OnlyWhatIsLocked())

from app import cli
from app.core.settings import Settings
from app.main import create_app

create_app(Settings(database_url="postgresql://nobody@localhost/none", master_key=sys.argv[2]))
print("started")
"""


def _named(lock: str) -> set[str]:
    names = re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "deploy" / lock).read_text(), re.MULTILINE)
    return {re.sub(r"[._]", "-", name).lower() for name in names}


def test_the_program_starts_with_what_its_lock_files_name() -> None:
    """A fresh machine has nothing else: SQLAlchemy's greenlet once came with a test tool only, and the demo could not start.

    The demo's lock names all that the service's does, so the smaller one is tried.
    """
    locked = _named("requirements-run.lock")
    assert locked <= _named("requirements.lock")
    command = [sys.executable, "-c", STARTS, " ".join(locked), MASTER_KEY]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "started\n", done.stderr[-2000:]


@pytest.mark.parametrize("path", sorted((ROOT / "deploy").glob("*.lock")), ids=lambda path: path.name)
def test_a_lock_file_has_hashes_and_names_no_address(path: Path) -> None:
    """Where packages come from is the machine's business; that they are the right ones is ours."""
    text = path.read_text()
    assert "://" not in text
    assert text.count("==") <= text.count("--hash=sha256:")
