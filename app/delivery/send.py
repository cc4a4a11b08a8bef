"""The webhook sender: each endpoint reads its recipient's feed, in order; none waits for another.

An endpoint is claimed with a lease and served by a task of its own: fetch a few events, POST them one after another, hand each
outcome to the recorder. No transaction is open during a POST. A worker that is killed leaves a lease that ends by itself, and
the events whose outcome was not recorded are sent once more: receivers tell them by their `webhook-id`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.core.actor import WORKER
from app.core.db import Database
from app.core.settings import Settings
from app.core.wake import Bell
from app.core.work import begin
from app.delivery import queries
from app.delivery.backoff import next_attempt
from app.delivery.envelope import is_wanted
from app.delivery.post import Post
from app.delivery.record import Outcome, Recorder
from app.vault.keys import master_key
from app.vault.sealing import Broken

# A killed worker holds its endpoints no longer than this; a living one renews.
LEASE: Final = timedelta(seconds=12)
RENEWED_EVERY: Final = 3.0
SERVED_FOR: Final = timedelta(seconds=30)
AT_ONCE: Final = 400
FETCHED: Final = 50
LOOK_EVERY: Final = 1.0
ATTEMPTS: Final = Counter("nodus_webhook_attempts", "Attempts to deliver.", ["outcome"])
BACKLOG: Final = Gauge("nodus_webhook_backlog_seconds", "Age of the oldest event that an active endpoint has not received.")

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Serving:
    """An endpoint while a task serves it."""

    id: UUID
    organisation: UUID
    url: str
    secrets: list[bytes]
    types: Sequence[str]
    through: int
    attempts: int
    failing_since: Any


class Sender:
    """Sends until it is told to stop; what is under way is finished first."""

    def __init__(self, database: Database, settings: Settings, bell: Bell, stop: asyncio.Event) -> None:
        """Nothing claimed yet."""
        self._database, self._settings, self._bell, self._stop = database, settings, bell, stop
        self._post = Post(settings)
        self._recorder = Recorder(database)
        self._random = Random()  # noqa: S311  jitter is no secret
        self._tasks: set[asyncio.Task[None]] = set()
        self._leased: set[UUID] = set()
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Claim, serve, and look again when the bell rings or a second has passed."""
        silence = self._bell.on_ring(self._hear)
        recording = asyncio.create_task(self._recorder.run())
        renewing = asyncio.create_task(self._renew())
        stopping = asyncio.create_task(self._stop.wait())
        stopping.add_done_callback(lambda _: self._woken.set())
        try:
            while not self._stop.is_set():
                self._woken.clear()
                pause = await self._claim()
                try:
                    async with asyncio.timeout(pause):
                        await self._woken.wait()
                except TimeoutError:
                    await self._measure()
        finally:
            silence()
            stopping.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            renewing.cancel()
            await self._recorder.finish()
            await recording
            await self._post.close()

    def _hear(self, name: str) -> None:
        if name.startswith("event:"):
            self._woken.set()

    async def _claim(self) -> float:
        """Start serving what is due; how long to wait before looking again."""
        room = AT_ONCE - len(self._tasks)
        if room <= 0:
            return LOOK_EVERY
        at = clock.wall()
        try:
            async with begin(self._database, WORKER) as work:
                rows = await work.rows(queries.CLAIM, lease=at + LEASE, at=at, most=room)
        except (SQLAlchemyError, OSError) as error:
            log.warning("sender.unavailable", error=type(error).__name__)
            return LOOK_EVERY
        for row in rows:
            self._leased.add(row["id"])
            task = asyncio.create_task(self._serve(row))
            self._tasks.add(task)
            task.add_done_callback(self._served)
        return LOOK_EVERY

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEWED_EVERY)
            if not self._leased:
                continue
            try:
                async with begin(self._database, WORKER) as work:
                    await work.change(queries.RENEW, lease=clock.wall() + LEASE, held=list(self._leased))
            except (SQLAlchemyError, OSError) as error:
                log.warning("sender.lease_not_renewed", error=type(error).__name__)

    def _served(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("sender.fault", error=type(error).__name__, exc_info=error)

    async def _serve(self, row: Any) -> None:  # noqa: ANN401  a row
        try:
            await self._serve_in_order(row)
        finally:
            self._leased.discard(row["id"])

    async def _serve_in_order(self, row: Any) -> None:  # noqa: ANN401  a row
        try:
            key = master_key(self._settings)
            secrets = [key.unwrap(bytes(one), row["id"]) for one in row["secrets"]]
        except Broken:
            log.error("sender.secret_unreadable", endpoint=str(row["id"]))  # noqa: TRY400  the trace says nothing more
            return
        serving = _Serving(
            row["id"], row["organisation_id"], row["url"], secrets, row["types"], row["delivered_through"],
            row["attempts"], row["failing_since"],
        )  # fmt: skip
        until = clock.wall() + SERVED_FOR
        going_on = True
        while going_on and not self._stop.is_set() and clock.wall() < until:
            async with begin(self._database, WORKER) as work:
                events = await work.rows(queries.UNDELIVERED, recipient=serving.organisation, after=serving.through, most=FETCHED)
            going_on = bool(events)
            for event in events:
                if self._stop.is_set() or not await self._deliver(serving, event):
                    going_on = False
                    break
        self._recorder.release(serving.id)

    async def _deliver(self, serving: _Serving, event: Any) -> bool:  # noqa: ANN401  a row
        """Deliver one event; whether the next one may follow."""
        if not is_wanted(event["type"], serving.types):
            serving.through = event["number"]
            self._recorder.passed(serving.id, serving.through)
            return True
        made = await self._post(serving.id, serving.url, serving.secrets, event["id"], event["body"])
        at = clock.wall()
        attempt = serving.attempts + 1
        again = at if made.delivered else next_attempt(attempt, at, self._random, retry_after=made.retry_after)
        ended = made.delivered or again is None
        result = "delivered" if made.delivered else "given_up" if again is None else "failed"
        serving.through = event["number"] if ended else serving.through
        serving.attempts = 0 if ended else attempt
        serving.failing_since = None if made.delivered else serving.failing_since or at
        ATTEMPTS.labels(result).inc()
        if not made.delivered:
            log.warning(
                "webhook.failed", endpoint=str(serving.id), event_id=str(event["id"]), attempt=attempt, outcome=result,
                status=made.status, error=made.error,
            )  # fmt: skip
        self._recorder.note(
            Outcome(
                endpoint=serving.id,
                organisation=serving.organisation,
                event=event["id"],
                number=event["number"],
                attempt=attempt,
                made=made,
                result=result,
                through=serving.through,
                attempts=serving.attempts,
                next_attempt_at=again or at,
                failing_since=serving.failing_since,
            )
        )
        return ended and not made.gone

    async def _measure(self) -> None:
        await self._post.tidy()
        try:
            async with begin(self._database, WORKER) as work:
                row = await work.one(queries.OLDEST_UNDELIVERED)
        except (SQLAlchemyError, OSError):
            return
        BACKLOG.set((clock.now() - row["at"]).total_seconds() if row and row["at"] else 0)


async def run(database: Database, settings: Settings, bell: Bell, stop: asyncio.Event) -> None:
    """Send webhooks until `stop`."""
    await Sender(database, settings, bell, stop).run()
