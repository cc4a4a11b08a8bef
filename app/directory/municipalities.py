"""What became of a municipality: merged, absorbed, split; on any date, into one or several."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from app.directory.places import PlaceUnknown


@dataclass(frozen=True, slots=True)
class Change:
    """One municipality going over, wholly or in part, into another on a day."""

    effective_on: date
    old_code: str
    old_name: str
    new_code: str
    new_name: str
    kind: str


class MunicipalityEnded(PlaceUnknown):
    """The municipality existed, and went over into others."""

    slug, title = "municipality-ended", "The municipality no longer exists"


def unknown(code: str, changes: Iterable[Change], on: date) -> PlaceUnknown:
    """Why there is no municipality with this code on a day, and which to use instead."""
    successors = [change for change in changes if change.old_code == code and change.effective_on <= on]
    if not successors:
        return PlaceUnknown("There is no municipality with this code. GET /v1/municipalities lists them.")
    first = successors[0]
    into = " and ".join(f"{change.new_code} ({change.new_name})" for change in successors)
    advice = f"Use {first.new_code}." if len(successors) == 1 else "Ask which part it is, and use that code."
    return MunicipalityEnded(
        f"{code} ({first.old_name}) became part of {into} on {first.effective_on}. {advice}",
        successors=[change.new_code for change in successors],
    )


def beginning_with(told: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """The codes of the municipalities (names by code) whose code or name begins so: accents, capitals, hyphens are all one."""
    start = _letters(told)
    if not start:
        return ()
    return tuple(sorted(code for code, name in names.items() if _plain(name).startswith(start) or _plain(code).startswith(start)))


@dataclass(frozen=True, slots=True)
class Town:
    """A town or village, and the municipality of today that it lies in; one name may be in several."""

    name: str
    code: str
    municipality: str


def towns_named(told: str, towns: Iterable[Town], limit: int) -> tuple[Town, ...]:
    """Those whose name begins so, the shortest first; accents, capitals, hyphens are all one."""
    start = _letters(told)
    found = [one for one in towns if _plain(one.name).startswith(start)] if start else []
    return tuple(sorted(found, key=lambda one: (len(one.name), one.name, one.municipality))[:limit])


@lru_cache(8192)
def _plain(name: str) -> str:
    """Of the register's own names: what somebody typed may be a person's, and is not kept."""
    return _letters(name)


def _letters(told: str) -> str:
    letters = unicodedata.normalize("NFKD", told.casefold())
    return "".join(letter for letter in letters if letter.isalnum())
