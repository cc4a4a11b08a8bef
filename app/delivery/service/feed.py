"""The feed of a recipient."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.errors import Gone, Invalid
from app.core.work import Work
from app.delivery import queries


class CursorExpired(Gone):
    """Events before the oldest that is kept were asked for."""

    slug, title = "cursor-expired", "These events are no longer kept"


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


async def heads(work: Work) -> dict[UUID, int]:
    """The number of the last event of every recipient that has one."""
    return {UUID(str(row["recipient_id"])): row["last"] for row in await work.rows(queries.HEADS)}


async def events(work: Work, recipient: UUID, after: int, limit: int) -> Events:
    """The part of a recipient's feed after a number.

    Raises:
        Invalid: the number lies ahead of the feed.
        CursorExpired: it lies before the oldest event that is kept.
    """
    row = await work.one(queries.FEED, recipient=recipient, after=after, most=limit)
    if row is None:
        raise LookupError("The feed's question always has an answer.")
    head, oldest = row["head"], row["oldest"] or row["head"] + 1
    if after > head:
        raise Invalid(
            f"`after` is {after}, and the last event has number {head}. Was a backup restored? Start again after {head}."
        )
    if after < oldest - 1:
        raise CursorExpired(
            "The events after this number are no longer all kept. Read GET /v1/cases?mine=true and"
            f" GET /v1/offers?state=pending, then go on after {oldest - 1}.",
            oldest=str(oldest),
        )
    return Events(after, row["bodies"], head, oldest)
