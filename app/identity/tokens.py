"""API tokens: shown once, kept as a hash, compared in constant time.

A token is `nodus_<id>_<secret>_<checksum>`: the id finds the key, the checksum lets secret scanners recognise a leaked one and
lets us refuse a mistyped one without asking the database.
"""

import hashlib
import hmac
import secrets
import zlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

PREFIX: Final = "nodus"
PARTS: Final = 4


@dataclass(frozen=True, slots=True)
class Token:
    """A token that is well formed; whether it is right is for `fits` to say."""

    key: UUID
    secret: str

    def fits(self, digest: bytes) -> bool:
        """Whether this is the secret whose digest was kept; takes the same time for any wrong one."""
        return hmac.compare_digest(digest_of(self.secret), digest)


def digest_of(secret: str) -> bytes:
    """What is kept of a secret. It has 256 random bits, so a plain hash can't be searched back."""
    return hashlib.sha256(secret.encode()).digest()


def new_secret() -> tuple[str, bytes]:
    """A secret for an address, to be shown once, and the digest to keep."""
    secret = secrets.token_urlsafe(32)
    return secret, digest_of(secret)


def is_secret_of(secret: str, digest: bytes | None) -> bool:
    """Whether this is the secret whose digest was kept; the same time for any wrong one, also where nothing was kept."""
    return hmac.compare_digest(digest_of(secret), digest or bytes(32))


def new_token(key: UUID) -> tuple[str, bytes]:
    """A token for a new key, to be shown once, and the digest to keep."""
    secret = secrets.token_hex(32)
    start = f"{PREFIX}_{key.hex}_{secret}"
    return f"{start}_{_checksum(start)}", digest_of(secret)


def parse(text: str) -> Token | None:
    """The token in `text`; None when it can't be one of ours."""
    parts = text.split("_")
    if len(parts) != PARTS or parts[0] != PREFIX or not text.isascii():
        return None
    if not hmac.compare_digest(_checksum("_".join(parts[:3])), parts[3]):
        return None
    try:
        return Token(UUID(hex=parts[1]), parts[2])
    except ValueError:
        return None


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"
