"""What goes by itself: events that everybody has had for long, and answers that nobody asks for again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.core.work import Work
from app.delivery import queries

EVENTS_KEPT: Final = timedelta(days=90)  # ⚙
ANSWERS_KEPT: Final = timedelta(days=7)  # ⚙ the longest that a client may still send the same command again
AT_A_TIME: Final = 1000  # ⚙ rows
NIGHT: Final = 2  # ⚙ o'clock, UTC


def next_night(at: datetime) -> datetime:
    """The next moment after `at` when it is the hour for this, UTC."""
    tonight = at.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    return tonight if tonight > at else tonight + timedelta(days=1)


async def feeds_to_sweep(work: Work) -> Sequence[UUID]:
    """The recipients whose turn it is."""
    return [row["recipient_id"] for row in await work.rows(queries.FEEDS_TO_SWEEP, at=work.at)]


async def sweep(work: Work, recipient: UUID) -> None:
    """Forget a recipient's oldest events, a thousand at most, and say when to look again: at once when there may be more.

    Kept are those of the last 90 days, what an active or paused endpoint has not had yet, what waits to be sent beside the order,
    and always the last. Twice at the same moment is harmless: what is gone is gone, and `oldest` never moves back.
    """
    found = await work.one(queries.TO_FORGET, recipient=recipient, before=work.at - EVENTS_KEPT, most=AT_A_TIME)
    kept_from, more = 1, False
    if found and found["kept_from"] > found["oldest"]:
        kept_from = found["kept_from"]
        gone = await work.change(queries.FORGET, recipient=recipient, oldest=found["oldest"], kept_from=kept_from)
        more = gone >= AT_A_TIME
    sweep_at = work.at if more else next_night(work.at)
    await work.change(queries.FORGOTTEN, recipient=recipient, kept_from=kept_from, sweep_at=sweep_at)


async def moments_of_old_answers(work: Work) -> Sequence[datetime]:
    """The moment before which answers go; none when there are none."""
    before = work.at - ANSWERS_KEPT
    return [before] if await work.rows(queries.OLD_ANSWERS, before=before) else []


async def forget_answers(work: Work, before: datetime) -> None:
    """Forget answers from before a moment that were kept for repeated commands, a thousand at most."""
    await work.change(queries.FORGET_ANSWERS, before=before, most=AT_A_TIME)
