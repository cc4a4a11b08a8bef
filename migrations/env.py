"""Runs the migrations: in one transaction, and only one program at a time."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.core.db import with_driver
from app.core.tables import metadata

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('nodus migrations', 0))")


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=False)
    with context.begin_transaction():
        connection.execute(LOCK)
        context.run_migrations()


async def _run() -> None:
    engine = create_async_engine(with_driver(context.config.attributes["url"]))
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
        await connection.commit()
    await engine.dispose()


asyncio.run(_run())
