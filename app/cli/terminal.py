"""What every command shares: where it prints, how it works for the worker, how it refuses."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, NoReturn, TypeVar

import typer
from rich.console import Console

from app.core.actor import WORKER
from app.core.db import Database
from app.core.errors import Problem
from app.core.settings import Settings, load
from app.core.work import Work, begin
from app.vault.keys import master_key

T = TypeVar("T")
out: Final = Console()
err: Final = Console(stderr=True)


def check(settings: Settings) -> None:
    """Refuse to start without what nothing works without, in words."""
    if not settings.database_url:
        fail("NODUS_DATABASE_URL is not set. `deploy/dev demo` needs none; for real use see the README.")
    try:
        master_key(settings)
    except ValueError as error:
        fail(str(error))


def fail(sentence: str) -> NoReturn:
    """End with a sentence and the exit code 2."""
    err.print(sentence, markup=False, soft_wrap=True)
    raise typer.Exit(2)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Carry out a command's work; a problem ends it with its sentence."""
    try:
        return asyncio.run(work)
    except Problem as problem:
        fail(problem.detail)


@asynccontextmanager
async def working() -> AsyncIterator[Work]:
    """Work of the command line's own, on the database of the settings: committed when it ends well."""
    database = Database(load().database_url, load())
    try:
        async with begin(database, WORKER) as work:
            yield work
    finally:
        await database.close()
