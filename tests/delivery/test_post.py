"""One attempt against receivers with every fault there is, over real sockets: what is said of it is true, and it ends in time."""

import asyncio
import base64
import json
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.ids import new_id
from app.delivery.access import Access, Bearer, OAuth, ZgwJwt
from app.delivery.backoff import wish
from app.delivery.post.attempt import Post, Target
from app.delivery.post.clients import Bounds
from app.delivery.post.tokens import TokenRefused, token_in
from app.delivery.reach import LookUps
from app.delivery.signature import new_secret
from tests.conftest import settings_for
from tests.delivery.authority import Authority
from tests.delivery.receiver import Receiver

SHORT = Bounds(connect=0.4, total=0.4)
ID = new_id(datetime.now(UTC))
Says = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


Posts = Callable[..., Post]


@pytest.fixture
async def a_post() -> AsyncIterator[Posts]:
    """Makes what makes attempts, also at receivers on the loopback; all are closed at the end."""
    made: list[Post] = []

    def make(*, resolve: Any = None, bounds: Bounds = SHORT, **settings: Any) -> Post:
        chosen = settings_for("", **{"webhooks_to_private_addresses": True, **settings})
        made.append(Post(chosen, bounds, LookUps(resolve)))
        return made[-1]

    yield make
    for post in made:
        await post.close()


def a_target(url: str, **others: Any) -> Target:
    """An endpoint."""
    return replace(Target(ID, 1, url, [new_secret()], [], Access()), **others)


@asynccontextmanager
async def saying(says: Says, greeting: bytes = b"") -> AsyncIterator[str]:
    """The URL of a server that reads a request and then does as it likes."""
    tasks: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.write(greeting)
            await _a_request(reader)
            await says(reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _a_request(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]))


def bytes_then(answer: bytes, *, endless: bytes = b"", pause: float = 0.0, reset: bool = False) -> Says:
    """Say this; then that again and again, or wait, or break off."""

    async def says(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        while endless:
            writer.write(endless)
            await writer.drain()
            await asyncio.sleep(pause)
        if reset:
            writer.transport.abort()
        await asyncio.sleep(pause)

    return says


OK = b"HTTP/1.1 200 OK\r\n"
FAULTS: dict[str, tuple[Says, int | None, str | None]] = {
    "well": (bytes_then(OK + b"content-length: 2\r\n\r\nok"), 200, None),
    "no content": (bytes_then(b"HTTP/1.1 204 No Content\r\n\r\n"), 204, None),
    "busy": (bytes_then(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"), 503, "http"),
    "gone": (bytes_then(b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n"), 410, "http"),
    "to the metadata": (
        bytes_then(b"HTTP/1.1 307 X\r\nlocation: http://169.254.169.254/latest\r\ncontent-length: 0\r\n\r\n"), 307, "redirect",
    ),
    "closes at once": (bytes_then(b""), None, "protocol"),
    "resets": (bytes_then(b"", reset=True), None, "protocol"),
    "half a head": (bytes_then(b"HTTP/1.1 200 O"), None, "protocol"),
    "half a body": (bytes_then(OK + b"content-length: 10\r\n\r\nhalf"), None, "protocol"),
    "no HTTP": (bytes_then(b"SSH-2.0-OpenSSH_9\r\n"), None, "protocol"),
    "endless body": (bytes_then(OK + b"content-length: 99999999\r\n\r\n", endless=b"x" * 9000), 200, None),
    "trickling body": (bytes_then(OK + b"content-length: 99999\r\n\r\n", endless=b"x", pause=0.05), None, "timeout"),
    "trickling head": (bytes_then(OK, endless=b"x-more: 1\r\n", pause=0.05), None, "timeout"),
    "endless head": (bytes_then(OK, endless=b"x-more: 1\r\n" * 1000), None, "protocol"),
    "says nothing": (bytes_then(b"", pause=5), None, "timeout"),
    "200 too late": (bytes_then(b"", pause=0.6), None, "timeout"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_is_said_of_an_attempt_is_true(fault: str, a_post: Posts) -> None:
    """The kind is what the owner of the receiver mends it by; and nothing holds an attempt longer than it may last."""
    says, status, error = FAULTS[fault]
    before = time.monotonic()
    async with saying(says) as url:
        made = await a_post()(a_target(url), ID, b"{}")
    assert (made.status, made.error) == (status, error)
    assert time.monotonic() - before < 1.5


async def test_nobody_is_there(free_port: int, a_post: Posts) -> None:
    """A port where nobody listens, a name that is none, and one that leads inside are three different things."""

    def unknown(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    inside = a_post(resolve=lambda *_: ["93.184.216.34", "10.0.0.1"], webhooks_to_private_addresses=False)
    assert (await a_post()(a_target(f"http://127.0.0.1:{free_port}/"), ID, b"{}")).error == "connect"
    assert (await a_post(resolve=unknown)(a_target("https://hooks.example.nl/"), ID, b"{}")).error == "dns"
    assert (await inside(a_target("https://hooks.example.nl/"), ID, b"{}")).error == "refused"


async def test_a_name_is_pinned_to_the_address_that_was_vetted(a_post: Posts) -> None:
    """What is connected to is what was vetted, whatever the name says a moment later; and the receiver hears its name."""
    answers = iter([["127.0.0.1"], ["10.255.255.1"]])
    async with Receiver() as receiver:
        post = a_post(resolve=lambda *_: next(answers))
        assert (await post(a_target(f"http://hooks.example.nl:{receiver.port}/in?x=1"), ID, b"{}")).delivered
        assert receiver.got[0][0]["host"] == f"hooks.example.nl:{receiver.port}"


async def test_a_name_server_that_hangs_holds_nobody_else() -> None:
    """A hundred names that never answer: another is looked up at once, and what was known before still counts."""
    hang, silent = threading.Event(), {f"dead{n}.nl" for n in range(100)}

    def resolve(host: str, _port: int) -> list[str]:
        if host in silent:
            hang.wait(20)
        return ["127.0.0.1"]

    look_ups = LookUps(resolve)
    dead = [asyncio.create_task(look_ups.addresses(host, 443)) for host in silent]
    try:
        await asyncio.sleep(0)
        assert await asyncio.wait_for(look_ups.addresses("live.nl", 443), 2) == ["127.0.0.1"]
        silent.add("live.nl")
        look_ups._known["live.nl"] = (time.monotonic() - 60, ["127.0.0.1"])
        assert await asyncio.wait_for(look_ups.addresses("live.nl", 443), 3) == ["127.0.0.1"]
    finally:
        hang.set()
        await asyncio.gather(*dead, return_exceptions=True)


AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        ("120", 120), ("0", 0), ("-5", None), ("1e9", None), ("99999999999999999999", 86_400), ("soon", None), ("", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400), ("Fri, 99 Foo 2026", None), ("½", None),
        (format_datetime(AT + timedelta(minutes=10), usegmt=True), 600), ("Tue, 24 Nov 2026 12:00:30", 30),
    ],
)  # fmt: skip
def test_a_receiver_may_ask_for_time(said: str, waits: int | None) -> None:
    """In seconds or as a date; what is absurd is a day at most, and what is no time is not heard."""
    assert wish(said, AT) == (None if waits is None else timedelta(seconds=waits))


async def test_what_it_asks_for_is_heard(a_post: Posts) -> None:
    """Of an answer that is no success; what a success says of waiting is about something else."""
    for status, waits in ((b"429 X", timedelta(seconds=7)), (b"503 X", timedelta(seconds=7)), (b"200 X", None)):
        async with saying(bytes_then(b"HTTP/1.1 " + status + b"\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n")) as url:
            assert (await a_post()(a_target(url), ID, b"{}")).retry_after == waits


async def test_a_connection_closed_while_idle_is_no_failure(a_post: Posts) -> None:
    """Many servers close after some seconds, sometimes just as we send: then once more, on a new connection, under the same id."""
    count = 0

    async def says(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        writer.write(b"HTTP/1.1 204 X\r\n\r\n")
        await _a_request(reader)
        count += 1

    async with saying(says) as url:
        post = a_post()
        assert (await post(a_target(url), ID, b"{}")).delivered
        assert (await post(a_target(url), ID, b"{}")).delivered
    assert count == 3


async def test_only_whom_an_authority_vouches_for(tmp_path: Path, a_post: Posts) -> None:
    """A receiver with a certificate of nobody's, of another name, or without TLS gets nothing."""
    authority = Authority()
    tls = {"right": authority.serving("127.0.0.1", tmp_path), "wrong": authority.serving("other.example.nl", tmp_path)}
    trusting, stranger = a_post(webhooks_authorities=authority.in_file(tmp_path), bounds=Bounds()), a_post(bounds=Bounds())
    no_tls = saying(bytes_then(b""), b"HTTP/1.1 400 ")
    async with Receiver(tls=tls["right"]) as right, Receiver(tls=tls["wrong"]) as wrong, no_tls as plain:
        assert (await trusting(a_target(f"https://127.0.0.1:{right.port}/"), ID, b"{}")).delivered
        assert (await stranger(a_target(f"https://127.0.0.1:{right.port}/"), ID, b"{}")).error == "tls"
        for url in (f"https://127.0.0.1:{wrong.port}/", plain.replace("http", "https")):
            assert (await trusting(a_target(url), ID, b"{}")).error == "tls"
        assert not wrong.got


async def test_a_client_certificate_is_shown(tmp_path: Path, a_post: Posts) -> None:
    """A receiver that asks for one takes us with it and not without; a key that belongs to another certificate is told as TLS."""
    authority = Authority()
    mine, another = authority.sign("nodus.example.nl"), authority.sign("nodus.example.nl")
    post = a_post(webhooks_authorities=authority.in_file(tmp_path), bounds=Bounds())
    async with Receiver(tls=authority.serving("127.0.0.1", tmp_path, asks=True)) as receiver:
        url = f"https://127.0.0.1:{receiver.port}/"
        refused = await post(a_target(url, version=1), ID, b"{}")
        assert refused.error in {"tls", "protocol"}  # TLS 1.3 says so after the handshake, and the word may get lost in the reset
        assert (await post(a_target(url, version=2, access=Access({}, None, mine.chain, mine.key)), ID, b"{}")).delivered
        assert (await post(a_target(url, version=3, access=Access({}, None, mine.chain, another.key)), ID, b"{}")).error == "tls"


async def test_we_are_let_in_and_prove_who_we_are(a_post: Posts) -> None:
    """Own headers never take the place of ours; bearer and ZGW tokens are sent; an Ed25519 signature verifies with the public key."""
    own = {"X-Own": "yes", "Webhook-Id": "forged", "Content-Type": "text/plain", "HOST": "elsewhere"}
    auth, seed, post = ZgwJwt("nodus", "s" * 32, "u1", "Nodus"), new_secret(), a_post(bounds=Bounds())
    async with Receiver() as receiver:
        for version, access in enumerate((Access(own, Bearer("abc")), Access(own, auth))):
            target = a_target(receiver.url, version=version, access=access, seeds=[seed], secrets=[])
            assert (await post(target, ID, b'{"a":1}')).delivered
    headers, body = receiver.got[0]
    assert (headers["x-own"], headers["webhook-id"]) == ("yes", str(ID))
    assert headers["content-type"].startswith("application/cloudevents+json")
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    assert headers["authorization"] == "Bearer abc"
    kind, _, signature = headers["webhook-signature"].partition(",")
    assert kind == "v1a"
    signed = f"{ID}.{headers['webhook-timestamp']}.".encode() + body
    Ed25519PrivateKey.from_private_bytes(seed).public_key().verify(base64.b64decode(signature), signed)
    told = jwt.decode(receiver.got[1][0]["authorization"].removeprefix("Bearer "), auth.secret, algorithms=["HS256"])
    assert told["client_id"] == told["iss"] == "nodus"
    assert abs(told["iat"] - time.time()) < 5


class TokenServer(Receiver):
    """Gives out tokens, and takes only the last one it gave, unless it lets in all."""

    given = 0
    lets_in_all = False

    async def judge(self, path: str, headers: dict[str, str], body: bytes) -> int:
        """A token at /token; elsewhere 401 without the last one."""
        if path == "/token":
            asked = headers["authorization"].startswith("Basic ") and b"grant_type=client_credentials&scope=events" in body
            self.given += 1
            self.content = json.dumps({"access_token": f"t{self.given}", "token_type": "Bearer", "expires_in": 3600}).encode()
            return 200 if asked else 400
        self.content = b""
        return 204 if self.lets_in_all or headers["authorization"] == f"Bearer t{self.given}" else 401


async def test_a_token_is_fetched_once_and_again_when_it_ends(a_post: Posts) -> None:
    """One token for many deliveries; a receiver that takes it no more is given a new one in the same attempt."""
    post = a_post(bounds=Bounds())
    async with TokenServer() as server:
        base = f"http://127.0.0.1:{server.port}"
        target = a_target(f"{base}/hook", access=Access({}, OAuth(f"{base}/token", "id", "secret", "events")))
        made = await asyncio.gather(*(post(target, ID, b"{}") for _ in range(3)))
        assert [one.error for one in made] == [None, None, None]
        assert server.given == 1
        server.given = 5  # it gave others meanwhile: ours is refused, and fetched anew
        assert (await post(target, ID, b"{}")).delivered
        assert server.given == 6
        refusing = a_target(f"{base}/hook", access=Access({}, OAuth(f"{base}/hook", "id", "other", "events")))
        assert (await post(refusing, ID, b"{}")).error == "token"


@pytest.mark.parametrize(
    "answer",
    [
        b'{"access_token": null}', b'{"access_token": ""}', b'{"access_token": 7}', b'{"access_token": "a\\nb"}', b"[]", b"nonsense",
        b'{"access_token": "a", "expires_in": "inf"}', b'{"access_token": "a", "expires_in": "soon"}', b'{"expires_in": 3600}',
    ],
)  # fmt: skip
def test_what_is_no_token_is_not_sent_as_one(answer: bytes) -> None:
    """`Bearer None` is refused by every receiver for as long as it is kept, which may be for ever."""
    with pytest.raises(TokenRefused):
        token_in(answer)


def test_a_token_is_used_for_a_day_at_most() -> None:
    """Whoever promises a century is asked again tomorrow."""
    assert token_in(b'{"access_token": "a", "expires_in": 1e12}') == ("a", 86_400.0)
    assert token_in(b'{"access_token": "a"}') == ("a", 300.0)


async def test_a_token_is_fetched_nowhere_inside(a_post: Posts) -> None:
    """The token's address is somebody's wish too."""
    post = a_post(webhooks_to_private_addresses=False, resolve=lambda *_: ["93.184.216.34"])
    access = Access({}, OAuth("https://169.254.169.254/token", "id", "secret"))
    assert (await post(a_target("https://hooks.example.nl/", access=access), ID, b"{}")).error == "refused"
