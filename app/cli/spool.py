"""A spool on disk: what must be sent, in order, until it was. Numbers of callers lie there sealed."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson

from app.core import clock
from app.core.ids import new_id
from app.vault import sealing

WAITING, REFUSED = ".event", ".refused"
FOLLOWED: Final = "followed.json"


@dataclass(frozen=True, slots=True)
class Letter:
    """Something to send. `message` is the same in every attempt."""

    path: Path
    message: str
    body: bytes


class Spool:
    """Letters in a folder, oldest first. Written whole or not at all, and still there after a crash."""

    def __init__(self, folder: Path, secret: bytes, owner: UUID) -> None:
        """Open or make a folder; its contents are sealed under a key that follows from `secret`."""
        self._folder, self._owner = folder, owner
        self._key = hashlib.sha256(b"nodus spool" + secret).digest()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        numbers = [int(one.stem) for one in folder.iterdir() if one.suffix in {WAITING, REFUSED}]
        self._next = max(numbers, default=0) + 1

    @property
    def taken(self) -> int:
        """The number of the last that was put here."""
        return self._next - 1

    def put(self, body: dict[str, str]) -> None:
        """Keep something to send; on disk when this returns."""
        content = orjson.dumps({"message": f"msg_{new_id(clock.wall()).hex}", "body": body})
        self._write(f"{self._next:012d}{WAITING}", sealing.seal(self._key, content, self._owner))
        self._next += 1

    def oldest(self) -> Letter | None:
        """What to send first. What can't be opened (another secret) is put aside."""
        for path in sorted(self._folder.glob(f"*{WAITING}")):
            try:
                content = orjson.loads(sealing.unseal(self._key, path.read_bytes(), self._owner))
            except sealing.Broken:
                self.refuse(path)
                continue
            return Letter(path, content["message"], orjson.dumps(content["body"]))
        return None

    def waiting(self) -> int:
        """How many wait."""
        return sum(1 for _ in self._folder.glob(f"*{WAITING}"))

    def done(self, letter: Letter) -> None:
        """It was received."""
        letter.path.unlink()

    def refuse(self, path: Path) -> None:
        """Put aside what will never be taken, so that it holds up nothing; somebody may look at it."""
        path.rename(path.with_suffix(REFUSED))

    def followed(self) -> frozenset[str]:
        """The calls that were followed when it was closed."""
        path = self._folder / FOLLOWED
        known: list[Any] = orjson.loads(path.read_bytes()) if path.exists() else []
        return frozenset(known)

    def follow(self, calls: frozenset[str]) -> None:
        """Remember which calls are followed."""
        self._write(FOLLOWED, orjson.dumps(sorted(calls)))

    def _write(self, name: str, content: bytes) -> None:
        made = self._folder / f".{name}"
        with made.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        made.rename(self._folder / name)
