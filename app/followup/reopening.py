"""Reopening: a closed case goes on with who had it, as long as its contents are kept. Source: domain.md, Case and Retention ⚙."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.core.errors import Conflict, Refused

RETENTION: Final = timedelta(days=5 * 365 + 1)  # ⚙ from closing; reopening stops it, the next closing starts it anew


class ReopenReason(StrEnum):
    """Why a case that was closed goes on: a closed list, so that it can be learnt from."""

    RELAPSE = "relapse"
    STILL_WORRIED = "still_worried"  # somebody in the person's circle, or the caller
    PERSON_ASKS = "person_asks"
    NEW_INFORMATION = "new_information"
    CLOSED_TOO_EARLY = "closed_too_early"


class NotReopenable(Refused):
    """It is not closed, or ended in another way, or too long ago; the detail says what to do instead."""

    slug, title = "not-reopenable", "This case can't be reopened"


class OwnerGone(Conflict):
    """The organisation that had the case is there no more, so that nobody would have it."""

    slug, title = "owner-gone", "The organisation that had the case has ended"


def insist_on_retention(closed_at: datetime, at: datetime) -> None:
    """Refuse to reopen what is about to be destroyed.

    Raises:
        NotReopenable: it was closed too long ago.
    """
    if at >= closed_at + RETENTION:
        raise NotReopenable("Its retention has ended. Send a new call about it: it is routed, and opens a case of its own.")
