"""A dead man's switch: whoever serves requests notices that the auditor has stopped, and so may somebody outside.

`listen` runs in every server process, so that the alarm sounds from elsewhere than the worker: a metric, and a line in the log.
`ping` runs in the worker: an address outside is asked after every look, and alarms by itself when nobody asks any more.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import httpx
import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.core.actor import GATE
from app.core.db import Database
from app.core.metrics import AUDITOR_SILENT, LAST_AUDIT
from app.core.settings import Settings
from app.core.work import begin
from app.watch.heartbeat import LOOKS_EVERY, is_silent
from app.watch.service import audit

LISTENS_EVERY: Final = timedelta(seconds=30)
PATIENCE: Final = 10.0  # ⚙ seconds, for the address outside

log = structlog.get_logger(__name__)


async def listen(database: Database) -> None:
    """Look every half minute whether the auditor does, for ever; the first time after that time, so that it can begin."""
    while True:
        await asyncio.sleep(LISTENS_EVERY.total_seconds())
        await sound_if_silent(database, clock.wall())


async def sound_if_silent(database: Database, at: datetime) -> bool:
    """Whether the auditor has stopped, as a metric and as a line in the log. `at`: by the machine's clock."""
    last = await _last(database)
    silent = is_silent(last, at)
    LAST_AUDIT.set(last.timestamp() if last else 0)
    AUDITOR_SILENT.set(silent)
    if silent:
        log.error("watch.auditor_silent", since=last.isoformat() if last else "never")
    return silent


async def ping(database: Database, settings: Settings, stop: asyncio.Event) -> None:
    """Ask the address outside once a minute until `stop`, as long as the auditor looks; nothing when there is none."""
    while settings.heartbeat_url and not stop.is_set():
        await ping_once(database, settings)
        try:
            async with asyncio.timeout(LOOKS_EVERY.total_seconds()):
                await stop.wait()
        except TimeoutError:
            pass


async def ping_once(database: Database, settings: Settings) -> bool:
    """Ask it, if the auditor has looked of late; whether it was reached. No transaction is open meanwhile."""
    if is_silent(await _last(database), clock.wall()):
        return False
    try:
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
            answer = await client.get(settings.heartbeat_url)
            answer.raise_for_status()
    except httpx.HTTPError as error:
        log.warning("watch.heartbeat_unheard", error=type(error).__name__)
        return False
    return True


async def _last(database: Database) -> datetime | None:
    """When the auditor last looked; None as well when the database can't say: that is no sign of life."""
    try:
        async with begin(database, GATE) as work:
            return await audit.last(work)
    except (SQLAlchemyError, OSError) as error:
        log.warning("watch.unavailable", error=type(error).__name__)
        return None
