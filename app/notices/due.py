"""What notices do by themselves: follow offers, remind, and tell people who was not reached."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.core.due import Due
from app.core.work import Work
from app.notices import queries
from app.notices.service import outcome, retention, telling


async def to_remind(work: Work) -> Sequence[UUID]:
    """The notices of which a part of the time is over, those longest due first."""
    return [row["id"] for row in await work.rows(queries.TO_REMIND, at=work.at)]


async def to_alarm(work: Work) -> Sequence[UUID]:
    """The pressing notices that should have been opened by now."""
    return [row["id"] for row in await work.rows(queries.TO_ALARM, at=work.at)]


FOLLOWED: Final = Due(name="notices_of_offers", claim=telling.behind, act=telling.follow, idle=timedelta(seconds=1))
REMINDED: Final = Due(name="notices_to_remind", claim=to_remind, act=telling.remind, idle=timedelta(seconds=5))
UNOPENED: Final = Due(name="notices_unopened", claim=to_alarm, act=outcome.unopened, idle=timedelta(seconds=5))
OLD: Final = Due(name="old_notices", claim=retention.to_sweep, act=retention.sweep, idle=timedelta(minutes=10))
SILENT: Final = Due(name="silent_mailboxes", claim=outcome.silent, act=outcome.tell_silent, idle=timedelta(seconds=60))
