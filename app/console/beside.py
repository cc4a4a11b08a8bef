"""Who has which call open at this moment: heard from the doorbell by every process, and stored nowhere.

A screen says that it is there, again and again; who says nothing for a while is gone. A process that has just begun knows after
one round. Only ids ring: whose account, which call, which screen, and how far it saved.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.core.wake import Bell

KIND: Final = "beside"
STAYS: Final = 70.0  # ⚙ seconds after its last word; a screen speaks every 25
SCREENS: Final = 16  # ⚙ at one call
CALLS: Final = 20_000  # ⚙ in one process
GONE: Final = 0  # a version that no draft has


@dataclass(frozen=True, slots=True)
class Screen:
    """One that has a call open: whose, and the version of the draft that it saved or saw last."""

    name: str
    account: UUID
    version: int
    until: float


class Ear:
    """What one listener has not heard yet: the calls where somebody came, went or saved beside another."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._calls: dict[UUID, None] = {}
        self.heard = asyncio.Event()

    def hear(self, call: UUID) -> None:
        """Something was said of this call."""
        self._calls[call] = None
        self.heard.set()

    def take(self) -> Sequence[UUID]:
        """The calls that something was said of since this was asked."""
        found = tuple(self._calls)
        self._calls.clear()
        self.heard.clear()
        return found


class Beside:
    """What this process has heard; an organisation hears of its own calls only."""

    def __init__(self, bell: Bell) -> None:
        """Nobody is anywhere yet."""
        self._bell = bell
        self._calls: dict[tuple[UUID, UUID], dict[str, Screen]] = {}
        self._ears: defaultdict[UUID, set[Ear]] = defaultdict(set)
        bell.on_ring(self._hear)

    def say(self, organisation: UUID, call: UUID, screen: str, account: UUID, version: int) -> None:
        """A screen of somebody is at a call, and is at this version of it; `GONE`: it leaves."""
        name = f"{KIND}:{organisation}:{call}:{screen}:{account}:{version}"
        self._hear(name)  # here at once; it changes nothing when it is heard again
        self._bell.ring([name])

    def others(self, organisation: UUID, call: UUID, screen: str) -> Sequence[Screen]:
        """Who else has this call open."""
        now = time.monotonic()
        there = self._calls.get((organisation, call), {})
        return [one for one in there.values() if one.name != screen and one.until > now]

    @contextmanager
    def listening(self, organisation: UUID | None) -> Iterator[Ear]:
        """An ear for the calls of an organisation; of nobody's for who works for none."""
        ear = Ear()
        if organisation is None:
            yield ear
            return
        self._ears[organisation].add(ear)
        try:
            yield ear
        finally:
            self._ears[organisation].discard(ear)
            if not self._ears[organisation]:
                del self._ears[organisation]

    def _hear(self, name: str) -> None:
        kind, _, rest = name.partition(":")
        if kind != KIND:
            return
        with suppress(ValueError):  # of another version of ours, while one takes over from the other
            organisation, call, screen, account, version = rest.split(":")
            self._note((UUID(organisation), UUID(call)), screen, UUID(account), int(version))

    def _note(self, place: tuple[UUID, UUID], name: str, account: UUID, version: int) -> None:
        now = time.monotonic()
        there = {one.name: one for one in self._calls.get(place, {}).values() if one.until > now}
        before, company = there.pop(name, None), len(there)
        if version != GONE:
            there[name] = Screen(name, account, version, now + STAYS)
        self._calls.pop(place, None)
        if there:
            self._calls[place] = dict(list(there.items())[-SCREENS:])
            self._forget(now)
        if company and (before.version if before else GONE) != version:  # who is alone is told of nobody
            for ear in self._ears.get(place[0], ()):
                ear.hear(place[1])

    def _forget(self, now: float) -> None:
        """Let go of calls where everybody has gone; what was said longest ago stands first."""
        while self._calls:
            oldest = next(iter(self._calls))
            if len(self._calls) <= CALLS and any(one.until > now for one in self._calls[oldest].values()):
                return
            del self._calls[oldest]
