"""What goes wrong at others, for who watches over the country: endpoints, mailboxes, and whether anybody looks at all.

Row-level security keeps these from every other organisation; national desks are told of each by feed. So they are read as the
worker reads them, and only for a national desk (`looking.py`).
"""

from datetime import datetime
from typing import Final

from app.console.wall.seen import Oversight, Undelivered
from app.core import clock
from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.delivery.service import alarms
from app.directory.service import look_up as directory
from app.notices.service import health
from app.watch.heartbeat import is_silent
from app.watch.service import audit

MOST: Final = 50


async def oversee(database: Database) -> Oversight:
    """At this moment; nothing is changed."""
    async with begin(database, WORKER) as work:
        broken = await alarms.troubled(work, MOST)
        named = {one.id: one for one in await directory.named(work, sorted({one.organisation for one in broken}))}
        mail, last = await health.counts(work), await audit.last_look(work)
    endpoints = [
        Undelivered(
            one.id,
            named[one.organisation].name if one.organisation in named else "",
            named[one.organisation].phone if one.organisation in named else None,
            one.why,
            _on_our_clock(one.since),
            one.pressing,
            one.undelivered,
        )
        for one in broken
    ]
    watched_at = last.at if last else None
    silent = is_silent(watched_at, clock.wall())
    return Oversight(
        is_ours=True,
        endpoints=endpoints,
        mailboxes=mail.failing,
        broken=last.broken if last else 0,
        watched_at=_on_our_clock(watched_at),
        watch_is_silent=silent,
    )


def _on_our_clock(at: datetime | None) -> datetime | None:
    """A moment of the machine's clock as one of the domain's, as long ago: in the demo the two differ."""
    return at and clock.now() - (clock.wall() - at)
