"""What was sent to an endpoint, sent once more, and how far delivery is behind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.core import clock
from app.core.errors import Conflict, FieldError, Invalid, NotFound
from app.core.ids import least_id, new_id
from app.core.paging import Page, page_of
from app.core.work import Row, Work
from app.delivery import queries
from app.delivery.events import EndpointTest
from app.delivery.queries import messages as asked
from app.delivery.service.endpoints import endpoint
from app.delivery.service.verification import send_alone

FIRST_ID: Final = UUID(int=0)
LAST_ID: Final = UUID(int=(1 << 128) - 1)
LAST_MONTH: Final = timedelta(days=31)
RECOVERED_AT_ONCE: Final = 50_000  # ⚙ rows; about two seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An event on its way to an endpoint: waiting, delivered, failed (it is tried again) or givenUp."""

    event_id: UUID
    number: int | None
    type: str
    state: str
    attempts: int
    next_attempt_at: datetime | None
    last_attempt_at: datetime | None
    last_status: int | None
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """The attempts of a span of time by outcome and error, durations in milliseconds, and what waits now."""

    outcomes: list[tuple[str, str | None, int]]
    attempts: int
    durations: tuple[int | None, int | None, int | None]
    backlog: int
    oldest_waiting_at: datetime | None
    failing_since: datetime | None

    @property
    def delivered_share(self) -> float | None:
        """Of all attempts, 0 to 1; None when there was none."""
        delivered = sum(count for outcome, _, count in self.outcomes if outcome == "delivered")
        return delivered / self.attempts if self.attempts else None


async def attempts(work: Work, endpoint_id: UUID, before: UUID | None, limit: int) -> Page[Mapping[str, Any]]:
    """The attempts to deliver to an endpoint, newest first.

    Raises:
        NotFound: this organisation has no such endpoint.
    """
    await endpoint(work, endpoint_id)
    query = queries.ATTEMPTS.limit(limit + 1)
    rows = [dict(row) for row in await work.rows(query, endpoint_id=endpoint_id, before=before or LAST_ID)]
    return page_of(rows, limit, rows[limit - 1]["id"] if len(rows) > limit else None)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which messages: in a state, of events made from `after` (included) to `before`, older than the one of the cursor."""

    state: str | None = None
    after: datetime | None = None
    before: datetime | None = None
    cursor: UUID | None = None


async def messages(work: Work, endpoint_id: UUID, which: Asked, limit: int) -> Page[Message]:
    """The messages of an endpoint, newest first.

    Raises:
        NotFound: this organisation has no such endpoint.
    """
    await endpoint(work, endpoint_id)
    before = min(least_id(which.before) if which.before else LAST_ID, which.cursor or LAST_ID)
    rows = await work.rows(
        asked.MESSAGES[which.state],
        endpoint_id=endpoint_id,
        after=least_id(which.after) if which.after else FIRST_ID,
        before=before,
        most=limit + 1,
    )
    found = [_message(row) for row in rows]
    return page_of(found, limit, found[limit - 1].event_id if len(found) > limit else None)


async def message(work: Work, endpoint_id: UUID, event_id: UUID) -> tuple[Message, list[dict[str, Any]]]:
    """One message and every attempt at it, newest first.

    Raises:
        NotFound: this organisation has no such endpoint, or nothing of it was sent there or is on its way.
    """
    await endpoint(work, endpoint_id)
    row = await work.one(asked.MESSAGE, endpoint_id=endpoint_id, event_id=event_id)
    if row is None or not (row["attempts"] or row["pending"]):
        raise NotFound("This event was never sent to this endpoint. GET …/messages lists what was.")
    tried = await work.rows(asked.OF_MESSAGE, endpoint_id=endpoint_id, event_id=event_id)
    return _message(row), [dict(one) for one in tried]


async def send_again(work: Work, endpoint_id: UUID, event_id: UUID) -> Message:
    """Send one event once more, beside the order; one whose turn has not come is tried at once, in its turn.

    Raises:
        NotFound: this organisation has no such endpoint, or no such event in its feed.
    """
    found = await endpoint(work, endpoint_id)
    at, named = clock.wall(), {"endpoint_id": endpoint_id, "event_id": event_id}
    event = await work.one(asked.EVENT, **named)
    if event and event["in_turn"]:
        await work.change(queries.CHANGE.values(next_attempt_at=at), endpoint_id=endpoint_id)
    elif event:
        told = {"number": event["number"], "type": event["type"], "organisation_id": found.organisation_id}
        await work.change(asked.RESEND, **named, **told, id=new_id(at), at=at)
    elif not await work.change(asked.HURRY, **named, at=at):
        raise NotFound("Your feed has no such event any more. POST …/test-events sends a new test.")
    work.ring(f"event:{found.organisation_id}:0")
    row = await work.one(asked.MESSAGE, **named)
    if row is None:
        raise LookupError("What is on its way is found.")
    return _message(row)


async def test(work: Work, endpoint_id: UUID) -> UUID:
    """Send a test; its id.

    Raises:
        NotFound: this organisation has no such endpoint.
        Conflict: nothing is sent to it.
    """
    found = await endpoint(work, endpoint_id)
    if found.state != "active":
        raise Conflict(
            f"Nothing is sent to an endpoint that is {found.state}. Verify it, or PATCH its state to active, then test."
        )
    at = clock.wall()
    event_id = new_id(at)
    send_alone(work, EndpointTest(organisation_id=found.organisation_id, endpoint_id=found.id), event_id, "test", at)
    return event_id


async def recover(
    work: Work, endpoint_id: UUID, since: datetime, until: datetime | None, *, everything: bool
) -> tuple[int, bool]:
    """Send what happened from `since` to `until` once more: what was not delivered, or everything.

    What the endpoint does not want is left out, and so is what is on its way already. How many, and whether that is all.

    Raises:
        NotFound: this organisation has no such endpoint.
        Invalid: the span is empty.
    """
    found = await endpoint(work, endpoint_id)
    if until is not None and until <= since:
        sentence = "`until` must be later than `since`."
        raise Invalid(sentence, errors=[FieldError("/until", "span", sentence)])
    count = await work.change(
        asked.RECOVER,
        endpoint_id=endpoint_id,
        at=clock.wall(),
        after=least_id(since),
        before=least_id(until) if until else LAST_ID,
        everything=everything,
        most=RECOVERED_AT_ONCE,
    )
    work.ring(f"event:{found.organisation_id}:0")
    return count, count < RECOVERED_AT_ONCE


async def statistics(work: Work, endpoint_id: UUID, span: timedelta) -> tuple[datetime, Statistics]:
    """How delivery to an endpoint went in the last `span`, and since when that is.

    Raises:
        NotFound: this organisation has no such endpoint.
    """
    found = await endpoint(work, endpoint_id)
    since = clock.wall() - span
    whole, *parts = await work.rows(asked.STATISTICS, endpoint_id=endpoint_id, since=least_id(since))
    waiting = await work.one(asked.BACKLOG, endpoint_id=endpoint_id)
    p50, p95, p99 = whole["durations"] or (None, None, None)
    return since, Statistics(
        outcomes=[(row["outcome"], row["error"], row["count"]) for row in parts],
        attempts=whole["count"],
        durations=(p50, p95, p99),
        backlog=waiting["count"] if waiting else 0,
        oldest_waiting_at=waiting["oldest"] if waiting else None,
        failing_since=found.failing_since,
    )


async def how_far(work: Work) -> dict[UUID, tuple[int, datetime | None]]:
    """Of each endpoint of this organisation: how much waits, and the last success of the last month; None when there was none."""
    rows = await work.rows(asked.HOW_FAR, since=least_id(clock.wall() - LAST_MONTH))
    return {row["id"]: (row["backlog"], row["succeeded_at"]) for row in rows}


async def oldest_undelivered(work: Work) -> timedelta | None:
    """How long the oldest event has been waiting that an active endpoint has not received; None when there is none."""
    row = await work.one(queries.OLDEST_UNDELIVERED)
    return work.at - row["at"] if row and row["at"] else None


def _message(row: Row) -> Message:
    pending = "failed" if row["attempts"] else "waiting"
    state = "delivered" if row["delivered"] else pending if row["pending"] else "givenUp"
    named = {name: value for name, value in row.items() if name not in {"delivered", "pending"}}
    return Message(**named, state=state)
