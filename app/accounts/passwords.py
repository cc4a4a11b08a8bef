"""Passwords: kept as Argon2id (RFC 9106), in the parameters that OWASP advises for servers with little memory."""

import secrets
from functools import cache
from typing import Final

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

MEMORY: Final = 19 * 1024  # KiB
ITERATIONS: Final = 2
SHORTEST: Final = 12  # ⚙ characters; NIST SP 800-63B-4 and ASVS 5.0 6.2.1 ask for length, not for kinds of characters
LONGEST: Final = 200


def kept(password: str) -> str:
    """What is kept of a password, with its own salt; takes some 20 ms of CPU and 19 MiB, on purpose."""
    made = Argon2id(salt=secrets.token_bytes(16), length=32, iterations=ITERATIONS, lanes=1, memory_cost=MEMORY)
    return made.derive_phc_encoded(password.encode())


def fits(password: str, kept_as: str | None) -> bool:
    """Whether this is the password; as slow for an account that is not there (None)."""
    try:
        Argon2id.verify_phc_encoded(password.encode(), kept_as or _nobodys())
    except (InvalidKey, ValueError):
        return False
    return kept_as is not None


def is_long_enough(password: str) -> bool:
    """Whether a password may be chosen."""
    return SHORTEST <= len(password) <= LONGEST


def some_password() -> str:
    """A password that nobody can guess, to be shown once."""
    return secrets.token_urlsafe(15)


@cache
def _nobodys() -> str:
    return kept(secrets.token_urlsafe())
