"""The reference: FastAPI and raw asyncpg, storing four small rows with one statement, and nothing else."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI
from pydantic import BaseModel

from app.core import clock
from app.core.ids import new_id

SCHEMA = """
    CREATE TABLE IF NOT EXISTS bare_case (id uuid PRIMARY KEY, municipality text NOT NULL, urgency text NOT NULL);
    CREATE TABLE IF NOT EXISTS bare_call (id uuid PRIMARY KEY, case_id uuid NOT NULL REFERENCES bare_case, answers jsonb NOT NULL);
    CREATE TABLE IF NOT EXISTS bare_offer (id uuid PRIMARY KEY, case_id uuid NOT NULL REFERENCES bare_case, accept_by timestamptz NOT NULL);
    CREATE TABLE IF NOT EXISTS bare_event (id uuid PRIMARY KEY, case_id uuid NOT NULL REFERENCES bare_case, body text NOT NULL);
"""
STORE = """
    WITH c AS (INSERT INTO bare_case VALUES ($1, $2, $3)), l AS (INSERT INTO bare_call VALUES ($4, $1, $5)),
      o AS (INSERT INTO bare_offer VALUES ($6, $1, $7))
    INSERT INTO bare_event VALUES ($8, $1, $9)
"""
PGBENCH = """
    WITH c AS (INSERT INTO bare_case SELECT gen_random_uuid(), 'GM0363', 'urgent' RETURNING id),
      l AS (INSERT INTO bare_call SELECT gen_random_uuid(), id, '{"danger": "no", "weapon": "no"}' FROM c),
      o AS (INSERT INTO bare_offer SELECT gen_random_uuid(), id, now() FROM c)
    INSERT INTO bare_event SELECT gen_random_uuid(), id, '{"type": "offered"}' FROM c;
"""


class CallIn(BaseModel):
    """A call of the reference."""

    municipality: str
    urgency: str
    answers: str


class CallOut(BaseModel):
    """Its answer."""

    id: UUID


@asynccontextmanager
async def _alive(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["BARE_DATABASE_URL"], min_size=10, max_size=10) as pool:
        app.state.pool = pool
        yield


def served() -> FastAPI:
    """What uvicorn serves."""
    app = FastAPI(lifespan=_alive)

    @app.post("/calls", status_code=201)
    async def store(call: CallIn) -> CallOut:
        at = clock.wall()
        identifier = new_id(at)
        rows: tuple[Any, ...] = (identifier, call.municipality, call.urgency, new_id(at), call.answers)
        async with app.state.pool.acquire() as connection:
            await connection.execute(STORE, *rows, new_id(at), at, new_id(at), '{"type": "offered"}')
        return CallOut(id=identifier)

    return app
