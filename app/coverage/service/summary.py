"""Who is on now, who is next and what changes this week: asked for, and told every morning."""

from datetime import date, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from app.core import outbox
from app.core.spans import Span
from app.core.work import Work
from app.coverage import duty as rules
from app.coverage import queries
from app.coverage.duty import RosterDuty
from app.coverage.events import DutySummary
from app.directory.service import coverage as directory
from app.directory.service import look_up

SEEN: Final = timedelta(days=14)  # who is next may come after the week


async def duty(work: Work, organisation_id: UUID) -> list[RosterDuty]:
    """The rosters of an organisation at this moment.

    Raises:
        NotFound: there is no such organisation.
    """
    await look_up.organisation(work, organisation_id)
    return rules.duty(await directory.duties(work, Span(work.at, work.at + SEEN), organisation_id), work.at)


async def untold_days(work: Work) -> list[date]:
    """Today, when it is time for the summaries and they have not gone out."""
    seen = await work.one(queries.LOOK)
    today = look_up.local_day(work.at)
    due = seen is not None and rules.is_told(work.at) and (seen["summarised_on"] is None or seen["summarised_on"] < today)
    return [today] if due else []


async def summarise(work: Work, day: date) -> None:
    """Tell every organisation that has rosters how its duty stands; nothing when another worker does."""
    seen = await work.one(queries.LOOK_LOCKED)
    if seen is None or (seen["summarised_on"] and seen["summarised_on"] >= day):
        return
    gaps = {row["organisation_id"]: row["count"] for row in await work.rows(queries.COUNTS_OF_EACH, at=work.at)}
    found = rules.duty(await directory.duties(work, Span(work.at, work.at + SEEN)), work.at)
    for organisation_id, own in groupby(found, key=lambda one: one.organisation_id):
        rosters = list(own)
        event = DutySummary(
            organisation_id=organisation_id,
            period=rules.period(work.at),
            rosters=len(rosters),
            on_duty_now=sum(one.now is not None for one in rosters),
            nobody_now=sum(one.now is None for one in rosters),
            hand_overs=sum(len(one.hand_overs) for one in rosters),
            open_gaps=gaps.get(organisation_id, 0),
        )
        outbox.record(work, event, (organisation_id,))
    await work.change(queries.SUMMARISED, day=day)
