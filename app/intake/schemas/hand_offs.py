"""Hand-offs on the wire."""

from uuid import UUID

from pydantic import Field

from app.core.http import Line, Moment, Wire
from app.intake.codes import NotMadeReason
from app.intake.hand_offs import HandOffState, To
from app.intake.schemas.told import HandOffOut


class HandOffStart(Wire):
    """Somebody is being put through now, or was; or a proposed hand-off is left out, with its reason."""

    to: To
    number: Line | None = Field(None, description="Default: the protocol's, or that of the service around the place")
    way: str = Field("warm", pattern="^(warm|cold)$")
    state: HandOffState = HandOffState.CALLING
    reason: NotMadeReason | None = Field(None, description="With `not_made`: why")
    accepted_by: Line | None = Field(None, description="Who took it over; sealed")


class HandOffResultIn(Wire):
    """What became of it. Not reached or declined: then it stays ours."""

    state: HandOffState
    accepted_by: Line | None = Field(None, description="Who took it over; sealed")


class HandOffMade(Wire):
    """A hand-off and where it stands."""

    id: UUID
    call_id: UUID
    to: To
    number: str | None = Field(description="Of a practice or of somebody: only when a list was asked for with a purpose")
    way: str
    proposed_by: str
    state: HandOffState
    reason: NotMadeReason | None
    started_at: Moment
    speaking_at: Moment | None
    ended_at: Moment | None
    accepted_by: str | None = Field(None, description="Only when a list was asked for with a purpose")
    version: int


class HandOffsOut(Wire):
    """The hand-offs of a call, oldest first."""

    items: list[HandOffMade]
    proposed: list[HandOffOut] = Field(description="What the protocol asks for and is neither made nor left out, with numbers")
