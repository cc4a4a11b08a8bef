"""What happens to endpoints by itself: receivers are asked, and of what does not work people are told.

The organisation hears it by feed, and so do those who watch over the country.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Gauge

from app.core import outbox
from app.core.due import Due
from app.core.events import Event
from app.core.work import Work
from app.delivery import verify
from app.delivery.service import ahead, alarms, retention

Overseers = Callable[[Work], Awaitable[Sequence[UUID]]]
Telling = Callable[[Work, UUID], Awaitable[tuple[Event, UUID] | None]]
SELDOM: Final = timedelta(seconds=30)
OFTEN: Final = timedelta(seconds=5)
PRESSING: Final = Gauge(
    "nodus_webhook_pressing_undelivered",
    "Pressing events that an endpoint has not received in time.",
    multiprocess_mode="mostrecent",
)
ENDPOINTS: Final = Gauge("nodus_webhook_endpoints", "Webhook endpoints.", ["state"], multiprocess_mode="mostrecent")
STATES: Final = ("unverified", "active", "paused", "disabled")

log = structlog.get_logger(__name__)

OLD_EVENTS: Final[Due[UUID]] = Due(
    name="old_events", claim=retention.feeds_to_sweep, act=retention.sweep, idle=timedelta(minutes=10)
)
OLD_ANSWERS: Final[Due[datetime]] = Due(
    name="old_answers", claim=retention.moments_of_old_answers, act=retention.forget_answers, idle=timedelta(hours=1)
)
AHEAD: Final[Due[UUID]] = Due(name="endpoints_ahead", claim=ahead.endpoints_ahead, act=ahead.set_back, idle=SELDOM)
VERIFICATIONS: Final = Due(name="verifications", claim=verify.claim, act=verify.act, idle=timedelta(seconds=1))


def silent_endpoints(overseers: Overseers) -> Due[UUID]:
    """The endpoints that have failed for a quarter of an hour; `overseers` are the organisations that hear of every one."""
    return Due("silent_endpoints", alarms.silent, _telling(alarms.tell_silent, overseers), SELDOM)


def unverified_endpoints(overseers: Overseers) -> Due[UUID]:
    """The endpoints that have waited for a quarter of an hour to be verified: somebody may believe that they work."""
    return Due("unverified_endpoints", alarms.unverified, _telling(alarms.tell_unverified, overseers), SELDOM)


def disabled_endpoints(overseers: Overseers) -> Due[UUID]:
    """The endpoints that have failed for five days, which are disabled, and those whose receivers said 410."""
    return Due("disabled_endpoints", alarms.ended, _telling(alarms.tell_ended, overseers), SELDOM)


def ending_certificates(overseers: Overseers) -> Due[UUID]:
    """The endpoints whose client certificate ends within thirty days."""
    return Due("ending_certificates", alarms.ending, _telling(alarms.tell_ending, overseers), SELDOM)


def pressing_undelivered(overseers: Overseers) -> Due[UUID]:
    """The endpoints behind which something that can't wait has waited for two minutes."""
    return Due("pressing_undelivered", _measured, _telling(alarms.tell_pressing, overseers), OFTEN)


def _telling(tell: Telling, overseers: Overseers) -> Callable[[Work, UUID], Awaitable[None]]:
    async def act(work: Work, endpoint_id: UUID) -> None:
        told = await tell(work, endpoint_id)
        if told is None:
            return
        event, owner = told
        outbox.record(work, event, (owner, *await overseers(work)))
        log.warning("webhook.told_of", event_type=event.type, endpoint=str(endpoint_id), reason=getattr(event, "reason", None))

    return act


async def _measured(work: Work) -> Sequence[UUID]:
    """What is late; how many there are of everything is measured on the way."""
    counted = await alarms.counts(work)
    PRESSING.set(counted.pressing)
    for state in STATES:
        ENDPOINTS.labels(state).set(counted.by_state.get(state, 0))
    return await alarms.pressing(work)
