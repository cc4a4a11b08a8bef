"""What a search for tasks asks: its parameters judged one by one; what is not known is named, and ignored unless that is refused.

Source: hl7.org/fhir/R4/search.html. A moment to the second or finer is taken as that very moment, so that whoever keeps a moment
that lost its end skips nothing; a day, month or year is the whole of it, in UTC.
"""

import base64
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NoReturn
from urllib.parse import urlencode
from uuid import UUID

from app.core.errors import FieldError, Invalid
from app.core.paging import LARGEST, USUAL
from app.exchange.codes import CASE_REFERENCE, TaskStatus
from app.exchange.fhir_task import Standing, standings_of

PAGE: Final = "_page"
OWNER: Final = ("owner:identifier", "owner.identifier", "owner")
# How they are spelt, and nothing else: an answer is in JSON whatever is asked, so these change nothing that is found.
OF_THE_FORM: Final = ("_format", "_pretty")
INCLUDED: Final = frozenset({"Task:focus", "Task:focus:ServiceRequest"})
MOMENT: Final = re.compile(r"(gt|ge|lt|le|eq|sa|eb)?(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(.+))?)?)?")
ONE_MS: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the moment and id of its last task."""

    at: datetime
    id: UUID

    def told(self) -> str:
        """As the address of the next page has it; clients must not look inside."""
        return base64.urlsafe_b64encode(f"{self.at.isoformat()} {self.id}".encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked. `owners`: who must be this organisation; `used`: the parameters that count; `unknown`: the others' names."""

    standings: frozenset[Standing] | None = None
    ids: tuple[UUID, ...] | None = None
    cases: tuple[UUID, ...] | None = None
    references: tuple[str, ...] | None = None
    bounds: Mapping[str, datetime] = field(default_factory=dict)
    owners: tuple[str, ...] = ()
    descending: bool = False
    count: int = USUAL
    include: bool = False
    beyond: Place | None = None
    used: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()

    def binds(self) -> dict[str, Any]:
        """What the statement's filters bind; one that is not named does not filter."""
        named: dict[str, Any] = {"ids": self.ids, "cases": self.cases, "references": self.references, **self.bounds}
        if self.standings is not None:
            named["standings"] = sorted(self.standings)
        return {name: list(told) if isinstance(told, tuple) else told for name, told in named.items() if told is not None}

    def query(self, beyond: Place | None = None) -> str:
        """The parameters that count, as an address has them; `beyond`: for the page after that place."""
        kept = [(name, value) for name, value in self.used if not (beyond and name == PAGE)]
        return urlencode([*kept, *([(PAGE, beyond.told())] if beyond else [])])


def search(parameters: Iterable[tuple[str, str]]) -> Search:
    """The search that these parameters ask for.

    Raises:
        Invalid: the value of one that is known can't be.
    """
    found: dict[str, Any] = {"bounds": {}, "owners": ()}
    used, unknown = [], []
    for name, value in parameters:
        judge = KNOWN.get(name)
        if judge is None and name.partition(":")[0] in KNOWN:
            _refuse(name.partition(":")[0], "It has no such modifier here, and without it would mean something else.")
        if judge is None or (judge is _include and value not in INCLUDED):
            unknown.append(name)
            continue
        judge(found, value)
        used.append((name, value))
    return Search(**found, used=tuple(used), unknown=tuple(dict.fromkeys(unknown)))


def _refuse(name: str, sentence: str) -> NoReturn:
    raise Invalid(f"{name}: {sentence}", errors=[FieldError(f"/query/{name}", "search", sentence)])


def _status(found: dict[str, Any], value: str) -> None:
    try:
        asked = standings_of(frozenset(TaskStatus(one) for one in value.split(",")))
    except ValueError:
        _refuse("status", "Send codes of task-status, with commas between them, such as requested,received.")
    found["standings"] = asked & found.get("standings", asked)


def _ids(value: str, kind: str) -> tuple[UUID, ...]:
    """Those that can be ids; of the others there is nothing to be found."""
    return tuple(one for one in map(uuid_of, (part.removeprefix(f"{kind}/") for part in value.split(","))) if one)


def uuid_of(text: str) -> UUID | None:
    """The id in a text; None when it is none of ours."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _identifier(found: dict[str, Any], value: str) -> None:
    asked = (one.rpartition("|") for one in value.split(","))
    found["references"] = tuple(code for system, bar, code in asked if not bar or system == CASE_REFERENCE)


def _updated(found: dict[str, Any], value: str) -> None:
    prefix, starts_at, ends_at = _moment(value)
    bounds: dict[str, datetime] = found["bounds"]
    whole = ends_at - starts_at > ONE_MS
    if prefix in {"gt", "sa"}:
        _least(bounds, "not_before" if whole else "after", ends_at if whole else starts_at)
    if prefix in {"ge", ""}:
        _least(bounds, "not_before", starts_at)
    if prefix in {"lt", "eb"}:
        _most(bounds, "until", starts_at)
    if prefix in {"le", ""}:
        _most(bounds, "until" if whole else "not_after", ends_at if whole else starts_at)


def _least(bounds: dict[str, datetime], name: str, at: datetime) -> None:
    bounds[name] = max(at, bounds.get(name, at))


def _most(bounds: dict[str, datetime], name: str, at: datetime) -> None:
    bounds[name] = min(at, bounds.get(name, at))


def _moment(value: str) -> tuple[str, datetime, datetime]:
    """The prefix, and the span that the value means: a millisecond at least."""
    match = MOMENT.fullmatch(value.replace(" ", "+"))  # a plus that was not encoded
    if match is None:
        _refuse("_lastUpdated", "Send gt, ge, lt or le and a moment with its offset, such as gt2026-11-24T03:10:00Z.")
    prefix, year, month, day, time = match.groups()
    prefix = "" if prefix in {None, "eq"} else prefix
    try:
        if time:
            at = datetime.fromisoformat(f"{year}-{month}-{day}T{time}")
            if at.tzinfo is None:
                _refuse("_lastUpdated", "A moment needs its offset: Z, or +01:00.")
            return prefix, at.astimezone(UTC), at.astimezone(UTC) + ONE_MS
        starts_at = datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC)
        if day:
            return prefix, starts_at, starts_at + timedelta(days=1)
        following = (int(year), int(month) + 1) if month and month != "12" else (int(year) + 1, 1)
        return prefix, starts_at, datetime(*following, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        _refuse("_lastUpdated", "There is no such moment.")


def _sort(found: dict[str, Any], value: str) -> None:
    if value.removeprefix("-") != "_lastUpdated":
        _refuse("_sort", "Tasks are sorted by _lastUpdated or -_lastUpdated.")
    found["descending"] = value.startswith("-")


def _count(found: dict[str, Any], value: str) -> None:
    if not (value.isascii() and value.isdigit()):
        _refuse("_count", "Send a whole number; 0 asks for the total alone.")
    found["count"] = min(int(value[:9]), LARGEST)


def _include(found: dict[str, Any], _value: str) -> None:
    found["include"] = True


def _beyond(found: dict[str, Any], value: str) -> None:
    try:
        at, _, identifier = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode().partition(" ")
        found["beyond"] = Place(datetime.fromisoformat(at).astimezone(UTC), UUID(identifier))
    except (ValueError, OverflowError):
        _refuse(PAGE, "It is not one that this server gave out. Follow the links `next`, unchanged.")


def _owner(found: dict[str, Any], value: str) -> None:
    found["owners"] = (*found["owners"], value)


KNOWN: Final[Mapping[str, Callable[[dict[str, Any], str], None]]] = {
    "status": _status,
    "_id": lambda found, value: found.update(ids=_ids(value, "Task")),
    "focus": lambda found, value: found.update(cases=_ids(value, "ServiceRequest")),
    "identifier": _identifier,
    "_lastUpdated": _updated,
    "_sort": _sort,
    "_count": _count,
    "_include": _include,
    PAGE: _beyond,
    **dict.fromkeys(OWNER, _owner),
    **dict.fromkeys(OF_THE_FORM, lambda _found, _value: None),
}


def is_named(asked: str, names: Sequence[tuple[str, str]], own: UUID) -> bool:
    """Whether one of the names asked for (`system|value`, `|value`, `value`, or a reference) is this organisation."""
    for one in asked.split(","):
        system, bar, value = one.rpartition("|")
        if any(value == known and (not bar or system == of) for of, known in names):
            return True
        if uuid_of(one.removeprefix("Organization/")) == own:
            return True
    return False
