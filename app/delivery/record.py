"""Records what became of attempts, many endpoints' at once: one statement for all outcomes of a few milliseconds."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.core.actor import WORKER
from app.core.db import Database
from app.core.ids import new_id
from app.core.work import begin
from app.delivery import queries
from app.delivery.post import Attempted

GATHERED_FOR: Final = 0.02
RETRY: Final = 0.5

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """An attempt, and where its endpoint stands after it."""

    endpoint: UUID
    organisation: UUID
    event: UUID
    number: int
    attempt: int
    made: Attempted
    result: str
    through: int
    attempts: int
    next_attempt_at: datetime
    failing_since: datetime | None


class Recorder:
    """Gathers outcomes and stores them in order; what is not stored when a worker is killed is sent once more."""

    def __init__(self, database: Database) -> None:
        """Nothing to store yet."""
        self._database = database
        self._attempts: list[dict[str, Any]] = []
        self._endpoints: dict[UUID, dict[str, Any]] = {}
        self._something = asyncio.Event()
        self._finished = False

    def note(self, outcome: Outcome) -> None:
        """Store this outcome soon."""
        made = outcome.made
        self._attempts.append(
            {
                "id": str(new_id(made.started_at)),
                "endpoint_id": str(outcome.endpoint),
                "organisation_id": str(outcome.organisation),
                "event_id": str(outcome.event),
                "number": outcome.number,
                "attempt": outcome.attempt,
                "started_at": made.started_at,
                "duration_ms": made.duration_ms,
                "status": made.status,
                "outcome": outcome.result,
                "error": made.error,
                "trigger": "scheduled",
            }
        )
        self._endpoint(outcome.endpoint).update(
            delivered_through=outcome.through,
            attempts=outcome.attempts,
            next_attempt_at=outcome.next_attempt_at,
            failing_since=outcome.failing_since,
            last_error=made.error,
            gone=made.gone,
        )

    def passed(self, endpoint: UUID, through: int) -> None:
        """An event that the endpoint does not want was passed over."""
        self._endpoint(endpoint).update(delivered_through=through)

    def release(self, endpoint: UUID) -> None:
        """The endpoint may be claimed again, once everything before this is stored."""
        self._endpoint(endpoint).update(ended=True)

    async def run(self) -> None:
        """Store until finished."""
        while not (self._finished and not self._endpoints):
            await self._something.wait()
            if not self._finished:
                await asyncio.sleep(GATHERED_FOR)
            self._something.clear()
            if self._finished:
                self._something.set()
            await self._store()

    async def finish(self) -> None:
        """Store what is left, and end."""
        self._finished = True
        self._something.set()

    def _endpoint(self, endpoint: UUID) -> dict[str, Any]:
        self._something.set()
        return self._endpoints.setdefault(endpoint, {"id": str(endpoint)})

    async def _store(self) -> None:
        attempts, endpoints = self._attempts, self._endpoints
        self._attempts, self._endpoints = [], {}
        if not endpoints:
            return
        while True:
            try:
                async with begin(self._database, WORKER, at=clock.wall()) as work:
                    await work.change(
                        queries.RECORD,
                        attempts=orjson.dumps(attempts).decode(),
                        endpoints=orjson.dumps(list(endpoints.values())).decode(),
                    )
            except (SQLAlchemyError, OSError) as error:
                log.warning("recorder.unavailable", error=type(error).__name__)
                if self._finished:
                    return  # they are sent once more
                await asyncio.sleep(RETRY)
            else:
                return
