"""A meldpunt's receiver: verifies each webhook with the reference library, and hands it on."""

import asyncio
from contextlib import suppress

import orjson
import uvicorn
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.demo.party import Party


class Receiver:
    """Receives for many parties, each at a path of its own."""

    def __init__(self) -> None:
        """Knows no party yet."""
        self._parties: dict[str, tuple[Party, Webhook]] = {}
        self.refused = 0
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    def add(self, slug: str, party: Party, secret: str) -> None:
        """Receive for a party, whose webhooks are signed with `secret`."""
        self._parties[slug] = (party, Webhook(secret))

    async def start(self, port: int) -> None:
        """Listen on the loopback."""
        app = Starlette(routes=[Route("/hooks/{slug}", self._receive, methods=["POST"])])
        config = uvicorn.Config(app, port=port, log_level="error", access_log=False, lifespan="off")
        self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(self._server._serve())  # noqa: SLF001  `serve` takes our signals
        while not self._server.started and not self._task.done():
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """Listen no more."""
        if self._server and self._task:
            self._server.should_exit = True
            with suppress(asyncio.CancelledError):
                await self._task

    async def _receive(self, request: Request) -> Response:
        found = self._parties.get(request.path_params["slug"])
        if found is None:
            return Response(status_code=404)
        party, webhook = found
        body = await request.body()
        try:
            webhook.verify(body, dict(request.headers))
        except WebhookVerificationError:
            self.refused += 1
            return Response(status_code=401)
        party.hear(orjson.loads(body))
        return Response(status_code=204)
