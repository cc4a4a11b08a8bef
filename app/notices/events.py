"""What notices announce: that a desk was not reached by mail, so that somebody rings it. Never an address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from app.cases.lifecycle import PRESSING
from app.core.events import CaseEvent, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeBounced(CaseEvent):
    """A notice of an offer came back: nobody reads it in that mailbox. `error`: the code that the mail server gave."""

    type: ClassVar[str] = "nl.nodus.notice.bounced.v1"
    example: ClassVar[Mapping[str, object]] = {"urgency": "crisis", "error": "5.1.1"}
    offer_id: UUID
    organisation_id: UUID
    mailbox_id: UUID
    notice_id: UUID
    urgency: str
    accept_by: datetime
    error: str

    @property
    def pressing(self) -> bool:
        """Whether somebody must act within the hour or so."""
        return self.urgency in PRESSING


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeUnopened(CaseEvent):
    """Half of the time to answer a pressing offer is over, and nobody has opened its notice: ring the organisation."""

    type: ClassVar[str] = "nl.nodus.notice.unopened.v1"
    example: ClassVar[Mapping[str, object]] = {"urgency": "crisis"}
    offer_id: UUID
    organisation_id: UUID
    urgency: str
    accept_by: datetime
    sent_at: datetime | None

    @property
    def pressing(self) -> bool:
        """Minutes are left."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSilent(Event):
    """Nothing reaches a mailbox, told again every day.

    `reason`: `not_configured` (this installation has no mail server), `waiting` (the mail server takes nothing), or
    `unconfirmed` (nobody has sent the code back; it gets no notices).
    """

    type: ClassVar[str] = "nl.nodus.mailbox.silent.v1"
    example: ClassVar[Mapping[str, object]] = {"reason": "unconfirmed"}
    organisation_id: UUID
    mailbox_id: UUID
    reason: str
    since: datetime

    @property
    def subject(self) -> UUID:
        """The mailbox."""
        return self.mailbox_id

    @property
    def path(self) -> str:
        """The mailbox, for its organisation."""
        return f"/v1/mailboxes/{self.mailbox_id}"


EVENTS: Final[tuple[type[Event], ...]] = (NoticeBounced, NoticeUnopened, MailboxSilent)
