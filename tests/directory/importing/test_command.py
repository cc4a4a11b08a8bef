"""`nodus import` as it is typed: what it prints, how it ends, and that nothing happens unasked."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.core import embedded
from app.core.settings import load
from app.directory.seeding import DATA
from tests.conftest import MASTER_KEY, copy_of
from tests.directory.importing.files import PC6_HEADER, cbs_rows, written

Typed = Callable[..., tuple[int, str]]


@pytest.fixture
def name(cluster: embedded.Embedded) -> str:
    """A database of this test's own."""
    return copy_of(cluster)


@pytest.fixture
def nodus(cluster: embedded.Embedded, name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    """`nodus …` on it: the exit code, and what was said."""
    monkeypatch.setenv("NODUS_DATABASE_URL", cluster.url_of(name, embedded.LOGIN))
    monkeypatch.setenv("NODUS_MASTER_KEY", MASTER_KEY)
    load.cache_clear()

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, arguments)
        return done.exit_code, done.output

    yield run
    load.cache_clear()


def test_looked_at_then_carried_out_then_again(nodus: Typed, cluster: embedded.Embedded, name: str, tmp_path: Path) -> None:
    """The three times that somebody types it."""
    path = tmp_path / "gemeenten-alfabetisch-2027.csv"
    path.write_bytes(written([row for row in cbs_rows(GM0363="Mokum") if row[1] != "GM1696"], delimiter=";").encode("cp1252"))
    typed = ("import", "municipalities", str(path), "--on", "2027-01-01")
    code, said = nodus(*typed)
    assert code == 0, said
    for told in (
        "CBS Gemeenten alfabetisch, Windows-1252, delimiter: semicolon", "341", "2027-01-01", "municipalities ended: 1",
        "GM1696 Wijdemeren → GM0402 Hilversum", "municipalities renamed: 1", "GM0363 Amsterdam → Mokum", "choose for each", "--apply",
    ):  # fmt: skip
        assert told in said
    assert cluster.psql("SELECT name FROM municipality WHERE code = 'GM0363'", name) == "Amsterdam"
    code, said = nodus(*typed, "--apply")
    assert (code, "The difference was carried out." in said) == (0, True), said
    assert cluster.psql("SELECT name FROM municipality WHERE code = 'GM0363'", name) == "Mokum"
    assert cluster.psql("SELECT upper(valid) FROM municipality WHERE code = 'GM1696'", name) == "2027-01-01"
    code, said = nodus(*typed, "--apply")
    assert (code, "Already imported, no difference." in said) == (0, True), said
    assert cluster.psql("SELECT count(*) FROM directory_import WHERE key_id IS NULL", name) == "1"


@pytest.mark.parametrize(
    ("kind", "content", "sentence"),
    [
        (
            "postcodes",
            written([PC6_HEADER, ["1012AB", "1", "", "", "363"], ["1012AB", "x", "", "", "363"]]),
            "Line 3: the house number",
        ),
        ("municipalities", written(cbs_rows()[:100]), "--ending"),
        ("municipalities", (DATA / "pc4_municipality.csv").read_text(), "Import it as postcodes"),
    ],
    ids=["a broken line", "half a list", "another kind"],
)
def test_what_is_wrong_ends_with_two_and_a_sentence(
    nodus: Typed, cluster: embedded.Embedded, name: str, tmp_path: Path, kind: str, content: str, sentence: str
) -> None:
    """A script that imports at night must hear that it did not."""
    (tmp_path / "file.csv").write_text(content)
    code, said = nodus("import", kind, str(tmp_path / "file.csv"), "--apply")
    assert (code, sentence in said) == (2, True), said
    assert "Traceback" not in said
    assert cluster.psql("SELECT count(*) FROM directory_import", name) == "0"
