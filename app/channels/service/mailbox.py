"""Take in the police's mail from a folder: a Maildir, or files that end in `.eml`. What was taken in is moved to `done/`.

First stored, then moved: whoever is killed between the two finds the same report again the next time, and it stays one.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.channels.police import LARGEST, MAIL, ChannelEnded, Original, Purpose, ReportState
from app.channels.service import police
from app.core.actor import Actor
from app.core.db import Database
from app.core.errors import Problem
from app.core.work import begin

DONE: Final = "done"
MAILDIR: Final = ("new", "cur")


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
    for file in _files(folder):
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
        _move(file, folder / DONE)
        yield Brought(file.name, kept.state, again=kept.again)


def _files(folder: Path) -> Iterator[Path]:
    """The mails, oldest name first; in a Maildir none that is still being delivered (`tmp`)."""
    if all((folder / part).is_dir() for part in MAILDIR):
        found = [file for part in MAILDIR for file in (folder / part).iterdir()]
    else:
        found = [file for file in folder.iterdir() if file.suffix.lower() == ".eml"]
    return iter(sorted(file for file in found if file.is_file() and not file.name.startswith(".")))


def _move(file: Path, done: Path) -> None:
    done.mkdir(exist_ok=True)
    target = done / file.name
    number = 1
    while target.exists():
        target = done / f"{file.name}.{number}"
        number += 1
    with suppress(FileNotFoundError):  # another run moved it meanwhile
        file.rename(target)
