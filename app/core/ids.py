"""Identifiers: ordered by time inside, meaningless and easy to read aloud outside."""

from datetime import datetime
from typing import Final
from uuid import UUID

import uuid_utils.compat as uuid_utils

# Crockford's base 32: no I, L, O, U; what is misheard on a phone is not in it.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECK_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXY"
NANOSECOND: Final = 1_000_000_000


def new_id(at: datetime) -> UUID:
    """A UUIDv7 (RFC 9562) whose time is `at`, so that ids sort and partition by the moment they were made for."""
    seconds = int(at.timestamp())
    return uuid_utils.uuid7(timestamp=seconds, nanos=at.microsecond * 1000)


def reference_for(identifier: UUID, length: int = 8) -> str:
    """A code a person can read aloud, such as `K7M4-2QXD-H`; the last letter checks the others.

    It is taken from the random end of the id, so it tells neither when nor in which order calls came in.
    """
    number = identifier.int & ((1 << 62) - 1)
    letters = ""
    for _ in range(length):
        number, rest = divmod(number, 32)
        letters += ALPHABET[rest]
    return f"{letters[:4]}-{letters[4:]}-{check_letter(letters)}"


def check_letter(letters: str) -> str:
    """The letter that finds one wrong or two swapped characters (weights 2, 3, 4 …, modulo the prime 23)."""
    total = sum(weight * ALPHABET.index(letter) for weight, letter in enumerate(letters, start=2))
    return CHECK_ALPHABET[total % len(CHECK_ALPHABET)]
