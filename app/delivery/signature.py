"""Signing of webhooks. Source: Standard Webhooks 1.0.0, symmetric (HMAC-SHA256, `v1`).

Signed is `{id}.{timestamp}.{body}`; while a secret is being rotated both sign, and either fits.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final
from uuid import UUID

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32


def new_secret() -> bytes:
    """A new secret of 256 bits."""
    return secrets.token_bytes(SECRET_BYTES)


def shown(secret: bytes) -> str:
    """The secret as it is shown to its owner, once."""
    return PREFIX + base64.b64encode(secret).decode()


def signatures(secrets_of_endpoint: Sequence[bytes], message: UUID, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: one signature a secret. `timestamp` is in seconds, of this attempt."""
    signed = f"{message}.{timestamp}.".encode() + body
    made = (hmac.new(secret, signed, hashlib.sha256).digest() for secret in secrets_of_endpoint)
    return " ".join(f"v1,{base64.b64encode(one).decode()}" for one in made)
