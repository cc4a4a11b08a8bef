"""One piece of work: all of it or nothing, and nobody is told otherwise."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from app.core import outbox
from app.core.actor import WORKER
from app.core.db import Database
from app.core.embedded import Embedded
from app.core.health import ready
from app.core.ids import new_id
from app.core.work import begin
from app.directory.tables import organisation
from app.routing.events import OfferReminded
from tests.conftest import SEND_EVERYBODY_AWAY, settings_for
from tests.makers import a_call, a_token

STORED = "SELECT (SELECT count(*) FROM organisation) + (SELECT count(*) FROM event)"
# It lets everything be written, and says no when it is to be kept.
REFUSED_AT_COMMIT = """
    CREATE FUNCTION say_no() RETURNS trigger LANGUAGE plpgsql AS
      $$BEGIN RAISE 'not today' USING ERRCODE = '40001'; END$$;
    CREATE CONSTRAINT TRIGGER say_no AFTER INSERT ON cases DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION say_no()"""
ONE = text("SELECT 1 AS one")
WRONG = text("SELECT 1 / 0")


async def _write(database: Database, *, then: BaseException | None = None) -> None:
    async with begin(database, WORKER) as work:
        desk = new_id(work.at)
        work.write(organisation, id=desk, kind="meldpunt", name="test", invented=True)
        reminded = OfferReminded(case_id=desk, offer_id=desk, organisation_id=desk, reminders=1, accept_by=work.at)
        outbox.record(work, reminded, [desk])
        await work.flush()
        if then:
            raise then


async def test_work_that_fails_leaves_nothing(fresh_database: Database, owner: asyncpg.Connection) -> None:
    """Rows and events were written already when it failed: none of them stays, and the next work is as good as the first."""
    before = await owner.fetchval(STORED)
    with pytest.raises(LookupError):
        await _write(fresh_database, then=LookupError("found out too late"))
    assert await owner.fetchval(STORED) == before
    await _write(fresh_database)
    assert await owner.fetchval(STORED) == before + 2


async def test_work_after_a_failed_statement_is_not_taken_for_done(fresh_database: Database, owner: asyncpg.Connection) -> None:
    """PostgreSQL answers COMMIT with ROLLBACK then, without an error: whoever swallowed the first one must still hear of it."""
    before = await owner.fetchval(STORED)
    with pytest.raises(RuntimeError, match="rolled this work back"):  # noqa: PT012  its end is what raises
        async with begin(fresh_database, WORKER) as work:
            work.write(organisation, id=new_id(work.at), kind="meldpunt", name="test", invented=True)
            await work.flush()
            with pytest.raises(DBAPIError):
                await work.rows(WRONG)
    assert await owner.fetchval(STORED) == before


async def test_a_connection_is_taken_at_the_first_statement(fresh_database: Database) -> None:
    """Who is refused before holds none, so that a flood of such requests can't empty the pool."""
    pool = fresh_database.engine.pool
    assert isinstance(pool, QueuePool)
    async with begin(fresh_database, WORKER) as work:
        assert pool.checkedout() == 0
        await work.one(ONE)
        assert pool.checkedout() == 1
    assert pool.checkedout() == 0


async def test_a_failed_commit_is_not_answered_with_success(
    fresh_client: httpx.AsyncClient, fresh_database: Database, owner: asyncpg.Connection
) -> None:
    """A framework that commits after its answer would have said 201 here; the call is not there, and the operator knows."""
    operator = await a_token(fresh_database)
    await owner.execute(REFUSED_AT_COMMIT)
    answer = await fresh_client.post("/v1/calls", json=a_call(), headers=operator | {"Idempotency-Key": "once"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert await owner.fetchval("SELECT (SELECT count(*) FROM call) + (SELECT count(*) FROM idempotency)") == 0
    await owner.execute("DROP TRIGGER say_no ON cases")
    assert (await fresh_client.post("/v1/calls", json=a_call(), headers=operator)).status_code == 201


async def test_whoever_was_sent_away_by_the_server_is_served_again(
    fresh_client: httpx.AsyncClient, fresh_database: Database, owner: asyncpg.Connection
) -> None:
    """The database was restarted: the connections that waited in the pool are dead, and no call may be the one to find out."""
    operator = await a_token(fresh_database)
    assert (await fresh_client.post("/v1/calls", json=a_call(), headers=operator)).status_code == 201
    await owner.execute(SEND_EVERYBODY_AWAY)
    assert (await fresh_client.post("/v1/calls", json=a_call(), headers=operator)).status_code == 201
    assert await ready(fresh_database) == []


@asynccontextmanager
async def _slow_to_hang_up(server: Path, here: Path) -> AsyncIterator[asyncio.Queue[bool]]:
    """A way to the server on which its last word is heard long before its hanging up; for each that ended so, an entry."""
    ended: asyncio.Queue[bool] = asyncio.Queue()
    finished = asyncio.Event()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(server)
        asking = asyncio.create_task(pass_on(reader, far_writer))
        await pass_on(far_reader, writer)
        ended.put_nowait(True)
        await finished.wait()
        asking.cancel()
        for end in (far_writer, writer):
            end.close()

    async def pass_on(heard: asyncio.StreamReader, told: asyncio.StreamWriter) -> None:
        while said := await heard.read(65_536):
            told.write(said)

    async with await asyncio.start_unix_server(carry, here):
        try:
            yield ended
        finally:
            finished.set()


async def test_a_goodbye_that_was_heard_by_half(cluster: Embedded, owner: asyncpg.Connection, fresh_url: str) -> None:
    """The server's last word is there and the end of the line is not: whoever begins then takes another connection."""
    name = ".s.PGSQL.5432"
    with TemporaryDirectory(prefix="nodus-") as folder:
        url = fresh_url.replace(str(cluster.socket), folder)
        database = Database(url, settings_for(url))
        async with _slow_to_hang_up(cluster.socket / name, Path(folder) / name) as ended:
            async with AsyncExitStack() as together:
                for _ in range(3):
                    await (await together.enter_async_context(begin(database, WORKER))).one(ONE)
            await owner.execute(SEND_EVERYBODY_AWAY)
            for _ in range(3):
                await asyncio.wait_for(ended.get(), 10)
            for _ in range(100):
                await asyncio.sleep(0)  # what was passed on is heard
            async with begin(database, WORKER) as work:
                assert await work.one(ONE)
            await owner.execute(SEND_EVERYBODY_AWAY)  # else the line would stay open
        await database.close()


async def test_sent_away_in_the_middle_it_is_an_error_that_everybody_knows(
    fresh_database: Database, owner: asyncpg.Connection
) -> None:
    """Sender, recorder and feed go on after SQLAlchemy's errors; the driver's own would end them without a word."""
    with pytest.raises(DBAPIError) as gone:  # noqa: PT012  its end is what raises
        async with begin(fresh_database, WORKER) as work:
            await work.one(ONE)
            await owner.execute(SEND_EVERYBODY_AWAY)
    assert (gone.value.statement, gone.value.connection_invalidated) == ("COMMIT", True)
