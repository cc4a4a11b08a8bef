"""Which municipalities, or parts of them, a service serves, from which day until which."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.core.errors import FieldError
from app.directory.municipalities import Change, unknown

FOREVER: Final = date.max


@dataclass(frozen=True, slots=True)
class Area:
    """A municipality served from `starts_on` until `ends_on`, which is the first day it is not; None is open.

    `pc4s`: the part of it, as four-digit postcodes; None is all of it.
    """

    municipality_code: str
    starts_on: date | None = None
    ends_on: date | None = None
    pc4s: tuple[str, ...] | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it is served on a day."""
        return (self.starts_on or date.min) <= day < (self.ends_on or FOREVER)

    def meets(self, other: "Area") -> bool:
        """Whether the two share a municipality and a day."""
        begins, ends = self.starts_on or date.min, self.ends_on or FOREVER
        same_day = begins < (other.ends_on or FOREVER) and (other.starts_on or date.min) < ends
        return same_day and self.municipality_code == other.municipality_code


@dataclass(frozen=True, slots=True)
class Known:
    """What the directory knows of a municipality: the day it ended, if it did, and its four-digit postcodes."""

    ends_on: date | None
    pc4s: frozenset[str]


def area_faults(
    areas: Sequence[Area], known: Mapping[str, Known], changes: Sequence[Change], today: date
) -> Iterator[FieldError]:
    """What is wrong with the areas of a service, one by one; a municipality that ended names its successors."""
    for number, one in enumerate(areas):
        place = f"/items/{number}"
        if (one.starts_on or date.min) >= (one.ends_on or FOREVER):
            yield FieldError(
                f"{place}/endsOn", "backwards", "It ends before it begins. `endsOn` is the first day it no longer holds."
            )
        elif any(one.meets(other) for other in areas[:number]):
            yield FieldError(f"{place}/startsOn", "overlap", "This municipality is served twice on the same days. Make them one.")
        municipality = known.get(one.municipality_code)
        if municipality is None:
            yield FieldError(f"{place}/municipalityCode", "municipality", str(unknown(one.municipality_code, changes, today)))
        elif municipality.ends_on and (one.ends_on or FOREVER) > municipality.ends_on:
            told = unknown(one.municipality_code, changes, municipality.ends_on)
            yield FieldError(
                f"{place}/municipalityCode",
                "ended",
                f"{told} Or let it end on {municipality.ends_on}, when the municipality did.",
            )
        elif one.pc4s is not None and (strange := [pc4 for pc4 in one.pc4s if pc4 not in municipality.pc4s]):
            place = f"{place}/postcodes/{one.pc4s.index(strange[0])}"
            yield FieldError(place, "postcode", f"{len(strange)} of them lie in another municipality, or nowhere.")
