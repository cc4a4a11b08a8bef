"""Several screens type in one draft: what becomes of each field that is saved. Nothing is overwritten that its writer never saw.

A draft is what was typed, nested as on the wire, and of each field a mark: who saved it last, at which version of the draft. A
field that another screen changed after the version that this one knew stays as it is, and is told as a conflict.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

Contents = Mapping[str, Any]
OPEN_NAMES: Final = "answers"  # its members are the protocol's, and may hold a dot


class Outcome(StrEnum):
    """What became of a field in a save."""

    SAVED = "saved"
    SAME = "same"  # it was so already
    CONFLICT = "conflict"  # another screen changed it since: that value stays
    SUPERSEDED = "superseded"  # the same screen has saved it later


@dataclass(frozen=True, slots=True)
class Mark:
    """A save: version of the draft, key, screen (none: saved whole), and when, as text in UTC."""

    version: int
    key: str | None
    screen: str | None
    at: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A draft: what was typed, and who saved each field last."""

    contents: Contents
    marks: Mapping[str, Mark]


@dataclass(frozen=True, slots=True)
class Save:
    """What a screen saves: the mark it will leave, the version it knew, field to value (None clears).

    `later` are the fields that the same screen has saved already with a higher sequence.
    """

    mark: Mark
    seen: int
    changes: Contents
    later: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a save: what it was, what was sent, what became of it; of a conflict whose value stays."""

    field: str
    outcome: Outcome
    old: Any
    new: Any
    by: Mark | None = None


def merge(typed: Typed, save: Save) -> tuple[Typed, tuple[Line, ...]]:
    """The draft after a save, and what became of each field of it."""
    contents, marks = typed.contents, dict(typed.marks)
    lines = []
    for field, value in save.changes.items():
        old, by = value_at(contents, field), marks.get(field)
        outcome = _outcome(field in save.later, old == value, by, save)
        if outcome is Outcome.SAVED:
            contents = with_value(contents, field, value)
            marks[field] = save.mark
        lines.append(Line(field, outcome, old, value, by if outcome is Outcome.CONFLICT else None))
    return Typed(contents, marks), tuple(lines)


def _outcome(superseded: bool, same: bool, by: Mark | None, save: Save) -> Outcome:  # noqa: FBT001  read once, above
    if superseded:
        return Outcome.SUPERSEDED
    if same:
        return Outcome.SAME
    if by and _is_news(by, save.mark.screen, save.seen):
        return Outcome.CONFLICT
    return Outcome.SAVED


def _is_news(mark: Mark, screen: str | None, seen: int) -> bool:
    return mark.version > seen and mark.screen != screen


def news(typed: Typed, screen: str, seen: int) -> dict[str, Mark]:
    """The fields that others have saved after the version that a screen knew."""
    return {field: mark for field, mark in typed.marks.items() if _is_news(mark, screen, seen)}


def differences(old: Contents, new: Contents, whole: AbstractSet[str]) -> dict[str, Any]:
    """The fields in which two contents differ, with what `new` has; `whole` are objects that count as one field."""
    before, after = dict(fields_of(old, whole)), dict(fields_of(new, whole))
    return {field: after.get(field) for field in sorted(before.keys() | after.keys()) if before.get(field) != after.get(field)}


def fields_of(contents: Contents, whole: AbstractSet[str], inside: str = "") -> Iterator[tuple[str, Any]]:
    """Every field of contents, with its value."""
    for name, value in contents.items():
        field = inside + name
        if isinstance(value, Mapping) and field not in whole:
            yield from fields_of(value, whole, field + ".")
        else:
            yield field, value


def value_at(contents: Contents, field: str) -> Any:  # noqa: ANN401  what JSON may hold
    """The value of a field; None when it has none."""
    here: Any = contents
    for name in _names(field):
        here = here.get(name) if isinstance(here, Mapping) else None
    return here


def with_value(contents: Contents, field: str, value: Any) -> Contents:  # noqa: ANN401
    """Contents with one field changed, or without it (None); an object that has nothing left goes too."""
    return _with(contents, _names(field), value)


def _with(contents: Contents, names: list[str], value: Any) -> dict[str, Any]:  # noqa: ANN401
    name, *deeper = names
    changed = dict(contents)
    inner = _with(contents.get(name) or {}, deeper, value) or None if deeper else value
    if inner is None:
        changed.pop(name, None)
    else:
        changed[name] = inner
    return changed


def _names(field: str) -> list[str]:
    return field.split(".", 1) if field.startswith(f"{OPEN_NAMES}.") else field.split(".")
