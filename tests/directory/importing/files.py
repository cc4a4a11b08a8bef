"""Files as publishers make them."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from app.directory.importing.reading import read
from app.directory.importing.told import Kind, Told
from app.directory.seeding import DATA

Rows = Sequence[Sequence[str]]
CBS_HEADER: Final = ["Gemeentecode", "GemeentecodeGM", "Gemeentenaam", "Provinciecode", "ProvinciecodePV", "Provincienaam"]
PC6_HEADER: Final = ["PC6", "Huisnummer", "Buurt2026", "Wijk2026", "Gemeente2026"]


def written(rows: Rows, *, delimiter: str = ",", quoting: Literal[0, 1, 2, 3] = csv.QUOTE_MINIMAL, line_end: str = "\n") -> str:
    """The rows as CSV."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=line_end).writerows(rows)
    return text.getvalue()


def told_by(folder: Path, kind: Kind, content: str | bytes, name: str = "file.csv") -> Told:
    """What a file with this content tells."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(kind, path)


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    """A zip with these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def cbs_rows(**renamed: str) -> list[list[str]]:
    """The list of CBS with the municipalities that the directory has: bare numbers. `GM0363="Mokum"` renames."""
    with (DATA / "municipality_regions.csv").open(encoding="utf-8") as file:
        rows = [
            [
                str(int(row["municipality_code"][2:])),
                row["municipality_code"],
                renamed.get(row["municipality_code"], row["municipality_name"]),
                row["province_code"][2:],
                row["province_code"],
                row["province_name"],
            ]
            for row in csv.DictReader(file)
        ]
    return [CBS_HEADER, *rows]


def pc4_rows() -> list[list[str]]:
    """Our own file of four-digit postcodes."""
    with (DATA / "pc4_municipality.csv").open(encoding="utf-8") as file:
        return list(csv.reader(file))
