"""Sends what waits to be mailed: claimed with a lease, worded when it is sent, posted outside any transaction, recorded.

At least once: a worker that is killed after the server took a mail sends it again when the lease ends, under the same Message-ID;
no more than its `AT_ONCE` come twice.
A mail server that is slow holds this loop's few lines and nothing else.
"""

import asyncio
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from prometheus_client import Gauge
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.core.actor import WORKER
from app.core.db import Database
from app.core.settings import Settings
from app.core.work import begin
from app.notices import queries
from app.notices.following import Kind
from app.notices.letter import About, letter
from app.notices.mail import is_configured, post
from app.notices.message import message, return_path
from app.notices.service.health import counts
from app.notices.service.links import address_of
from app.notices.service.outcome import record
from app.notices.service.telling import RING
from app.routing.offers import What
from app.vault.keys import master_key

AT_ONCE: Final = 8  # ⚙ connections to the mail server
LEASE: Final = timedelta(seconds=45)  # longer than the longest attempt
LOOK_EVERY: Final = 1.0
WAITING: Final = Gauge("nodus_notice_waiting_seconds", "Age of the oldest mail that no mail server has taken.")
FAILING: Final = Gauge("nodus_mailboxes_failing", "Mailboxes from which mail came back, and where nothing was opened since.")

log = structlog.get_logger(__name__)


class Mailer:
    """Mails until it is told to stop; what is under way is finished first."""

    def __init__(self, database: Database, settings: Settings, stop: asyncio.Event) -> None:
        """Nothing claimed yet."""
        self._database, self._settings, self._stop = database, settings, stop
        self._tasks: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Claim, send, and look again when the bell rings, a line is free, or a second has passed."""
        silence = self._database.bell.on_ring(self._hear)
        stopping = asyncio.create_task(self._stop.wait())
        stopping.add_done_callback(lambda _: self._woken.set())
        try:
            while not self._stop.is_set():
                self._woken.clear()
                await self.claim()
                try:
                    async with asyncio.timeout(LOOK_EVERY):
                        await self._woken.wait()
                except TimeoutError:
                    await self._measure()
        finally:
            silence()
            stopping.cancel()
            await self.finish()

    async def claim(self) -> int:
        """Start sending what waits, as many as there are lines; how many."""
        room = AT_ONCE - len(self._tasks)
        if room <= 0 or not is_configured(self._settings):
            return 0
        at = clock.wall()
        try:
            async with begin(self._database, WORKER) as work:
                rows = await work.rows(queries.CLAIM, lease=at + LEASE, at=at, most=room)
        except (SQLAlchemyError, OSError) as error:
            log.warning("mailer.unavailable", error=type(error).__name__)
            return 0
        for row in rows:
            task = asyncio.create_task(self._send(row))
            self._tasks.add(task)
            task.add_done_callback(self._sent)
        return len(rows)

    async def finish(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _hear(self, name: str) -> None:
        if name == RING:
            self._woken.set()

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._woken.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("mailer.fault", error=type(error).__name__, exc_info=error)

    async def _send(self, row: Any) -> None:  # noqa: ANN401  a row
        key, sender = master_key(self._settings), self._settings.smtp_sender
        to = key.unwrap(bytes(row["address"]), row["mailbox_id"]).decode()
        code = key.unwrap(bytes(row["code"]), row["mailbox_id"]).decode() if row["code"] and row["kind"] == Kind.CODE else ""
        told = letter(
            Kind(row["kind"]),
            row["language"],
            clock.now(),
            number=self._settings.national_number,
            about=_about(row),
            link=address_of(self._settings, row["notice_id"], row["language"]) if row["notice_id"] else "",
            code=code,
        )
        sent = message(told, row["id"], sender=sender, to=to, at=clock.wall(), thread=row["thread"])
        path = return_path(row["id"], sender, self._settings.smtp_return_path)
        posted = await post(self._settings, sent, return_path=path, to=to)
        if posted.error:
            log.warning("mail.failed", mail=str(row["id"]), kind=row["kind"], error=posted.error, bounced=posted.bounced)
        async with begin(self._database, WORKER) as work:
            await record(work, UUID(str(row["id"])), posted)

    async def _measure(self) -> None:
        try:
            async with begin(self._database, WORKER) as work:
                found = await counts(work)
        except (SQLAlchemyError, OSError):
            return
        WAITING.set(found.waits.total_seconds() if found.waits else 0)
        FAILING.set(found.failing)


def _about(row: Any) -> About | None:  # noqa: ANN401  a row
    if row["notice_id"] is None:
        return None
    return About(row["reference"], row["urgency"], row["municipality_name"], row["accept_by"], row["outcome"], What(row["what"]))


async def run(database: Database, settings: Settings, stop: asyncio.Event) -> None:
    """Mail until `stop`."""
    await Mailer(database, settings, stop).run()
