"""The fields of a call, one by one: each is judged by itself, by the same rules as the whole call."""

import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType, UnionType
from typing import Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from app.core.errors import FieldError, Invalid
from app.core.http import Line
from app.intake.merging import OPEN_NAMES
from app.intake.schemas.asked import CallIn
from app.intake.schemas.drafts import ChangeIn

QUESTION: Final = re.compile(rf"{OPEN_NAMES}\.[A-Za-z][A-Za-z0-9_]{{0,63}}")
ANSWER: Final = TypeAdapter[Any](Line)
MOST_ANSWERS: Final = 100  # as CallIn has it


def _fields(model: type[BaseModel], inside: str = "") -> Iterator[tuple[str, TypeAdapter[Any]]]:
    for info in model.model_fields.values():
        path = f"{inside}{info.alias}"
        if opened := _opened(info.annotation):
            yield from _fields(opened, f"{path}.")
        elif path != OPEN_NAMES:
            yield path, TypeAdapter(info.rebuild_annotation())


def _opened(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401  an annotation
    """The object whose members are saved one by one: one that makes sense without any of them."""
    kinds = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return None if any(info.is_required() for info in kind.model_fields.values()) else kind
    return None


FIELDS: Final = MappingProxyType(dict(_fields(CallIn)))
WHOLE: Final = frozenset({"urgency", "routing"})  # objects that are one field


def validated(changes: Sequence[ChangeIn]) -> dict[str, Any]:
    """Field to value, as it is stored; None clears.

    Raises:
        Invalid: a field that a call does not have, one that is named twice, or a value that can't be; each is named.
    """
    found: dict[str, Any] = {}
    faults: list[FieldError] = []
    for place, change in enumerate(changes):
        adapter = ANSWER if QUESTION.fullmatch(change.field) else FIELDS.get(change.field)
        if adapter is None:
            faults.append(FieldError(f"/changes/{place}/field", "unknown_field", "A call has no such field."))
        elif change.field in found:
            faults.append(FieldError(f"/changes/{place}/field", "twice", "This field is named before; send it once."))
        else:
            found[change.field] = None
            try:
                found[change.field] = _stored(adapter, change.value)
            except ValidationError as error:
                faults += [_fault(place, change.field, fault) for fault in error.errors(include_input=False, include_url=False)]
    if faults:
        count = "One field" if len(faults) == 1 else f"{len(faults)} fields"
        raise Invalid(f"{count} can't be saved; each is named in `errors`. Nothing was saved.", errors=faults)
    return found


def _stored(adapter: TypeAdapter[Any], value: Any) -> Any:  # noqa: ANN401  JSON
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return adapter.dump_python(adapter.validate_python(value), mode="json", by_alias=True, exclude_none=True)


def _fault(place: int, field: str, fault: Any) -> FieldError:  # noqa: ANN401  pydantic's own dict
    named = field if field in FIELDS else "An answer"  # what is asked is the protocol's; the name that was sent is not repeated
    inside = "".join(f"/{part}" for part in fault["loc"] if isinstance(part, int))
    return FieldError(f"/changes/{place}/value{inside}", fault["type"], f"{named}: {fault['msg']}")


def whole_call(contents: Any) -> CallIn:  # noqa: ANN401  JSON
    """A draft as the call that it is to become.

    Raises:
        Invalid: its fields don't go together.
    """
    try:
        return CallIn.model_validate(contents)
    except ValidationError as error:
        faults = [
            FieldError("".join(f"/{part}" for part in fault["loc"]), fault["type"], fault["msg"])
            for fault in error.errors(include_input=False, include_url=False)
        ]
        raise Invalid("What was typed does not go together yet; `errors` says where. It is kept.", errors=faults) from None
