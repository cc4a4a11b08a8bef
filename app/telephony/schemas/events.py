"""What an exchange tells, and what it is answered."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.core.http import AskedMoment, Line, Moment, Wire
from app.telephony.line import LineState, PhoneEvent, Told, TransferStage
from app.telephony.schemas.systems import Extension
from app.telephony.service.taking import Private

Reason = Annotated[Line, Field(max_length=60, description="Why it ended, a code of the exchange")]
Clear = Annotated[Line, Field(max_length=60)]


class PhoneEventIn(Wire):
    """Something that happened to a call. Events may come in any order, late, or twice."""

    type: PhoneEvent
    call: Line = Field(description="The exchange's own id of the call, the same in all its events; never a number")
    at: AskedMoment = Field(description="When it happened, by the clock of the exchange")
    queue: Clear | None = None
    agent: Extension | None = Field(None, description="The extension where it rings, or that answered or puts through")
    number: Line | None = Field(None, description="The caller's number; kept sealed")
    to: Line | None = Field(None, description="Of a transfer: to whom; kept sealed")
    way: Literal["warm", "cold"] | None = None
    stage: TransferStage | None = Field(None, description="Of a transfer: how far; default: accepted when acceptedBy is told")
    accepted_by: Line | None = Field(None, description="Of a transfer: who took over; kept sealed")
    transfer: Clear | None = Field(None, description="Tells several transfers of one call apart")
    reason: Reason | None = None

    def told(self, message: str) -> Told:
        """What is told in codes."""
        stage = self.stage or (TransferStage.ACCEPTED if self.accepted_by else None)
        return Told(
            self.type, self.at, message, self.queue, self.agent, self.way, stage, self.transfer or "", self.reason
        )  # fmt: skip

    def private(self) -> Private:
        """What must be sealed."""
        return Private(self.number, self.to, self.accepted_by)


class PhoneEventOut(Wire):
    """What became of an event. An unknown call is no error: it is kept, and matched when `call.offered` comes."""

    state: LineState
    draft: UUID | None
    link: str | None = Field(description="What opens the draft on a screen")
    repeated: bool = Field(description="This message came before; nothing was changed")
    skew_seconds: float | None
    note: str | None = Field(description="What somebody should look at")


class UnknownCallOut(Wire):
    """A call of which something was told, but never that it rang."""

    id: UUID
    call: str
    events: int
    types: list[str]
    first_at: Moment
    last_at: Moment


class PhoneCallOut(Wire):
    """A call on the line. `offeredAt`, `answeredAt` and `endedAt` are by the clock of the exchange, `rangAt` by ours."""

    draft: UUID | None
    link: str | None = None
    state: LineState
    queue: str | None
    extension: str | None
    rang_at: Moment | None
    offered_at: Moment | None
    answered_at: Moment | None
    ended_at: Moment | None
    waited_ms: int | None
    talked_ms: int | None
    held_ms: int | None
    reason: str | None


class ScreenOut(Wire):
    """What rings or is spoken at an extension now, oldest first."""

    items: list[PhoneCallOut]


class PhoneTransferOut(Wire):
    """Who put whom through to whom, and what came of it when."""

    way: str
    result: TransferStage
    extension: str | None = Field(description="Who puts through")
    to: str | None
    accepted_by: str | None
    calling_at: Moment | None
    speaking_at: Moment | None
    accepted_at: Moment | None
    not_reached_at: Moment | None


class PhoneCallContents(Wire):
    """A call on the line with what is sealed of it. Reading it is logged with its purpose."""

    call: PhoneCallOut
    number: str | None = Field(description="The caller's number, kept for a day")
    transfers: list[PhoneTransferOut]
