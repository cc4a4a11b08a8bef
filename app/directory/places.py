"""Postcodes and codes of municipalities: parsed once, and inside, the type is the proof.

Source: facts F61, F72: four digits, the first not zero, and two letters, never SA, SD or SS; unique with a house number.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.core.errors import FieldError, Invalid

POSTCODE: Final = re.compile(r"([1-9][0-9]{3}) ?([A-Z]{2})")
MUNICIPALITY: Final = re.compile(r"GM[0-9]{4}")
HOUSE_NUMBER: Final = re.compile(r"[0-9]{1,5}")
NEVER_GIVEN: Final = frozenset({"SA", "SD", "SS"})


class PlaceUnknown(Invalid):
    """No municipality can be told from this place."""

    slug, title = "place-unknown", "The place is not known"


class PlaceAmbiguous(Invalid):
    """The place lies in several municipalities; one must be named."""

    slug, title = "place-ambiguous", "The place lies in several municipalities"


@dataclass(frozen=True, slots=True)
class Postcode:
    """A postcode that can exist, such as 1234 AB."""

    digits: str
    letters: str

    @classmethod
    def parse(cls, text: str) -> "Postcode":
        """Read a postcode, with or without a space, in capitals or not.

        Raises:
            PlaceUnknown: it can't be one.
        """
        found = POSTCODE.fullmatch(" ".join(text.upper().split()))
        if found is None:
            raise _unknown("A Dutch postcode has four digits, the first not 0, and two letters, such as 1234 AB.")
        if found[2] in NEVER_GIVEN:
            raise _unknown("Postcodes that end in SA, SD or SS do not exist. Ask for the postcode again.")
        return cls(found[1], found[2])

    def __str__(self) -> str:
        """The official writing, with a space."""
        return f"{self.digits} {self.letters}"


@dataclass(frozen=True, slots=True)
class PlaceOfStay:
    """What is known of where somebody is; a named municipality decides, then the postcode, where it must with the number."""

    postcode: str | None = None
    municipality_code: str | None = None
    house_number: str | None = None


@dataclass(frozen=True, slots=True)
class ResolvedPlace:
    """The municipality of a place, and how it was told. `reach`: how its services for hand-offs are reached."""

    municipality_code: str
    municipality_name: str
    how: str
    reach: Sequence[Mapping[str, Any]] = ()


def municipality_code(text: str) -> str:
    """The code of a municipality, such as GM0363.

    Raises:
        PlaceUnknown: it has another form.
    """
    code = text.strip().upper()
    if not MUNICIPALITY.fullmatch(code):
        fault = FieldError("/municipalityCode", "municipality_code", "A code is GM and four digits, such as GM0363.")
        raise PlaceUnknown("The municipality is not named by its code. GET /v1/municipalities lists them.", errors=[fault])
    return code


def house_number(text: str) -> int | None:
    """The number at the front of a house number with its letter or addition (`12a`, `12-3 hs`); None when there is none."""
    found = HOUSE_NUMBER.match(text.strip())
    return int(found[0]) or None if found else None


def ambiguous(municipalities: Sequence[tuple[str, str]], *, by_number: bool, number: int | None) -> PlaceAmbiguous:
    """Why a postcode alone does not decide, and what to ask.

    Args:
        municipalities: code and name of each that the postcode lies in.
        by_number: whether the house number would decide, because it is known which lies where.
        number: the house number that was told, if any.
    """
    listed = ", ".join(f"{name} ({code})" for code, name in municipalities)
    ask = "Ask in which one, and send its municipalityCode."
    if by_number:
        ask = (
            "Ask for the house number, and send it as houseNumber. If that is not known: ask in which one, and send its"
            " municipalityCode."
        )
        if number:
            ask = "No address with this house number is known there. Ask for postcode and number again, or in which one it is."
    return PlaceAmbiguous(
        f"This postcode lies in several municipalities: {listed}. {ask}",
        errors=[FieldError("/houseNumber", "house_number", "The house number decides here.")] if by_number else (),
        municipalities=[code for code, _ in municipalities],
    )


def _unknown(sentence: str) -> PlaceUnknown:
    return PlaceUnknown(sentence, errors=[FieldError("/postcode", "postcode", sentence)])
