"""Keyed hashes: two writings of one thing meet without anybody being able to read, or to list, what they were.

HMAC-SHA-256 (RFC 2104) under a key of its own for every kind and version, derived with HKDF (RFC 5869) from a root that only the
program holds: whoever steals the database can't try all numbers. Cut to 16 bytes: 2^64 things are needed for a clash.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

HASH_BYTES: Final = 16
KEY_BYTES: Final = 32
# ⚙ The newest last: what is new is hashed under it, and looked for under all. To rotate, add one; when the longest look back
# (12 months) has passed, take the oldest away.
VERSIONS: Final[tuple[int, ...]] = (1,)


@dataclass(frozen=True, slots=True)
class BlindIndex:
    """Hashes under the keys of one root."""

    root: bytes = field(repr=False)
    versions: Sequence[int] = VERSIONS

    def newest(self, kind: str, text: str) -> bytes:
        """The hash under which `text` is kept."""
        return _hash(self.root, self.versions[-1], kind, text)

    def all(self, kind: str, text: str) -> tuple[bytes, ...]:
        """The hashes under which `text` may have been kept."""
        return tuple(_hash(self.root, version, kind, text) for version in self.versions)


def _hash(root: bytes, version: int, kind: str, text: str) -> bytes:
    return hmac.digest(_key(root, version, kind), text.encode(), "sha256")[:HASH_BYTES]


@lru_cache(maxsize=64)
def _key(root: bytes, version: int, kind: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"nodus blind index {version} {kind}".encode()).derive(root)
