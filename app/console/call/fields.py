"""The fields of a call on its screen: from a form that was sent to a draft's contents, and what may be shown of contents."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from pydantic import ValidationError

from app.console.visiting import Sent
from app.directory.holidays import AMSTERDAM
from app.intake.merging import Contents, with_value
from app.intake.protocol import Protocol
from app.intake.schemas.asked import CallIn
from app.intake.schemas.drafts import CallKept

LISTS: Final = ("observations", "advice.given")
FLAGS: Final = (
    "caller.closeRelative",
    "caller.interpreter",
    "caller.personMayKnow",
    "feedbackPromised",
    "place.noFixedAbode",
)
TEXTS: Final = (
    "advice.callerWillDo", "alreadyDone", "caller.anonymity", "caller.bestTime", "caller.email", "caller.language", "caller.name",
    "caller.organisation", "caller.phone", "caller.relation", "joins", "neededNow", "observed", "person.ageBand",
    "person.alreadyInCareWith", "person.birthDate", "person.description", "person.language", "person.name",
    "place.residence.houseNumber", "place.residence.postcode", "place.stay.addition", "place.stay.description",
    "place.stay.hectometrePost", "place.stay.houseNumber", "place.stay.municipalityCode", "place.stay.postcode", "reportKind",
    "tried", "worry",
)  # fmt: skip
BY_DAY: Final = "feedbackBy"  # a day on the page; a moment in a call
BY_TIME: Final = "callbackBy"  # Dutch time on the page; a moment in a call
END_OF_DAY: Final = time(17)
REACHED_BY: Final = ("caller.name", "caller.phone", "caller.email")
MOST_FAULTS: Final = 40


def contents_of(sent: Sent, before: Contents, protocol: Protocol) -> Contents:
    """What a form said, over what was there: a field that the form has and nobody filled in is cleared."""
    found = before
    for field in TEXTS:
        found = with_value(found, field, sent[field].replace("\r\n", "\n") or None)
    for field in LISTS:
        found = with_value(found, field, sent.all(field) or None)
    for field in FLAGS:
        found = with_value(found, field, bool(sent[field]) or None)
    for key in protocol.questions:
        found = with_value(found, f"answers.{key}", sent[f"answers.{key}"] or None)
    if sent["caller.anonymity"] in {"", "anonymous"}:
        for field in REACHED_BY:
            found = with_value(found, field, None)
    chosen = {"chosen": sent["urgency.chosen"], "reason": sent["urgency.reason"] or None}
    found = with_value(found, "urgency", chosen if chosen["chosen"] else None)
    found = with_value(found, BY_TIME, _exact(sent[BY_TIME]))
    return with_value(found, BY_DAY, _moment(sent[BY_DAY]) if sent["feedbackPromised"] else None)


def day_of(moment: str) -> str:
    """The day in the Netherlands of a moment that a draft holds; empty when it holds none."""
    return time_of(moment)[:10]


def time_of(moment: str) -> str:
    """Day and time in the Netherlands of a moment that a draft holds, as a field has it; empty when it holds none."""
    try:
        return datetime.fromisoformat(moment).astimezone(AMSTERDAM).strftime("%Y-%m-%dT%H:%M") if moment else ""
    except (ValueError, OverflowError):
        return ""


def _moment(day: str) -> str | None:
    try:
        return datetime.combine(date.fromisoformat(day), END_OF_DAY, AMSTERDAM).isoformat() if day else None
    except ValueError:
        return day  # told as a fault, beside the field


def _exact(told: str) -> str | None:
    try:
        return datetime.fromisoformat(told).replace(tzinfo=AMSTERDAM).isoformat() if told else None
    except ValueError:
        return told


def as_far_as_right(contents: Contents) -> tuple[CallIn, Mapping[str, str]]:
    """The call that contents make when what can't be is left out; and of each field that was, why."""
    faults: dict[str, str] = {}
    left = contents
    while len(faults) < MOST_FAULTS:
        try:
            return CallKept.model_validate(left), faults
        except ValidationError as error:
            found = error.errors(include_input=False, include_url=False)
        faults |= {_field(fault["loc"]): fault["type"] for fault in found}
        if (right := _without(left, [fault["loc"] for fault in found])) == left:
            break
        left = right
    return CallKept(), faults


def _without(contents: Contents, places: Sequence[tuple[Any, ...]]) -> Contents:
    """Contents without the fields in these places; where that changes nothing, without all that is around them."""
    left = contents
    for place in places:
        left = with_value(left, _field(place), None)
    if left != contents:
        return left
    return {name: value for name, value in contents.items() if name not in {place[0] for place in places if place}}


def _field(loc: Iterable[Any]) -> str:
    """The field that a fault is about; a list is one field, and what is said of the whole call is about its promise."""
    names: list[str] = []
    for part in loc:
        if isinstance(part, int):
            break
        names.append(str(part))
    return ".".join(names) or BY_DAY
