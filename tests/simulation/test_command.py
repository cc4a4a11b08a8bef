"""`nodus explain` and `nodus simulate`, as somebody types them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.core import embedded
from tests.conftest import copy_of
from tests.nursery import Mother
from tests.test_cli import Shell

WEEK = ("simulate", "--from", "2026-12-01", "--until", "2026-12-04", "--per-year", "30000")


@pytest.fixture(scope="module")
def shell(cluster: embedded.Embedded, mother: Mother, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """On a database of these tests' own."""
    return Shell(cluster.url_of(copy_of(cluster), embedded.LOGIN), mother, tmp_path_factory.mktemp("shell"))


def test_explain_takes_the_time_of_the_clock_on_the_wall(shell: Shell) -> None:
    """Three at night at Christmas, in the Netherlands; the line that was taken says until when."""
    code, told = shell.run("explain", "--postcode", "2011AB", "--urgency", "urgent", "--at", "2026-12-25T03:00")
    assert code == 0, told
    assert "Fri 25 Dec 2026 03:00 CET" in told
    assert "taken" in told
    assert "03:30 CET" in told
    skipped = CliRunner().invoke(cli, ["explain", "--postcode", "2011AB", "--urgency", "urgent", "--at", "2026-03-29T02:30"])
    assert skipped.exit_code == 2
    assert "skips" in skipped.output


def test_simulate_shows_writes_and_compares(shell: Shell, tmp_path: Path) -> None:
    """A table on the screen, figures for a program, a page for people, charts for a slide."""
    proposal, weights = tmp_path / "proposal.yaml", tmp_path / "weights.csv"
    proposal.write_text(
        "title: Everybody [red] awake\nchanges:\n  - {change: rotation, service: Bemoeizorg Kennemerland (verzonnen),"
        " participants: [a, b], handOver: ['08:00', '20:00']}\n"
    )
    weights.write_text("code,inhabitants\nGM0392,168000\nGM0375,43000\n")
    files = {name: tmp_path / name for name in ("figures.json", "page.html", "charts")}
    options = ("--json", str(files["figures.json"]), "--report", str(files["page.html"]), "--svg", str(files["charts"]))
    code, told = shell.run(*WEEK, "--proposal", str(proposal), "--weights", str(weights), *options)
    assert code == 0, told
    assert "Everybody [red] awake" in told
    assert "calls/s" in told
    figures = json.loads(files["figures.json"].read_text())
    assert figures["scenarios"][0]["calls"] > 200
    assert figures["difference"]["moved"]
    assert "Everybody [red] awake" in files["page.html"].read_text()
    assert len(list(files["charts"].glob("*.svg"))) == 7


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("proposal", "title: [", "no YAML"),
        ("proposal", "just words", "no names"),
        ("proposal", "title: t\nchanges: [{change: magic}]", "proposals/0/changes/0"),
        ("weights", "GM0392,1\nGM0392,2", "line 2"),
        ("weights", "GM0392,1\nGM0375,many", "line 2"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_is_named_with_its_place(tmp_path: Path, name: str, content: str, why: str) -> None:
    """Exit code 2, a sentence, no trace."""
    path = tmp_path / "file"
    path.write_text(content)
    told = CliRunner().invoke(cli, [*WEEK, f"--{name}", str(path)])
    assert told.exit_code == 2, told.output
    assert why in told.output
    assert "Traceback" not in told.output
