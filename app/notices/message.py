"""A letter as the bytes that a mail server takes, and how what comes back is known again.

Sources: RFC 5322 (Message-ID, References), RFC 3834 (Auto-Submitted), RFC 2045 (parts). The Message-ID is made of the mail's own
id, so a mail that is sent twice is one to whoever reads it.
"""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final
from uuid import UUID

from app.notices.letter import Letter

# ASCII only: what a mail server of a municipality surely takes, and no character that could end a header or a command.
LOCAL: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS: Final = rf"^{LOCAL}@(?:{LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])$"
LONGEST: Final = 254
LONGEST_LOCAL: Final = 64
IN_ID: Final = re.compile(r"<([0-9a-f]{32})@[^<>\s]+>")
IN_RETURN_PATH: Final = re.compile(r"\+([0-9a-f]{32})@")


def is_address(text: str) -> bool:
    """Whether this can be a mailbox's address: RFC 5321's lengths, ASCII, a domain with a dot."""
    return len(text) <= LONGEST and len(text.partition("@")[0]) <= LONGEST_LOCAL and bool(re.fullmatch(ADDRESS, text))


def message_id(mail: UUID, sender: str) -> str:
    """The Message-ID of a mail, the same every time that it is sent."""
    return f"<{mail.hex}@{sender.rpartition('@')[2]}>"


def return_path(mail: UUID, sender: str, bounces_to: str) -> str:
    """Where a mail server sends it back to: an address of the mail's own (VERP) under `bounces_to`, or the sender's."""
    local, _, domain = bounces_to.rpartition("@")
    return f"{local}+{mail.hex}@{domain}" if is_address(bounces_to) else sender


def mail_meant(text: str) -> UUID | None:
    """The id of the mail that a Message-ID, or an address of its own, names; None: none of ours."""
    found = IN_ID.search(text) or IN_RETURN_PATH.search(text)
    return UUID(hex=found[1]) if found else None


def message(letter: Letter, mail: UUID, *, sender: str, to: str, at: datetime, thread: UUID | None = None) -> bytes:
    """The mail itself; `thread`: the first mail about the same offer, which it joins."""
    made = EmailMessage(policy=SMTP)
    made["From"] = Address("Nodus", addr_spec=sender)
    made["To"] = Address(addr_spec=to)
    made["Subject"] = letter.subject
    made["Date"] = at
    made["Message-ID"] = message_id(mail, sender)
    if thread and thread != mail:
        made["In-Reply-To"] = made["References"] = message_id(thread, sender)
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"  # Exchange knows this one
    made.set_content(letter.text, cte="quoted-printable")
    made.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return made.as_bytes()
