"""Correct what a call says without losing what it said: fields, before and after; undone in any order that makes sense.

A field is a name of the call (`worry`) or of a part of it (`caller.name`, `answers.weapon`). None: not known, or not asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from app.core.errors import Conflict, FieldError, Invalid

REVERSIBLE: Final = timedelta(days=14)  # ⚙ an amendment, and what was entered in error
WITHOUT_REASON: Final = timedelta(seconds=10)  # ⚙ what was just sent may be taken back at once
WHOLE: Final = frozenset({"observed", "worry", "alreadyDone", "neededNow", "tried", "observations", "receivedAt", "urgency"})
PARTS: Final[Mapping[str, frozenset[str] | None]] = {
    "answers": None,  # any question of the protocol
    "caller": frozenset(
        {
            "anonymity", "relation", "closeRelative", "verifiedHow", "personMayKnow", "name", "phone", "email", "organisation",
            "language", "interpreter", "bestTime",
        }
    ),
    "person": frozenset(
        {"name", "description", "ageBand", "birthDate", "phone", "language", "habits", "alreadyInCareWith"}
    ),
    "place": frozenset({"stay", "residence", "noFixedAbode"}),
    "advice": frozenset({"given", "callerWillDo", "ringAgainAt"}),
}  # fmt: skip


class NotReversible(Conflict):
    """It was undone already, its term has passed, or something later stands upon it."""

    slug, title = "not-reversible", "This can't be undone"


@dataclass(frozen=True, slots=True)
class Change:
    """A field and what it must say; None: not known."""

    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class Made:
    """An amendment of before: what it touched, until when it may be undone, and whether it was."""

    id: object
    fields: frozenset[str]
    reversible_until: datetime
    undone: bool


def must_be_fields(changes: Sequence[Change]) -> None:
    """Refuse what is no field that can be corrected, and a field that is named twice.

    Raises:
        Invalid: which of the changes, by its place.
    """
    faults, seen = [], set()
    for place, change in enumerate(changes):
        part, _, name = change.field.partition(".")
        known = part in PARTS and name and (PARTS[part] is None or name in (PARTS[part] or ()))
        if change.field not in WHOLE and not known:
            faults.append(FieldError(f"/changes/{place}/field", "unknown_field", "No field that can be corrected."))
        if change.field in seen:
            faults.append(FieldError(f"/changes/{place}/field", "twice", "Named twice."))
        seen.add(change.field)
    if faults:
        sentence = "Some fields can't be corrected. Fields are such as `worry`, `caller.name`, `answers.weapon`."
        raise Invalid(sentence, errors=faults)


def value_of(contents: Mapping[str, Any], field: str) -> Any:  # noqa: ANN401  JSON
    """What a field says; None when nothing is said."""
    part, _, name = field.partition(".")
    return contents.get(part, {}).get(name) if name else contents.get(part)


def amended(contents: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """The contents with the changes; a part that is left empty stays, so that undoing gives back the same."""
    after: dict[str, Any] = deepcopy(dict(contents))
    for change in changes:
        part, _, name = change.field.partition(".")
        inside = after.setdefault(part, {}) if name else after
        key = name or part
        if change.value is None:
            inside.pop(key, None)
        else:
            inside[key] = deepcopy(change.value)
        if name and not inside and part not in contents:
            after.pop(part)
    return after


def backwards(contents: Mapping[str, Any], changes: Iterable[Change]) -> list[Change]:
    """The changes that give these contents back."""
    return [Change(change.field, value_of(contents, change.field)) for change in changes]


def may_undo(which: object, made: Sequence[Made], at: datetime) -> Made:
    """The amendment, if it may be undone now. `made`: all of the call, oldest first.

    Raises:
        NotReversible: it was undone, its term has passed, or a later one that stands touches the same fields.
    """
    place = next(index for index, one in enumerate(made) if one.id == which)
    one = made[place]
    if one.undone:
        raise NotReversible("It was undone already.")
    if at > one.reversible_until:
        raise NotReversible("Its term has passed. Correct the call again instead.")
    upon = [later for later in made[place + 1 :] if not later.undone and overlap(one.fields, later.fields)]
    if upon:
        raise NotReversible("A later correction touches the same fields: undo that one first.", first=str(upon[-1].id))
    return one


def overlap(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two amendments touch the same field."""
    return bool(set(one) & set(other))
