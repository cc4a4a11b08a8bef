"""The meldpunten's receiver: verifies each webhook with the reference library, and hands it on."""

import asyncio
import socket
from typing import Final

import orjson
import uvicorn
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.demo.party import Party

LOOPBACK: Final = "127.0.0.1"
ENDS_WITHIN: Final = 2


class Receiver:
    """Receives for many parties, each at a path of its own; may be away for a while."""

    def __init__(self) -> None:
        """Knows no party yet, and does not listen."""
        self._parties: dict[str, tuple[Party, Webhook]] = {}
        self.verified = self.refused = 0
        self.port = 0
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    def add(self, party: Party, secret: str) -> None:
        """Receive for a party, whose webhooks are signed with `secret`."""
        self._parties[party.organisation] = (party, Webhook(secret))

    def url(self, organisation: str) -> str:
        """Where a party receives."""
        return f"http://{LOOPBACK}:{self.port}/hooks/{organisation}"

    async def start(self, port: int) -> None:
        """Listen on the loopback: on `port`, or on another when somebody listens there."""
        listening = listen(port)
        self.port = listening.getsockname()[1]
        app = Starlette(routes=[Route("/hooks/{organisation}", self._receive, methods=["POST", "OPTIONS"])])
        config = uvicorn.Config(
            app, log_level="critical", access_log=False, lifespan="off", timeout_graceful_shutdown=ENDS_WITHIN
        )
        server = self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(server._serve(sockets=[listening]))  # noqa: SLF001  `serve` takes our signals
        while not server.started and not self._task.done():
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """Listen no more: whoever delivers finds nobody."""
        if self._server and self._task:
            self._server.should_exit = True
            await asyncio.gather(self._task, return_exceptions=True)
            self._server = self._task = None

    async def _receive(self, request: Request) -> Response:
        if request.method == "OPTIONS":  # we want the events of whoever asks; asked before we know our secret
            return Response(
                status_code=204, headers={"WebHook-Allowed-Origin": request.headers.get("webhook-request-origin", "")}
            )
        found = self._parties.get(request.path_params["organisation"])
        if found is None:
            return Response(status_code=404)
        party, webhook = found
        body = await request.body()
        try:
            webhook.verify(body, dict(request.headers))
        except WebhookVerificationError:
            self.refused += 1
            return Response(status_code=401)
        self.verified += 1
        party.hear("webhook", orjson.loads(body), request.headers["webhook-id"])
        return Response(status_code=204)


def listen(wished: int) -> socket.socket:
    """A listening socket on `wished`, or on a free port when somebody listens there already.

    Raises:
        OSError: no port is free.
    """
    taken: OSError | None = None
    for port in (wished, 0):
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((LOOPBACK, port))
            made.listen(1024)
        except OSError as error:
            made.close()
            taken = error
            continue
        return made
    raise OSError("No port is free.") from taken


def free_port(wished: int) -> int:
    """`wished`, or another when somebody listens there."""
    with listen(wished) as probe:
        return int(probe.getsockname()[1])
