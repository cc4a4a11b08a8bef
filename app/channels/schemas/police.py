"""Reports of the police."""

from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from app.channels.police import NoReport, Purpose, ReportState
from app.channels.progress import Progress
from app.core.http import Moment, Wire


class PoliceReceipt(Wire):
    """The report is kept. `unread`: a person reads it; nothing needs to be sent again."""

    id: UUID
    state: ReportState
    received_at: Moment


class PoliceReportTold(Wire):
    """What the sender may hear, so that the next patrol knows whom to ring; nothing else."""

    id: UUID
    progress: Progress
    taken_up_by: str | None


class PoliceReportOut(Wire):
    """A report in codes, for whoever took it in."""

    id: UUID
    state: ReportState
    purpose: Purpose
    parser: str
    media_type: str
    received_at: Moment
    fault: str | None = Field(description="Why no parser could read it")
    call_id: UUID | None
    sender_organisation_id: UUID
    ended_at: Moment | None
    version: int


class OriginalOut(Wire):
    """A report as it came. Reading it is logged with its purpose."""

    id: UUID
    media_type: str
    sha256: str
    text: str = Field(description="The bytes as text; what is no text is replaced")
    content: str = Field(description="The bytes in base64")


class EntryIn(Wire):
    """What a person made of a report that no parser could read: the call that was entered, or why it is none."""

    call_id: UUID | None = Field(None, description="The call, entered with POST /v1/calls and channel police")
    no_report: NoReport | None = Field(None, description="Why it is no report")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.call_id is None) == (self.no_report is None):
            raise ValueError("Send the callId that was entered, or noReport with the reason why it is none.")
        return self
