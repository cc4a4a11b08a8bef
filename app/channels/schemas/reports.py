"""Reports of professionals, and calls that another desk hands over."""

from uuid import UUID

from pydantic import Field

from app.channels.consent import Consent
from app.channels.progress import Progress
from app.core.http import Line, Moment, Text, Wire
from app.intake.protocol import NEWEST
from app.intake.schemas.asked import AdviceIn, CallerIn, HandOffIn, PersonIn, PlaceIn
from app.intake.schemas.told import HandOffOut


class Situation(Wire):
    """What is told of a person and of what goes on."""

    protocol: Line = NEWEST
    answers: dict[str, str] = Field(default_factory=dict, max_length=100, description="Question to answer; absent: not asked")
    observations: list[Line] = Field(default_factory=list, max_length=30, description="Codes of the protocol")
    worry: Text = Field(description="What worries you?")
    observed: Text | None = None
    already_done: Text | None = Field(None, description="What is being done already, by whom?")
    needed_now: Text | None = None
    tried: Text | None = None
    person: PersonIn = Field(default_factory=PersonIn)
    place: PlaceIn


class ReportIn(Situation):
    """A worry of a professional. Who they are is their key's organisation."""

    consent: Consent = Field(description="Whether the person knows of this report and agrees")
    name: Line | None = Field(None, description="Whom to ask for")
    phone: Line | None = Field(None, description="Where to ring back")
    feedback_wanted: bool = False


class TransferIn(Situation):
    """A call that another desk took, and hands over."""

    way: str = Field(pattern="^(warm|cold)$", description="warm: with both on the line")
    received_at: Moment | None = Field(None, description="When the phone rang there; default: now")
    caller: CallerIn = Field(default_factory=CallerIn)
    advice: AdviceIn = Field(default_factory=AdviceIn)
    hand_offs: list[HandOffIn] = Field(default_factory=list, max_length=20)
    feedback_promised: bool = False


class ReportReceipt(Wire):
    """It is stored and somebody is being asked. The reference is what to name when ringing about it."""

    id: UUID
    reference: str
    sent_at: Moment
    hand_offs: list[HandOffOut] = Field(description="Whom to ring at once, by what was answered")


class ReportOut(Wire):
    """What may be told of a report: how far it is, and nothing of the person."""

    id: UUID
    reference: str
    sent_at: Moment
    progress: Progress


class TransferOut(ReportOut):
    """What may be told of a call that was handed over. Until `acceptedAt` whoever handed it over answers for it."""

    way: str
    accepted_at: Moment | None
    accepted_by: str | None
