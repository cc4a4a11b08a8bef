"""What an organisation can't do to another's endpoints, mailboxes and tasks, even in the database itself."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from app.core.db import Database
from app.directory.seeding import organisation_id
from tests.makers import AMSTERDAM_DESK, a_token, an_offered_case

STRANGER = organisation_id("rotterdam")
FORGED = (asyncpg.InsufficientPrivilegeError, asyncpg.ForeignKeyViolationError)
SECRET = """INSERT INTO webhook_secret (id, endpoint_id, organisation_id, kind, secret, created_at)
    VALUES ($1, $2, $3, 'hmac', '\\x00', now())"""
MESSAGE = """INSERT INTO webhook_message (id, endpoint_id, organisation_id, event_id, type, body, trigger, next_attempt_at, created_at)
    VALUES ($1, $2, $3, $1, 'nl.nodus.forged.v1', '\\x00', 'manual', now(), now())"""
ATTEMPT = """INSERT INTO webhook_attempt (id, endpoint_id, organisation_id, event_id, attempt, started_at, duration_ms, outcome)
    VALUES ($1, $2, $3, $1, 1, now(), 1, 'delivered')"""
MAILBOX = """INSERT INTO mailbox (id, organisation_id, address, language, state, confirmed_at, created_at)
    VALUES ($1, $2, '\\x00', 'nl', 'active', now(), now())"""
MAIL = """INSERT INTO notice_mail (id, mailbox_id, organisation_id, kind, state, next_attempt_at, made_at)
    VALUES ($1, $2, $3, 'test', 'waiting', now(), now())"""
NOTICE = """INSERT INTO notice (id, organisation_id, mailbox_id, offer_id, case_id, reference, urgency, municipality_code,
      municipality_name, digest, state, made_at, counted_from, accept_by, opened_at)
    VALUES ($1, $3, $4, $2, $1, 'x', 'crisis', 'GM0363', 'x', sha256('x'), 'opened', now(), now(), now(), now())"""
MARK = "INSERT INTO task_mark (offer_id, organisation_id, number, updated_at) VALUES ($1, $2, 9000000, now())"
TABLES = (
    "webhook_endpoint",
    "webhook_secret",
    "webhook_message",
    "webhook_attempt",
    "mailbox",
    "notice",
    "notice_mail",
    "task_mark",
)


@pytest.fixture
async def stranger(raw: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """The database as another organisation has it."""
    transaction = raw.transaction()
    await transaction.start()
    await raw.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{STRANGER}'")
    yield raw
    await transaction.rollback()


async def _refused(connection: asyncpg.Connection, statement: str, *values: object) -> None:
    with pytest.raises(FORGED):
        async with connection.transaction():
            await connection.execute(statement, *values)


async def _mine(client: httpx.AsyncClient, key: dict[str, str]) -> UUID:
    wish = {"url": "https://hooks.example.nl/in", "verification": "agreed"}
    made = await client.post("/v1/webhook-endpoints", json=wish, headers=key)
    assert made.status_code == 201, made.text
    return UUID(made.json()["id"])


async def test_nobody_signs_or_sends_through_anothers_endpoint(
    client: httpx.AsyncClient, database: Database, stranger: asyncpg.Connection
) -> None:
    """A secret of mine would sign what others get, a message of mine would reach them signed by theirs."""
    key = await a_token(database, AMSTERDAM_DESK, "desk")
    endpoint = await _mine(client, key)
    for statement in (SECRET, MESSAGE, ATTEMPT):
        for named in (STRANGER, AMSTERDAM_DESK):
            await _refused(stranger, statement, uuid4(), endpoint, named)
    for table in TABLES:
        assert await stranger.fetchval(f"SELECT count(*) FROM {table} WHERE organisation_id <> $1", STRANGER) == 0
    await client.delete(f"/v1/webhook-endpoints/{endpoint}", headers=key)


async def test_nobody_answers_for_anothers_mailbox_or_marks_anothers_task(
    client: httpx.AsyncClient, database: Database, stranger: asyncpg.Connection
) -> None:
    """A notice of mine about their offer, said to be opened, would keep their alarm silent; my mark would keep their task away."""
    receipt = await an_offered_case(client, await a_token(database))
    offer, theirs, mine = receipt["offered"]["offerId"], uuid4(), uuid4()
    await stranger.execute(MAILBOX, mine, STRANGER)
    await _refused(stranger, MAILBOX, theirs, AMSTERDAM_DESK)
    await _refused(stranger, NOTICE, uuid4(), UUID(offer), STRANGER, mine)
    await _refused(stranger, MARK, UUID(offer), STRANGER)
    await stranger.execute(f"SET LOCAL nodus.organisation = '{AMSTERDAM_DESK}'")
    await stranger.execute(MAILBOX, theirs, AMSTERDAM_DESK)
    await stranger.execute(NOTICE, uuid4(), UUID(offer), AMSTERDAM_DESK, theirs)
    await stranger.execute(f"SET LOCAL nodus.organisation = '{STRANGER}'")
    await _refused(stranger, MAIL, uuid4(), theirs, STRANGER)


async def test_a_gate_reads_no_feed_but_of_those_who_wait(stranger: asyncpg.Connection) -> None:
    """Whoever checks keys sees no event, and nothing of an endpoint; whoever serves an organisation gains nothing by waiting."""
    await stranger.execute(f"SET LOCAL nodus.waiting = '{AMSTERDAM_DESK}'")
    assert await stranger.fetchval("SELECT count(*) FROM event WHERE recipient_id <> $1", STRANGER) == 0
    await stranger.execute("SET LOCAL nodus.waiting = ''; SET LOCAL ROLE nodus_gate")
    assert await stranger.fetchval("SELECT count(recipient_id) FROM event") == 0
    for table in (*TABLES[:5], *TABLES[6:]):
        await _refused(stranger, f"SELECT * FROM {table}")
    await _refused(stranger, "SELECT reference FROM notice")
    await _refused(stranger, "SELECT municipality_of($1)", uuid4())
