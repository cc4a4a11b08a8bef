"""Calendars to subscribe to, each under a secret address that can be withdrawn; and calendars taken over from others."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.core import clock
from app.core.actor import GATE, Actor, Role
from app.core.db import Database
from app.core.errors import NotFound
from app.core.ids import new_id
from app.core.spans import Span
from app.core.work import Work, begin
from app.directory.service import shifts as directory
from app.identity.tokens import is_secret_of, new_secret
from app.rosters import queries, tables
from app.rosters.calendars import Shown, calendar_of
from app.rosters.plan import AHEAD
from app.rosters.service.participants import participant
from app.rosters.service.plans import own_plan
from app.rosters.unavailability import busy_in

BACK: Final = timedelta(weeks=4)  # ⚙ 2026-11: what is over stays to be seen for so long


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar of a roster or of a participant; its secret is nowhere."""

    id: UUID
    roster_id: UUID | None
    participant_id: UUID | None
    made_at: datetime


async def make_roster_feed(work: Work, roster_id: UUID) -> tuple[Feed, str]:
    """A new address for the shifts of a roster, which can't be had again.

    Raises:
        NotFound: this organisation has no such roster.
    """
    plan = await own_plan(work, roster_id)
    return _make(work, plan["organisation_id"], roster_id, None)


async def make_participant_feed(work: Work, participant_id: UUID) -> tuple[Feed, str]:
    """A new address for the shifts of a participant, which can't be had again.

    Raises:
        NotFound: this organisation has no such participant.
    """
    found = await participant(work, participant_id)
    return _make(work, found.organisation_id, None, participant_id)


async def feeds(work: Work) -> list[Feed]:
    """The feeds of this organisation that were not withdrawn, oldest first."""
    kept = ("id", "roster_id", "participant_id", "made_at")
    return [Feed(**{key: row[key] for key in kept}) for row in await work.rows(queries.FEEDS)]


async def withdraw_feed(work: Work, feed_id: UUID) -> None:
    """Let an address show nothing any more.

    Raises:
        NotFound: this organisation has no such feed.
    """
    if not await work.change(queries.WITHDRAW_FEED, feed_id=feed_id, at=work.at):
        raise NotFound("Your organisation has no such calendar feed. GET /v1/calendar-feeds lists them.")


async def calendar(database: Database, feed_id: UUID, secret: str) -> bytes:
    """The calendar at a secret address, for whoever knows it.

    Raises:
        NotFound: unknown, withdrawn, or the wrong secret; which of them is not told.
    """
    async with begin(database, GATE) as work:
        row = await work.one(queries.FEED, feed_id=feed_id)
    fits = is_secret_of(secret, bytes(row["digest"]) if row else None)
    if row is None or not fits or row["withdrawn_at"]:
        raise NotFound("There is no calendar at this address (any more). Ask the planner for a new one.")
    async with begin(database, Actor(row["organisation_id"], Role.PLANNER)) as work:
        span = Span(work.at - BACK, work.at + AHEAD + timedelta(weeks=40))
        if row["roster_id"]:
            shifts = await directory.shifts_on(work, [row["roster_id"]], span)
            name = (await directory.rosters(work, [row["roster_id"]]))[row["roster_id"]].name
            return calendar_of(name, feed_id, [Shown(one, f"{name}: {one.participant}") for one in shifts])
        who = await participant(work, row["participant_id"])
        shifts = await directory.shifts_of(work, [who.id], span)
        names = await directory.rosters(work, [one.roster_id for one in shifts])
        return calendar_of(who.name, feed_id, [Shown(one, names[one.roster_id].name) for one in shifts])


async def take_over_calendar(work: Work, participant_id: UUID, text: str) -> list[Span]:
    """Let somebody's calendar say when they are not available, instead of what it said before; these spans.

    Raises:
        NotFound: this organisation has no such participant.
        CalendarRefused: it can't be read, or means too much.
    """
    busy = await asyncio.to_thread(busy_in, text, work.at)
    found = await participant(work, participant_id)
    await work.change(queries.FORGET_BUSY, participant_id=participant_id)
    for span in busy:
        work.write(
            tables.unavailability,
            id=new_id(work.at),
            participant_id=participant_id,
            organisation_id=found.organisation_id,
            span=f"[{span.start.isoformat()},{span.end.isoformat()})",
        )
    return busy


async def unavailability(work: Work, participant_id: UUID) -> list[Span]:
    """When somebody is not available from now on, by the calendar that was taken over last.

    Raises:
        NotFound: this organisation has no such participant.
    """
    await participant(work, participant_id)
    rows = await work.rows(queries.BUSY, ids=[participant_id], starts_at=work.at, ends_at=work.at + timedelta(days=400))
    return [Span(row["starts_at"], row["ends_at"]) for row in rows]


async def forget_calendar(work: Work, participant_id: UUID) -> None:
    """Forget what somebody's calendar said.

    Raises:
        NotFound: this organisation has no such participant.
    """
    await participant(work, participant_id)
    await work.change(queries.FORGET_BUSY, participant_id=participant_id)


def _make(work: Work, organisation_id: UUID, roster_id: UUID | None, participant_id: UUID | None) -> tuple[Feed, str]:
    feed = Feed(new_id(clock.wall()), roster_id, participant_id, work.at)
    secret, digest = new_secret()
    work.write(
        tables.calendar_feed,
        id=feed.id,
        organisation_id=organisation_id,
        roster_id=roster_id,
        participant_id=participant_id,
        digest=digest,
        made_at=work.at,
    )
    return feed, f"{work.database.settings.base_url}/v1/calendars/{feed.id}/{secret}.ics"
