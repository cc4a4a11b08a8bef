"""When an auditor that looks every minute counts as stopped. By the machine's clock, UTC: a demo's night raises no alarm."""

from datetime import datetime, timedelta
from typing import Final

LOOKS_EVERY: Final = timedelta(minutes=1)
SILENT_AFTER: Final = timedelta(minutes=5)  # ⚙


def is_due(last: datetime | None, at: datetime) -> bool:
    """Whether the auditor should look again; of several workers the first that asks does."""
    return last is None or last <= at - LOOKS_EVERY or last > at + SILENT_AFTER  # a clock that was set back


def is_silent(last: datetime | None, at: datetime) -> bool:
    """Whether it has stopped: it never looked, or not for long."""
    return last is None or last < at - SILENT_AFTER
