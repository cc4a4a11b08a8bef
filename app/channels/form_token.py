"""The ticket of a form that anybody may send: whose form it is, and since when; it can't be made by others.

It keeps machines out that send without having read: no puzzle, no tracking. Its number is also the key by which two clicks
make one call.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

QUICKEST: Final = timedelta(seconds=3)  # ⚙ nobody reads and fills in a form in less
OLDEST: Final = timedelta(hours=12)  # ⚙ who leaves it open over lunch may still send it
NUMBER_BYTES: Final = 16
TIME_BYTES: Final = 8
MAC_BYTES: Final = 32


class Age(StrEnum):
    """Whether a form was held as long as people hold one."""

    TOO_QUICK = "too_quick"
    FITTING = "fitting"
    TOO_OLD = "too_old"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket that was ours."""

    number: bytes
    issued_at: datetime

    def age(self, at: datetime) -> Age:
        """How it stands at `at`."""
        held = at - self.issued_at
        if held < QUICKEST:
            return Age.TOO_QUICK
        return Age.TOO_OLD if held > OLDEST else Age.FITTING


def issue(key: bytes, number: bytes, at: datetime) -> str:
    """A ticket for a form that is shown at `at`; `number` is random, 16 bytes."""
    told = number + int(at.timestamp() * 1000).to_bytes(TIME_BYTES, "big")
    return base64.urlsafe_b64encode(told + hmac.digest(key, told, "sha256")).decode()


def read(key: bytes, text: str) -> Ticket | None:
    """The ticket again; None when it is not one of ours."""
    try:
        told = base64.b64decode(text.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(told) != NUMBER_BYTES + TIME_BYTES + MAC_BYTES:
        return None
    signed, mac = told[:-MAC_BYTES], told[-MAC_BYTES:]
    if not hmac.compare_digest(hmac.digest(key, signed, "sha256"), mac):
        return None
    issued = int.from_bytes(signed[NUMBER_BYTES:], "big") / 1000
    return Ticket(signed[:NUMBER_BYTES], datetime.fromtimestamp(issued, UTC))
