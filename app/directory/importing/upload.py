"""A file that comes over HTTP: taken in piece by piece, read by a process of its own, and gone when it was read."""

import asyncio
import hashlib
import multiprocessing
import tempfile
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
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
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, read, kind, path, file_name)
    finally:
        pool.shutdown(wait=False)  # waiting for the process to end would hold up everybody's requests
