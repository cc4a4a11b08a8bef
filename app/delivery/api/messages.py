"""See what became of each delivery, and send it once more."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from app.core.errors import Conflict, Invalid, NotFound
from app.core.http import USUAL_LIMIT, AskedMoment, Cursor, Limit, problems, rooms_router
from app.core.paging import after as cursor_id
from app.delivery.schemas.messages import (
    AttemptOut,
    AttemptPage,
    AttemptsOut,
    CountOut,
    MessageOut,
    MessagePage,
    RecoveryIn,
    RecoveryOut,
    State,
    StatisticsOut,
    TestOut,
)
from app.delivery.service import messages
from app.delivery.service.messages import Asked
from app.identity.doors import EndpointDoor

router = rooms_router("delivery")
From = Annotated[AskedMoment | None, Query(description="Events made at this moment or later")]
To = Annotated[AskedMoment | None, Query(description="Events made before this moment")]
Hours = Annotated[int, Query(ge=1, le=744, description="How far back to look")]


@router.get("/webhook-endpoints/{endpoint_id}/attempts", responses=problems(Invalid, NotFound))
async def list_attempts(endpoint_id: UUID, work: EndpointDoor, cursor: Cursor = None, limit: Limit = USUAL_LIMIT) -> AttemptPage:
    """Every attempt to deliver to an endpoint, newest first."""
    found = await messages.attempts(work, endpoint_id, cursor_id(cursor), limit)
    return AttemptPage(items=[_attempt(row) for row in found.items], next=found.next)


@router.get("/webhook-endpoints/{endpoint_id}/messages", responses=problems(Invalid, NotFound))
async def list_messages(  # noqa: PLR0913, PLR0917  query parameters
    endpoint_id: UUID,
    work: EndpointDoor,
    state: State | None = None,
    after: From = None,
    before: To = None,
    cursor: Cursor = None,
    limit: Limit = USUAL_LIMIT,
) -> MessagePage:
    """What was sent to an endpoint, or is to be, and what became of it; newest first."""
    found = await messages.messages(work, endpoint_id, Asked(state, after, before, cursor_id(cursor)), limit)
    return MessagePage(items=[MessageOut(**asdict(one)) for one in found.items], next=found.next)


@router.get("/webhook-endpoints/{endpoint_id}/messages/{event_id}/attempts", responses=problems(Invalid, NotFound))
async def list_attempts_at_message(endpoint_id: UUID, event_id: UUID, work: EndpointDoor) -> AttemptsOut:
    """Every attempt at one message, newest first; none yet when it waits."""
    found, tried = await messages.message(work, endpoint_id, event_id)
    return AttemptsOut(message=MessageOut(**asdict(found)), items=[_attempt(row) for row in tried])


@router.post(
    "/webhook-endpoints/{endpoint_id}/messages/{event_id}/attempts", status_code=202, responses=problems(Invalid, NotFound)
)
async def send_message_again(endpoint_id: UUID, event_id: UUID, work: EndpointDoor) -> MessageOut:
    """Send one event of your feed once more, under its own id; to an endpoint that is not active, once it is.

    One that the endpoint has not received yet keeps its turn, and is tried at once.
    """
    return MessageOut(**asdict(await messages.send_again(work, endpoint_id, event_id)))


@router.post("/webhook-endpoints/{endpoint_id}/test-events", status_code=202, responses=problems(Invalid, NotFound, Conflict))
async def send_test_event(endpoint_id: UUID, work: EndpointDoor) -> TestOut:
    """Send `nl.nodus.endpoint.test.v1` to an active endpoint; see what came of it under its id in …/messages."""
    return TestOut(event_id=await messages.test(work, endpoint_id))


@router.post("/webhook-endpoints/{endpoint_id}/recoveries", status_code=202, responses=problems(Invalid, NotFound))
async def recover_messages(endpoint_id: UUID, body: RecoveryIn, work: EndpointDoor) -> RecoveryOut:
    """Send once more what happened since a moment: what was not delivered, or everything. Receivers dedupe on `webhook-id`.

    What the endpoint does not want is left out; to an endpoint that is not active it is sent once it is.
    """
    everything = body.include == "all"
    count, complete = await messages.recover(work, endpoint_id, body.since, body.until, everything=everything)
    return RecoveryOut(count=count, complete=complete)


@router.get("/webhook-endpoints/{endpoint_id}/statistics", responses=problems(Invalid, NotFound))
async def read_statistics(endpoint_id: UUID, work: EndpointDoor, hours: Hours = 24) -> StatisticsOut:
    """How delivery to an endpoint goes: what came of the attempts of the last hours, how long they took, and what waits."""
    since, found = await messages.statistics(work, endpoint_id, timedelta(hours=hours))
    p50, p95, p99 = found.durations
    return StatisticsOut(
        since=since,
        attempts=found.attempts,
        outcomes=[CountOut(outcome=outcome, error=error, count=count) for outcome, error, count in found.outcomes],
        delivered_share=found.delivered_share,
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        backlog=found.backlog,
        oldest_waiting_at=found.oldest_waiting_at,
        failing_since=found.failing_since,
    )


def _attempt(row: Mapping[str, Any]) -> AttemptOut:
    told = {name: row[name] for name in AttemptOut.model_fields}
    return AttemptOut(**told | {"number": row["number"] or 0})
