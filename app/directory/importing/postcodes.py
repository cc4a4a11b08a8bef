"""Postcodes: CBS per house number (8 million rows), GeoNames, and our own.

Of the rows only a number a house is kept, under its postcode: 4 bytes that hold house number and municipality. The order of
rows doesn't matter, and what is told twice counts once.
"""

import re
from array import array
from collections import Counter
from collections.abc import Mapping
from typing import Final

from app.directory.importing.formats import CBS_POSTCODES, Recognised
from app.directory.importing.rows import PC4, PC6, Rows, code_of, must_tell
from app.directory.importing.told import Postcodes, broken_line

BITS: Final = 14  # a municipality's number has four digits
MASK: Final = (1 << BITS) - 1
HOUSE_NUMBER: Final = re.compile(r"0*[1-9][0-9]{0,4}", re.ASCII)

Homes = dict[str, "array[int]"]


def postcodes_of(rows: Rows, found: Recognised) -> tuple[Postcodes, int]:
    """What the rows tell of postcodes, and how many rows there were.

    Raises:
        FileBroken: a row is wrong; it says which and why.
    """
    if found.format is CBS_POSTCODES:
        homes, count = _homes(rows, found.places)
        told = _told(homes)
    else:
        told, count = _by_place(rows, found.places)
    must_tell(count)
    return told, count


def _homes(rows: Rows, places: Mapping[str, int]) -> tuple[Homes, int]:
    at_pc6, at_number, at_code = places["pc6"], places["number"], places["code"]
    homes: Homes = {}
    numbers: dict[str, int] = {}
    codes: dict[str, int] = {}
    here: array[int] = array("I")
    last, count = "", 0
    for line, row in rows:
        pc6, number, code = row[at_pc6], row[at_number], row[at_code]
        if pc6 != last:
            here = homes.setdefault(_pc6(pc6, line), array("I"))
            last = pc6
        try:
            here.append(numbers[number] | codes[code])
        except KeyError:
            numbers[number] = _number(number, line) << BITS
            codes[code] = int(code_of(code, line)[2:])
            here.append(numbers[number] | codes[code])
        count += 1
    return homes, count


def _pc6(text: str, line: int) -> str:
    pc6 = text if PC6.fullmatch(text) else text.replace(" ", "").upper()
    if not PC6.fullmatch(pc6):
        raise broken_line(line, "the postcode has not four digits and two letters.")
    return pc6


def _number(text: str, line: int) -> int:
    told = text.strip()
    if not HOUSE_NUMBER.fullmatch(told):
        raise broken_line(line, "the house number is no number from 1 to 99999.")
    return int(told)


def _told(homes: Homes) -> Postcodes:
    names: dict[tuple[int, ...], str] = {}
    pc6: dict[str, str] = {}
    numbers: list[tuple[str, int, str]] = []
    weights: dict[str, Counter[str]] = {}
    while homes:
        postcode, packed = homes.popitem()
        houses = set(packed)
        here = tuple(sorted({one & MASK for one in houses}))
        pc6[postcode] = names.setdefault(here, " ".join(f"GM{code:04}" for code in here))
        weight = weights.setdefault(postcode[:4], Counter())
        if len(here) > 1:
            numbers.extend((postcode, one >> BITS, f"GM{one & MASK:04}") for one in houses)
            weight.update(f"GM{one & MASK:04}" for one in houses)
        else:
            weight[pc6[postcode]] += len(houses)
    pc4 = {postcode: _heaviest_first(weight) for postcode, weight in weights.items()}
    return Postcodes(pc4, {}, pc6, sorted(numbers))


def _heaviest_first(weight: Counter[str]) -> list[str]:
    return sorted(weight, key=lambda code: (-weight[code], code))


def _by_place(rows: Rows, places: Mapping[str, int]) -> tuple[Postcodes, int]:
    at_postcode, at_code, at_place, at_also = places["postcode"], places["code"], places["place"], places.get("also")
    pc4: dict[str, list[str]] = {}
    named: dict[str, str] = {}
    fine: dict[str, set[str]] = {}
    count = passed_over = 0
    for line, row in rows:
        count += 1
        postcode = row[at_postcode].replace(" ", "").upper()
        if not PC4.fullmatch(postcode) and not PC6.fullmatch(postcode):
            raise broken_line(line, "the postcode has not four digits, with or without two letters.")
        if at_also is None and not row[at_code].strip():  # GeoNames knows places whose municipality it doesn't
            passed_over += 1
            continue
        codes = [code_of(code, line) for code in (row[at_code], *(row[at_also].split() if at_also is not None else ()))]
        known = pc4.setdefault(postcode[:4], [])
        known.extend(code for code in dict.fromkeys(codes) if code not in known)
        named.setdefault(postcode[:4], " ".join(row[at_place].split())[:200])
        if len(postcode) > 4:  # noqa: PLR2004  with its letters
            fine.setdefault(postcode, set()).update(codes)
    decided = {postcode: codes.pop() for postcode, codes in fine.items() if len(codes) == 1}
    return Postcodes(pc4, named, decided if fine else None, (), passed_over), count
