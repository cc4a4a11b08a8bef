"""Hand one mail to the mail server, over a connection of its own, and say what came of it.

Sources: RFC 5321 (4yz: later, 5yz: never), RFC 3207 and RFC 8314 (STARTTLS, TLS from the start).
"""

import asyncio
import ssl
from dataclasses import dataclass
from functools import cache
from typing import Final

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from app.core.settings import Settings
from app.core.tls import is_of_tls
from app.notices.message import is_address

LONGEST_ATTEMPT: Final = 30.0  # ⚙ seconds, whatever the server does
NEVER: Final = 500


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of an attempt. `error` is a code, never a text of the server's; `bounced`: this mailbox takes it never."""

    error: str | None = None
    bounced: bool = False


async def post(settings: Settings, message: bytes, *, return_path: str, to: str) -> Posted:
    """One attempt, at most half a minute. Only a mail that is refused bounces; a server that refuses us is our own fault."""
    taken = False
    try:
        async with asyncio.timeout(LONGEST_ATTEMPT), _connected(settings) as server:
            await server.sendmail(return_path, [to], message)
            taken = True
    except SMTPRecipientsRefused as error:
        code = error.recipients[0].code
        return Posted(f"smtp_{code}", bounced=code >= NEVER)
    except SMTPDataError as error:
        return Posted(f"smtp_{error.code}", bounced=error.code >= NEVER)
    except (SMTPException, OSError, TimeoutError) as error:
        return Posted(None if taken else _kind(error))  # once it is taken, a slow good-bye is no failure
    return Posted()


async def answers(settings: Settings) -> str | None:
    """Whether the mail server lets us in: None, or the kind of what is wrong."""
    try:
        async with asyncio.timeout(LONGEST_ATTEMPT), _connected(settings) as server:
            await server.noop()
    except (SMTPException, OSError, TimeoutError) as error:
        return _kind(error)
    return None


def is_configured(settings: Settings) -> bool:
    """Whether this installation can mail at all."""
    return bool(settings.smtp_host and is_address(settings.smtp_sender))


def _connected(settings: Settings) -> SMTP:
    encrypted = settings.smtp_starttls != "off"
    return SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_user or None,
        password=settings.smtp_password.get_secret_value() or None,
        use_tls=settings.smtp_starttls == "implicit",
        start_tls=settings.smtp_starttls == "required",
        tls_context=_context(settings.smtp_ca_file) if encrypted else None,
        local_hostname=settings.smtp_sender.rpartition("@")[2] or None,
        timeout=settings.smtp_timeout,
    )


@cache
def _context(ca_file: str) -> ssl.SSLContext:
    """Certificates are verified by the machine's own authorities, or by the one that is named."""
    return ssl.create_default_context(cafile=ca_file or None)


def _kind(error: Exception) -> str:
    if isinstance(error, SMTPAuthenticationError) or "SMTP AUTH extension" in str(error):  # no class of its own
        return "login"
    if isinstance(error, SMTPResponseException):
        return f"smtp_{error.code}"
    if is_of_tls(error):
        return "tls"
    if isinstance(error, TimeoutError):
        return "timeout"
    return "not_encrypted" if "STARTTLS extension" in str(error) else "connect"
