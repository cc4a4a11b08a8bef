"""The feed on the wire."""

from typing import Any

from pydantic import Field

from app.core.http import Wire


class FeedOut(Wire):
    """A part of your feed."""

    events: list[dict[str, Any]] = Field(description="CloudEvents, in order, without gaps; `sequence` is the number")
    next: str = Field(description="Send it as `after` next time; it is always there, also when there was nothing")
    end: bool = Field(description="There was nothing more at this moment")
    oldest: str = Field(description="The oldest event that is kept")
