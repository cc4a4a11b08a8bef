"""How the players of the demo call the API: with a token, and again when the server was away for a moment."""

import asyncio
from typing import Any, Final

import httpx

PATIENCE: Final = 60
AWAY: Final = frozenset({500, 502, 503, 504})


class Api:
    """The public API, as somebody with a token sees it. A command goes out with a key, so that trying again is safe."""

    def __init__(self, base_url: str, token: str) -> None:
        """Connect lazily."""
        self._client = httpx.AsyncClient(
            base_url=base_url, headers={"Authorization": f"Bearer {token}"}, timeout=40, trust_env=False
        )

    async def ask(self, method: str, path: str, **how: Any) -> httpx.Response:  # noqa: ANN401, RUF100
        """The answer, once there is one; a server that is being restarted is waited for."""
        for _ in range(PATIENCE):
            try:
                response = await self._client.request(method, path, **how)
            except httpx.TransportError:
                await asyncio.sleep(0.25)
                continue
            if response.status_code in AWAY or (response.status_code == 409 and "retry-after" in response.headers):  # noqa: PLR2004
                await asyncio.sleep(0.25)
                continue
            return response
        raise ConnectionError(f"{method} {path} had no answer.")

    async def get(self, path: str, **params: Any) -> Any:  # noqa: ANN401, RUF100
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

    async def all(self, path: str, **params: Any) -> list[Any]:  # noqa: ANN401, RUF100
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
