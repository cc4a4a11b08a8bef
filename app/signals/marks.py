"""What a call can be recognised by: address, telephone number, name with date of birth, written so that spellings meet.

Texts of marks are personal: they are hashed at once (`vault/blind_index.py`), and neither stored nor logged.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.signals import addresses, names, phones


class Kind(StrEnum):
    """What it is recognised by."""

    ADDRESS = "address"
    PERSON = "person"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing by which two calls meet. `sure`: about the same person or address; otherwise it is likely."""

    kind: Kind
    sure: bool
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Address:
    """Postcode, house number, addition, as they were told."""

    postcode: str
    house_number: str
    addition: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what a call is about, as it was told."""

    addresses: tuple[Address, ...] = field(default=(), repr=False)
    name: str = field(default="", repr=False)
    birth_date: date | None = field(default=None, repr=False)
    phone: str = field(default="", repr=False)
    caller_phone: str = field(default="", repr=False)


def marks(about: About) -> tuple[Mark, ...]:
    """Every mark, each once.

    The caller's own number is likely only: whoever rings about a neighbour may ring about another one tomorrow.
    """
    return tuple(dict.fromkeys(_all(about)))


def _all(about: About) -> Iterator[Mark]:
    for one in about.addresses:
        yield from _marks(Kind.ADDRESS, addresses.keys(one.postcode, one.house_number, one.addition))
    if about.birth_date:
        yield from _marks(Kind.PERSON, names.keys(about.name, about.birth_date))
    own = phones.key(about.phone)
    if own:
        yield Mark(Kind.PHONE, sure=True, text=own)
    callers = phones.key(about.caller_phone)
    if callers and callers != own:
        yield Mark(Kind.PHONE, sure=False, text=callers)


def _marks(kind: Kind, keys: Iterable[tuple[bool, str]]) -> Iterator[Mark]:
    for sure, text in keys:
        yield Mark(kind, sure, text)
