"""What a mail server sends back: which mail it is about, and whether it will never arrive.

Source: RFC 3464 (delivery status notifications), RFC 3463 (codes). An answer of a person or of an absence note is no bounce.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Final
from uuid import UUID

from app.notices.message import mail_meant

CODE: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
TO: Final = ("Delivered-To", "X-Original-To", "To")
HEADERS: Final = ("text/rfc822-headers", "message/rfc822")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail came back for good. `error`: the status code, such as `dsn_5.1.1`."""

    mail: UUID
    error: str


def bounce_in(content: bytes) -> Bounce | None:
    """The bounce that a mail is; None: it is none, only a delay, or about no mail of ours."""
    try:
        report = BytesParser(policy=compat32).parsebytes(content)
        status = next(_failed(report), None)
        mail = next(filter(None, map(mail_meant, _named(report))), None) if status else None
    except RecursionError:  # mails in mails in mails: no mail server reports like this
        return None
    return Bounce(mail, f"dsn_{status}") if mail else None


def _failed(report: Message) -> Iterator[str]:
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status":
            fields = part.get_payload()
            for one in fields if isinstance(fields, list) else []:
                if isinstance(one, Message) and str(one.get("Action", "")).strip().lower() == "failed":
                    found = CODE.search(str(one.get("Status", "")))
                    yield found[0] if found else "5.0.0"


def _named(report: Message) -> Iterator[str]:
    """Where our mail's id may stand: in the address that it came back to, else in its own headers."""
    for name in TO:
        yield from map(str, report.get_all(name, ()))
    for part in report.walk():
        if part.get_content_type() in HEADERS:
            inner = part.get_payload()
            first = inner[0] if isinstance(inner, list) and inner else None
            if isinstance(first, Message):
                yield str(first.get("Message-ID", ""))
            elif isinstance(inner, str):
                yield inner
