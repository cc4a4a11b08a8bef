"""One attempt: POST an event's bytes to a receiver, to a vetted address, and say what became of it."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from ssl import SSLContext
from typing import Final
from uuid import UUID

import httpx

from app.core import clock
from app.core.settings import Settings
from app.delivery.destination import DestinationRefused
from app.delivery.envelope import headers
from app.delivery.reach import reach

TIMEOUT: Final = httpx.Timeout(20, connect=5)
LONGEST_ATTEMPT: Final = 25.0
ANSWER_LIMIT: Final = 65_536
CLIENTS_KEPT: Final = 1024
GONE: Final = 410


@dataclass(frozen=True, slots=True)
class Attempted:
    """What became of an attempt. `error` is a kind, never a text of the receiver's."""

    started_at: datetime
    duration_ms: int
    status: int | None
    error: str | None
    retry_after: timedelta | None = None

    @property
    def delivered(self) -> bool:
        """Any 2xx is."""
        return self.error is None

    @property
    def gone(self) -> bool:
        """The receiver asks us never to come again (410)."""
        return self.status == GONE


class Post:
    """Posts to receivers: a client for each endpoint, so that one that is slow never holds another's connections."""

    def __init__(self, settings: Settings) -> None:
        """No connection yet."""
        self._settings = settings
        self._clients: OrderedDict[UUID, httpx.AsyncClient] = OrderedDict()

    async def __call__(self, endpoint: UUID, url: str, secrets: list[bytes], event: UUID, body: bytes) -> Attempted:
        """One attempt, at most 25 seconds."""
        started_at, started = clock.wall(), time.perf_counter()
        status: int | None = None
        error: str | None
        wish: timedelta | None = None
        try:
            async with asyncio.timeout(LONGEST_ATTEMPT):
                status, wish = await self._post(endpoint, url, secrets, event, body)
            error = None if 200 <= status < 300 else "http"  # noqa: PLR2004  success
        except (TimeoutError, httpx.TimeoutException):
            error = "timeout"
        except DestinationRefused:
            error = "refused"
        except OSError:
            error = "dns"
        except httpx.ConnectError:
            error = "connect"
        except httpx.HTTPError:
            error = "protocol"
        milliseconds = round((time.perf_counter() - started) * 1000)
        return Attempted(started_at, milliseconds, status, error, wish)

    async def _post(
        self, endpoint: UUID, url: str, secrets: list[bytes], event: UUID, body: bytes
    ) -> tuple[int, timedelta | None]:
        where = await reach(url, private_allowed=self._settings.webhooks_to_private_addresses)
        timestamp = int(clock.wall().timestamp())
        request = self._client(endpoint).build_request(
            "POST",
            where.url,
            content=body,
            headers={**headers(secrets, event, timestamp, body, origin=self._settings.base_url), "Host": where.host},
            extensions=where.extensions,
        )
        response = await self._client(endpoint).send(request, stream=True, follow_redirects=False)
        try:
            read = 0
            async for part in response.aiter_raw():
                read += len(part)
                if read > ANSWER_LIMIT:
                    break
        finally:
            await response.aclose()
        return response.status_code, _wish(response.headers.get("retry-after"))

    def _client(self, endpoint: UUID) -> httpx.AsyncClient:
        client = self._clients.get(endpoint)
        if client is None:
            limits = httpx.Limits(max_connections=2, max_keepalive_connections=2, keepalive_expiry=30)
            client = httpx.AsyncClient(timeout=TIMEOUT, limits=limits, trust_env=False, verify=_context())
            self._clients[endpoint] = client
        self._clients.move_to_end(endpoint)
        return client

    async def tidy(self) -> None:
        """Close the clients that were not used for longest, beyond those that are kept."""
        while len(self._clients) > CLIENTS_KEPT:
            _, client = self._clients.popitem(last=False)
            await client.aclose()

    async def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()


@cache
def _context() -> SSLContext:
    """One TLS context for all clients: making one takes tens of milliseconds."""
    return httpx.create_ssl_context(trust_env=False)


def _wish(retry_after: str | None) -> timedelta | None:
    """How long the receiver asks us to wait: seconds, or an HTTP date."""
    if not retry_after:
        return None
    if retry_after.isdigit():
        return timedelta(seconds=min(int(retry_after), 86_400))
    try:
        return max(parsedate_to_datetime(retry_after) - clock.wall(), timedelta(0))
    except (ValueError, TypeError):
        return None
