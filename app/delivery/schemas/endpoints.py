"""Webhook endpoints on the wire."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.core.http import Line, Moment, Wire


class EndpointIn(Wire):
    """A receiver of webhooks."""

    url: Line = Field(description="https, port 443 or 8443, a host of the public internet")
    types: list[Line] = Field(default_factory=list, max_length=50, description="Types or beginnings of types; none: all")
    from_start: bool = Field(False, description="Deliver everything that is kept, not only what happens from now on")


class EndpointChange(Wire):
    """What to change of an endpoint; what is left out stays."""

    url: Line | None = None
    types: list[Line] | None = Field(None, max_length=50)
    state: Literal["active", "paused"] | None = None


class EndpointOut(Wire):
    """An endpoint, and how far its delivery is."""

    id: UUID
    url: str
    types: list[str]
    state: str
    delivered_through: int = Field(description="Every event up to this number was delivered")
    attempts: int = Field(description="Failed attempts at the next one")
    next_attempt_at: Moment
    failing_since: Moment | None
    last_error: str | None
    created_at: Moment
    version: int


class EndpointMade(EndpointOut):
    """A new endpoint with its secret, which is shown only here."""

    secret: str = Field(description="whsec_…: verify signatures with it, see Standard Webhooks")


class EndpointsOut(Wire):
    """The endpoints of your organisation."""

    items: list[EndpointOut]
