"""`nodus telephony asterisk`: reads the manager interface of an exchange, and tells Nodus what happens to calls.

It runs beside the exchange. What it hears is on disk before anything is sent, in order: a network or a Nodus that is away delays
events and loses none. While the exchange itself is away nothing can be heard; calls that rang then end unheard.
"""

import asyncio
import signal
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Annotated, Any, Final
from uuid import UUID

import httpx
import structlog
import typer
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.cli.spool import Letter, Spool
from app.cli.terminal import fail
from app.core import clock, log
from app.core.settings import SECRETS
from app.delivery.signature import read_secret, signatures
from app.telephony.asterisk import follow, from_ami

telephony_cli = typer.Typer(no_args_is_help=True, help="Telephony: connect an exchange.")
SILENT: Final = 45.0  # ⚙ seconds after which an exchange that says nothing is gone; it is asked every third of that
LONGEST_PAUSE: Final = 30.0  # ⚙ seconds between two attempts
END: Final = b"\r\n\r\n"
LARGEST: Final = 65_536  # ⚙ bytes of one manager event
NEVER_TAKEN: Final = frozenset({400, 404, 413, 415, 422})  # sending the same again changes nothing

logger = structlog.get_logger(__name__)


class Settings(BaseSettings):
    """What the bridge needs: environment variables `NODUS_ASTERISK_…`, or files named as them in /run/secrets."""

    model_config = SettingsConfigDict(
        env_prefix="NODUS_ASTERISK_", secrets_dir=SECRETS if SECRETS.is_dir() else None, extra="ignore", frozen=True,
        hide_input_in_errors=True,
    )  # fmt: skip

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 5038
    user: Annotated[str, Field(description="A manager with read = call,agent and no write")] = "nodus"
    password: SecretStr
    contexts: Annotated[str, Field(description="Where calls come in that go through no queue, with commas")] = ""
    nodus_url: Annotated[str, Field(description="Where Nodus is, without /v1")] = "http://127.0.0.1:8000"
    system: Annotated[UUID, Field(description="The id that POST /v1/telephone-systems gave")]
    secret: Annotated[SecretStr, Field(description="The secret that it showed")]
    spool: Annotated[Path, Field(description="A folder of its own; what lies there is sealed")] = Path("nodus-spool")


class LoginRefused(ConnectionError):  # noqa: N818  says what happened
    """The exchange doesn't know this manager."""


class Bridge:
    """One exchange, one Nodus, and the spool between them."""

    def __init__(self, settings: Settings) -> None:
        """Not yet connected.

        Raises:
            ValueError: the secret is none of ours.
        """
        self._settings = settings
        self._secret = read_secret(settings.secret.get_secret_value())
        self.spool = Spool(settings.spool, self._secret, settings.system)
        self._followed = self.spool.followed()
        self._contexts = frozenset(one.strip() for one in settings.contexts.split(",") if one.strip())
        self._news = asyncio.Event()
        self._random = Random()  # noqa: S311  spreads attempts, hides nothing

    async def run(self) -> None:
        """Listen and send until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._send())
            tasks.create_task(self._listen())

    def hear(self, message: dict[str, str]) -> None:
        """Keep what a manager event means, when it is of a call that came in."""
        try:
            heard = from_ami(message, self._contexts)
        except (ValueError, OverflowError) as error:  # an exchange that says nonsense must not stop the others
            logger.warning("asterisk.not_understood", event=message.get("Event"), error=type(error).__name__)
            return
        if heard is None:
            return
        known, followed = follow(self._followed, heard)
        if not known:
            return
        self.spool.put(heard.body(clock.wall()))
        if followed != self._followed:
            self.spool.follow(followed)
            self._followed = followed
        self._news.set()

    async def _listen(self) -> None:
        failed = 0
        while True:
            try:
                await self._read_events()
            except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
                failed = 1 if isinstance(error, asyncio.IncompleteReadError) else failed + 1
                logger.warning("asterisk.away", error=type(error).__name__, failed=failed)
            await asyncio.sleep(self._pause(failed))

    async def _read_events(self) -> None:
        settings = self._settings
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(settings.host, settings.port, limit=LARGEST)
        pinging = asyncio.create_task(_keep_asking(writer))
        try:
            async with asyncio.timeout(10):
                await reader.readline()  # who it is
            login = {"Username": settings.user, "Secret": settings.password.get_secret_value(), "Events": "call,agent"}
            await _say(writer, "Login", login)
            while True:
                async with asyncio.timeout(SILENT):
                    message = parsed(await reader.readuntil(END))
                if message.get("Response") == "Error" and "uthentication" in message.get("Message", ""):
                    raise LoginRefused
                if message.get("Response") == "Success" and "uthentication" in message.get("Message", ""):
                    logger.info("asterisk.listening", host=settings.host)
                self.hear(message)
        finally:
            pinging.cancel()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _send(self) -> None:
        failed = 0
        async with httpx.AsyncClient(base_url=self._settings.nodus_url, timeout=10) as client:
            while True:
                self._news.clear()
                letter = self.spool.oldest()
                if letter is None:
                    await self._news.wait()
                    continue
                failed = 0 if await self._sent(client, letter) else failed + 1
                if failed:
                    await asyncio.sleep(self._pause(failed))

    async def _sent(self, client: httpx.AsyncClient, letter: Letter) -> bool:
        """Whether a letter needs no other attempt."""
        at = int(clock.wall().timestamp())
        headers = {
            "content-type": "application/json",
            "webhook-id": letter.message,
            "webhook-timestamp": str(at),
            "webhook-signature": signatures([self._secret], letter.message, at, letter.body),
        }
        address = f"/v1/telephone-systems/{self._settings.system}/events"
        try:
            answer = await client.post(address, content=letter.body, headers=headers)
        except httpx.HTTPError as error:
            logger.warning("nodus.away", error=type(error).__name__, waiting=self.spool.waiting())
            return False
        if answer.is_success:
            self.spool.done(letter)
            if note := _json(answer).get("note"):
                logger.info("nodus.notes", note=note)
            return True
        logger.warning("nodus.refuses", status=answer.status_code, detail=_json(answer).get("detail"))
        if answer.status_code in NEVER_TAKEN:
            self.spool.refuse(letter.path)
            return True
        return False

    def _pause(self, failed: int) -> float:
        return min(2.0 ** min(failed, 10) * 0.25, LONGEST_PAUSE) * self._random.uniform(0.5, 1)


def parsed(block: bytes) -> dict[str, str]:
    """The fields of one manager message."""
    lines = block.decode(errors="replace").splitlines()
    return {name.strip(): value.strip() for name, found, value in (line.partition(":") for line in lines) if found}


async def _say(writer: asyncio.StreamWriter, action: str, fields: dict[str, str]) -> None:
    lines = [f"Action: {action}", *(f"{name}: {value}" for name, value in fields.items())]
    writer.write("\r\n".join(lines).encode() + END)
    await writer.drain()


async def _keep_asking(writer: asyncio.StreamWriter) -> None:
    """A connection that broke in silence is noticed by the answer that doesn't come."""
    with suppress(OSError):
        while True:
            await asyncio.sleep(SILENT / 3)
            await _say(writer, "Ping", {})


def _json(answer: httpx.Response) -> dict[str, Any]:
    with suppress(ValueError):
        told = answer.json()
        return told if isinstance(told, dict) else {}
    return {}


async def _run_until_signal(settings: Settings) -> None:
    bridge = asyncio.create_task(Bridge(settings).run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, bridge.cancel)
    with suppress(asyncio.CancelledError):
        await bridge


@telephony_cli.command("asterisk")
def asterisk() -> None:
    """Tell Nodus what happens on an Asterisk: reads its manager interface; settings are NODUS_ASTERISK_…, see the README."""
    log.set_up("info")
    try:
        settings = Settings.model_validate({})
        asyncio.run(_run_until_signal(settings))
    except ValidationError as error:
        missing = ", ".join(f"NODUS_ASTERISK_{str(fault['loc'][0]).upper()}" for fault in error.errors())
        fail(f"These settings are missing or wrong: {missing}. See `Telephony` in the README.")
    except ValueError as error:
        fail(f"NODUS_ASTERISK_SECRET: {error}")
