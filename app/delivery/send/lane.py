"""One endpoint while it is served: what goes next, how many at once, how fast, and what became of each.

In strict order one is under way, and a failure stops what follows. In loose order several are; one that fails is tried again
beside the order while later ones go on, until the circuit opens. The cursor never moves over what is neither delivered nor kept
elsewhere, so a worker that is killed leaves nothing behind that is not sent once more.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from itertools import chain, zip_longest
from random import Random
from typing import Any, Final, Protocol
from uuid import UUID

import structlog
from prometheus_client import Counter
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.delivery.backoff import LONGEST_PLAN
from app.delivery.circuit import Circuit, is_open
from app.delivery.envelope import is_there, is_wanted
from app.delivery.pacing import spacing
from app.delivery.post.attempt import Attempted, Post, Target
from app.delivery.queries import sending as queries
from app.delivery.record import Item, Recorder
from app.delivery.send.settle import Health, Settled

SERVED_FOR: Final = 15.0  # ⚙ seconds, then the others have their turn
LINGERS: Final = 2.0  # ⚙ seconds it is held when nothing is left: what comes next needs no claim
FETCHED: Final = 50
AT_ONCE: Final = 8  # ⚙ in loose order
HANGING_AFTER: Final = 2.0  # ⚙ seconds without an answer
PACED_HERE: Final = 5.0  # ⚙ seconds between two calls that are waited for; longer ones are left to a later claim
ATTEMPTS: Final = Counter("nodus_webhook_attempts", "Attempts to deliver.", ["outcome"])

log = structlog.get_logger(__name__)


class Hub(Protocol):
    """What lanes share."""

    worker: UUID
    database: Database
    post: Post
    recorder: Recorder
    random: Random
    stop: asyncio.Event
    reading: asyncio.Semaphore


class Lane:
    """Serves one endpoint until nothing is left, its time is over, it fails, or somebody changed it."""

    def __init__(self, hub: Hub, row: Any, target: Target, circuit: Circuit, held_until: float) -> None:  # noqa: ANN401  a row of CLAIM
        """Claimed, nothing sent yet. `held_until`: the end of its lease on `time.monotonic`; who renews it moves that on."""
        self._hub, self._row, self.target, self.held_until = hub, row, target, held_until
        self.organisation: UUID = row["organisation_id"]
        self.ailing = row["failing_since"] is not None
        self.more = False
        self.read_at = 0.0
        pace = spacing(row["per_minute"], row["granted_per_minute"])
        self._health = Health(row["ordering"] == "strict", row["attempts"], row["failing_since"], pace, circuit, hub.random)
        self._taken = row["delivered_through"]
        self._unsettled: set[int] = set()
        self._flight: set[asyncio.Task[None]] = set()
        self._messages: set[UUID] = set()
        self._until = time.monotonic() + SERVED_FOR
        self._ended = self._idle = False
        self._rung = asyncio.Event()
        self._full = True
        self._started = 0.0
        self._pace_of = pace.total_seconds()
        ahead = (row["next_attempt_at"] - clock.wall()).total_seconds() if pace and not row["attempts"] else 0.0
        self._not_before = time.monotonic() + min(ahead, self._pace_of)

    @property
    def takes_place(self) -> bool:
        """Whether it keeps this worker busy, and neither waits for something to do nor for a receiver that hangs."""
        return not self._idle and not self.hangs

    @property
    def hangs(self) -> bool:
        """Whether all that is under way has been waiting for an answer for long."""
        return bool(self._flight) and time.monotonic() - self._started > HANGING_AFTER

    def hear(self) -> None:
        """Something was announced to its organisation."""
        self._rung.set()

    def end(self) -> None:
        """Begin nothing more: another worker has it, or this one ends."""
        self._ended = True
        self._rung.set()

    async def serve(self) -> None:
        """Send, and say so; what is under way at the end is finished first."""
        waiting: deque[Item] = deque()
        try:
            while self._goes_on():
                if not waiting:
                    if not (self._full or self._rung.is_set() or await self._something_comes()):
                        break
                    found = await self._read()
                    if found is None:
                        break
                    waiting.extend(found)
                    continue
                item = waiting.popleft()
                if await self._is_turn(item):
                    self._begin(item)
            self.more = bool(waiting) or time.monotonic() >= min(self._until, self.held_until)
        except (SQLAlchemyError, OSError) as error:
            log.warning("sender.unavailable", error=type(error).__name__)
        finally:
            if self._flight:
                await asyncio.wait(self._flight)
            self._hub.recorder.release(self.target.id)

    def _goes_on(self) -> bool:
        return not self._ended and not self._hub.stop.is_set() and time.monotonic() < min(self._until, self.held_until)

    async def _read(self) -> Sequence[Item] | None:
        """What goes next, a message and an event in turns; None: the endpoint is no longer what it was, or no longer ours."""
        row, at = self._row, clock.wall()
        self._rung.clear()
        async with self._hub.reading, begin(self._hub.database, WORKER) as work:
            work.plan_once()
            self.read_at = time.monotonic()
            found = await work.rows(
                queries.NEXT, endpoint=self.target.id, worker=self._hub.worker, version=self.target.version, state=row["state"],
                secret_ids=row["secret_ids"], due=row["due"], after=self._taken, under_way=list(self._messages), at=at,
                too_far=at + LONGEST_PLAN, most=FETCHED,
            )  # fmt: skip
        if not found:
            return None
        items = [
            Item(**{name: one[name] for name in Item.__slots__})
            for one in found if one["id"] is not None
        ]  # fmt: skip
        messages, events = [one for one in items if one.message_id], [one for one in items if not one.message_id]
        self._full = max(len(messages), len(events)) == FETCHED  # otherwise nothing is left before the bell rings
        return [one for one in chain.from_iterable(zip_longest(messages, events)) if one]

    async def _something_comes(self) -> bool:
        """Wait for what is under way, or for the bell; whether to look once more."""
        if self._flight:
            ringing = asyncio.create_task(self._rung.wait())
            await asyncio.wait({ringing, *self._flight}, return_when=asyncio.FIRST_COMPLETED)
            ringing.cancel()
            return self._rung.is_set() or await self._something_comes()
        if self._ended or not self._row["due"]:
            return False
        self._idle = True
        try:
            async with asyncio.timeout(LINGERS):
                await self._rung.wait()
        except TimeoutError:
            return False
        finally:
            self._idle = False
        return True

    async def _is_turn(self, item: Item) -> bool:
        """Whether this one is to be sent, once there is room and it is time; what is not wanted is passed over."""
        if item.message_id is None and item.number is not None:
            self._taken = item.number
            if not (is_wanted(item.type, self._row["types"]) and is_there(item.places, self._row["municipality_codes"])):
                self._hub.recorder.through(self.target.id, self._through())
                return False
            self._unsettled.add(item.number)
        if item.message_id and item.body is None:  # its event is no longer kept
            self._hub.recorder.message(self.target.id, item.message_id, item.attempts, None)
            return False
        while len(self._flight) >= self._at_once():
            await asyncio.wait(self._flight, return_when=asyncio.FIRST_COMPLETED)
        await self._pace()
        return self._goes_on()

    def _at_once(self) -> int:
        """One in strict order, and when the circuit is half open: then one is the probe."""
        return 1 if self._health.strict or is_open(self._health.attempts) else AT_ONCE

    async def _pace(self) -> None:
        pause = self._not_before - time.monotonic()
        if pause > PACED_HERE:
            self.end()
        elif pause > 0:
            self._idle = True
            try:
                async with asyncio.timeout(pause):
                    await self._hub.stop.wait()
            except TimeoutError:
                pass
            finally:
                self._idle = False

    def _through(self) -> int:
        return min(self._unsettled, default=self._taken + 1) - 1

    def _begin(self, item: Item) -> None:
        self._started = time.monotonic()
        self._not_before = self._started + self._pace_of
        if item.message_id:
            self._messages.add(item.message_id)
        task = asyncio.create_task(self._deliver(item))
        self._flight.add(task)
        task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flight.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("sender.fault", endpoint=str(self.target.id), error=type(error).__name__, exc_info=error)
            self.end()

    async def _deliver(self, item: Item) -> None:
        made = await self._hub.post(self.target, item.id, item.body or b"")
        found = self._health.settle(item, made, clock.wall(), is_ending=self._ended)
        self._note(item, made, found)

    def _note(self, item: Item, made: Attempted, found: Settled) -> None:
        recorder, endpoint = self._hub.recorder, self.target.id
        recorder.attempt(endpoint, self.organisation, item, found.attempt, made, found.result)
        if item.message_id:
            recorder.message(endpoint, item.message_id, found.attempt, found.again if found.result == "failed" else None)
        elif item.number is not None and found.settled:
            if found.result == "failed" and found.again:
                recorder.beside(endpoint, self.organisation, item, found.again)
            self._unsettled.discard(item.number)
            recorder.through(endpoint, self._through())
        if found.standing:
            recorder.standing(endpoint, self.target.version, found.standing, gone=made.gone)
        if found.ends:
            self.end()
        ATTEMPTS.labels(found.result).inc()
        if not made.delivered:
            log.warning(
                "webhook.failed", endpoint=str(endpoint), event_id=str(item.id), attempt=found.attempt, outcome=found.result,
                status=made.status, error=made.error,
            )  # fmt: skip
