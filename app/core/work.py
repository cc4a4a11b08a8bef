"""One piece of work: one transaction, one actor, one moment. The only way to the database."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from asyncpg import InterfaceError, InternalClientError, PostgresError
from sqlalchemy import Executable, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core import clock
from app.core.actor import Actor
from app.core.cloudevents import rows_for
from app.core.db import Database
from app.core.events import Event
from app.core.ids import new_id
from app.core.statement import compose

Row = Mapping[str, Any]

# No session state: everything is SET LOCAL, so that a pooler in transaction mode may stand between.
LIMITS = (
    "SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '60s'; SET LOCAL idle_in_transaction_session_timeout = '15s'"
)

EVERYWHERE = "directory:admin"  # the scope that may change every organisation's entries, not its own only


class Work:
    """What a service does its work with. `at` is the moment of the domain, UTC; `memo` is for this work's own caches."""

    def __init__(self, database: Database, actor: Actor, at: datetime, request_id: UUID) -> None:
        """Use `begin`, which also ends it."""
        self.database = database
        self.actor = actor
        self.at = at
        self.request_id = request_id
        self.memo: dict[object, Any] = {}
        self._connection: AsyncConnection | None = None
        self._raw: Any = None
        self._rows: dict[tuple[Table, tuple[str, ...]], list[dict[str, object]]] = {}
        self._events: list[dict[str, object]] = []
        self._rings: dict[str, None] = {}
        self._limits = LIMITS

    @property
    def organisation(self) -> UUID:
        """The organisation this work is for; only the worker has none, and must not ask."""
        if self.actor.organisation is None:
            raise LookupError("The worker works for no single organisation.")
        return self.actor.organisation

    def plan_once(self) -> None:
        """Let PostgreSQL plan a statement once a connection, not for every value; said before the first one, or without effect.

        For look-ups by a key with an index only: with partitions and policies, planning costs twenty times what they do.
        """
        self._limits = f"{LIMITS}; SET LOCAL plan_cache_mode = force_generic_plan"

    async def rows(self, statement: Executable, /, **binds: object) -> Sequence[Row]:
        """All rows of a query."""
        connection = await self._open()
        return cast("Sequence[Row]", (await connection.execute(statement, binds)).mappings().all())

    async def one(self, statement: Executable, /, **binds: object) -> Row | None:
        """The first row of a query, or None."""
        connection = await self._open()
        return cast("Row | None", (await connection.execute(statement, binds)).mappings().first())

    async def change(self, statement: Executable, /, **binds: object) -> int:
        """Carry out an update or delete now; how many rows it touched."""
        connection = await self._open()
        return (await connection.execute(statement, binds)).rowcount

    def write(self, table: Table, /, **columns: object) -> None:
        """Insert a row when the work is flushed, together with every other row in one statement.

        No part of that statement sees another part's rows; foreign keys are checked at its end.
        """
        if unknown := columns.keys() - table.c.keys():
            raise ValueError(f"{table.name} has no column {', '.join(sorted(unknown))}.")
        self._rows.setdefault((table, tuple(columns)), []).append(columns)

    def announce(self, event: Event, recipients: Iterable[UUID]) -> None:
        """See `core.outbox.record`."""
        settings = self.database.settings
        chosen = tuple(dict.fromkeys(recipients))
        rows = rows_for(event, chosen, identifier=new_id(self.at), at=self.at, settings=settings)
        for row in rows:
            self._events.append({**row, "place": len(self._events)})

    def ring(self, name: str) -> None:
        """Wake whoever waits for `name`, once this work has committed."""
        self._rings[name] = None

    async def flush(self) -> None:
        """Store everything written and announced so far, as one statement. The door does it before the commit."""
        if not self._rows and not self._events:
            return
        text, parameters = compose(self._rows, self._events)
        announced = bool(self._events)
        self._rows, self._events = {}, []
        connection = await self._open()
        result = await connection.exec_driver_sql(text, parameters)
        if announced:
            for row in result.mappings().all():
                self.ring(f"event:{row['recipient_id']}:{row['last']}")

    def hush(self) -> None:
        """Announce nothing of what was announced so far: of work that will be undone, which would hold up others' numbering."""
        self._events = []

    async def let_go(self) -> None:
        """Store what was done so far and give the connection back, for whoever needs another one; asked again, it takes one anew.

        Two connections held at once by each of many requests are a pool in which all wait for each other.
        """
        await self.flush()
        await self._end("COMMIT")

    async def _open(self) -> AsyncConnection:
        tries = self.database.settings.pool_size + 1
        while self._connection is None:
            tries -= 1
            await self._start(may_fail=tries > 0)
        return self._connection

    async def _start(self, *, may_fail: bool) -> None:
        """Begin on a connection; one whose server has said goodbye, and that is not closed yet, is dropped if it `may_fail`."""
        connection = self._connection = await self.database.engine.connect()
        self._raw = (await connection.get_raw_connection()).driver_connection
        try:
            await self._say(f"BEGIN; SET LOCAL ROLE {self.actor.database_role}; {self._who()}; {self._limits}")
        except DBAPIError as error:
            if not (may_fail and error.connection_invalidated):
                raise
            self._connection = None
            await connection.invalidate()
            await connection.close()

    def _who(self) -> str:
        """What row-level security and the directory's history ask of the transaction."""
        told = {
            "organisation": self.actor.organisation or "",
            "key": self.actor.key or "",
            "everywhere": "on" if EVERYWHERE in self.actor.scopes else "",
            "at": self.at.isoformat(),
        }
        return "; ".join(f"SET LOCAL nodus.{name} = '{value}'" for name, value in told.items())

    async def _say(self, script: str) -> str:
        """Send what begins or ends a transaction past SQLAlchemy, with errors that are SQLAlchemy's all the same."""
        try:
            async with asyncio.timeout(30):
                return str(await self._raw.execute(script))
        except (PostgresError, InterfaceError, InternalClientError, OSError) as error:
            lost = self._raw.is_closed() or not isinstance(error, PostgresError)
            raise DBAPIError(script, None, error, connection_invalidated=lost) from error

    async def _end(self, command: str) -> None:
        if self._connection is None:
            return
        connection, self._connection = self._connection, None
        try:
            if await self._say(command) != command:
                raise RuntimeError("A statement had failed before: PostgreSQL rolled this work back at its commit.")  # noqa: TRY301  the connection is dropped below
        except BaseException:
            # What state the connection is in can't be known any more: the server ends the transaction when it is dropped.
            with suppress(Exception):
                await connection.invalidate()
            raise
        finally:
            await connection.close()


@asynccontextmanager
async def begin(
    database: Database, actor: Actor, *, at: datetime | None = None, request_id: UUID | None = None
) -> AsyncIterator[Work]:
    """Work as `actor`: everything it does is committed when the block ends, or nothing when it raises.

    The connection is taken at the first statement, so work that is refused before costs none.
    """
    moment = at or clock.now()
    work = Work(database, actor, moment, request_id or new_id(moment))
    try:
        yield work
        await work.flush()
        await work._end("COMMIT")  # noqa: SLF001  begin and Work are one thing in two halves
    except BaseException:
        with suppress(Exception):
            await work._end("ROLLBACK")  # noqa: SLF001
        raise
    if work._rings:  # noqa: SLF001
        database.bell.ring(work._rings)  # noqa: SLF001
