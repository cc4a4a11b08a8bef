"""Mailboxes and notices on the wire."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from app.core.http import Line, Moment, Wire
from app.notices.following import NoticeState
from app.notices.service.mailboxes import Mailbox

Language = Literal["nl", "en"]


class MailboxIn(Wire):
    """A mailbox where your organisation wants to be told of what it is asked."""

    address: Line = Field(description="An address of the organisation, not of a person")
    language: Language = "nl"


class MailboxChange(Wire):
    """What to change of a mailbox; what is left out stays."""

    language: Language | None = None
    state: Literal["active", "paused"] | None = Field(
        None, description="Paused it gets nothing; active again it is told of what is pending then"
    )


class ConfirmationIn(Wire):
    """What was mailed to it."""

    code: Line


class MailboxOut(Wire):
    """A mailbox, and whether anything reaches it."""

    id: UUID
    address: str
    language: Language
    state: Literal["unconfirmed", "active", "paused"] = Field(description="Unconfirmed it gets no notices")
    confirmed_at: Moment | None
    failing_since: Moment | None = Field(description="Mail came back; until a notice is opened, or it is made active again")
    last_error: str | None
    created_at: Moment
    version: int

    @classmethod
    def of(cls, box: Mailbox) -> "MailboxOut":
        """The mailbox as the API shows it."""
        return cls.model_validate({name: getattr(box, name) for name in cls.model_fields})


class MailboxesOut(Wire):
    """The mailboxes of your organisation."""

    items: list[MailboxOut]


class NoticeOut(Wire):
    """One offer, as it was told to one mailbox."""

    id: UUID
    offer_id: UUID
    case_id: UUID
    reference: str
    urgency: str
    municipality_code: str
    state: NoticeState = Field(description="Delivered is what was opened; accepted only what was accepted, in `outcome`")
    made_at: Moment
    accept_by: Moment
    sent_at: Moment | None = Field(description="When a mail server took the first mail")
    opened_at: Moment | None
    bounced_at: Moment | None
    ended_at: Moment | None
    outcome: str | None
    mails_sent: int
    attempts: int = Field(description="Failed attempts at the mail that waits")
    error: str | None = Field(description="Why a mail waits or came back, as a code")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "NoticeOut":
        """The notice as the API shows it."""
        shown = {name: row[name] for name in cls.model_fields}
        return cls.model_validate({**shown, "attempts": row["attempts"] or 0})


class NoticePage(Wire):
    """A page of notices, newest first."""

    items: list[NoticeOut]
    next: str | None
