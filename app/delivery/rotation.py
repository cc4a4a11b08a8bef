"""Secrets that take turns: an Ed25519 key, and what a receiver needs of it; `signature.py` has the others.

Source: Standard Webhooks 1.0.0 (whpk_), RFC 8032 (Ed25519).
"""

import base64
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PUBLIC: Final = "whpk_"
MOST_AT_ONCE: Final = 4  # ⚙ all of them sign every delivery, and receivers look at five signatures


def public_key(seed: bytes) -> str:
    """With what a receiver verifies, as it is shown: `whpk_` and base64. `seed`: the 32 bytes of the private key."""
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return PUBLIC + base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
