"""Lists of municipalities, and what became of some of them."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from app.directory.importing.rows import Rows, code_of, must_tell, text_of
from app.directory.importing.told import REGIONS, Changes, Municipalities, Municipality, broken_line

KINDS: Final = ("absorbed", "merged", "split", "renamed")
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def municipalities_of(rows: Rows, places: Mapping[str, int]) -> tuple[Municipalities, int]:
    """Every municipality that the rows tell, by code, and how many rows there were.

    Raises:
        FileBroken: a row is wrong, or tells something else of a municipality than another row; it says which.
    """
    found: dict[str, Municipality] = {}
    count = 0
    for line, row in rows:
        count += 1
        regions = {name: text_of(row[places[name]], line, name.replace("_", " ")) for name in REGIONS if name in places}
        one = Municipality(code_of(row[places["code"]], line), text_of(row[places["name"]], line, "name"), **regions)
        if found.setdefault(one.code, one) != one:
            raise broken_line(line, "an earlier line tells something else of the same municipality.")
    must_tell(count)
    return Municipalities([found[code] for code in sorted(found)]), count


def changes_of(rows: Rows, places: Mapping[str, int]) -> tuple[Changes, int]:
    """Every change that the rows tell, and how many rows there were.

    Raises:
        FileBroken: a row is wrong, or tells something else of a change than another row; it says which.
    """
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    count = 0
    for line, row in rows:
        count += 1
        one = {
            "effective_on": _day(row[places["effective_on"]], line),
            "old_code": code_of(row[places["old_code"]], line),
            "old_name": text_of(row[places["old_name"]], line, "old name"),
            "new_code": code_of(row[places["new_code"]], line),
            "new_name": text_of(row[places["new_name"]], line, "new name"),
            "kind": row[places["kind"]].strip().lower(),
        }
        if one["kind"] not in KINDS:
            raise broken_line(line, f"the kind is none of {', '.join(KINDS)}.")
        if one["old_code"] == one["new_code"]:
            raise broken_line(
                line, "a municipality that keeps its code goes over into no other; its name is in the list of its year."
            )
        if found.setdefault((one["effective_on"], one["old_code"], one["new_code"]), one) != one:
            raise broken_line(line, "an earlier line tells something else of the same change.")
    must_tell(count)
    return Changes([found[key] for key in sorted(found)]), count


def _day(text: str, line: int) -> str:
    told = text.strip()
    try:
        if DAY.fullmatch(told):
            return date.fromisoformat(told).isoformat()
    except ValueError:
        pass
    raise broken_line(line, "the day is not written as 2027-01-01, or does not exist.")
