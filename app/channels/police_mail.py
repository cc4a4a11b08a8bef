"""A report by mail: the form is an attachment, or the text of the message itself."""

import hashlib
from collections.abc import Callable, Iterator
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from functools import partial
from typing import Final

from app.channels.police import MAIL, Original, Unreadable

READ: Final = {"text/plain": "text/plain", "application/json": "application/json"}
BY_ENDING: Final = {".txt": "text/plain", ".json": "application/json"}


def message_of(original: Original) -> bytes:
    """What makes a report the same one: SHA-256 of the Message-ID of its mail, else of its bytes."""
    told = original.content
    if original.media_type == MAIL:
        identity = _header(_parsed(told, headers_only=True), "Message-ID").strip()
        told = f"message-id {identity}".encode(errors="replace") if identity else told
    return hashlib.sha256(told).digest()


def form_in(content: bytes) -> tuple[str, bytes]:
    """Media type and bytes of the form in a mail: an attachment goes before the text.

    Raises:
        Unreadable: there is none, or there are two, of which only a person can say which counts.
    """
    parts = list(_parts(_parsed(content)))
    for wanted in (True, False):
        found = [(media, data) for attached, media, data in parts if attached is wanted and data.strip()]
        if len(found) > 1:
            raise Unreadable("several_forms")
        if found:
            return found[0]
    raise Unreadable("no_form_in_mail")


def _parts(message: Message) -> Iterator[tuple[bool, str, bytes]]:
    for part in message.walk():
        media = _read_as(part)
        if media and not part.is_multipart():
            data = _safely(partial(part.get_payload, decode=True))
            if isinstance(data, bytes):
                yield _is_attached(part), media, data


def _read_as(part: Message) -> str | None:
    name = str(_safely(part.get_filename) or "").lower()
    for ending, media in BY_ENDING.items():
        if name.endswith(ending):
            return media
    return READ.get(part.get_content_type())


def _is_attached(part: Message) -> bool:
    return bool(_safely(part.get_filename)) or _safely(part.get_content_disposition) == "attachment"


def _parsed(content: bytes, *, headers_only: bool = False) -> Message:
    return BytesParser(policy=compat32).parsebytes(content, headersonly=headers_only)


def _header(message: Message, name: str) -> str:
    return str(message.get(name, ""))


def _safely(ask: Callable[[], object]) -> str | bytes | None:
    """What the library answers; headers are what anybody wrote, and it stumbles over some."""
    try:
        found = ask()
    except (ValueError, LookupError, TypeError, AssertionError):
        return None
    return found if isinstance(found, str | bytes) else None
