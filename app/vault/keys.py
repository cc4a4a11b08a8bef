"""The master key, under which every case's key and every other secret is wrapped."""

import base64
import hashlib
from functools import lru_cache
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.settings import Settings
from app.vault import sealing


class MasterKey:
    """Wraps and unwraps small secrets, each bound to the id it belongs to."""

    def __init__(self, key: bytes) -> None:
        """Take 32 bytes.

        Raises:
            ValueError: not 32 bytes.
        """
        if len(key) != sealing.KEY_BYTES:
            raise ValueError("NODUS_MASTER_KEY must be 32 bytes in base64: `openssl rand -base64 32` makes one.")
        self._key = key
        self.name = hashlib.sha256(b"nodus master key" + key).hexdigest()[:12]

    def wrap(self, secret: bytes, bound_to: UUID) -> bytes:
        """`secret` as it may be stored."""
        return sealing.seal(self._key, secret, bound_to)

    def unwrap(self, wrapped: bytes, bound_to: UUID) -> bytes:
        """The secret again.

        Raises:
            sealing.Broken: it was wrapped under another master key, or belongs to something else.
        """
        return sealing.unseal(self._key, wrapped, bound_to)

    def derive(self, use: str) -> bytes:
        """A key of 32 bytes for another use, from which neither this one nor that of any other use can be told (RFC 5869)."""
        return HKDF(SHA256(), sealing.KEY_BYTES, salt=None, info=f"nodus {use}".encode()).derive(self._key)


@lru_cache(maxsize=8)
def _parsed(encoded: str) -> MasterKey:
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise ValueError("NODUS_MASTER_KEY is not base64: `openssl rand -base64 32` makes one.") from None
    return MasterKey(key)


def master_key(settings: Settings) -> MasterKey:
    """The master key of this installation.

    Raises:
        ValueError: it is not set, or not 32 bytes in base64.
    """
    return _parsed(settings.master_key.get_secret_value())
