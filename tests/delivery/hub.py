"""A small Open Notificaties: takes CloudEvents as the real one was seen to, and hands them on to who subscribed.

Source: exchanges recorded with Open Notificaties 1.16.1. A token that is missing is answered with 401, one that is wrong, of nobody it
knows, or older than an hour with 403; another media type with 415; what is no CloudEvent with 400; the rest with 201.
"""

import json
import time
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import jwt

from tests.delivery.receiver import Receiver

JWT_EXPIRY: Final = 3600
LEEWAY: Final = 60
REQUIRED: Final = frozenset({"specversion", "id", "source", "type"})


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Somebody who wants events whose type has this in it and whose attributes have these values."""

    url: str
    type_substring: str = ""
    filters: dict[str, str] = field(default_factory=dict)

    def wants(self, event: dict[str, Any]) -> bool:
        """As `cloudeventFilters` are judged: all attributes must be there."""
        return self.type_substring in event["type"] and all(event.get(name) == value for name, value in self.filters.items())


class OpenNotificaties(Receiver):
    """Knows one application by its client id and secret."""

    def __init__(self, client_id: str, secret: str) -> None:
        """Nobody has subscribed."""
        super().__init__()
        self.client_id, self.secret = client_id, secret
        self.subscribers: list[Subscriber] = []

    @property
    def url(self) -> str:
        """Where CloudEvents are taken."""
        return f"http://127.0.0.1:{self.port}/api/v1/cloudevents"

    async def judge(self, path: str, headers: dict[str, str], body: bytes) -> int:
        """Who, what kind, and whether it is one: in this order."""
        if path != "/api/v1/cloudevents":
            return 404
        if refused := self._refused(headers.get("authorization", "")):
            return refused
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/cloudevents+json":
            return 415
        event = json.loads(body)
        if not event.keys() >= REQUIRED or event["specversion"] != "1.0":
            return 400
        async with httpx.AsyncClient(trust_env=False) as client:
            for one in self.subscribers:
                if one.wants(event):
                    await client.post(one.url, content=body, headers={"Content-Type": "application/cloudevents+json"})
        return 201

    def _refused(self, authorization: str) -> int | None:
        kind, _, token = authorization.partition(" ")
        if kind != "Bearer" or not token:
            return 401
        try:
            told = jwt.decode(token, self.secret, algorithms=["HS256"], options={"verify_iat": False})
        except jwt.InvalidTokenError:
            return 403
        fresh = -LEEWAY < time.time() - told.get("iat", 0) <= JWT_EXPIRY
        return None if told.get("client_id") == self.client_id and fresh else 403
