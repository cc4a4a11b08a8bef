"""Sealing with AES-256-GCM; every seal is bound to its case, so a seal moved to another case does not open.

Source: NIST SP 800-38D. Form: one byte version, twelve bytes nonce, ciphertext with tag.
"""

import secrets
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION: Final = b"\x01"
NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32


class Broken(Exception):  # noqa: N818  says what the seal is
    """This seal was not made with this key for this case, or was altered."""


def new_key() -> bytes:
    """A new random key of 256 bits."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, content: bytes, bound_to: UUID) -> bytes:
    """`content` as nobody without `key` can read it."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, content, bound_to.bytes)


def unseal(key: bytes, sealed: bytes, bound_to: UUID) -> bytes:
    """What was sealed.

    Raises:
        Broken: wrong key, wrong case, or altered.
    """
    if sealed[:1] != VERSION:
        raise Broken("A seal of a version that this program does not know.")
    start = 1 + NONCE_BYTES
    try:
        return AESGCM(key).decrypt(sealed[1:start], sealed[start:], bound_to.bytes)
    except InvalidTag:
        raise Broken("The seal does not fit its key and case.") from None
