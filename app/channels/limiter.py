"""How often one address may send something to a page that needs no key: counted in memory, by a keyed hash, and forgotten.

No address is kept: only a hash under a key that the process makes when it starts and never writes down.
"""

import hmac
from collections import deque
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final

NETWORK: Final = 64  # bits of an IPv6 address that one connection shares
MOST_KEPT: Final = 100_000  # addresses; far above what passes in the span


class Limiter:
    """At most `most` times in any `span`, each address for itself; each process counts for itself."""

    def __init__(self, key: bytes, *, most: int, span: timedelta) -> None:
        """Nobody was counted yet."""
        self._key, self._most, self._span = key, most, span
        self._counted: dict[bytes, deque[datetime]] = {}

    def may(self, address: str, at: datetime) -> bool:
        """Whether this address may once more at `at`; if so, it is counted."""
        counted = self._counted.setdefault(self._hash(address), deque(maxlen=self._most))
        while counted and counted[0] <= at - self._span:
            counted.popleft()
        if len(counted) == self._most:
            return False
        counted.append(at)
        if len(self._counted) > MOST_KEPT:
            self._forget(at)
        return True

    def undo(self, address: str) -> None:
        """The last one of this address counts for nothing after all."""
        if counted := self._counted.get(self._hash(address)):
            counted.pop()

    def _forget(self, at: datetime) -> None:
        self._counted = {one: times for one, times in self._counted.items() if times and times[-1] > at - self._span}

    def _hash(self, address: str) -> bytes:
        return hmac.digest(self._key, _network(address).encode(), "sha256")


def _network(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(int(found) >> NETWORK) if isinstance(found, IPv6Address) else str(found)
