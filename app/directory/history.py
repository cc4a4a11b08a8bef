"""What changed, from what to what, when and by whom: read from the versions that a row had."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

HIDDEN: Final = frozenset({"id", "version", "recorded_at", "recorded_by"})


@dataclass(frozen=True, slots=True)
class Version:
    """A row as it was said from `at` until `until` (None: it still is), and by which keys; no key is the command line."""

    at: datetime
    until: datetime | None
    by: UUID | None
    ended_by: UUID | None
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One field that says something else."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """What changed at one moment, and by which key."""

    at: datetime
    by: UUID | None
    changes: tuple[Change, ...]


def history(versions: Sequence[Version], areas: Sequence[Version] = ()) -> tuple[Entry, ...]:
    """Every change of a row, newest first; the last is its making.

    `areas` are the versions of the areas of a service, as they are told; together they are its field `areas`.
    """
    moments = sorted({one.at for one in (*versions, *areas)} | {one.until for one in areas if one.until})
    found: list[Entry] = []
    before: dict[str, Any] = {}
    for at in moments:
        after = _state(versions, areas, at)
        changes = tuple(
            Change(field, before.get(field), after.get(field))
            for field in sorted(before.keys() | after.keys())
            if before.get(field) != after.get(field)
        )
        if changes:
            found.append(Entry(at, _who(versions, areas, at), changes))
        before = after
    return tuple(reversed(found))


def _state(versions: Iterable[Version], areas: Iterable[Version], at: datetime) -> dict[str, Any]:
    state: dict[str, Any] = {}
    for one in versions:
        if _holds(one, at):
            state |= {field: value for field, value in one.told.items() if field not in HIDDEN}
    served = [one.told for one in areas if _holds(one, at)]
    if served:
        state["areas"] = sorted(served, key=lambda area: (area["municipalityCode"], area["startsOn"] or ""))
    return state


def _holds(version: Version, at: datetime) -> bool:
    return version.at <= at and (version.until is None or at < version.until)


def _who(versions: Iterable[Version], areas: Iterable[Version], at: datetime) -> UUID | None:
    began = [one.by for one in (*versions, *areas) if one.at == at]
    ended = [one.ended_by for one in areas if one.until == at]
    return next(filter(None, (*began, *ended)), None)
