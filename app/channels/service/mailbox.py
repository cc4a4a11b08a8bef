"""Take in the police's mail from a folder: a Maildir, or files that end in `.eml`. What was taken in is moved to `done/`.

First stored, then moved: whoever is killed between the two finds the same report again the next time, and it stays one.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from app.channels.police import LARGEST, MAIL, ChannelEnded, Original, Purpose, ReportState
from app.channels.service import police
from app.core.actor import Actor
from app.core.db import Database
from app.core.errors import Problem
from app.core.folders import mails_in, move_to_done
from app.core.work import begin


@dataclass(frozen=True, slots=True)
class Brought:
    """One file: what became of it, or why it stays where it is."""

    file: str
    state: ReportState | None
    again: bool = False
    stays_because: str = ""


async def bring(
    database: Database, actor: Actor, folder: Path, purpose: Purpose, parser: str | None = None
) -> AsyncIterator[Brought]:
    """Take in every mail of a folder, each in a transaction of its own; one that fails keeps no other waiting.

    Raises:
        ChannelEnded: the last day of the decree is over; nothing was moved.
    """
    for file in mails_in(folder):
        try:
            if file.stat().st_size > LARGEST:
                yield Brought(file.name, None, stays_because=f"It is larger than {LARGEST} bytes.")
                continue
            original = Original(file.read_bytes(), MAIL, purpose, parser)
        except FileNotFoundError:  # another run brought it meanwhile
            continue
        try:
            async with begin(database, actor) as work:
                kept = await police.take_in(work, original)
        except ChannelEnded:
            raise
        except Problem as problem:
            yield Brought(file.name, None, stays_because=problem.detail)
            continue
        move_to_done(file, folder)
        yield Brought(file.name, kept.state, again=kept.again)
