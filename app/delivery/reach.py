"""Where to connect for a URL that somebody else wished for: an address that was vetted, under the name it was asked by."""

import asyncio
import socket
from dataclasses import dataclass
from typing import Any

from app.delivery.destination import Destination, destination, vetted


@dataclass(frozen=True, slots=True)
class Reached:
    """A URL whose host is the vetted address, with what tells the receiver which name was meant."""

    url: str
    host: str
    extensions: dict[str, Any]


async def reach(url: str, *, private_allowed: bool) -> Reached:
    """Resolve and vet; connecting to anything else than the answer says would let a name change its mind in between.

    Raises:
        DestinationRefused: it is a URL, or leads to an address, that we don't call.
        OSError: the name can't be resolved.
    """
    where = destination(url, private_allowed=private_allowed)
    address = vetted(await _resolve(where), private_allowed=private_allowed)
    host = f"[{address}]" if ":" in address else address
    return Reached(
        f"{where.scheme}://{host}:{where.port}{where.path}",
        where.host if where.port in {80, 443} else f"{where.host}:{where.port}",
        {"sni_hostname": where.host},
    )


async def _resolve(where: Destination) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]
