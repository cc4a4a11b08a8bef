"""Our own form `nodus-form-1`: lines of `key: value`, or the same keys as a JSON object. `README.md` has the table.

A line that begins with none of the keys goes on with the text above it. So what was misspelt is never lost: it stays in a text
that somebody reads, or makes a code unreadable, and then a person reads the whole.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from app.channels.police import Unreadable
from app.directory.holidays import AMSTERDAM

NAME: Final = "nodus-form-1"
ANSWERS: Final = {"ja": "yes", "nee": "no", "onbekend": "unknown"}
QUESTIONS: Final = {
    "gevaar": "danger_now",
    "wapen": "weapon",
    "brand": "fire",
    "gewond": "medical",
    "zelfdoding": "suicide",
    "geweld thuis": "violence_home",
    "kinderen": "children",
    "vermist": "missing",
    "dementie": "dementia",
    "niet aanspreekbaar": "severe_confusion",
    "eet niet": "not_eating",
    "onderdak": "shelter",
    "wordt erger": "worse",
}
# Where each text belongs in a call.
PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "zorg": ("worry",),
    "gezien": ("observed",),
    "gedaan": ("alreadyDone",),
    "nodig": ("neededNow",),
    "eenheid": ("caller", "organisation"),
    "terugbellen": ("caller", "phone"),
    "naam": ("person", "name"),
    "omschrijving": ("person", "description"),
    "telefoon": ("person", "phone"),
    "zorgverlener": ("person", "alreadyInCareWith"),
    "postcode": ("place", "stay", "postcode"),
    "huisnummer": ("place", "stay", "houseNumber"),
    "gemeente": ("place", "stay", "municipalityCode"),
    "plek": ("place", "stay", "description"),
    "woonpostcode": ("place", "residence", "postcode"),
    "woonhuisnummer": ("place", "residence", "houseNumber"),
}
KEYS: Final = frozenset({"formulier", "kenmerk", "datum", "geboortedatum", *QUESTIONS, *PLACES})


def read_lines(content: bytes) -> Mapping[str, Any]:
    """The call in a form of lines.

    Raises:
        Unreadable: not this form, or something in it that can't be told apart.
    """
    fields: dict[str, str] = {}
    last = ""
    for line in text_of(content).splitlines():
        key, colon, value = line.partition(":")
        key = " ".join(key.lower().split())
        if colon and key in KEYS:
            if key in fields:
                raise Unreadable("key_twice")
            fields[key], last = value.strip(), key
        elif last:
            fields[last] = f"{fields[last]}\n{line.strip()}".strip()
    return _call(fields)


def read_json(content: bytes) -> Mapping[str, Any]:
    """The call in the same form as a JSON object of strings.

    Raises:
        Unreadable: no such object.
    """
    try:
        told = json.loads(text_of(content))
    except (ValueError, RecursionError):
        raise Unreadable("no_json") from None
    if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
        raise Unreadable("no_object_of_strings")
    fields = {" ".join(key.lower().split()): value.strip() for key, value in told.items()}
    if fields.keys() - KEYS:
        raise Unreadable("unknown_key")
    return _call(fields)


def text_of(content: bytes) -> str:
    """Bytes as text: UTF-8, or what old programs of Windows write.

    Raises:
        Unreadable: neither.
    """
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("no_text")


def _call(fields: Mapping[str, str]) -> dict[str, Any]:
    if fields.get("formulier", "").lower() != NAME:
        raise Unreadable("another_form")
    if not fields.get("zorg"):
        raise Unreadable("no_worry")
    call: dict[str, Any] = {"caller": {"relation": "police", "anonymity": "known"}}
    for key, place in PLACES.items():
        if fields.get(key):
            _put(call, place, fields[key])
    answers = {QUESTIONS[key]: _answer(fields[key]) for key in QUESTIONS if fields.get(key)}
    if fields.get("geboortedatum"):
        _put(call, ("person", "birthDate"), _day(fields["geboortedatum"]).isoformat())
    if fields.get("datum"):
        call["receivedAt"] = _moment(fields["datum"]).isoformat()
    return call | {"answers": answers}


def _put(call: dict[str, Any], place: tuple[str, ...], value: str) -> None:
    for part in place[:-1]:
        call = call.setdefault(part, {})
    call[place[-1]] = value


def _answer(told: str) -> str:
    try:
        return ANSWERS[told.lower().rstrip(".")]
    except KeyError:
        raise Unreadable("no_answer") from None


def _day(told: str) -> date:
    for form in ("%Y-%m-%d", "%d-%m-%Y"):
        try:
            return datetime.strptime(told, form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    raise Unreadable("no_day")


def _moment(told: str) -> datetime:
    """A moment with its offset, or as the clocks in the Netherlands show it."""
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        try:
            moment = datetime.strptime(told, "%d-%m-%Y %H:%M")  # noqa: DTZ007  local, see below
        except ValueError:
            raise Unreadable("no_moment") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)
