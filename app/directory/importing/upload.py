"""A file that comes over HTTP: taken in piece by piece, read by a process of its own, and gone when it was read."""

import asyncio
import hashlib
import multiprocessing
import tempfile
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from functools import cache
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Final

from app.core.errors import TooMany
from app.directory.importing.reading import read
from app.directory.importing.told import Kind, Told

ONE_AT_A_TIME: Final = asyncio.Semaphore(1)  # reading takes a core for up to half a minute, and 200 MB


@asynccontextmanager
async def received(stream: AsyncIterator[bytes]) -> AsyncIterator[tuple[Path, bytes]]:
    """The bytes of `stream` as a file that is gone afterwards, and their SHA-256; one at a time in this process.

    Raises:
        TooMany: another file is being read (429).
    """
    if ONE_AT_A_TIME.locked():
        raise TooMany("Another file is being read. Send yours when it is done.", retry_after=30)
    digest = hashlib.sha256()
    async with ONE_AT_A_TIME:
        with tempfile.NamedTemporaryFile(prefix="nodus-import-") as file:
            async for piece in stream:
                digest.update(piece)
                file.write(piece)
            file.flush()
            yield Path(file.name), digest.digest()


async def read_apart(kind: Kind, path: Path, file_name: str) -> Told:
    """As `read`, in a process of its own: calls are taken at the same pace meanwhile, and its memory goes with it."""
    pool = ProcessPoolExecutor(1, mp_context=_apart())
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, read, kind, path, file_name)
    finally:
        pool.shutdown(wait=False)  # waiting for the process to end would hold up everybody's requests


@cache
def _apart() -> BaseContext:
    """Where such processes come from: one that has loaded this once, for loading takes longer than most files."""
    can_fork = "forkserver" in multiprocessing.get_all_start_methods()  # not everywhere
    context = multiprocessing.get_context("forkserver" if can_fork else "spawn")
    context.set_forkserver_preload([__name__])
    return context
