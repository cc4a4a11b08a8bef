"""The feed of a recipient."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.core.errors import Gone, Invalid
from app.core.work import Work
from app.delivery import queries

SNAPSHOT: Final = ("/v1/offers?state=pending", "/v1/cases?mine=true")
RESYNC: Final = (
    "Read GET /v1/offers?state=pending, then GET /v1/cases?mine=true, to their ends, and go on after the `feedPosition` of the"
    " first page of all: nothing is missed, some events are told again."
)


class CursorExpired(Gone):
    """Events after this place are no longer kept, or it is no place in this feed: read the snapshot that is named, then go on."""

    slug, title = "cursor-expired", "These events are no longer kept"


class CursorAhead(Invalid):
    """The number lies ahead of the feed, as after a backup was restored: read the snapshot that is named, then go on."""

    slug, title = "cursor-ahead", "The feed is not that far"


@dataclass(frozen=True, slots=True)
class Events:
    """A part of a feed: the events' own bytes, in order and without gaps after `after`."""

    after: int
    bodies: Sequence[bytes]
    head: int
    oldest: int

    @property
    def reached(self) -> int:
        """The number of the last event of this part."""
        return self.after + len(self.bodies)

    @property
    def is_end(self) -> bool:
        """Whether there is nothing after this part."""
        return self.reached >= self.head


async def heads(work: Work) -> dict[UUID, int]:
    """The number of the last event of every recipient that has one."""
    return {UUID(str(row["recipient_id"])): row["last"] for row in await work.rows(queries.HEADS)}


async def events(work: Work, recipient: UUID, after: int, limit: int) -> Events:
    """The part of a recipient's feed after a number.

    Raises:
        CursorAhead: the number lies ahead of the feed.
        CursorExpired: it lies before the oldest event that is kept.
    """
    work.plan_once()
    row = await work.one(queries.FEED, recipient=recipient, after=after, most=limit)
    if row is None:
        raise LookupError("The feed's question always has an answer.")
    return checked(Events(after, row["bodies"], row["head"], row["oldest"]))


async def woken(work: Work, asked: Sequence[tuple[UUID, int]], limit: int) -> list[Events]:
    """The parts of several recipients' feeds, each after its number, in the order asked; not checked yet."""
    work.plan_once()
    recipients = [recipient for recipient, _ in asked]
    await work.rows(queries.WAITING, recipients=",".join(map(str, recipients)))
    rows = await work.rows(queries.WOKEN, recipients=recipients, afters=[after for _, after in asked], most=limit)
    found = {(UUID(int=row["recipient"].int), row["after"]): row for row in rows}
    return [Events(one[1], found[one]["bodies"], found[one]["head"], found[one]["oldest"]) for one in asked]


def checked(found: Events) -> Events:
    """The same, when it begins within the feed.

    Raises:
        CursorAhead, CursorExpired: as `events`.
    """
    if found.after > found.head:
        raise CursorAhead(
            f"`after` is {found.after}, and the last event has number {found.head}. Was a backup restored? {RESYNC}",
            head=str(found.head), snapshot=SNAPSHOT,
        )  # fmt: skip
    if found.after < found.oldest - 1:
        raise CursorExpired(
            f"The events after this number are no longer all kept. {RESYNC} For what is kept alone: after {found.oldest - 1}.",
            oldest=str(found.oldest), snapshot=SNAPSHOT,
        )  # fmt: skip
    return found


async def number_of(work: Work, recipient: UUID, event_id: UUID, after: int | None = None) -> int:
    """The number of an event in a recipient's feed; `after`: the number that whoever asks thinks it has.

    Raises:
        CursorExpired: it is not kept, was never there (a backup was restored), or has another number.
    """
    work.plan_once()
    row = await work.one(queries.NUMBER, recipient=recipient, event_id=event_id)
    if row is None or after not in {None, row["number"]}:
        raise CursorExpired(
            f"There is no such event in your feed: it is no longer kept, or a backup was restored. {RESYNC}", snapshot=SNAPSHOT
        )
    return int(row["number"])


async def position(work: Work) -> str:
    """Where the feed of this work's organisation is. Ask it before the rows of a snapshot, in the same work.

    Each statement sees what was committed before it began (READ COMMITTED). An event and its change are committed together,
    numbered in that order. So the rows that are read after this hold the changes of all events up to here, and what they miss has
    a number beyond: one snapshot for all statements (REPEATABLE READ) is not needed, as long as this one is the first.
    """
    row = await work.one(queries.HEAD, recipient=work.organisation)
    return str(row["last"] if row else 0)
