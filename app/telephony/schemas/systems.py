"""Exchanges and extensions on the wire."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from app.core.http import Line, Moment, Wire
from app.telephony.links import USUAL
from app.telephony.service.systems import LineOf, System

Link = Annotated[Line, Field(description="What opens a draft on a screen; {base} and {draft} are filled in")]
Extension = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.@+-]+$")]


class SystemIn(Wire):
    """A telephone exchange."""

    label: Line
    link: Link = USUAL


class SystemChange(Wire):
    """What to change of an exchange; what is left out stays."""

    label: Line | None = None
    link: Link | None = None


class SystemOut(Wire):
    """An exchange, and what is known of its clock."""

    id: UUID
    label: str
    link: str
    created_at: Moment
    last_event_at: Moment | None
    previous_secret_until: Moment | None = Field(description="Until then the secret before still fits")
    skew_seconds: float | None = Field(description="How far its clock is behind ours, as far as can be told")
    clock_is_off: bool = Field(description="More than half a minute: set it right")
    version: int

    @classmethod
    def of(cls, found: System) -> Self:
        """As it is now."""
        return cls(
            id=found.id,
            label=found.label,
            link=found.link,
            created_at=found.created_at,
            last_event_at=found.last_event_at,
            previous_secret_until=found.previous_until,
            skew_seconds=found.skew.seconds,
            clock_is_off=found.skew.is_large,
            version=found.version,
        )


class SystemMade(SystemOut):
    """An exchange with a new secret, which is shown only here."""

    secret: str = Field(description="whsec_…: sign events with it, see Standard Webhooks")


class SystemsOut(Wire):
    """The exchanges of your organisation."""

    items: list[SystemOut]


class PhoneLineOut(Wire):
    """An exchange that you may sit at, and the extension at which you do."""

    system_id: UUID
    label: str
    extension: str | None

    @classmethod
    def of(cls, found: LineOf) -> Self:
        """As it is now."""
        return cls(system_id=found.system_id, label=found.label, extension=found.extension)


class PhoneLinesOut(Wire):
    """The exchanges of your organisation, as an operator needs them."""

    items: list[PhoneLineOut]
