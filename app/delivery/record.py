"""Records what became of attempts, many endpoints' at once: one statement for all outcomes of a few milliseconds."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, Final
from uuid import UUID

import orjson
import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.core import clock
from app.core.actor import WORKER
from app.core.db import Database
from app.core.ids import new_id
from app.core.work import begin
from app.delivery.post.attempt import Attempted
from app.delivery.queries import sending as queries

GATHERED_FOR: Final = 0.02
RETRY: Final = 0.5
REFUSED_AFTER: Final = 4  # times

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Item:
    """What goes to an endpoint: the next event of its feed, or a message beside the order (`message_id`)."""

    id: UUID
    number: int | None
    type: str
    body: bytes | None
    trigger: str
    attempts: int
    message_id: UUID | None
    places: list[str] | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an endpoint stands after an attempt that tells something of it."""

    attempts: int
    next_attempt_at: datetime
    failing_since: datetime | None
    last_error: str | None


class Recorder:
    """Gathers outcomes and stores them in order; what is not stored when a worker is killed is sent once more."""

    def __init__(self, database: Database, worker: UUID, released: Callable[[UUID], None]) -> None:
        """Nothing to store yet. `released` is told of each endpoint that may be claimed again."""
        self._database, self._worker, self._released = database, worker, released
        self._attempts: list[dict[str, Any]] = []
        self._messages: list[dict[str, Any]] = []
        self._endpoints: dict[UUID, dict[str, Any]] = {}
        self.storing = asyncio.Lock()  # who else changes many endpoints at once waits his turn: the order of rows is anybody's
        self._something = asyncio.Event()
        self._finished = False

    def attempt(self, endpoint: UUID, organisation: UUID, item: Item, attempt: int, made: Attempted, result: str) -> None:
        """Store this attempt soon."""
        self._attempts.append(
            {
                "id": str(new_id(made.started_at)),
                "endpoint_id": str(endpoint),
                "organisation_id": str(organisation),
                "event_id": str(item.id),
                "number": item.number,
                "attempt": attempt,
                "started_at": made.started_at,
                "duration_ms": made.duration_ms,
                "status": made.status,
                "outcome": result,
                "error": made.error,
                "trigger": item.trigger,
            }
        )
        self._endpoint(endpoint)["attempted_at"] = made.started_at

    def beside(self, endpoint: UUID, organisation: UUID, item: Item, again: datetime) -> None:
        """An event of the feed failed, and is tried beside the order from now on."""
        at = clock.wall()
        self._messages.append(
            {"id": str(new_id(at)), "endpoint_id": str(endpoint), "organisation_id": str(organisation), "event_id": str(item.id),
             "number": item.number, "type": item.type, "attempts": 1, "next_attempt_at": again, "is_new": True, "at": at}
        )  # fmt: skip

    def message(self, endpoint: UUID, message_id: UUID, attempts: int, again: datetime | None) -> None:
        """A message is tried again at `again`, or no more: it arrived, or was given up."""
        told = {
            "id": str(message_id),
            "endpoint_id": str(endpoint),
            "attempts": attempts,
            "next_attempt_at": again,
            "is_new": False,
        }
        self._messages.append(told)
        self._endpoint(endpoint)

    def standing(self, endpoint: UUID, version: int, now: Standing, *, gone: bool = False) -> None:
        """Where the endpoint stands, as long as nobody changed it since `version`."""
        self._endpoint(endpoint).update(
            version=version, tried=True, attempts=now.attempts, next_attempt_at=now.next_attempt_at,
            failing_since=now.failing_since, last_error=now.last_error, gone=gone,
        )  # fmt: skip

    def through(self, endpoint: UUID, number: int) -> None:
        """Everything up to this number was delivered, given up, passed over, or is sent beside the order."""
        self._endpoint(endpoint)["delivered_through"] = number

    def release(self, endpoint: UUID) -> None:
        """The endpoint may be claimed again, once everything before this is stored."""
        self._endpoint(endpoint)["ended"] = True

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
        batch = _Batch(self._attempts, self._messages, self._endpoints)
        self._attempts, self._messages, self._endpoints = [], [], {}
        if batch.endpoints or batch.messages:
            await self._keep(batch)

    async def _keep(self, batch: "_Batch") -> None:
        """Store a batch; when it is refused again and again each endpoint's part alone, so that one never holds the others up."""
        for again in count(1):
            try:
                async with self.storing, begin(self._database, WORKER, at=clock.wall()) as work:
                    await work.change(queries.RECORD, **batch.binds(), worker=self._worker)
            except (SQLAlchemyError, OSError) as error:
                log.warning("recorder.unavailable", error=type(error).__name__, again=again)
                if self._finished:
                    return  # they are sent once more
                if again >= REFUSED_AFTER and _is_refusal(error):
                    await self._keep_apart(batch)
                    return
                await asyncio.sleep(RETRY)
            else:
                for endpoint, told in batch.endpoints.items():
                    if told.get("ended"):
                        self._released(endpoint)
                return

    async def _keep_apart(self, batch: "_Batch") -> None:
        if len(batch.endpoints) > 1:
            for part in batch.parts():
                await self._keep(part)
        else:
            log.error("recorder.refused", endpoints=[str(one) for one in batch.endpoints])


@dataclass(frozen=True, slots=True)
class _Batch:
    attempts: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    endpoints: dict[UUID, dict[str, Any]]

    def binds(self) -> dict[str, str]:
        return {
            "attempts": orjson.dumps(self.attempts).decode(),
            "messages": orjson.dumps(self.messages).decode(),
            "endpoints": orjson.dumps(list(self.endpoints.values())).decode(),
        }

    def parts(self) -> Iterator["_Batch"]:
        for endpoint, told in self.endpoints.items():
            own = str(endpoint)
            attempts = [one for one in self.attempts if one["endpoint_id"] == own]
            yield _Batch(attempts, [one for one in self.messages if one["endpoint_id"] == own], {endpoint: told})


def _is_refusal(error: Exception) -> bool:
    """Whether the database is there, and does not take what it is told."""
    return isinstance(error, DBAPIError) and not error.connection_invalidated
