"""Identifiers: ordered by time inside, meaningless and easy to read aloud outside."""

import secrets
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

# Crockford's base 32: no I, L, O, U; what is misheard on a phone is not in it.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECK_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXY"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
COUNTER_BITS: Final = 12


class _Last:
    """The millisecond of the last id of this process, and how many it has had."""

    millisecond = -1
    count = 0


def new_id(at: datetime) -> UUID:
    """A UUIDv7 (RFC 9562 §6.2 method 1) of the moment `at`: ids sort, and tables partition, by the moment they were made for.

    Ids that one process makes for one moment keep their order (the libraries tried shuffle them when given a moment), so the
    lines of a timeline that belong to one act stay as they were written.
    """
    since = at - EPOCH
    millisecond = (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
    _Last.count = (_Last.count + 1) % (1 << COUNTER_BITS) if millisecond == _Last.millisecond else 0
    _Last.millisecond = millisecond
    return UUID(int=millisecond << 80 | 7 << 76 | _Last.count << 64 | 2 << 62 | secrets.randbits(62))


def least_id(at: datetime) -> UUID:
    """Not later than any id that is made for `at` or after: where a span of ids begins."""
    since = at - EPOCH
    return UUID(int=max(0, (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000) << 80)


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
    """The letter that finds one wrong or two swapped characters (weights 2, 3 …, modulo 23), save pairs 23 apart, as 0 and Q."""
    total = sum(weight * ALPHABET.index(letter) for weight, letter in enumerate(letters, start=2))
    return CHECK_ALPHABET[total % len(CHECK_ALPHABET)]
