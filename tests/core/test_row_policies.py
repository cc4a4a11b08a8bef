"""What an organisation can do in the database itself, past all that the program looks at."""

from uuid import uuid4

import asyncpg
import httpx
import pytest

from app.core.db import Database
from app.directory.seeding import organisation_id
from tests.channels.makers import a_transfer
from tests.makers import HOTLINE, a_token, an_offered_case

STRANGER = organisation_id("rotterdam")
FORGED = """
    INSERT INTO hand_off (id, call_id, case_id, organisation_id, addressee, way, proposed_by, state, started_at, ended_at)
    VALUES ($1, $2, $1, $3, 'emergency', 'warm', 'operator', 'accepted', now(), now())"""
MARKED = """
    INSERT INTO entered_in_error (id, call_id, case_id, organisation_id, at, withdrew_case, reversible_until)
    VALUES ($1, $2, $1, $3, now(), false, now())"""
SENT = """
    INSERT INTO report (id, channel, organisation_id, sender_organisation_id, call_id, sent_at)
    VALUES ($1, 'transfer', $2, $2, $3, now())"""


async def _as(raw: asyncpg.Connection, organisation: object) -> None:
    await raw.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{organisation}'")


async def test_a_hand_off_counts_only_when_the_calls_own_desk_wrote_it(
    client: httpx.AsyncClient, database: Database, raw: asyncpg.Connection
) -> None:
    """A stranger's line that somebody has accepted must not end our care for a call."""
    receipt = await an_offered_case(client, await a_token(database))
    forged = uuid4()
    async with raw.transaction():
        await _as(raw, STRANGER)
        await raw.execute(FORGED, forged, receipt["id"], STRANGER)
    async with raw.transaction():
        await _as(raw, HOTLINE)
        assert await raw.fetch("SELECT FROM hand_off WHERE id = $1", forged) == []


async def test_a_stranger_marks_no_call_as_an_error(
    client: httpx.AsyncClient, database: Database, raw: asyncpg.Connection
) -> None:
    """One forged line, and the call's own desk could not mark it any more: there is one at a time."""
    receipt = await an_offered_case(client, await a_token(database))
    async with raw.transaction():
        await _as(raw, STRANGER)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await raw.execute(MARKED, uuid4(), receipt["id"], STRANGER)


async def test_who_claims_to_have_sent_a_call_hears_nothing_of_it(
    client: httpx.AsyncClient, database: Database, raw: asyncpg.Connection
) -> None:
    """How far somebody else's call is, and who has it, is told to its own sender only."""
    receipt = await an_offered_case(client, await a_token(database))
    async with raw.transaction():
        await _as(raw, STRANGER)
        await raw.execute(SENT, uuid4(), STRANGER, receipt["id"])
        assert await raw.fetch("SELECT FROM report_told WHERE call_id = $1", receipt["id"]) == []
    sender = await a_token(database, STRANGER, "operator")
    sent = await client.post("/v1/transfers", json=a_transfer(), headers=sender)
    assert sent.status_code == 201, sent.text
    assert (await client.get(f"/v1/transfers/{sent.json()['id']}", headers=sender)).json()["progress"] == "being_asked"


async def test_functions_with_more_rights_read_no_temporary_tables(raw: asyncpg.Connection) -> None:
    """Whoever puts a temporary table in the place of ours, with a trigger on it, would act with the rights of its owner."""
    open_to = "SELECT proname, proconfig FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    found = {row["proname"]: row["proconfig"] for row in await raw.fetch(open_to)}
    assert "touch_case" in found
    assert {name for name, config in found.items() if "search_path=public, pg_temp" not in config} == set()
