"""Names, so that spellings of one meet: diacritics, particles, double names, initials, order, and letters that sound alike.

A name alone is no mark: only with a date of birth. `sure`: surname, first initial and date of birth; `likely`: any one of the
names and the date of birth, which also meets who has married, or whose names were told in the other order.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final

MOST_NAMES: Final = 4  # ⚙ of one person; the last ones of a longer name
# ⚙ Written or left out, apart or joined, before the surname.
PARTICLES: Final = frozenset(
    (  # noqa: SIM905  one a line would be forty lines
        "van von de der den het t s n d te ten ter op in aan bij uit over onder "
        "voor tot la le les du des di da dos el al ul as ben bin ibn bint ait ould abu"
    ).split()
)
FIRST_NAMES_TOO: Final = frozenset({"ben", "al"})  # at the start of a name
JOINED: Final = re.compile(r"^(?:van(?:der|den|de)?(?=[a-z]{3})|(?:el|al)(?=[a-z]{5})|ben(?=[a-z]{3})|ait(?=[a-z]{4}))")
NOT_DECOMPOSED: Final = str.maketrans(
    {"ł": "l", "ø": "o", "ı": "i", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ĳ": "ij"}
)
NOT_A_LETTER: Final = re.compile(r"[^a-z,]+")
# ⚙ What is heard alike, in order. Turkish ç ş ğ ı, Polish ł ś ń and the like have lost their signs before.
SOUNDS: Final = tuple(
    (re.compile(found), put)
    for found, put in (
        ("sch|sz|cz", "s"),  # Bosch · Bos
        ("[sc]ka$", "ski"),  # Kowalska · Kowalski
        ("kh|gh|ch", "g"),  # el Khattabi · el Chattabi
        ("ph", "f"),
        ("th|dt$|d$", "t"),  # Smidt · Smit · Smid
        ("ck|q|c(?![eiy])", "k"),
        ("c", "s"),
        ("x", "ks"),
        ("t[sz]", "s"),  # Schultz · Schulz
        ("z", "s"),
        ("[vw]", "f"),
        ("oe|ou|oo|uij|ui|uy", "u"),  # Bouazza · Boeazza; Kuiper · Kuyper
        ("[ae]ij|ij|[ae][iy]|y|ie", "i"),  # Meijer · Meyer · Maier
        ("ie", "i"),
        ("(?<=.)h", ""),
        (r"(.)\1+", r"\1"),
        ("s(?:ens|en|e)$", "s"),  # Jansen · Janssen · Janse
    )
)
INITIALS: Final = MappingProxyType({"c": "k", "q": "k", "y": "j", "z": "s"})  # Carl · Karl; Youssef · Joussef; Zofia · Sofia
# ⚙ Who came without papers was often given one of these days: there a date of birth says little.
COMMON_DAYS: Final = frozenset({(1, 1), (7, 1)})


@dataclass(frozen=True, slots=True)
class Name:
    """The names of somebody, folded: what they are called, and the parts of the surname without particles."""

    given: str = field(repr=False)
    surnames: tuple[str, ...] = field(repr=False)


def keys(told: str, birth_date: date) -> Iterator[tuple[bool, str]]:
    """(sure, key) of a name and a date of birth; nothing when there is no name in it.

    On the first of January or July ⚙ the first name must be known, and counts whole.
    """
    name = parse(told)
    day = birth_date.isoformat()
    common = (birth_date.month, birth_date.day) in COMMON_DAYS
    given = _first(name.given, whole=common)
    cores = tuple(dict.fromkeys(filter(None, map(core, name.surnames))))[-MOST_NAMES:]
    if given:
        for one in cores:
            yield True, f"{day} {one} {given}"
    called = core(name.given) if len(name.given) > 1 else ""
    for one in dict.fromkeys((*cores, called)):
        if one:
            yield False, f"{day} {one}"


def parse(told: str) -> Name:
    """The names in what was told: `Jansen, P.` · `Piet Jansen` · `P. de Vries-Jansen` · `El-Khattabi Fatima`."""
    folded = fold(told)
    before, comma, after = folded.partition(",")
    if comma:
        given = [word for word in after.replace(",", " ").split() if len(word) == 1 or word not in PARTICLES]
        return Name(given[0] if given else "", _surnames(before.split()))
    words = before.split()
    if not words:
        return Name("", ())
    starts_with_particle = len(words[0]) > 1 and words[0] in PARTICLES - FIRST_NAMES_TOO
    if starts_with_particle or len(words) == 1:
        return Name("", _surnames(words))
    return Name(words[0], _surnames(words[1:]))


def fold(told: str) -> str:
    """Small letters a to z, commas and single spaces."""
    small = unicodedata.normalize("NFKD", told.casefold().translate(NOT_DECOMPOSED))
    bare = "".join(letter for letter in small if not unicodedata.combining(letter)).translate(NOT_DECOMPOSED)
    return NOT_A_LETTER.sub(" ", bare).strip()


def core(word: str) -> str:
    """A folded word as it sounds, about."""
    word = JOINED.sub("", word)
    for found, put in SOUNDS:
        word = found.sub(put, word)
    return word


def _surnames(words: list[str]) -> tuple[str, ...]:
    return tuple(word for word in words if len(word) > 1 and word not in PARTICLES)


def _first(given: str, *, whole: bool) -> str:
    if whole:
        return core(given) if len(given) > 1 else ""
    return INITIALS.get(given[:1], given[:1])
