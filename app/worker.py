"""Runs what happens without anybody asking, until told to stop. No logic."""

import asyncio
import signal
from typing import Any, Final

import structlog

from app.boards import due as boards
from app.callbacks import due as callbacks
from app.channels import due as channels
from app.core import clock
from app.core.db import Database
from app.core.due import Due, carry_out
from app.core.health import ready
from app.core.settings import Settings
from app.coverage import due as coverage
from app.delivery import due as delivery
from app.delivery import send
from app.directory.service import look_up as directory
from app.followup import due as followup
from app.intake import due as intake
from app.notices import due as notices
from app.notices import send as mailer
from app.rosters import due as rosters
from app.routing import due as routing
from app.signals import due as signals
from app.team import due as team
from app.telephony import due as telephony
from app.watch import alarm
from app.watch import due as watch

DUE_LISTS: Final[tuple[Due[Any], ...]] = (
    routing.EXPIRED_OFFERS,  # the next candidate; the last rung is reminded
    signals.EARLY_SIGNALS,  # what calls tell together
    followup.OVERDUE,  # what comes near is reminded of; what is overdue climbs
    team.INVITATIONS,  # that nobody answers
    watch.LEFT_LYING,  # one person hears by name
    watch.AUDITOR,  # what must always hold, does it
    intake.HAND_OFFS,  # of which nobody said what became: not reached, and ours
    delivery.VERIFICATIONS,  # receivers are asked whether they want our events
    delivery.silent_endpoints(directory.national_desks),  # who can't be told is told of
    delivery.unverified_endpoints(directory.national_desks),
    delivery.disabled_endpoints(directory.national_desks),
    delivery.ending_certificates(directory.national_desks),
    delivery.pressing_undelivered(directory.national_desks),  # what can't wait is told of after two minutes
    intake.LEFT_OPEN,  # a call in which nobody types any more
    intake.TO_DESTROY,  # what was abandoned a day ago
    rosters.MADE_AHEAD,  # shifts, every day a day further
    coverage.LOOKS,  # gaps of the coming days are found
    coverage.GAPS,  # who must hear of them hears, in time
    coverage.SUMMARIES,  # every morning: who is on duty
    rosters.TO_CONFIRM,  # whoever has a shift soon is asked
    rosters.UNCONFIRMED,  # and then the next
    callbacks.CALLBACKS,  # whoever was not rung back in time is told of
    telephony.UNHEARD,  # calls of which nothing is heard any more
    boards.UNCONFIRMED,  # what a shift handed over and nobody of the next has read
    boards.TO_DESTROY,  # words of handoffs that are about no case
    delivery.AHEAD,  # of a feed that a restored backup made shorter: what comes is sent all the same
    delivery.OLD_EVENTS,  # a feed forgets what everybody has had for long
    delivery.OLD_ANSWERS,  # to commands that nobody sends again
    channels.ACCEPTED_TRANSFERS,  # who handed a call over hears when it was accepted
    notices.FOLLOWED,  # desks with a mailbox hear what they are asked
    notices.REMINDED,
    notices.UNOPENED,  # a pressing notice that nobody opened: somebody rings
    notices.SILENT,  # nothing reaches a mailbox
    notices.OLD,  # notices and mails are forgotten
)
LOOK_AGAIN: Final = 30.0

log = structlog.get_logger(__name__)


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Carry out the due-lists and send webhooks and mails until `stop`; what is under way is finished first."""
    database = Database(settings.database_url, settings)
    pace = clock.Pace.parse(settings.clock) if settings.clock else None
    clock.run_at(pace)
    listening = asyncio.create_task(database.bell.listen())
    try:
        while not stop.is_set():
            if faults := await ready(database):
                log.warning("worker.waits", reason=" ".join(faults))
                await _wait(stop, 2.0)
                continue
            await _work(database, settings, stop, pace.speed if pace else 1.0)
    finally:
        listening.cancel()
        await database.close()


async def _work(database: Database, settings: Settings, stop: asyncio.Event, speed: float) -> None:
    """Work until stopped, or until the database's structure is no longer the one this program knows."""
    pause = asyncio.Event()
    tasks = [asyncio.create_task(carry_out(due, database, pause, speed=speed)) for due in DUE_LISTS]
    tasks.append(asyncio.create_task(send.run(database, settings, database.bell, pause)))
    tasks.append(asyncio.create_task(mailer.run(database, settings, pause)))
    tasks.append(asyncio.create_task(alarm.ping(database, settings, pause)))
    log.info("worker.started", due=[due.name for due in DUE_LISTS])
    try:
        while not stop.is_set():
            await _wait(stop, LOOK_AGAIN)
            if not stop.is_set() and await ready(database):
                break
    finally:
        pause.set()
        await asyncio.gather(*tasks)
        log.info("worker.stopped")


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass


async def run_until_signal(settings: Settings) -> None:
    """Run as a process of its own: SIGTERM and SIGINT stop it gracefully."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(settings, stop)
