"""The feed on the wire."""

from typing import Any, Final

from pydantic import Field

from app.core.http import Wire
from app.delivery.envelope import BATCH


class FeedOut(Wire):
    """A part of your feed."""

    events: list[dict[str, Any]] = Field(description="CloudEvents, in order, without gaps; `sequence` is the number")
    next: str = Field(description="Send it as `after` next time; it is always there, also when there was nothing")
    end: bool = Field(description="There was nothing more at this moment")
    oldest: str = Field(description="The oldest event that is kept")


STREAM: Final = "text/event-stream"
HEADERS: Final = {
    "ETag": {
        "description": "Send it as If-None-Match: while there is nothing new the answer is 304",
        "schema": {"type": "string"},
    },
    "Link": {"description": '`rel="next"`: where to go on', "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to the next poll, at the end of the feed", "schema": {"type": "integer"}},
    "Preference-Applied": {"description": "`wait=…`, when Prefer asked for it", "schema": {"type": "string"}},
}
PAGE: Final[dict[str, Any]] = {
    "description": "A part of the feed, in the form that Accept names; a stream does not end by itself",
    "headers": HEADERS,
    "content": {
        "application/json": {},
        BATCH: {
            "schema": {
                "type": "array",
                "items": {"type": "object"},
                "description": "The events alone, as a CloudEvents batch; `Link` tells where to go on",
            }
        },
        STREAM: {
            "schema": {
                "type": "string",
                "description": "Server-sent events: `id` the number, `event` the type, `data` the CloudEvent. A comment every 15"
                " seconds. Reconnect with Last-Event-ID.",
            }
        },
    },
}
