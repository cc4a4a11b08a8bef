"""When a desk is reminded, when somebody rings it, and when a mail is tried again. Spans are elapsed time."""

from datetime import datetime, timedelta
from typing import Final

from app.cases.lifecycle import PRESSING

REMIND_AT: Final = (0.5, 0.75)  # ⚙ parts of the time to answer
ALARM_AT: Final = 0.5  # ⚙ a pressing notice that nobody opened by then
SHOWN_FOR: Final = timedelta(days=7)  # ⚙ a page is shown for so long after its offer has ended
CODE_LIVES: Final = timedelta(days=1)  # ⚙
ASKED_AGAIN: Final = timedelta(minutes=1)  # ⚙ between two codes or tests of one mailbox
CODES_WITHIN: Final = timedelta(
    days=1
)  # ⚙ any 24 hours, not a calendar's day: no burst at midnight, and when to come back is exact
UNCONFIRMED_AFTER: Final = timedelta(hours=1)  # ⚙ then its organisation is told
WAITING_AFTER: Final = timedelta(minutes=5)  # ⚙ a mail that no server took: then its organisation is told
TOLD_AGAIN: Final = timedelta(days=1)  # ⚙
KEPT: Final = timedelta(days=90)  # ⚙ notices with their mails, once their offers have ended; codes and tests, once mailed

# The wait after each failed attempt; the last one again and again.
WAITS: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30, 60, 120, 300, 600))  # ⚙
GIVEN_UP_AFTER: Final = timedelta(days=1)  # ⚙ of what is no question any more: codes, tests, ends


def next_reminder(counted_from: datetime, accept_by: datetime, at: datetime) -> datetime | None:
    """The next moment to remind after `at`; None: none is left."""
    moments = (counted_from + part * (accept_by - counted_from) for part in REMIND_AT)
    return min((moment for moment in moments if moment > at), default=None)


def alarm_at(urgency: str, counted_from: datetime, accept_by: datetime) -> datetime | None:
    """By when a notice must be opened; None: it is not pressing."""
    return counted_from + ALARM_AT * (accept_by - counted_from) if urgency in PRESSING else None


def next_attempt(failed: int, at: datetime) -> datetime:
    """When to try again after `failed` attempts (at least one), the last of them at `at`."""
    return at + WAITS[min(failed, len(WAITS)) - 1]


def is_given_up(kind: str, made_at: datetime, at: datetime) -> bool:
    """Whether a mail that was not taken is no longer sent; one about a question is, as long as the question stands."""
    return kind in {"code", "test", "end"} and at - made_at >= GIVEN_UP_AFTER
