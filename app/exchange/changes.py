"""What a changed Task asks for: one act of ours at most. What its owner may not change is refused, never left out in silence.

Sources: hl7.org/fhir/R4/http.html (update, patch), RFC 7396 (merge), RFC 6902 (JSON Patch).
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.core.errors import FieldError, Invalid
from app.exchange.codes import CONTACT_WAY, DECLINE_REASON, OUTPUT, Resource, TaskStatus
from app.exchange.fhir_task import MOVES, Act, possible_from
from app.exchange.outcome import BusinessRule
from app.followup.contacts import Way
from app.routing.offers import DeclineReason

OURS: Final = frozenset({"meta", "text", "lastModified"})  # told by us with every version: what is sent there asks for nothing
MAY_CHANGE: Final = frozenset({"status", "statusReason", "output", "note"})
CLOSING_OUTCOME: Final = "closing-outcome"
LONGEST_NOTE: Final = 8000  # as everywhere


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be done; `act` None: nothing is changed."""

    act: Act | None
    reason: DeclineReason = DeclineReason.OTHER
    way: Way = Way.PHONE
    reached_at: datetime | None = None
    outcome: str | None = None
    note: str | None = None


def merged(current: Resource, patch: Mapping[str, Any]) -> Resource:
    """The resource with what a partial one names; null takes away, lists are replaced (RFC 7396)."""
    whole = dict(current)
    for name, value in patch.items():
        if value is None:
            whole.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(whole.get(name), Mapping):
            whole[name] = merged(whole[name], value)
        else:
            whole[name] = value
    return whole


def patched(current: Resource, operations: Sequence[Any]) -> Resource:
    """The resource after the operations of a JSON Patch: add, replace, remove and test.

    Raises:
        Invalid: an operation that can't be carried out.
    """
    whole = copy.deepcopy(current)
    for operation in operations:
        try:
            _carry_out(whole, operation["op"], operation["path"], operation.get("value"))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError):
            raise Invalid("An operation of the patch can't be carried out: add, replace, remove or test what is there.") from None
    return whole


def _carry_out(whole: Resource, op: str, path: str, value: Any) -> None:  # noqa: ANN401  JSON
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    inside: Any = whole
    for part in way:
        inside = inside[int(part)] if isinstance(inside, list) else inside[part]
    key: Any = (len(inside) if last == "-" else int(last)) if isinstance(inside, list) else last
    if op == "add" and isinstance(inside, list):
        inside.insert(key, value)
    elif op == "add" or (op == "replace" and inside[key] is not None):
        inside[key] = value
    elif op == "remove":
        del inside[key]
    elif op != "test" or not _same(inside[key], value):
        raise ValueError(op)


def asked(current: Resource, wanted: Resource) -> Asked:
    """What is asked by sending `wanted` in the place of `current`.

    Raises:
        Invalid: it is another resource, or its status is no code of task-status.
        BusinessRule: its owner may not do this, or something is missing for it.
    """
    if (wanted.get("resourceType"), wanted.get("id")) != (current["resourceType"], current["id"]):
        raise Invalid("The body is another resource than the address names: resourceType and id must be those of the address.")
    names = {name for name in current.keys() | wanted.keys() if not _same(current.get(name), wanted.get(name))} - OURS
    if forbidden := sorted(names - MAY_CHANGE):
        known = [FieldError(f"Task.{name}", "fixed", f"{name} stays as it is.") for name in forbidden if name in current]
        faults = known or [FieldError("Task", "fixed", "Nothing that is not there can be added.")]
        raise BusinessRule(
            "Of a task its owner changes status, statusReason, output and note. Read it again and send the rest unchanged, or"
            " PATCH what changes.",
            errors=faults,
        )
    if not names:
        return Asked(None)
    act = _act(TaskStatus(current["status"]), wanted.get("status"))
    if act is None:
        raise BusinessRule("Reason, output and note are kept with a change of status: send them together with it.")
    _only(act, names)
    return _with_details(act, wanted)


def _act(now: TaskStatus, status: Any) -> Act | None:  # noqa: ANN401  JSON
    try:
        to = TaskStatus(status)
    except ValueError:
        raise Invalid(
            "There is no such status.", errors=[FieldError("Task.status", "code-invalid", "Send a code of task-status.")]
        ) from None
    if to is now:
        return None
    act = MOVES.get((now, to))
    if act is None:
        possible = ", ".join(possible_from(now)) or "nothing more"
        raise BusinessRule(
            f"A task that is {now} can't become {to} by its owner; possible: {possible}.",
            errors=[FieldError("Task.status", "transition", "Read the task again: it may have moved.")],
        )
    return act


def _only(act: Act, names: set[str]) -> None:
    """Refuse what this act has no place for: nothing that is sent gets lost in silence."""
    takes = {Act.DECLINE: {"statusReason"}, Act.REACH: {"output", "note"}, Act.CLOSE: {"output"}}.get(act, set())
    if extra := sorted(names - {"status"} - takes):
        faults = [FieldError(f"Task.{name}", "no-place", "Leave it out of this change.") for name in extra]
        raise BusinessRule("This change of status has no place for all that is sent; words belong to contacts.", errors=faults)


def _with_details(act: Act, wanted: Resource) -> Asked:
    if act is Act.DECLINE:
        return Asked(act, reason=_decline_reason(wanted.get("statusReason")))
    if act is Act.REACH:
        way, at = _contact(wanted.get("output"))
        return Asked(act, way=way, reached_at=at, note=_note(wanted.get("note")))
    return Asked(act, outcome=_outcome(wanted.get("output")) if act is Act.CLOSE else None)


def _codes(concept: Any, system: str) -> list[str]:  # noqa: ANN401  JSON
    coding = _listed(concept.get("coding")) if isinstance(concept, Mapping) else []
    return [str(one.get("code")) for one in coding if isinstance(one, Mapping) and one.get("system") == system]


def _listed(told: Any) -> list[Any]:  # noqa: ANN401  JSON
    return told if isinstance(told, list) else []


def _decline_reason(concept: Any) -> DeclineReason:  # noqa: ANN401  JSON
    for code in _codes(concept, DECLINE_REASON):
        if code in set(DeclineReason):
            return DeclineReason(code)
    raise BusinessRule(
        f"To reject a task, say why in statusReason.coding: system {DECLINE_REASON}, code one of {', '.join(DeclineReason)}.",
        errors=[FieldError("Task.statusReason", "required", "The code counts; words are not kept.")],
    )


def _contact(output: Any) -> tuple[Way, datetime | None]:  # noqa: ANN401  JSON
    for one in _listed(output):
        for code in _codes(one.get("type"), CONTACT_WAY) if isinstance(one, Mapping) else ():
            if code in set(Way):
                return Way(code), _moment(one.get("valueDateTime"))
    raise BusinessRule(
        "In progress means that the person was reached, and ends the clock of the first contact. Say how and when in output: type"
        f" with system {CONTACT_WAY}, code one of {', '.join(Way)}; valueDateTime. A try goes to POST /v1/cases/{{id}}/contacts.",
        errors=[FieldError("Task.output", "required", "How the person was reached, and when.")],
    )


def _moment(text: Any) -> datetime:  # noqa: ANN401  JSON
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        at = None
    if at is None or at.tzinfo is None:
        fault = FieldError("Task.output", "required", "valueDateTime: when the person was reached, with its offset.")
        raise BusinessRule("The moment of the first contact is missing, or has no offset.", errors=[fault])
    return at


def _outcome(output: Any) -> str | None:  # noqa: ANN401  JSON
    for one in _listed(output):
        if isinstance(one, Mapping) and CLOSING_OUTCOME in _codes(one.get("type"), OUTPUT):
            return str(one.get("valueCode"))
    return None


def _note(notes: Any) -> str | None:  # noqa: ANN401  JSON
    told = [one["text"] for one in _listed(notes) if isinstance(one, Mapping) and isinstance(one.get("text"), str)]
    if notes and len(told) != len(_listed(notes) or [None]):
        raise Invalid("A note is a list of annotations, each with its text.")
    note = "\n".join(told)
    if len(note) > LONGEST_NOTE:
        raise Invalid(f"The notes are too long: {LONGEST_NOTE} characters together at most.")
    return note or None


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401  JSON
    """Whether two values say the same; a moment may be written in another offset."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, str) and isinstance(other, str) and one != other:
        try:
            first, second = datetime.fromisoformat(one), datetime.fromisoformat(other)
        except ValueError:
            return False
        return first.tzinfo is not None and second.tzinfo is not None and first == second
    return bool(one == other)
