"""The form for citizens: what may be filled in, what is wrong with it, the call that it becomes, and what needs a telephone now.

Few questions: danger, place and worry must be told, all else may stay empty (facts F11, F12). What nobody can type is taken out
rather than refused. Which answer means danger is the protocol's to say.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from app.cases.lifecycle import Flag, Urgency
from app.core.errors import Problem
from app.intake.protocol import Protocol
from app.intake.triage import judge

PROTOCOL: Final = "nl-2026.1"  # ⚙
DANGER: Final = ("danger_now", "medical", "suicide")
ANSWERS: Final = ("yes", "no", "unknown")
AGES: Final = ("under_16", "16_17", "18_29", "30_64", "65_plus")
RELATIONS: Final = ("neighbour", "partner", "parent", "child", "sibling", "friend", "carer", "professional", "self", "other")
CHOICES: Final = {**dict.fromkeys(DANGER, ANSWERS), "age_band": AGES, "relation": RELATIONS}
LINES: Final = ("postcode", "house_number", "municipality", "person_name", "age_band", "relation", "name", "phone")
TEXTS: Final = ("where", "worry")
TRAP: Final = "homepage"  # people don't see it, programs fill it in
FIELDS: Final = (*DANGER, *LINES, *TEXTS, TRAP)
LONGEST_LINE: Final = 200
LONGEST_TEXT: Final = 4000  # ⚙
NOT_TYPED: Final = dict.fromkeys((*range(9), *range(11, 32), 127))


class Alarm(StrEnum):
    """Whom to ring now, rather than to wait for an answer to a form."""

    EMERGENCY = "emergency"  # 112
    SUICIDE = "suicide"  # 113
    DESK = "desk"  # the national number


def filled_in(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Every field of the form with what was typed in it, "" where nothing was; fields that it does not have are left out."""
    told = dict.fromkeys(FIELDS, "")
    for name, value in pairs:
        if name in told:
            lines = value.replace("\r\n", "\n").replace("\r", "\n")
            told[name] = (lines if name in TEXTS else " ".join(lines.split())).translate(NOT_TYPED).strip()
    return told


def faults(told: Mapping[str, str]) -> dict[str, str]:
    """What is wrong, by field, as codes of sentences."""
    found = {name: "line_long" for name in LINES if len(told[name]) > LONGEST_LINE}
    found |= {name: "text_long" for name in TEXTS if len(told[name]) > LONGEST_TEXT}
    found |= {name: "choose" for name, known in CHOICES.items() if told[name] and told[name] not in known}
    if told[TRAP]:
        found[TRAP] = "trap"
    return dict(_missing(told)) | found


def _missing(told: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if not told["danger_now"]:
        yield "danger_now", "danger_missing"
    if not told["postcode"] and not told["municipality"]:
        yield "postcode", "place_missing"
    if not told["postcode"] and told["municipality"] and not told["where"]:
        yield "where", "where_missing"
    if not told["worry"]:
        yield "worry", "worry_missing"


def fault_of(problem: Problem) -> tuple[str, str]:
    """Which field intake refused, and the code of the sentence to say; what it does not tell is about the place."""
    pointers = " ".join(error.pointer for error in problem.errors)
    if problem.slug == "place-ambiguous":
        return ("house_number", "number_needed") if "houseNumber" in pointers else ("municipality", "municipality_needed")
    return ("municipality", "choose") if "municipality" in pointers else ("postcode", "place_unknown")


def call_json(told: Mapping[str, str]) -> dict[str, Any]:
    """The call, as intake reads it, of a form without faults."""
    known = bool(told["name"] or told["phone"])
    caller = {"anonymity": "known_to_desk_only" if known else "anonymous"}
    caller |= _some(told, {"relation": "relation", "name": "name", "phone": "phone"})
    stay = _some(told, {"description": "where"})
    stay |= _some(told, {"postcode": "postcode", "houseNumber": "house_number"})
    if not told["postcode"]:
        stay |= _some(told, {"municipalityCode": "municipality"})
    return {
        "channel": "web",
        "protocol": PROTOCOL,
        "answers": {name: told[name] for name in DANGER if told[name]},
        "worry": told["worry"],
        "caller": caller,
        "person": _some(told, {"name": "person_name", "ageBand": "age_band"}),
        "place": {"stay": stay},
        "feedbackPromised": bool(told["phone"]),
    }


def alarm_of(protocol: Protocol, question: str, answer: str) -> Alarm | None:
    """Whom to ring at once when a question is answered like this, by the protocol."""
    verdict = judge(protocol, {question: answer})
    if Flag.SUICIDE in verdict.flags:
        return Alarm.SUICIDE
    if verdict.urgency is Urgency.ACUTE:
        return Alarm.EMERGENCY
    return None if verdict.urgency in {Urgency.NORMAL, Urgency.ADVICE} else Alarm.DESK


def alarms(protocol: Protocol, told: Mapping[str, str]) -> list[Alarm]:
    """Whom to ring at once by all the answers, the most urgent first."""
    found = {alarm_of(protocol, name, told[name]) for name in DANGER if told[name] in ANSWERS}
    return [alarm for alarm in Alarm if alarm in found]


def _some(told: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    return {name: told[field] for name, field in names.items() if told[field]}
