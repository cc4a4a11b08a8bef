"""The description for catalogues of public code holds what the standard (publiccode.yml 0.5) asks for, and says the truth."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
REQUIRED = (
    "publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType", "description", "legal", "maintenance",
    "localisation",
)  # fmt: skip


@pytest.fixture(scope="module")
def told() -> Any:
    """What it says."""
    return yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))


def test_every_required_key_is_there(told: Any) -> None:
    """Without one of them a catalogue leaves the project out."""
    assert set(REQUIRED) <= told.keys()
    assert told["maintenance"]["type"] in {"internal", "contract", "community", "none"}
    assert told["maintenance"]["contacts"][0]["name"]


def test_each_language_is_described_within_the_lengths(told: Any) -> None:
    """At most 150 characters in short, 150 to 10,000 at length, and at least one feature."""
    for described in told["description"].values():
        assert len(described["shortDescription"]) <= 150
        assert 150 <= len(described["longDescription"]) <= 10_000
        assert described["features"]


def test_it_agrees_with_the_project(told: Any) -> None:
    """Licence and version are those of the package and the licence file."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    version = re.search(r'^version = "(.+)"$', project, re.MULTILINE)
    assert version
    assert told["softwareVersion"] == version[1]
    assert told["legal"]["license"] == "EUPL-1.2"
    assert "EUROPEAN UNION PUBLIC LICENCE v. 1.2" in (ROOT / "LICENSE").read_text(encoding="utf-8").upper().replace(
        "V. 1.2", "v. 1.2"
    )
