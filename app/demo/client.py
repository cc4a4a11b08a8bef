"""How the players of the demo call the API: with a token, and again when the server was away for a moment."""

import asyncio
from typing import Any, Final

import httpx

TRIES: Final = 240
PAUSE: Final = 0.25
AWAY: Final = frozenset({502, 503, 504})
CONFLICT, TOO_MANY, BROKEN = 409, 429, 500


class Api:
    """The public API, as somebody with a token sees it. A command goes out with a key, so that trying again is safe.

    `faults` are answers that a sound service does not give.
    """

    def __init__(self, base_url: str, token: str) -> None:
        """Connect lazily."""
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx.AsyncClient(base_url=base_url, headers=headers, timeout=40, trust_env=False)
        self.faults: list[str] = []

    async def ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        """The answer, once there is one; a server that is being started again is waited for.

        Raises:
            ConnectionError: there was none for a minute.
        """
        for _ in range(TRIES):
            try:
                response = await self._client.request(method, path, **how)
            except httpx.TransportError:
                await asyncio.sleep(PAUSE)
                continue
            if response.status_code == BROKEN:
                self.faults.append(f"{method} {path} was answered 500")
            elif not _is_for_later(response):
                return response
            await asyncio.sleep(PAUSE)
        raise ConnectionError(f"{method} {path} had no answer.")

    async def get(self, path: str, **params: Any) -> Any:
        """What is at `path`."""
        response = await self.ask("GET", path, params=params)
        response.raise_for_status()
        return response.json()

    async def command(
        self, path: str, body: Any = None, *, key: str, version: int | None = None, method: str = "POST"
    ) -> httpx.Response:
        """Carry out a command, once, however often it has to be sent."""
        headers = {"Idempotency-Key": f'"{key}"', **({"If-Match": f'"{version}"'} if version is not None else {})}
        return await self.ask(method, path, json=body if body is not None else {}, headers=headers)

    async def all(self, path: str, **params: Any) -> list[Any]:
        """Every item of a list, page by page."""
        found: list[Any] = []
        cursor = None
        while True:
            page = await self.get(path, limit=200, **params, **({"cursor": cursor} if cursor else {}))
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()


def _is_for_later(response: httpx.Response) -> bool:
    """Being started, too many at once, or the same request still running."""
    if response.status_code in AWAY or response.status_code == TOO_MANY:
        return True
    return response.status_code == CONFLICT and "retry-after" in response.headers
