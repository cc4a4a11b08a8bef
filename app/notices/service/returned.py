"""Take in what mail servers sent back, from a folder: once each, however often it is read."""

from collections.abc import AsyncIterator
from enum import StrEnum
from pathlib import Path
from typing import Final

from app.core.actor import WORKER
from app.core.db import Database
from app.core.folders import mails_in, move_to_done
from app.core.work import begin
from app.notices.bounces import Bounce, bounce_in
from app.notices.service.outcome import came_back

LARGEST: Final = 10_485_760  # ⚙ bytes; what is larger is no bounce, and is not read


class Returned(StrEnum):
    """What a mail in the folder was."""

    BOUNCED = "bounced"  # people were told
    KNOWN = "known already"  # it bounced before, or its mailbox is gone
    OTHER = "no bounce"  # a delay, an absence note, somebody's answer


async def take_in(database: Database, folder: Path) -> AsyncIterator[tuple[str, Returned]]:
    """Read every mail of a folder, each in a transaction of its own, and move it to `done/`; its file's name and what it was."""
    for file in mails_in(folder):
        try:
            found = bounce_in(file.read_bytes()) if file.stat().st_size <= LARGEST else None
        except FileNotFoundError:  # another run took it meanwhile
            continue
        what = await _told(database, found) if found else Returned.OTHER
        move_to_done(file, folder)
        yield file.name, what


async def _told(database: Database, found: Bounce) -> Returned:
    async with begin(database, WORKER) as work:
        return Returned.BOUNCED if await came_back(work, found.mail, found.error) else Returned.KNOWN
