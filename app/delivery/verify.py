"""Ask a receiver whether it wants our events, before the first is sent.

Consent is the presence of WebHook-Allowed-Origin, never the status. Own headers, credentials and the client certificate are not
shown: whose address this is, is what we are asking. Who answers nobody without a certificate is agreed upon, not asked.

Sources: CNCF http-webhook 1.0 §4 (abuse protection), its NL GOV guideline.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import structlog

from app.core import clock
from app.core.settings import Settings
from app.core.tls import is_of_tls
from app.core.work import Row, Work
from app.delivery.destination import DestinationRefused
from app.delivery.envelope import USER_AGENT
from app.delivery.post.clients import trusting
from app.delivery.reach import reach
from app.delivery.service import verification

TIMEOUT: Final = httpx.Timeout(8, connect=4)
LONGEST: Final = 10.0
LEASE: Final = timedelta(seconds=30)
AT_ONCE: Final = 50
ASKED_RATE: Final = 6000  # ⚙ a minute, when its owner wants no limit
# The first that fits; TimeoutError and SSLError are OSErrors too.
KINDS: Final[tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...]] = (
    ((TimeoutError, httpx.TimeoutException), "timeout"),
    (DestinationRefused, "refused"),
    (OSError, "dns"),
    (httpx.ConnectError, "connect"),
    (httpx.HTTPError, "protocol"),
    (Exception, "fault"),
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said: `error` is a kind, never a text of its; `granted` deliveries a minute, None: as many as we like."""

    error: str | None = None
    granted: int | None = None


async def claim(work: Work) -> Sequence[Sequence[Row]]:
    """All that are due, as one: they are asked at the same time, so that one that hangs holds up none."""
    rows = await verification.to_ask(work, clock.wall() + LEASE, AT_ONCE)
    return [rows] if rows else []


async def act(work: Work, rows: Sequence[Row]) -> None:
    """Ask each, with no transaction open, then store what they said."""
    answers = await asyncio.gather(*(_ask(work, row) for row in rows))
    for row, answer in zip(rows, answers, strict=True):
        if answer.error is None:
            await verification.consented(work, row, answer.granted)
        else:
            log.warning("webhook.not_verified", endpoint=str(row["id"]), error=answer.error)
            await verification.refused(work, row, answer.error)


async def _ask(work: Work, row: Row) -> Answer:
    try:
        async with asyncio.timeout(LONGEST):
            return await handshake(work.database.settings, row["url"], row["per_minute"])
    except Exception as error:  # whatever it is, the others were asked too
        kind = "tls" if is_of_tls(error) else next(name for of, name in KINDS if isinstance(error, of))
        if kind == "fault":
            log.exception("webhook.verification_fault", endpoint=str(row["id"]))
        return Answer(kind)


async def handshake(settings: Settings, url: str, per_minute: int | None) -> Answer:
    """One OPTIONS request, to a vetted address, without following where it points.

    Raises:
        DestinationRefused, OSError, httpx.HTTPError: it was not answered.
    """
    where = await reach(url, private_allowed=settings.webhooks_to_private_addresses)
    origin = urlsplit(settings.base_url).hostname or settings.base_url
    headers = {
        "Host": where.host,
        "User-Agent": USER_AGENT,
        "WebHook-Request-Origin": origin,
        "WebHook-Request-Rate": str(per_minute or ASKED_RATE),
    }
    # As the sender's: who is vouched for here is vouched for there.
    context = await asyncio.to_thread(trusting, settings.webhooks_authorities)
    async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, verify=context) as client:
        request = client.build_request("OPTIONS", where.url, headers=headers, extensions=where.extensions)
        response = await client.send(request, stream=True, follow_redirects=False)  # its body is not read
        await response.aclose()
    return read(response.headers, origin)


def read(headers: Any, origin: str) -> Answer:  # noqa: ANN401  a mapping of any case
    """Whether the headers of an answer consent to deliveries from `origin`, and to how many a minute."""
    allowed = {one.strip().lower() for one in (headers.get("webhook-allowed-origin") or "").split(",")}
    if not allowed & {origin.lower(), "*"}:
        return Answer("no_consent")
    rate = (headers.get("webhook-allowed-rate") or "*").strip()
    return Answer(granted=max(1, int(rate)) if rate.isascii() and rate.isdigit() and len(rate) < 10 else None)  # noqa: PLR2004
