"""What the demo tells its start page: who to be, and what the play came to."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Cast:
    """Somebody to be: an organisation in a role, with a token of the demo."""

    role: str
    kind: str
    organisation: str
    name: str
    token: str


@dataclass(frozen=True, slots=True)
class Play:
    """The demo as it stands. `summary`: what the play came to, None until it has ended.

    `ready`: the play's clock is ours, and a call that a visitor takes waits for a visitor to answer.
    """

    base_url: str
    cast: tuple[Cast, ...]
    summary: Mapping[str, Any] | None
    ready: bool = False

    def one(self, role: str, kind: str = "") -> Cast | None:
        """Who plays a role, of organisations of a kind if that matters."""
        return next((one for one in self.cast if one.role == role and kind in {"", one.kind}), None)


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody whom a visitor of the demo can be, by one click at the sign-in."""

    login: str
    name: str
    role: str
    organisation: str


def read_people(file: str) -> tuple[Player, ...]:
    """Whom a visitor can be, from the file that the demo writes; nobody where there is none."""
    if not file or not Path(file).exists():
        return ()
    return tuple(Player(**one) for one in orjson.loads(Path(file).read_bytes()).get("people", ()))


def read_play(file: str) -> Play | None:
    """The play from the file that the demo writes; None where there is none."""
    if not file or not Path(file).exists():
        return None
    told = orjson.loads(Path(file).read_bytes())
    return Play(told["base_url"], tuple(Cast(**one) for one in told["tokens"]), told["summary"], told.get("ready", False))
