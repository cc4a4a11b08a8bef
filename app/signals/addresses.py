"""An address, so that `12 a`, `12A` and `12-a` are one.

Source: facts F72: postcode and house number with addition are unique.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

POSTCODE: Final = re.compile(r"[1-9][0-9]{3}[A-Z]{2}")
NUMBER: Final = re.compile(r"0*([1-9][0-9]{0,4})(.*)", re.DOTALL)
NOISE: Final = re.compile(r"[^0-9A-Z]+")
# ⚙ Floors are written both ways, and "huis" is the house at street level.
SAME: Final[Mapping[str, str]] = MappingProxyType({"I": "1", "II": "2", "III": "3", "IV": "4", "V": "5", "HUIS": "HS"})


def keys(postcode: str, house_number: str, addition: str = "") -> Iterator[tuple[bool, str]]:
    """(sure, key): the whole address, and the number without its addition, which callers often don't know.

    Nothing for a postcode that can't be one, or without a number.
    """
    code = NOISE.sub("", postcode.upper())
    found = NUMBER.match(f"{house_number} {addition}".upper().strip())
    if not POSTCODE.fullmatch(code) or found is None:
        return
    number, rest = found[1], NOISE.sub("", found[2])
    yield True, f"{code} {number} {SAME.get(rest, rest)}"
    yield False, f"{code} {number}"
