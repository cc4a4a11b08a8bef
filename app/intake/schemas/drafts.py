"""Drafts on the wire."""

from uuid import UUID

from pydantic import Field

from app.core.http import Moment, Wire
from app.intake.schemas.asked import CallIn


class DraftOut(Wire):
    """A draft; its ETag is what If-Match wants when it is saved or completed."""

    id: UUID
    state: str
    reference: str
    registered_at: Moment
    version: int
    contents: CallIn | None = Field(None, description="Only when it is read by itself")
