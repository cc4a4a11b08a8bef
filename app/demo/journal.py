"""What the demo must still know after it was ended or killed: settings in one small file, everything that happened in a journal.

Each line of the journal is written before the act that it tells of is acknowledged: a webhook before its 204, a call as soon as
its 201 is there. So a second start finds every event that was taken in, and calls that were answered are not made again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import orjson


class Memory:
    """A small file of settings: what a second start must know."""

    def __init__(self, folder: Path) -> None:
        """Read what there is."""
        self._file = folder / "demo-state.json"
        self.told: dict[str, Any] = orjson.loads(self._file.read_bytes()) if self._file.exists() else {}

    def keep(self, **told: Any) -> None:
        """Remember this too; whoever is killed while writing leaves the old file."""
        self.told |= told
        fresh = self._file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(orjson.dumps(self.told))
        fresh.replace(self._file)


@dataclass(slots=True)
class Received:
    """What one organisation received: the ids by number, how often one came again, and what came out of order."""

    ids: dict[int, str] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    by_webhook: int = 0
    by_feed: int = 0
    again: int = 0
    out_of_order: list[str] = field(default_factory=list)

    @property
    def last(self) -> int:
        """The number of the last event."""
        return max(self.ids, default=0)

    def take(self, way: str, number: int, event_id: str) -> bool:
        """Take an event in, told apart by its id; whether it is new."""
        if event_id in self.known:
            self.again += 1
            return False
        if number != self.last + 1:
            self.out_of_order.append(f"{number} came after {self.last}")
        self.ids[number] = event_id
        self.known.add(event_id)
        if way == "webhook":
            self.by_webhook += 1
        else:
            self.by_feed += 1
        return True


class Journal:
    """Calls that were answered, and events that were received. Only ever appended to."""

    def __init__(self, folder: Path) -> None:
        """Read what there is; a line that was cut off by a kill did not happen."""
        self._path = folder / "demo-journal.jsonl"
        self._file: IO[bytes] | None = None
        self.calls: dict[int, str] = {}
        self.received: dict[str, Received] = {}
        if self._path.exists():
            self._read_back()

    def answered(self, number: int, call_id: str) -> None:
        """A call was answered 201."""
        self._write({"call": number, "id": call_id})
        self.calls[number] = call_id

    def take(self, organisation: str, way: str, number: int, event_id: str) -> bool:
        """An organisation received an event; whether it is new to it."""
        self._write({"to": organisation, "way": way, "n": number, "id": event_id})
        return self.of(organisation).take(way, number, event_id)

    def of(self, organisation: str) -> Received:
        """What an organisation received."""
        return self.received.setdefault(organisation, Received())

    def close(self) -> None:
        """Let go of the file."""
        if self._file:
            self._file.close()
            self._file = None

    def _write(self, line: Mapping[str, Any]) -> None:
        if self._file is None:
            self._file = self._path.open("ab")
        self._file.write(orjson.dumps(line) + b"\n")
        self._file.flush()

    def _read_back(self) -> None:
        told = self._path.read_bytes()
        whole = told[: told.rfind(b"\n") + 1]
        if len(whole) < len(told):
            self._path.write_bytes(whole)
        for line in whole.splitlines():
            entry = orjson.loads(line)
            if "call" in entry:
                self.calls[entry["call"]] = entry["id"]
            else:
                self.of(entry["to"]).take(entry["way"], entry["n"], entry["id"])
