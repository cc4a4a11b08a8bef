"""Connections to receivers: a transport of httpx an endpoint, so that one that is slow never holds another's.

The transport is used without httpx's client around it: no redirects, no cookies, no proxies of the environment, half the work.
"""

import asyncio
import os
import sys
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.util import find_spec
from ssl import SSLContext
from typing import Final
from uuid import UUID

import httpx

from app.delivery.access import Access

# httpcore looks three times a request for a module that need not be there, which is a walk through the whole path each time: a
# third of what a delivery cost. None says that there is none (Python's import system, `sys.modules`).
if "sniffio" not in sys.modules and find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]  # not a module: it stands for "there is none"

CLIENTS_KEPT: Final = 1024
IDLE_FOR: Final = 30.0  # seconds after which connections are closed
CONNECTIONS: Final = 8


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long an attempt may take, in seconds, and how much of an answer is read, in bytes."""

    connect: float = 5.0
    total: float = 20.0
    answer: int = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said. `content` is the beginning at most: what is longer is not read."""

    status: int
    headers: httpx.Headers
    content: bytes


@dataclass(slots=True)
class Client:
    """The connections to one endpoint as it was in one version."""

    version: int
    transport: httpx.AsyncHTTPTransport
    used_at: float = field(default_factory=time.monotonic)
    answered: bool = False
    under_way: int = 0

    async def exchange(
        self, url: str, headers: Mapping[str, str], body: bytes, bounds: Bounds, extensions: dict[str, object]
    ) -> Answer:
        """POST once. A connection that the receiver had closed while it was idle is no failure: then once more, on a new one.

        Raises:
            httpx.HTTPError: there was no whole answer.
        """
        self.used_at = time.monotonic()
        self.under_way += 1
        try:
            return await self._again_if_stale(url, headers, body, bounds, extensions)
        finally:
            self.under_way -= 1

    async def _again_if_stale(
        self, url: str, headers: Mapping[str, str], body: bytes, bounds: Bounds, extensions: dict[str, object]
    ) -> Answer:
        try:
            answer = await self._exchange(url, headers, body, bounds, extensions)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            if not self.answered:
                raise
            self.answered = False
            answer = await self._exchange(url, headers, body, bounds, extensions)
        self.answered = True
        return answer

    async def _exchange(
        self, url: str, headers: Mapping[str, str], body: bytes, bounds: Bounds, extensions: dict[str, object]
    ) -> Answer:
        limits = {"connect": bounds.connect, "read": bounds.total, "write": bounds.total, "pool": bounds.total}
        request = httpx.Request(
            "POST", _url(url), headers=headers, stream=httpx.ByteStream(body), extensions={**extensions, "timeout": limits}
        )
        response = await self.transport.handle_async_request(request)
        content = b""
        try:
            async for part in response.aiter_raw():
                content += part
                if len(content) > bounds.answer:
                    break
        finally:
            await response.aclose()  # an answer that was not read to its end takes its connection with it
        return Answer(response.status_code, response.headers, content)


class Clients:
    """A client an endpoint, as long as it is used."""

    def __init__(self, authorities: str) -> None:
        """No connection yet. `authorities` is a PEM file beside the usual ones, or empty."""
        self._authorities = authorities
        self._clients: OrderedDict[UUID, Client] = OrderedDict()
        self._left: list[Client] = []
        self._shared: SSLContext | None = None

    async def of(self, endpoint: UUID, version: int, access: Access) -> Client:
        """The client of this endpoint.

        Raises:
            ssl.SSLError: its certificate and key can't be read.
        """
        client = self._clients.get(endpoint)
        if client is None or client.version != version:
            context = await self._context_for(access)
            client = self._clients.get(endpoint)  # another attempt at the same endpoint may have been faster
        if client is None or client.version != version:
            if client:
                self._left.append(client)
            client = self._clients[endpoint] = Client(version, self._transport(context))
        self._clients.move_to_end(endpoint)
        return client

    async def passing(self) -> Client:
        """A client for one exchange, which whoever asked for it closes."""
        return Client(0, self._transport(await self._context_for(Access())))

    async def tidy(self) -> None:
        """Close the clients that are not used any more, and those not used for longest beyond what is kept."""
        before, surplus = time.monotonic() - IDLE_FOR, len(self._clients) - CLIENTS_KEPT
        free = [endpoint for endpoint, client in self._clients.items() if not client.under_way]
        over = [one for place, one in enumerate(free) if place < surplus or self._clients[one].used_at < before]
        self._left.extend(self._clients.pop(endpoint) for endpoint in over)
        closing = [client for client in self._left if not client.under_way]
        self._left = [client for client in self._left if client.under_way]
        for client in closing:
            await client.transport.aclose()

    async def close(self) -> None:
        """Close every connection."""
        left = [*self._left, *self._clients.values()]
        self._left, self._clients = [], OrderedDict()
        for client in left:
            await client.transport.aclose()

    async def prepare(self) -> None:
        """Make what all clients share, before anybody waits for it."""
        await self._context_for(Access())

    async def _context_for(self, access: Access) -> SSLContext:
        """The shared context, or one that shows the endpoint's own certificate; made in a thread, as all others would wait."""
        if access.certificate and access.key:
            return await asyncio.to_thread(context_for, self._authorities, access)
        if self._shared is None:
            self._shared = await asyncio.to_thread(trusting, self._authorities)
        return self._shared

    @staticmethod
    def _transport(context: SSLContext) -> httpx.AsyncHTTPTransport:
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=IDLE_FOR)
        return httpx.AsyncHTTPTransport(verify=context, limits=limits, trust_env=False)


@cache
def trusting(authorities: str) -> SSLContext:
    """One TLS context for all who show no certificate: making one takes a tenth of a second.

    `authorities` is a PEM file beside the usual ones, or empty.
    """
    return context_for(authorities, Access())


def context_for(authorities: str, access: Access) -> SSLContext:
    """Who vouches for a receiver, and the certificate that it is shown, if it has one.

    Raises:
        ssl.SSLError: the certificate and its key can't be read.
    """
    context = httpx.create_ssl_context(trust_env=False)
    if authorities:
        context.load_verify_locations(authorities)
    if access.certificate and access.key:
        _show_certificate(context, access.certificate, access.key)
    return context


def _show_certificate(context: SSLContext, certificate: str, key: str) -> None:
    """Let a context show a client certificate. OpenSSL reads files only: this one is in memory, and gone when it was read.

    Raises:
        ssl.SSLError: they can't be read, or don't belong together.
    """
    with os.fdopen(os.memfd_create("nodus-client-certificate"), "w+") as file:
        file.write(f"{certificate}\n{key}\n")
        file.flush()
        context.load_cert_chain(f"/proc/self/fd/{file.fileno()}")


@lru_cache(maxsize=CLIENTS_KEPT)
def _url(text: str) -> httpx.URL:
    """A URL, read once: that takes longer than anything else of ours in an attempt."""
    return httpx.URL(text)
