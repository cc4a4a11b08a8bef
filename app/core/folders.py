"""Mails in a folder: a Maildir, or files that end in `.eml`. What was dealt with is moved to `done/`.

First stored, then moved: whoever is killed between the two finds the same mail again the next time.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

DONE: Final = "done"
MAILDIR: Final = ("new", "cur")


def mails_in(folder: Path) -> Iterator[Path]:
    """The mails, oldest name first; in a Maildir none that is still being delivered (`tmp`)."""
    if all((folder / part).is_dir() for part in MAILDIR):
        found = [file for part in MAILDIR for file in (folder / part).iterdir()]
    else:
        found = [file for file in folder.iterdir() if file.suffix.lower() == ".eml"]
    return iter(sorted(file for file in found if file.is_file() and not file.name.startswith(".")))


def move_to_done(file: Path, folder: Path) -> None:
    """Move a mail of `folder` to its `done/`, beside others of the same name."""
    done = folder / DONE
    done.mkdir(exist_ok=True)
    target = done / file.name
    number = 1
    while target.exists():
        target = done / f"{file.name}.{number}"
        number += 1
    with suppress(FileNotFoundError):  # another run moved it meanwhile
        file.rename(target)
