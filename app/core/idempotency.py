"""The same request twice has one effect, and one answer.

Source: draft-ietf-httpapi-idempotency-key-header. The key is scoped by organisation, method and route. The answer is stored
in the same transaction as the effect, so a crash leaves both or neither. Same key and same request: the stored answer, with
`Idempotent-Replayed: true`. Same key, another request: 422. The first still running: 409 with Retry-After.
"""

import hashlib
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import text

from app.core.errors import Conflict, FieldError, Invalid, KeyReused
from app.core.tables import idempotency
from app.core.work import Work

LONGEST_KEY: Final = 255
KEPT_HEADERS: Final = ("location", "etag", "content-type")
# The lock ends with the transaction; two who ask at the same moment can't both be first.
RESERVE: Final = text("""
    SELECT pg_try_advisory_xact_lock(hashtextextended(:scope, 0)) AS free, stored.*
    FROM (SELECT) AS always LEFT JOIN
      (SELECT fingerprint, status, headers, answer FROM idempotency
       WHERE organisation_id = :organisation AND route = :route AND key = :key) AS stored ON true
""")


class StillRunning(Conflict):
    """The first request with this key has not been answered yet."""

    slug, title = "still-running", "The first request with this key is still running"


class Replay(Exception):  # noqa: N818  not an error: the answer that was given before
    """Ends a request with the answer it already had."""

    def __init__(self, response: Response) -> None:
        """Carry the stored answer."""
        self.response = response


class Reservation:
    """A key taken for a request that is being carried out; `keep` stores the answer with its effect."""

    def __init__(self, work: Work, route: str, key: str, fingerprint: bytes) -> None:
        """Use `reserve`."""
        self._work, self._route, self._key, self._fingerprint = work, route, key, fingerprint

    def keep(self, response: Response) -> None:
        """Store this answer in the transaction of its effect."""
        self._work.write(
            idempotency,
            organisation_id=self._work.organisation,
            route=self._route,
            key=self._key,
            fingerprint=self._fingerprint,
            status=response.status_code,
            headers={name: response.headers[name] for name in KEPT_HEADERS if name in response.headers},
            answer=bytes(response.body),
            created_at=self._work.at,
        )


async def reserve(work: Work, request: Request) -> None:
    """Take the request's Idempotency-Key, if it has one.

    Raises:
        Replay: it was answered before.
        KeyReused: the key came with another request (422).
        StillRunning: the first is being carried out (409).
    """
    key = _key_of(request)
    if key is None:
        return
    sender = f" {work.actor.sender}" if work.actor.sender else ""  # the same key of another sender is another key
    route = f"{request.method} {request.url.path}{sender}"
    fingerprint = hashlib.sha256(await _canonical(request)).digest()
    scope = f"{work.organisation} {route} {key}"
    found = await work.one(RESERVE, scope=scope, organisation=work.organisation, route=route, key=key)
    if found and found["fingerprint"] is not None:
        if found["fingerprint"] != fingerprint:
            raise KeyReused("This Idempotency-Key came with another request before. Use a new key for a new request.")
        headers = {**found["headers"], "Idempotent-Replayed": "true"}
        raise Replay(Response(found["answer"], found["status"], headers))
    if not found or not found["free"]:
        raise StillRunning("The first request with this Idempotency-Key is still running. Ask again in a second.", retry_after=1)
    request.state.reservation = Reservation(work, route, key, fingerprint)


def _key_of(request: Request) -> str | None:
    given = request.headers.get("idempotency-key")
    if given is None:
        return None
    key = given.strip()
    if key.startswith('"') and key.endswith('"') and len(key) > 1:
        key = key[1:-1]
    if not key or len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Invalid(
            f"The Idempotency-Key must hold 1 to {LONGEST_KEY} printable ASCII characters; a UUID is best.",
            errors=[FieldError("/headers/idempotency-key", "idempotency_key", "Make a new UUID for each new command.")],
        )
    return key


async def _canonical(request: Request) -> bytes:
    body: bytes = getattr(request.state, "digest", None) or await request.body()  # a file was read before, as a stream
    precondition = request.headers.get("if-match", "").encode()
    with suppress(orjson.JSONDecodeError):
        body = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    return precondition + b"\n" + str(request.url.query).encode() + b"\n" + body


class Route(APIRoute):
    """A route that stores its answer under the request's key before the transaction ends, and gives a stored one again."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler; it runs before the door commits."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                response = await handle(request)
            except Replay as replay:
                return replay.response
            reservation: Reservation | None = getattr(request.state, "reservation", None)
            if reservation:
                reservation.keep(response)
            return response

        return handled
