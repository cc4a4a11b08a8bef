"""Taking over, confirming and signing up, on the wire."""

from uuid import UUID

from pydantic import Field

from app.core.http import Moment, Wire
from app.rosters.schemas.overrides import ReasonCode
from app.rosters.service.confirmations import Confirmation
from app.rosters.service.sign_ups import Slot


class TakeoverIn(Wire):
    """Who has the shift from now on."""

    participant_id: UUID
    reason: ReasonCode


class ConfirmationIn(Wire):
    """Who will be there."""

    participant_id: UUID | None = Field(None, description="Default: who has the shift")


class ConfirmationOut(Wire):
    """Somebody was asked to confirm, or did unasked."""

    participant_id: UUID
    place: int = Field(description="1 had the shift; the others were asked after that")
    asked_at: Moment
    confirmed_at: Moment | None


class ConfirmationsOut(Wire):
    """Who was asked to confirm a shift, in order, and who did."""

    items: list[ConfirmationOut]

    @classmethod
    def of(cls, found: list[Confirmation]) -> "ConfirmationsOut":
        """As it is shown."""
        return cls(items=[ConfirmationOut.model_validate(one, from_attributes=True) for one in found])


class SignUpIn(Wire):
    """Somebody takes a seat in a slot."""

    rotation_id: UUID
    starts_at: Moment = Field(description="The start of the slot")
    participant_id: UUID


class SignUpOut(Wire):
    """Who has a seat."""

    id: UUID
    participant_id: UUID
    seat: int


class SlotOut(Wire):
    """A span in which people are wanted."""

    rotation_id: UUID
    starts_at: Moment
    ends_at: Moment
    seats: int
    qualification: str | None
    sign_ups: list[SignUpOut]

    @classmethod
    def of(cls, one: Slot) -> "SlotOut":
        """As it is shown."""
        return cls(
            rotation_id=one.rotation.id,
            starts_at=one.span.start,
            ends_at=one.span.end,
            seats=one.rotation.seats,
            qualification=one.rotation.qualification,
            sign_ups=[SignUpOut.model_validate(taken, from_attributes=True) for taken in one.taken],
        )


class SlotsOut(Wire):
    """Slots in order of time."""

    items: list[SlotOut]
