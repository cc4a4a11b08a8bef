"""Read a whole file, check every line of it, and tell what it says; nothing is stored here."""

from pathlib import Path

from app.directory.importing.boundaries import boundaries_of
from app.directory.importing.formats import CHANGES, FORMATS, NAMES, Recognised, recognise
from app.directory.importing.municipalities import changes_of, municipalities_of
from app.directory.importing.opening import Opened, Progress, digest_of, members
from app.directory.importing.postcodes import postcodes_of
from app.directory.importing.rows import first_line, rows_of
from app.directory.importing.told import Changes, FileBroken, Kind, Municipalities, Postcodes, Source, Told


def read(kind: Kind, path: Path, file_name: str = "", progress: Progress | None = None) -> Told:
    """What the file at `path` tells, after every line was checked.

    Args:
        kind: what it should be about.
        path: where it lies; a zip is read without being unpacked.
        file_name: what it was called, when `path` doesn't say; CBS writes the year in it.
        progress: told how far the reading is, in bytes.

    Raises:
        FileBroken: it is not such a file, or a line of it is wrong: its number, and why.
    """
    name = file_name or path.name
    found = members(path)
    if kind is Kind.BOUNDARIES:
        return _boundaries(path, name, found, progress)
    opened, recognised = _table(kind, found, name)
    encoding = opened.encoding()
    rows = rows_of(opened, recognised, encoding, progress)
    content: Changes | Municipalities | Postcodes
    if kind is Kind.POSTCODES:
        content, count = postcodes_of(rows, recognised)
    elif recognised.format is CHANGES:
        content, count = changes_of(rows, recognised.places)
    else:
        content, count = municipalities_of(rows, recognised.places)
    source = Source(
        file_name=name,
        sha256=digest_of(path),
        format=recognised.format.name,
        encoding="UTF-8" if encoding == "utf-8-sig" else "Windows-1252",
        delimiter=NAMES[recognised.delimiter],
        rows=count,
        year=recognised.year,
    )
    return Told(kind, source, content)


def _boundaries(path: Path, name: str, found: list[Opened], progress: Progress | None) -> Told:
    named = [one for one in found if one.member is None or one.member.lower().endswith((".geojson", ".json"))]
    if len(named) != 1:
        raise FileBroken("The zip must hold one GeoJSON file. Send the one that is meant.")
    shapes, format_name, year = boundaries_of(named[0], progress)
    source = Source(name, digest_of(path), format_name, "UTF-8", "none", len(shapes.shapes), year)
    return Told(Kind.BOUNDARIES, source, shapes)


def _table(kind: Kind, found: list[Opened], name: str) -> tuple[Opened, Recognised]:
    """The one member that is a file of this kind: CBS puts lists of names beside it."""
    seen = [(one, recognised) for one in found if (recognised := recognise(first_line(one), [one.member or "", name]))]
    fitting = [(one, recognised) for one, recognised in seen if recognised.format.kind is kind]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise FileBroken("The zip holds several files of this kind. Send the one that is meant.")
    if seen:
        other = seen[0][1].format
        raise FileBroken(f"This is a file of {other.kind} ({other.name}). Import it as {other.kind}.")
    known = "; ".join(f"{one.name}: {', '.join(dict.fromkeys(one.columns))}" for one in FORMATS if one.kind is kind)
    raise FileBroken(f"The header is that of no known file. Known are: {known}.")
