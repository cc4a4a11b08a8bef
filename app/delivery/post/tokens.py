"""Tokens that are fetched with client credentials. Source: RFC 6749 §4.4 and §2.3.1, RFC 6750."""

import asyncio
import base64
import time
from math import isfinite
from typing import Final
from urllib.parse import quote, urlencode

import orjson

from app.delivery.access import OAuth
from app.delivery.post.clients import Bounds, Clients
from app.delivery.reach import LookUps, reach

WITHOUT_END: Final = 300.0  # ⚙ seconds a token is used whose end was not told
NEW_BEFORE: Final = 30.0  # ⚙ seconds before its end, or a tenth of its life when that is less
A_DAY: Final = 86_400.0
KEPT: Final = 1024


class TokenRefused(Exception):  # noqa: N818  says what happened
    """The token's server answered, and gave none."""


class Tokens:
    """One token for the same credentials, fetched when the last one ends, as any receiver's address: vetted."""

    def __init__(self, clients: Clients, look_ups: LookUps, bounds: Bounds, *, private_allowed: bool) -> None:
        """Nothing fetched yet."""
        self._clients, self._look_ups, self._bounds, self._private_allowed = clients, look_ups, bounds, private_allowed
        self._tokens: dict[OAuth, tuple[str, float]] = {}
        self._fetching: dict[OAuth, asyncio.Lock] = {}

    async def of(self, auth: OAuth, *, refused: str | None = None) -> str:
        """A token; another one than the receiver has `refused`.

        Raises:
            TokenRefused: the token's server gave none.
            DestinationRefused, OSError, httpx.HTTPError: it could not be reached.
        """
        async with self._fetching.setdefault(auth, asyncio.Lock()):
            token, ends_at = self._tokens.get(auth, ("", 0.0))
            if token and token != refused and time.monotonic() < ends_at:
                return token
            if len(self._fetching) >= KEPT:  # also those whose server never gave one
                self._tokens.clear()
                self._fetching = {auth: self._fetching[auth]}
            token, life = await self._fetch(auth)
            self._tokens[auth] = (token, time.monotonic() + life - min(NEW_BEFORE, life / 10))
            return token

    async def _fetch(self, auth: OAuth) -> tuple[str, float]:
        """A new token, and how many seconds it lives."""
        where = await reach(auth.token_url, private_allowed=self._private_allowed, look_ups=self._look_ups)
        credentials = f"{quote(auth.client_id, safe='')}:{quote(auth.client_secret, safe='')}"
        body = urlencode({"grant_type": "client_credentials", **({"scope": auth.scope} if auth.scope else {})}).encode()
        headers = {
            "host": where.host,
            "authorization": f"Basic {base64.b64encode(credentials.encode()).decode()}",
            "content-type": "application/x-www-form-urlencoded",
            "content-length": str(len(body)),
            "accept": "application/json",
        }
        client = await self._clients.passing()
        try:
            answer = await client.exchange(where.url, headers, body, self._bounds, where.extensions)
        finally:
            await client.transport.aclose()
        if answer.status != 200:  # noqa: PLR2004  the only success there is
            raise TokenRefused
        return token_in(answer.content)


def token_in(content: bytes) -> tuple[str, float]:
    """The token in the answer of a token's server, and how many seconds it lives: a day at most.

    Raises:
        TokenRefused: there is none that could be sent.
    """
    try:
        told = orjson.loads(content)
        token, life = told["access_token"], float(told.get("expires_in") or WITHOUT_END)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise TokenRefused from None
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable() or not isfinite(life):
        raise TokenRefused
    return token, min(max(life, 0.0), A_DAY)
