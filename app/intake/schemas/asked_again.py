"""A caller who rings again, on the wire."""

from uuid import UUID

from pydantic import Field

from app.core.http import Line, Moment, Wire
from app.followup.feedback import Listener
from app.intake.telling import Told


class ReferenceIn(Wire):
    """The reference as it was read aloud, and who is asking."""

    reference: Line = Field(description="Of a call or a case; small letters, missing dashes, O for 0 and I or L for 1 are heard")
    listener: Listener | None = Field(None, description="Who rings, by their relation to the person")
    verified: bool = Field(False, description="Whether it is sure who rings")


class SayOut(Wire):
    """Words to say."""

    nl: str
    en: str


class FoundOut(Wire):
    """What may be told; nothing else may."""

    call_id: UUID
    case_id: UUID | None
    reference: str
    received_at: Moment
    codes: list[Told]
    taken_up_since: Moment | None
    outcome: str | None = Field(description="Only for the law's closed list, when it is sure who rings")
    say: SayOut
    instead: SayOut | None = Field(description="Say this to who asks for the outcome and may not hear it")
    feedback_promised: bool
    feedback_by: Moment | None
