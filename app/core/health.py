"""Whether this process can do its work: the database answers, and its structure is the one this program knows."""

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core.actor import GATE
from app.core.db import Database
from app.core.migrations import head
from app.core.work import begin

REVISION = text("SELECT version_num FROM alembic_version")


async def ready(database: Database) -> list[str]:
    """What stands in the way, as sentences; empty when nothing does."""
    try:
        async with begin(database, GATE) as work:
            row = await work.one(REVISION)
    except (SQLAlchemyError, OSError) as error:
        return [f"The database does not answer, or is not ours yet ({type(error).__name__}): check it, run `nodus migrate`."]
    revision = row["version_num"] if row else None
    if revision != head():
        return [f"The database is at structure {revision}, this program knows {head()}: run `nodus migrate`."]
    return []
