"""One-time codes of an authenticator app (TOTP, RFC 6238): six figures, half a minute, SHA-1 as every app knows it."""

import base64
import hmac
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

STEP: Final = 30  # seconds
DIGITS: Final = 6
EARLIER: Final = 1  # how many steps a clock may be off


def new_secret() -> bytes:
    """A secret of 160 bits."""
    return secrets.token_bytes(20)


def step_of(secret: bytes, code: str, at: datetime, after: int) -> int | None:
    """The step whose code this is, later than `after` (a code is good once); None when it is none.

    `at`: UTC. A clock may be half a minute off, either way.
    """
    now = int(at.timestamp()) // STEP
    typed = code.replace(" ", "").encode()
    matching = [step for step in range(now - EARLIER, now + EARLIER + 1) if hmac.compare_digest(code_at(secret, step), typed)]
    return next((step for step in matching if step > after), None)


def code_at(secret: bytes, step: int) -> bytes:
    """The code of a step."""
    return HOTP(secret, DIGITS, SHA1(), enforce_key_length=False).generate(step)  # noqa: S303  RFC 6238; no collision helps here


def typed(secret: bytes) -> str:
    """The secret as it is typed into an app: base32 in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def link(secret: bytes, login: str) -> str:
    """The secret as a link that an app on the same device opens."""
    text = base64.b32encode(secret).decode()
    return f"otpauth://totp/Nodus:{quote(login)}?secret={text}&issuer=Nodus&digits={DIGITS}&period={STEP}"
