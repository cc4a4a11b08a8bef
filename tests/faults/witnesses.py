"""Those to whom things are told while all breaks: who rings in, who polls, who receives; and whether it all adds up."""

import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, Final, Self
from uuid import UUID, uuid4

import asyncpg
import httpx

from app.core.ids import new_id
from app.delivery.signature import new_secret
from app.vault.keys import master_key
from tests.conftest import settings_for
from tests.makers import a_call

AGAIN: Final = 0.05
WELL, REFUSES, HANGS, RESETS = "well", "refuses", "hangs", "resets"


@dataclass(slots=True)
class Heard:
    """One request that a receiver answered well."""

    path: str
    event: UUID
    number: int
    body: bytes
    at: float


@dataclass
class Receivers:
    """Receivers on one port, each at a path of its own and in a mood of its own."""

    moods: dict[str, str] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    port: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        """Listen."""
        await self.listen()
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Be away."""
        await self.leave()

    async def listen(self) -> None:
        """On the same port as before, if there was one."""
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def leave(self) -> None:
        """Whoever is connected is cut off, whoever comes is refused."""
        if self._server:
            self._server.close()
            self._server = None
        for writer in tuple(self._open):
            writer.transport.abort()

    def url(self, path: str, mood: str = WELL) -> str:
        """Where one receives."""
        self.moods[path] = mood
        return f"http://127.0.0.1:{self.port}/{path}"

    def heard_at(self, path: str) -> list[Heard]:
        """What one was told and said yes to, in order."""
        return [one for one in self.heard if one.path == path]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                path = head[0].split(" ")[1].removeprefix("/")
                if self.moods.get(path) == HANGS:
                    await reader.read()  # until the other side has had enough
                    break
                await self._answer(path, headers, body, writer)
        self._open.discard(writer)
        writer.close()

    async def _answer(self, path: str, headers: dict[str, str], body: bytes, writer: asyncio.StreamWriter) -> None:
        mood = self.moods.get(path, WELL)
        if mood == RESETS:
            writer.transport.abort()
            raise ConnectionResetError
        if mood == WELL:
            number = int(json.loads(body)["sequence"])
            self.heard.append(Heard(path, UUID(headers["webhook-id"]), number, body, time.monotonic()))
        writer.write(f"HTTP/1.1 {204 if mood == WELL else 503} X\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()


async def an_endpoint(owner: asyncpg.Connection, organisation: UUID, url: str, *, ordering: str = "strict") -> UUID:
    """An endpoint that works, past the application: what it asks of whoever registers one is not the subject."""
    at = datetime.now(UTC)
    endpoint = new_id(at)
    await owner.execute(
        """INSERT INTO webhook_endpoint (id, organisation_id, url, types, state, ordering, delivered_through, attempts,
             next_attempt_at, created_at, version, verified_at) VALUES ($1, $2, $3, '{}', 'active', $4, 0, 0, $5, $5, 1, $5)""",
        endpoint, organisation, url, ordering, at,
    )  # fmt: skip
    await owner.execute(
        """INSERT INTO webhook_secret (id, endpoint_id, organisation_id, kind, secret, created_at)
           VALUES ($1, $1, $2, 'hmac', $3, $4)""",
        endpoint, organisation, master_key(settings_for("")).wrap(new_secret(), endpoint), at,
    )  # fmt: skip
    return endpoint


@dataclass
class Caller:
    """Somebody who rings in call after call, and sends again what was not answered, as every client should."""

    client: httpx.AsyncClient
    who: dict[str, str]
    pause: float = 0.03
    answered: list[dict[str, Any]] = field(default_factory=list)
    again: int = 0

    async def ring(self, stop: asyncio.Event) -> None:
        """Until told to stop."""
        while not stop.is_set():
            self.answered.append(await self._until_answered({**self.who, "Idempotency-Key": str(uuid4())}))
            await asyncio.sleep(self.pause)

    async def _until_answered(self, headers: dict[str, str]) -> dict[str, Any]:
        while True:
            with suppress(httpx.TransportError):
                answer = await self.client.post("/v1/calls", json=a_call(), headers=headers)
                if answer.status_code == 201:
                    return dict(answer.json())
                assert answer.status_code in {409, 503}, answer.text  # under way: the answer of a killed server is not yet undone
            self.again += 1
            await asyncio.sleep(AGAIN)


@dataclass
class Poller:
    """Somebody who follows a feed from its description alone: keeps `next`, sends it as `after`."""

    client: httpx.AsyncClient
    who: dict[str, str]
    organisation: UUID
    after: str = "0"
    events: list[dict[str, Any]] = field(default_factory=list)
    again: int = 0

    async def follow(self) -> None:
        """Until cancelled."""
        while True:
            with suppress(httpx.TransportError):
                asked = {"after": self.after, "wait": "1"}
                path = f"/v1/organisations/{self.organisation}/events"
                answer = await self.client.get(path, params=asked, headers=self.who)
                if answer.status_code == 200:
                    self.events += answer.json()["events"]
                    self.after = answer.json()["next"]
                    continue
                assert answer.status_code == 503, answer.text
            self.again += 1
            await asyncio.sleep(AGAIN)


class Books:
    """What the database holds, past the application, and whether everybody was told just that."""

    def __init__(self, owner: asyncpg.Connection) -> None:
        """Nothing looked at yet."""
        self._owner = owner

    async def feed(self, organisation: UUID) -> list[tuple[int, UUID, bytes]]:
        """Every event of a recipient, in order."""
        asked = "SELECT number, id, body FROM event WHERE recipient_id = $1 ORDER BY number"
        return [(row["number"], row["id"], row["body"]) for row in await self._owner.fetch(asked, organisation)]

    async def until_told(self, endpoints: Collection[UUID], seconds: float = 30) -> None:
        """Wait until endpoints are as far as their feeds."""
        asked = """SELECT count(*) FROM webhook_endpoint e JOIN recipient_counter c ON c.recipient_id = e.organisation_id
            WHERE e.id = ANY ($1) AND (e.delivered_through < c.last
              OR EXISTS (SELECT FROM webhook_message m WHERE m.endpoint_id = e.id))"""
        async with asyncio.timeout(seconds):
            while await self._owner.fetchval(asked, list(endpoints)):
                await asyncio.sleep(0.05)

    async def behind(self, endpoints: Collection[UUID]) -> int:
        """How many events endpoints have not had yet."""
        asked = """SELECT sum(c.last - e.delivered_through
            + (SELECT count(*) FROM webhook_message m WHERE m.endpoint_id = e.id))::bigint
            FROM webhook_endpoint e JOIN recipient_counter c ON c.recipient_id = e.organisation_id WHERE e.id = ANY ($1)"""
        return int(await self._owner.fetchval(asked, list(endpoints)) or 0)

    async def hurry(self) -> None:
        """Let whoever failed be tried now: a test does not wait for minutes."""
        await self._owner.execute("UPDATE webhook_endpoint SET next_attempt_at = now(), attempts = 0")
        await self._owner.execute("UPDATE webhook_message SET next_attempt_at = now()")

    async def delivered(self, endpoint: UUID) -> Counter[UUID]:
        """How often the log of attempts says that an event was delivered."""
        asked = "SELECT event_id FROM webhook_attempt WHERE endpoint_id = $1 AND outcome = 'delivered'"
        return Counter(row["event_id"] for row in await self._owner.fetch(asked, endpoint))


def polled_once(poller: Poller, feed: Sequence[tuple[int, UUID, bytes]]) -> None:
    """The feed told every event exactly once, in order, and as it is."""
    assert [int(one["sequence"]) for one in poller.events] == [number for number, _, _ in feed]
    assert poller.events == [json.loads(body) for _, _, body in feed]
    assert poller.after == str(len(feed))


def received_all(heard: Sequence[Heard], feed: Sequence[tuple[int, UUID, bytes]], *, in_order: bool = True) -> None:
    """A receiver has every event at least once, as it is, and met them in order if it wished so."""
    assert {one.event: one.body for one in heard} == {event: body for _, event, body in feed}
    first = dict.fromkeys(one.number for one in heard)
    assert not in_order or list(first) == [number for number, _, _ in feed]


def log_is_true(heard: Sequence[Heard], delivered: Counter[UUID], kills: Iterable[float], blind: float = 3.0) -> None:
    """Each attempt that is said to have been delivered was received; one more is only what a kill kept from being written down."""
    received: defaultdict[UUID, list[float]] = defaultdict(list)
    for one in heard:
        received[one.event].append(one.at)
    assert received.keys() == delivered.keys()
    kills = list(kills)
    for event, moments in received.items():
        unwritten = len(moments) - delivered[event]
        assert unwritten >= 0, event
        excused = [at for at in moments if any(at - 0.2 <= kill <= at + blind for kill in kills)]
        assert unwritten <= len(excused), (event, moments, kills)


def a_mood(random: Random) -> str:
    """How a receiver is for a while."""
    return random.choice((WELL, WELL, REFUSES, RESETS, HANGS))
