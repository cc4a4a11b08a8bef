"""Which file is this? Told by its header, whatever its delimiter, order of columns, or the year in their names.

Sources: facts F61, F63, F64; GeoNames' readme of its postal codes; our own files in `data/`.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.directory.importing.told import FileBroken, Kind

DELIMITERS: Final = (";", ",", "\t")
NAMES: Final = {";": "semicolon", ",": "comma", "\t": "tab"}
YEAR_OF_COLUMN: Final = re.compile(r"(?<=[a-z_])(?:19|20)[0-9]{2}$")
YEAR_OF_FILE: Final = re.compile(r"(?<![0-9])20[0-9]{2}(?=$|[^0-9]|[0-9]{4}(?:$|[^0-9]))")
GEONAMES_COLUMNS: Final = 12


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: what its columns are called, and which it can't do without. A later column fills in for an earlier one."""

    name: str
    kind: Kind
    columns: Mapping[str, str]
    needed: frozenset[str]
    of_a_year: bool = False

    def places(self, header: Sequence[str]) -> dict[str, int] | None:
        """Where each of our columns stands under this header; None when it isn't this format."""
        at = {name: place for place, name in reversed(list(enumerate(header)))}
        found = {ours: at[theirs] for theirs, ours in reversed(list(self.columns.items())) if theirs in at}
        return found if self.needed <= found.keys() else None


CBS_MUNICIPALITIES: Final = Format(
    "CBS Gemeenten alfabetisch",
    Kind.MUNICIPALITIES,
    {"gemeentecodegm": "code", "gemeentecode": "code", "gemeentenaam": "name", "provincienaam": "province"},
    frozenset({"code", "name"}),
    of_a_year=True,
)
OUR_MUNICIPALITIES: Final = Format(
    "Nodus municipality_regions",
    Kind.MUNICIPALITIES,
    {
        "municipality_code": "code", "municipality_name": "name", "province_name": "province", "ggd_region": "ggd_region",
        "safety_region_code": "safety_region", "police_unit": "police_unit",
    },
    frozenset({"code", "name", "province", "safety_region", "ggd_region", "police_unit"}),
)  # fmt: skip
CHANGES: Final = Format(
    "Nodus municipality_changes",
    Kind.MUNICIPALITIES,
    {name: name for name in ("effective_on", "old_code", "old_name", "new_code", "new_name", "kind")},
    frozenset({"effective_on", "old_code", "old_name", "new_code", "new_name", "kind"}),
)
CBS_POSTCODES: Final = Format(
    "CBS postcode en huisnummer",
    Kind.POSTCODES,
    {"pc6": "pc6", "huisnummer": "number", "gemeente": "code"},
    frozenset({"pc6", "number", "code"}),
    of_a_year=True,
)
OUR_POSTCODES: Final = Format(
    "Nodus pc4_municipality",
    Kind.POSTCODES,
    {"pc4": "postcode", "municipality_code": "code", "place": "place", "also_municipality_codes": "also"},
    frozenset({"postcode", "code", "place", "also"}),
)
GEONAMES: Final = Format(
    "GeoNames postal codes",
    Kind.POSTCODES,
    {"postal code": "postcode", "place name": "place", "admin code2": "code"},
    frozenset({"postcode", "code", "place"}),
)
GEONAMES_PLACES: Final = {"postcode": 1, "place": 2, "code": 6}
FORMATS: Final = (CBS_MUNICIPALITIES, OUR_MUNICIPALITIES, CHANGES, CBS_POSTCODES, OUR_POSTCODES, GEONAMES)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A format with its delimiter and where its columns stand; `year` is that of the header or of the file's name."""

    format: Format
    delimiter: str
    places: Mapping[str, int]
    width: int
    year: int | None
    has_header: bool


def recognise(first_line: str, file_names: Sequence[str]) -> Recognised | None:
    """Which of the formats begins with this line; None when none does.

    Raises:
        FileBroken: the columns are of several years.
    """
    for delimiter in DELIMITERS:
        cells = _cells(first_line, delimiter)
        header = [YEAR_OF_COLUMN.sub("", cell) for cell in cells]
        for one in FORMATS:
            if (places := one.places(header)) is not None:
                year = _year(cells, file_names) if one.of_a_year else None
                return Recognised(one, delimiter, places, len(cells), year, has_header=True)
        if delimiter == "\t" and len(cells) == GEONAMES_COLUMNS and cells[0] == "nl" and cells[1][:4].isdigit():
            return Recognised(GEONAMES, delimiter, GEONAMES_PLACES, GEONAMES_COLUMNS, None, has_header=False)
    return None


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip().lower() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _year(cells: Sequence[str], file_names: Sequence[str]) -> int | None:
    years = {int(found[0]) for cell in cells if (found := YEAR_OF_COLUMN.search(cell))}
    if len(years) > 1:
        raise FileBroken("The columns are of several years. Take the file as its publisher made it.")
    if years:
        return years.pop()
    return next((int(found[0]) for name in file_names if (found := YEAR_OF_FILE.search(name))), None)
