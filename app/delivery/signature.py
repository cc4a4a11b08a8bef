"""Signing of webhooks. Source: Standard Webhooks 1.0.0, symmetric (HMAC-SHA256, `v1`) and asymmetric (Ed25519, `v1a`).

Signed is `{id}.{timestamp}.{body}`; while a secret is being rotated both sign, and either fits.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32
MOST_SIGNATURES: Final = 5  # ⚙ more are not looked at


def new_secret() -> bytes:
    """A new secret of 256 bits: for HMAC as it is, for Ed25519 the private key (its seed)."""
    return secrets.token_bytes(SECRET_BYTES)


def shown(secret: bytes) -> str:
    """The secret as it is shown to its owner, once."""
    return PREFIX + base64.b64encode(secret).decode()


def signatures(
    secrets_of_endpoint: Sequence[bytes], message: UUID | str, timestamp: int, body: bytes, *, seeds: Sequence[bytes] = ()
) -> str:
    """The value of `webhook-signature`: one signature a secret, then one a private key (`seeds`).

    `timestamp` is in seconds, of this attempt.
    """
    signed = f"{message}.{timestamp}.".encode() + body
    made = [f"v1,{_text(hmac.digest(secret, signed, hashlib.sha256))}" for secret in secrets_of_endpoint]
    made += [f"v1a,{_text(_key(seed).sign(signed))}" for seed in seeds]
    return " ".join(made)


def fits(secrets_of_sender: Sequence[bytes], message: str, timestamp: int, body: bytes, given: str) -> bool:
    """Whether one of the signatures in a `webhook-signature` was made with one of the secrets; takes as long whichever fits."""
    made = signatures(secrets_of_sender, message, timestamp, body).split()
    found = [hmac.compare_digest(one.encode(), other.encode()) for one in made for other in given.split()[:MOST_SIGNATURES]]
    return any(found)


def read_secret(text: str) -> bytes:
    """The secret that `shown` showed.

    Raises:
        ValueError: it is none of ours.
    """
    if not text.startswith(PREFIX):
        raise ValueError(f"A secret begins with {PREFIX}.")
    return base64.b64decode(text.removeprefix(PREFIX), validate=True)


@lru_cache(maxsize=1024)
def _key(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


def _text(signature: bytes) -> str:
    return base64.b64encode(signature).decode()
