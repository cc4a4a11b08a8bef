"""Forms made from what the API takes: one description of a command, for programs and for people."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import AwareDatetime, ValidationError

from app.console.visiting import Sent
from app.core.errors import FieldError, Invalid
from app.core.http import Wire
from app.core.work import Work
from app.directory.holidays import AMSTERDAM

LINE: Final = 200  # what is longer gets several rows
# Which ids are typed: an organisation by its name, a case by its reference. Any other is chosen from who takes part.
BY_NAME: Final = MappingProxyType({"organisationId": "organisation", "into": "line", "caseId": "line"})
SIMPLE: Final = MappingProxyType({bool: "yes", AwareDatetime: "moment", datetime: "moment"})


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form. `name` is its path in what the API takes, `kind` how it is shown."""

    name: str
    kind: str
    required: bool
    choices: tuple[str, ...] = ()
    usual: str = ""  # chosen from the start
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A command as somebody sent it: `subject` is the goal, item or member that it is about, `version` what was seen of it."""

    case_id: UUID
    body: Any
    subject: Any
    version: int


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do on a case: its form, and the service that does it. `at`: where on the page it is, and can be seen after."""

    name: str
    wire: type[Wire]
    do: Callable[[Work, Ask], Awaitable[object]]
    at: str
    fields: tuple[Field, ...]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    is_grave: bool = False
    is_of_intake: bool = False  # whoever took the case in may do it too

    def body(self, sent: Sent) -> Wire:
        """What was sent, as the API would take it.

        Raises:
            Invalid: something is missing or can't be meant; each with its field.
        """
        told: dict[str, Any] = {}
        for one in self.fields:
            if (value := _value(one, sent)) not in {None, ()}:
                _put(told, one.name, list(value) if isinstance(value, tuple) else value)
        for name, value in self.fixed.items():
            _put(told, name, value)
        try:
            return self.wire.model_validate(told)
        except ValidationError as error:
            faults = [FieldError(_pointer(one["loc"]), str(one["type"]), str(one["msg"])) for one in error.errors()]
            raise Invalid("Something is missing, or can't be meant. Nothing was changed.", errors=faults) from None


def fields_of(wire: type[Wire], spec: str) -> tuple[Field, ...]:
    """The fields that `spec` names: `path`, with `!` or `?` when it must or need not be filled here; `=value`: usual; `~value`: not ours to choose."""  # noqa: E501
    return tuple(_field(wire, *one.partition("~")[::2]) for one in spec.split())


def _field(wire: type[Wire], told: str, never: str) -> Field:
    name, _, usual = told.partition("=")
    path, needed, optional = name.rstrip("?!"), name.endswith("!"), name.endswith("?")
    info: Any = None
    inside: Any = wire
    for part in path.split("."):
        info = next(one for key, one in inside.model_fields.items() if part in {key, one.alias})
        inside = _plain(info.annotation)
    kind, choices, most = _shown(inside, info, path)
    choices = tuple(str(one) for one in choices if one != never)
    usual = usual or (str(info.default) if isinstance(info.default, StrEnum) else "")
    return Field(path, kind, needed or (info.is_required() and not optional), choices, usual, most)


def _plain(annotation: Any) -> Any:
    """The type without what may be absent, and without what is said about it."""
    if get_origin(annotation) in {Union, UnionType}:
        return _plain(next(one for one in get_args(annotation) if one is not NoneType))
    return _plain(get_args(annotation)[0]) if get_origin(annotation) is Annotated else annotation


def _shown(plain: Any, info: Any, path: str) -> tuple[str, tuple[str, ...], int | None]:
    """How a field is shown, what can be chosen in it, and how long it may be."""
    if get_origin(plain) in {list, Literal}:
        return _listed(plain)
    if isinstance(plain, type) and issubclass(plain, StrEnum):
        return "choice", tuple(plain), None
    if plain in SIMPLE:
        return SIMPLE[plain], (), None
    if plain is UUID:
        return BY_NAME.get(path, "member"), (), LINE
    most = _most(info)
    return ("text" if most > LINE else "line"), (), most


def _listed(plain: Any) -> tuple[str, tuple[str, ...], int | None]:
    if get_origin(plain) is Literal:
        return "choice", tuple(str(one) for one in get_args(plain)), None
    inside = get_args(plain)[0]
    if inside is UUID:
        return "organisations", (), None
    return ("line", (), LINE) if inside is int else ("choices", tuple(inside), None)


def _most(info: Any) -> int:
    said = [*info.metadata, *(one for inside in get_args(info.annotation) for one in get_args(inside))]
    return next((one.max_length for one in said if getattr(one, "max_length", None)), LINE)


def _value(one: Field, sent: Sent) -> Any:
    if one.kind == "yes":
        return True if sent[one.name] else None
    if one.kind in {"choices", "organisations"}:
        return tuple(value for value in sent.all(one.name) if value)
    value = sent[one.name]
    if one.kind == "moment" and value:
        return moment_of(value)
    if one.name == "weeks":
        return tuple(value.replace(",", " ").split())
    return value or None


def moment_of(text: str) -> str:
    """A date and time as the browser sends it, which is Dutch time, as a moment; anything else as it is."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM).isoformat()
    except ValueError:
        return text


def _put(told: dict[str, Any], path: str, value: object) -> None:
    *above, last = path.split(".")
    for part in above:
        told = told.setdefault(part, {})
    told[last] = value


def _pointer(place: Sequence[int | str]) -> str:
    return "".join(f"/{part}" for part in place)
