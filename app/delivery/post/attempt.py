"""One attempt: POST an event's bytes to a receiver, to a vetted address, and say what became of it."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import httpx
import structlog

from app.core import clock
from app.core.settings import Settings
from app.core.tls import is_of_tls
from app.delivery.access import Access, Bearer, OAuth, ZgwJwt
from app.delivery.backoff import wish
from app.delivery.destination import DestinationRefused
from app.delivery.envelope import headers
from app.delivery.post.clients import Answer, Bounds, Clients
from app.delivery.post.tokens import TokenRefused, Tokens
from app.delivery.reach import LookUps, reach
from app.delivery.zgw import zgw_token

GONE: Final = 410
UNAUTHORIZED: Final = 401

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """Where to, and how: an endpoint as it was in one version. `seeds` are Ed25519 private keys."""

    id: UUID
    version: int
    url: str
    secrets: Sequence[bytes]
    seeds: Sequence[bytes]
    access: Access


@dataclass(frozen=True, slots=True)
class Attempted:
    """What became of an attempt. `error` is a kind, never a text of the receiver's.

    dns · tls · timeout · refused (an address that we don't call) · connect · redirect · http (another status than 2xx) · token
    (the server that gives out the token gave none) · protocol.
    """

    started_at: datetime
    duration_ms: int
    status: int | None
    error: str | None
    retry_after: timedelta | None = None

    @property
    def delivered(self) -> bool:
        """Any 2xx is, once the answer was read."""
        return self.error is None

    @property
    def gone(self) -> bool:
        """The receiver asks us never to come again (410)."""
        return self.status == GONE and self.error == "http"


class Post:
    """Posts to receivers."""

    def __init__(self, settings: Settings, bounds: Bounds | None = None, look_ups: LookUps | None = None) -> None:
        """No connection yet."""
        self._origin, self._private_allowed = settings.base_url, settings.webhooks_to_private_addresses
        self._bounds, self._look_ups = bounds or Bounds(), look_ups or LookUps()
        self._clients = Clients(settings.webhooks_authorities)
        self._tokens = Tokens(self._clients, self._look_ups, self._bounds, private_allowed=self._private_allowed)

    async def __call__(self, target: Target, event: UUID, body: bytes) -> Attempted:
        """One attempt, at most twenty seconds in all."""
        started_at, started = clock.wall(), time.perf_counter()
        status: int | None = None
        wished: timedelta | None = None
        try:
            async with asyncio.timeout(self._bounds.total):
                answer = await self._post(target, event, body)
            status, error = answer.status, _judged(answer.status)
            wished = wish(answer.headers.get("retry-after"), clock.wall()) if error else None
        except Exception as failure:
            error = _kind(failure)
            if error == "fault":
                log.exception("webhook.fault", endpoint=str(target.id), error=type(failure).__name__)
                error = "protocol"
        return Attempted(started_at, round((time.perf_counter() - started) * 1000), status, error, wished)

    async def _post(self, target: Target, event: UUID, body: bytes) -> Answer:
        auth = target.access.auth
        if not isinstance(auth, OAuth):
            return await self._once(target, event, body, self._authorization(target))
        token = await self._tokens.of(auth)
        answer = await self._once(target, event, body, f"Bearer {token}")
        if answer.status == UNAUTHORIZED:
            token = await self._tokens.of(auth, refused=token)
            answer = await self._once(target, event, body, f"Bearer {token}")
        return answer

    async def _once(self, target: Target, event: UUID, body: bytes, authorization: str | None) -> Answer:
        where = await reach(target.url, private_allowed=self._private_allowed, look_ups=self._look_ups)
        timestamp = int(clock.wall().timestamp())
        sent = headers(target.secrets, event, timestamp, body, origin=self._origin, seeds=target.seeds, own=target.access.headers)
        sent["host"] = where.host
        if authorization:
            sent["authorization"] = authorization
        client = await self._clients.of(target.id, target.version, target.access)
        return await client.exchange(where.url, sent, body, self._bounds, where.extensions)

    def _authorization(self, target: Target) -> str | None:
        match target.access.auth:
            case Bearer(token=token):
                return f"Bearer {token}"
            case ZgwJwt() as auth:
                return f"Bearer {zgw_token(auth, clock.wall())}"
            case _:
                return None

    async def prepare(self) -> None:
        """Make ready what the first attempt would wait for."""
        await self._clients.prepare()

    async def tidy(self) -> None:
        """Close connections that are not used any more."""
        await self._clients.tidy()

    async def close(self) -> None:
        """Close every connection."""
        await self._clients.close()


def _judged(status: int) -> str | None:
    """The kind of failure that a status is; None: none. A redirect is never followed: it could lead inside."""
    if 200 <= status < 300:  # noqa: PLR2004  success
        return None
    return "redirect" if 300 <= status < 400 else "http"  # noqa: PLR2004  redirects


def _kind(failure: Exception) -> str:
    for kinds, told in KINDS:
        if isinstance(failure, kinds):
            return "tls" if told in MAY_BE_TLS and is_of_tls(failure) else told
    return "fault"


MAY_BE_TLS: Final = frozenset({"connect", "protocol", "dns"})
KINDS: Final[tuple[tuple[tuple[type[Exception], ...], str], ...]] = (
    ((TimeoutError, httpx.TimeoutException), "timeout"),
    ((DestinationRefused,), "refused"),
    ((TokenRefused,), "token"),
    ((httpx.ConnectError,), "connect"),
    ((httpx.HTTPError,), "protocol"),
    ((OSError,), "dns"),
)
