"""What happens to reports that came otherwise than by phone. Ids and codes only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceReportUnread(Event):
    """A report of the police could not be read by any parser: a person must read the original and enter it by hand."""

    type: ClassVar[str] = "nl.nodus.police_report.unread.v1"
    example: ClassVar[Mapping[str, object]] = {"fault": "unknown_key", "purpose": "a"}
    report_id: UUID
    fault: str
    purpose: str
    received_at: datetime

    @property
    def subject(self) -> UUID:
        """The report."""
        return self.report_id

    @property
    def path(self) -> str:
        """Where the original is read, for a purpose."""
        return f"/v1/police-reports/{self.report_id}/original"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAccepted(Event):
    """An organisation has accepted what was handed over: from this moment the sender no longer answers for it."""

    type: ClassVar[str] = "nl.nodus.transfer.accepted.v1"
    example: ClassVar[Mapping[str, object]] = {"reference": "K7M4-2QXD-H"}
    transfer_id: UUID
    reference: str
    organisation_id: UUID
    accepted_at: datetime

    @property
    def subject(self) -> UUID:
        """The transfer."""
        return self.transfer_id

    @property
    def path(self) -> str:
        """What the sender may hear of it."""
        return f"/v1/transfers/{self.transfer_id}"


EVENTS: Final[tuple[type[Event], ...]] = (PoliceReportUnread, TransferAccepted)
