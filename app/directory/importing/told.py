"""What a file tells, once it was read and checked whole: values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from app.core.errors import Invalid


class Kind(StrEnum):
    """What can be imported."""

    MUNICIPALITIES = "municipalities"
    POSTCODES = "postcodes"
    BOUNDARIES = "boundaries"


class FileBroken(Invalid):
    """A file can't be read, or a line of it; nothing was changed."""

    slug, title = "import-file-broken", "The file can't be imported"


def broken_line(number: int, reason: str) -> FileBroken:
    """The refusal of a file for one line, counted from 1."""
    return FileBroken(f"Line {number}: {reason} Nothing was changed.", line=number)


@dataclass(frozen=True, slots=True)
class Source:
    """Which file it was. `year` is what its columns or its name tell; None when neither does."""

    file_name: str
    sha256: str
    format: str
    encoding: str
    delimiter: str
    rows: int
    year: int | None


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality as a list tells it; what the list has no column for is None."""

    code: str
    name: str
    province: str | None = None
    safety_region: str | None = None
    ggd_region: str | None = None
    police_unit: str | None = None

    def regions(self) -> dict[str, str | None]:
        """The regions that it lies in, by column."""
        return {name: getattr(self, name) for name in REGIONS}


REGIONS = ("province", "safety_region", "ggd_region", "police_unit")


@dataclass(frozen=True, slots=True)
class Municipalities:
    """Every municipality there is, says the file."""

    listed: Sequence[Municipality]


@dataclass(frozen=True, slots=True)
class Changes:
    """Mergers and splits, announced or past; a file need not name them all."""

    listed: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Postcodes:
    """Every postcode there is, says the file, with the municipalities that its addresses lie in.

    `pc4` maps to codes, the one with most addresses first; `places` to a name, where the file has one. `pc6` maps to sorted
    codes joined by a space; None when the file knows four digits only. `numbers` are of those with several codes.
    """

    pc4: Mapping[str, Sequence[str]]
    places: Mapping[str, str]
    pc6: Mapping[str, str] | None = None
    numbers: Sequence[tuple[str, int, str]] = ()
    passed_over: int = 0

    def codes(self) -> list[str]:
        """Every municipality that is named."""
        named = {code for codes in self.pc4.values() for code in codes}
        for joined in set((self.pc6 or {}).values()):
            named.update(joined.split())
        return sorted(named)


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Shapes of municipalities: GeoJSON geometries in WGS84, by code."""

    shapes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A whole file."""

    kind: Kind
    source: Source
    content: Municipalities | Changes | Postcodes | Boundaries


def too_old(kind: Kind, year: int | None, on: date) -> str | None:
    """Why a file of a year says nothing about a day; None when it does.

    Lists of municipalities are of one year; postcodes and boundaries appear in the course of a year, and serve until the next.
    """
    if year is None:
        return None
    oldest = on.year - (kind is not Kind.MUNICIPALITIES)
    if oldest <= year <= on.year:
        return None
    return (
        f"This file is of {year}, and the directory is asked about {on}. Take the file of {on.year}, or say with `on`"
        f" (--on {year}-01-01) that this one is meant."
    )
