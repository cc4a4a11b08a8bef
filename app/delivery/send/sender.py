"""The webhook sender: each endpoint reads its recipient's feed; none waits for another.

An endpoint is claimed with a lease and served by a lane of its own. No transaction is open during a POST. A worker that is killed
leaves a lease that ends by itself, and what was not recorded is sent once more: receivers tell it by its `webhook-id`. Any number
of workers share the endpoints: each claims a few at a time, and leaves half of those that have had their turn to the others.

Places are for endpoints that answer. One that hangs takes none after two seconds, and those that failed last share some of their
own; so however many are dead, those that live are served.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

import structlog
from prometheus_client import Gauge
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.core.actor import WORKER
from app.core.db import Database
from app.core.ids import new_id
from app.core.settings import Settings
from app.core.wake import Bell
from app.core.work import begin
from app.delivery import queries as general
from app.delivery.access import Access
from app.delivery.backoff import LONGEST_PLAN
from app.delivery.circuit import Circuit
from app.delivery.post.attempt import Post, Target
from app.delivery.queries import sending as queries
from app.delivery.record import Recorder
from app.delivery.send.files import may_open_many
from app.delivery.send.lane import Lane
from app.vault.keys import master_key
from app.vault.sealing import Broken

# A killed worker holds its endpoints no longer than this; a living one renews.
LEASE: Final = timedelta(seconds=12)
RENEWED_EVERY: Final = 3.0
AT_ONCE: Final = 400  # ⚙ endpoints that answer
AILING_AT_ONCE: Final = 100  # ⚙ endpoints that failed last
HANGING_AT_ONCE: Final = 1600  # ⚙ that don't answer: each is a socket, and memory of some kB
CLAIMED_AT_ONCE: Final = 64  # ⚙ so that workers which are woken together share
LOOK_EVERY: Final = 1.0
LEFT_FOR: Final = 0.25  # ⚙ seconds an endpoint that had its turn is left to the other workers
SET_BACK: Final = timedelta(seconds=5)  # ⚙ what clocks of machines may differ
ENDS_WITHIN: Final = 25.0  # longer than an attempt can last
READING: Final = 4  # ⚙ lanes that read at once: the pool is also for those who store
CIRCUITS_KEPT: Final = 10_000
BACKLOG: Final = Gauge("nodus_webhook_backlog_seconds", "Age of the oldest event that an active endpoint has not received.")

log = structlog.get_logger(__name__)


class Sender:
    """Sends until it is told to stop; what is under way is finished first."""

    def __init__(
        self, database: Database, settings: Settings, bell: Bell, stop: asyncio.Event, *, post: Post | None = None
    ) -> None:
        """Nothing claimed yet. `post`: another way to make an attempt."""
        self.worker = new_id(clock.wall())
        self.database, self.stop, self.random = database, stop, Random()  # noqa: S311  jitter is no secret
        self.post = post or Post(settings)
        self.recorder = Recorder(database, self.worker, self._released)
        self.reading = asyncio.Semaphore(READING)
        self._settings, self._bell = settings, bell
        self._lanes: dict[UUID, Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._circuits: dict[UUID, Circuit] = {}
        self._rung: dict[UUID, float] = {}
        self._left: dict[UUID, float] = {}
        self._known: dict[UUID, set[UUID]] = {}
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Claim, serve, and look again when the bell rings or a second has passed."""
        may_open_many()
        await self.post.prepare()
        silence = self._bell.on_ring(self._hear)
        recording = asyncio.create_task(self.recorder.run())
        renewing = asyncio.create_task(self._renew())
        measuring = asyncio.create_task(self._measure())
        stopping = asyncio.create_task(self._when_stopped())
        try:
            while not self.stop.is_set():
                self._woken.clear()
                if await self._claim():
                    continue
                with suppress(TimeoutError):
                    async with asyncio.timeout(LEFT_FOR if self._left else LOOK_EVERY):
                        await self._woken.wait()
        finally:
            silence()
            for lane in self._lanes.values():
                lane.end()
            if self._tasks:
                _, late = await asyncio.wait(self._tasks, timeout=ENDS_WITHIN)
                for task in late:
                    task.cancel()
            for task in (renewing, measuring, stopping):
                task.cancel()
            await self.recorder.finish()
            await recording
            await self.post.close()

    async def _when_stopped(self) -> None:
        await self.stop.wait()
        for lane in self._lanes.values():
            lane.end()
        self._woken.set()

    def _hear(self, name: str) -> None:
        kind, _, rest = name.partition(":")
        if kind != "event":
            return
        with suppress(ValueError):
            organisation = UUID(rest.partition(":")[0])
            self._rung[organisation] = time.monotonic()
            known = self._known.get(organisation, set())
            for endpoint in known & self._lanes.keys():
                self._lanes[endpoint].hear()
            if known and known <= self._lanes.keys():
                return  # all are being served here; one that is new is found by the next look
        self._woken.set()

    async def _claim(self) -> bool:
        """Start serving what is due; whether there may be more."""
        sound, ailing = self._room()
        now = time.monotonic()
        self._left = {endpoint: until for endpoint, until in self._left.items() if until > now}
        if sound <= 0 and ailing <= 0:
            return False
        at, held_until = clock.wall(), now + LEASE.total_seconds()
        try:
            async with begin(self.database, WORKER) as work:
                rows = await work.rows(
                    queries.CLAIM, worker=self.worker, lease=LEASE, at=at, soon=at + SET_BACK, too_far=at + LONGEST_PLAN,
                    sound=sound, ailing=ailing, not_now=[*self._left, *self._lanes],  # one lane each, to its end
                )  # fmt: skip
        except (SQLAlchemyError, OSError) as error:
            log.warning("sender.unavailable", error=type(error).__name__)
            return False
        for row in rows:
            self._serve(row, held_until)
        return len(rows) >= CLAIMED_AT_ONCE

    def _room(self) -> tuple[int, int]:
        """How many endpoints may be claimed now: of those that work, and of those that failed last."""
        lanes = self._lanes.values()
        hanging = HANGING_AT_ONCE - sum(lane.hangs for lane in lanes)
        sound = AT_ONCE - sum(lane.takes_place and not lane.ailing for lane in lanes)
        ailing = AILING_AT_ONCE - sum(lane.ailing for lane in lanes)
        return max(min(sound, hanging, CLAIMED_AT_ONCE), 0), max(min(ailing, hanging, CLAIMED_AT_ONCE), 0)

    def _serve(self, row: Any, held_until: float) -> None:  # noqa: ANN401  a row
        target = self._target(row)
        if target is None:
            return
        if len(self._circuits) > CIRCUITS_KEPT:
            self._circuits.clear()
            self._known.clear()
        self._known.setdefault(row["organisation_id"], set()).add(target.id)
        lane = Lane(self, row, target, self._circuits.setdefault(target.id, Circuit()), held_until)
        self._lanes[target.id] = lane
        task = asyncio.create_task(lane.serve())
        self._tasks.add(task)
        task.add_done_callback(self._served)

    def _target(self, row: Any) -> Target | None:  # noqa: ANN401  a row
        """What is needed to reach an endpoint; None when its secrets can't be read: it is seen again when its lease runs out.

        Who is not verified is shown a signature and nothing else: neither headers, credentials nor a certificate.
        """
        endpoint = row["id"]
        try:
            key = master_key(self._settings)
            opened = [
                (kind, key.unwrap(bytes(secret), endpoint)) for kind, secret in zip(row["kinds"], row["secrets"], strict=True)
            ]
            shows = row["state"] == "active" and row["access"]
            access = Access.from_bytes(key.unwrap(bytes(row["access"]), endpoint)) if shows else Access()
        except (Broken, ValueError, KeyError, TypeError):
            log.error("sender.secret_unreadable", endpoint=str(endpoint))  # noqa: TRY400  the trace says nothing more
            return None
        secrets, seeds = ([one for kind, one in opened if kind == wanted] for wanted in ("hmac", "ed25519"))
        return Target(endpoint, row["version"], row["url"], secrets, seeds, access)

    def _served(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("sender.fault", error=type(error).__name__, exc_info=error)

    def _released(self, endpoint: UUID) -> None:
        """Its release is stored: whatever was announced since it last looked must not wait for the next look of anybody."""
        lane = self._lanes.pop(endpoint, None)
        if lane is None:
            return
        if lane.more and self.random.random() < 0.5:  # noqa: PLR2004  a coin
            self._left[endpoint] = time.monotonic() + LEFT_FOR
            self._bell.ring([f"event:{lane.organisation}:0"])
        elif lane.more or self._rung.get(lane.organisation, 0.0) >= lane.read_at:
            self._woken.set()

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEWED_EVERY)
            if not self._lanes:
                continue
            held, until = list(self._lanes), time.monotonic() + LEASE.total_seconds()
            try:
                async with self.recorder.storing, begin(self.database, WORKER) as work:
                    rows = await work.rows(queries.RENEW, lease=LEASE, held=held, worker=self.worker)
            except (SQLAlchemyError, OSError) as error:
                log.warning("sender.lease_not_renewed", error=type(error).__name__)
            else:
                self._hold(held, {row["id"] for row in rows}, until)

    def _hold(self, asked: Sequence[UUID], renewed: set[UUID], until: float) -> None:
        """Begin nothing more where the lease is another worker's by now."""
        for endpoint in asked:
            lane = self._lanes.get(endpoint)
            if lane and endpoint in renewed:
                lane.held_until = until
            elif lane:
                lane.end()

    async def _measure(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self.post.tidy()
            try:
                async with begin(self.database, WORKER) as work:
                    row = await work.one(general.OLDEST_UNDELIVERED)
            except (SQLAlchemyError, OSError):
                continue
            BACKLOG.set((clock.now() - row["at"]).total_seconds() if row and row["at"] else 0)
