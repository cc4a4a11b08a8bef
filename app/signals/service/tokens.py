"""A match: the case that a look-up found open, sealed for whoever looked, so that a call can join it without seeing it."""

import base64
import binascii
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.core.errors import FieldError, Invalid
from app.core.ids import EPOCH
from app.core.work import Work
from app.vault import sealing
from app.vault.keys import master_key

GOOD_FOR: Final = timedelta(hours=1)  # ⚙
USE: Final = "match to join"
UUID_BYTES: Final = 16


class MatchUnknown(Invalid):
    """The match is not one of ours for this organisation, or its time is over."""

    slug, title = "match-unknown", "The match is not known any more"


def match_for(work: Work, case_id: UUID) -> str:
    """What `joins` takes for the next hour, from this organisation only."""
    until = int((work.at + GOOD_FOR - EPOCH).total_seconds())
    sealed = sealing.seal(_key(work), case_id.bytes + until.to_bytes(8), work.organisation)
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def case_of(work: Work, match: str) -> UUID:
    """The case that a match was made for.

    Raises:
        MatchUnknown: it was not made for this organisation, was altered, or is older than an hour.
    """
    try:
        sealed = base64.b64decode(match.encode() + b"=" * (-len(match) % 4), altchars=b"-_", validate=True)
        told = sealing.unseal(_key(work), sealed, work.organisation)
    except (binascii.Error, ValueError, sealing.Broken):
        raise _unknown() from None
    if EPOCH + timedelta(seconds=int.from_bytes(told[UUID_BYTES:])) < work.at:
        raise _unknown()
    return UUID(bytes=told[:UUID_BYTES])


def _key(work: Work) -> bytes:
    return master_key(work.database.settings).derive(USE)


def _unknown() -> MatchUnknown:
    return MatchUnknown(
        "This names no case: neither an id, nor a reference, nor a match of the last hour. Look for earlier calls again.",
        errors=[FieldError("/joins", "unknown", "A case's id or reference, or a match of the last hour.")],
    )
