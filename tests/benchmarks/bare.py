"""What there is to measure against: the same rows by FastAPI and asyncpg and nothing else, and by PostgreSQL alone."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
from fastapi import FastAPI, Response
from pydantic import BaseModel

TABLES: Final = """
CREATE TABLE bare_call (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), body text NOT NULL);
CREATE TABLE bare_case (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL, body text NOT NULL);
CREATE TABLE bare_offer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, organisation bigint NOT NULL, body text NOT NULL);
CREATE TABLE bare_event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, recipient bigint NOT NULL, body text NOT NULL);
CREATE INDEX ON bare_case (state); CREATE INDEX ON bare_offer (organisation); CREATE INDEX ON bare_event (recipient);
CREATE TABLE bare_draft (id bigint PRIMARY KEY, body text NOT NULL);
CREATE TABLE bare_save (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, draft bigint NOT NULL, body text NOT NULL);
CREATE INDEX ON bare_save (draft);
INSERT INTO bare_draft SELECT n, '' FROM generate_series(1, 1000) n;
GRANT INSERT, SELECT, UPDATE ON bare_draft, bare_save TO {login};
GRANT INSERT, SELECT ON bare_call, bare_case, bare_offer, bare_event TO {login};
"""
STATEMENT: Final = """
WITH a AS (INSERT INTO bare_call (body) VALUES ({0}) RETURNING id),
b AS (INSERT INTO bare_case (state, body) VALUES ('offered', {0}) RETURNING id),
c AS (INSERT INTO bare_offer (organisation, body) VALUES (7, {0}) RETURNING id),
d AS (INSERT INTO bare_event (recipient, body) VALUES (7, {0}) RETURNING id)
SELECT a.id FROM a, b, c, d
"""
SAVE: Final = """
WITH line AS (INSERT INTO bare_save (draft, body) VALUES ($1, $2)) UPDATE bare_draft SET body = $2 WHERE id = $1
"""
PGBENCH: Final = STATEMENT.format("repeat('x', 400)").replace("\n", " ").strip() + ";\n"


class Told(BaseModel):
    """What is sent."""

    body: str


@asynccontextmanager
async def _alive(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["BARE_URL"], min_size=10, max_size=10) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=_alive)


@app.post("/calls", status_code=201)
async def store(told: Told) -> dict[str, int]:
    """Four rows in one statement."""
    return {"id": await app.state.pool.fetchval(STATEMENT.format("$1::text"), told.body)}


@app.patch("/drafts/{draft}")
async def save(draft: int, told: Told) -> dict[str, int]:
    """A row changed and a row more, in one statement."""
    await app.state.pool.execute(SAVE, draft, told.body)
    return {"id": draft}


@app.get("/nothing")
async def nothing() -> Response:
    """What the cheapest route answers to a poll: nothing new."""
    return Response(status_code=304)
