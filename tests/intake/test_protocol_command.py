"""`nodus protocol`, as an author types it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.core.settings import load
from app.intake.service.protocols import FOLDER

NEWEST = FOLDER / "nl-2026.2.yaml"


def _ran(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["protocol", *arguments])
    return result.exit_code, result.stdout


@pytest.fixture(autouse=True)
def _without_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NODUS_DATABASE_URL", raising=False)
    load.cache_clear()


def test_ours_pass_the_check() -> None:
    """The exit code is what a pipeline looks at."""
    assert _ran("check", "--strict", *(str(path) for path in FOLDER.glob("*.yaml"))) == (0, "")


def test_a_cycle_is_told_with_its_line(tmp_path: Path) -> None:
    """Questions that wait for each other would never be asked: a clear answer, and nothing is loaded."""
    file = tmp_path / "nl-2027.1.yaml"
    told = NEWEST.read_text(encoding="utf-8").replace("version: nl-2026.2", "version: nl-2027.1")
    file.write_text(told.replace('ask_when: {danger_now: ["no"]}', 'ask_when: {can_wait: ["no"]}'), encoding="utf-8")
    line = next(number for number, text in enumerate(file.read_text().splitlines(), 1) if "ask_when: {can_wait" in text)
    code, said = _ran("check", str(file))
    assert code == 1
    assert f"{file}:{line}: error cycle Questions wait for each other: can_wait → can_wait." in said
    assert _ran("diff", "nl-2026.1", str(file))[0] == 2


def test_findings_as_json_and_files_that_are_none(tmp_path: Path) -> None:
    """For editors and pipelines; a file that is not there is a finding, no crash."""
    code, said = _ran("check", str(tmp_path / "none.yaml"), "--json")
    assert (code, [one["code"] for one in json.loads(said)]) == (1, ["unreadable"])


def test_the_files_differ_without_a_database() -> None:
    """An author on a train sees what is other in the file."""
    code, said = _ran("diff", "nl-2026.1", str(NEWEST))
    assert code == 0
    assert "question weapon_in_hand added" in said
    assert "rule can_wait changed: text" in said
    assert _ran("diff", "nl-1999", "nl-2026.1")[0] == 2
