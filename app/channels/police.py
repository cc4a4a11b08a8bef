"""A report of the police: which purpose the decree knows, until when, and what kind of form it may be.

Source: facts F38 (decree of 22 November 2021, BWBR0045999, temporary), F51 (the standard form; its field list is not public).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

from app.core.errors import Forbidden

DECREE: Final = "BWBR0045999"
AHEAD: Final = timedelta(days=60)  # ⚙ how long before the end somebody must hear of it
MAIL: Final = "message/rfc822"
MEDIA: Final = (MAIL, "text/plain", "application/json")
LARGEST: Final = 1_048_576  # ⚙ bytes of an original


class ChannelEnded(Forbidden):
    """The law no longer allows the police to send personal data this way."""

    slug, title = "channel-ended", "This channel has ended"


class Unreadable(ValueError):  # noqa: N818  says what the original is
    """The original is kept for a person to read; `code` says why no parser could."""

    def __init__(self, code: str) -> None:
        """Name why, in a code without contents."""
        super().__init__(code)
        self.code = code


class Parser(Protocol):
    """Reads one kind of form. Pure; raises `Unreadable` for what it can't read.

    A parser of your own is a function, named in the entry points `nodus.police_parsers` of a package that is installed beside
    this one; the name is what `parser` says.
    """

    def __call__(self, content: bytes, /) -> Mapping[str, Any]:
        """The call, as the body of `POST /v1/calls` has it, without its channel."""


class Purpose(StrEnum):
    """What for the police give the data (the decree's own letters)."""

    REPORT = "a"  # to report a worrying situation
    ANSWER = "b"  # to answer what the desk asked
    SUPPORT = "c"  # to make support possible


class ReportState(StrEnum):
    """What became of a report."""

    TAKEN_IN = "taken_in"  # read, and a call
    UNREAD = "unread"  # nobody could read it yet: a person enters it by hand
    ENTERED = "entered"  # entered by hand: a call
    SET_ASIDE = "set_aside"  # a person found that it is no report


class NoReport(StrEnum):
    """Why what came is no report."""

    DUPLICATE = "duplicate"  # the same as another one
    OTHER_MAIL = "other_mail"  # not a report at all
    WITHDRAWN = "withdrawn"  # the police took it back
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Original:
    """A report as it came."""

    content: bytes
    media_type: str
    purpose: Purpose
    parser: str | None = None


def must_be_open(ends_on: date | None, today: date) -> None:
    """Refuse what comes after the last day of the decree.

    Raises:
        ChannelEnded: that day is over.
    """
    if ends_on and today > ends_on:
        raise ChannelEnded(
            f"Decree {DECREE} allowed the police to send personal data to desks until {ends_on}. Nothing was stored. Ring the"
            " desk, or ask its administrator whether there is a new ground (NODUS_POLICE_CHANNEL_ENDS_ON).",
            decree=DECREE,
            endedOn=str(ends_on),
        )


def outlook(ends_on: date | None, today: date) -> tuple[bool, str]:
    """Whether nobody needs to think of the decree's end yet, and a sentence."""
    if ends_on is None:
        return True, f"is open; no end of decree {DECREE} is set (NODUS_POLICE_CHANNEL_ENDS_ON)"
    if today > ends_on:
        return True, f"stopped: decree {DECREE} ended on {ends_on}; reports of the police are refused"
    left = (ends_on - today).days
    return ends_on - today > AHEAD, f"is open until decree {DECREE} ends on {ends_on}, in {left} days; then reports are refused"
