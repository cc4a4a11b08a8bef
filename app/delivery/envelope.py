"""The bytes around an event: the headers of a delivery, a page of a feed, a batch. An event's own bytes are never touched.

Sources: CloudEvents 1.0 HTTP binding (structured, batch), Standard Webhooks 1.0.0, CNCF http-webhook.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from app.delivery.signature import signatures

ONE: Final = "application/cloudevents+json; charset=utf-8"
BATCH: Final = "application/cloudevents-batch+json"
USER_AGENT: Final = "nodus-webhooks/1.0"


def headers(  # noqa: PLR0913  the parts of a request
    secrets: Sequence[bytes],
    message: UUID,
    timestamp: int,
    body: bytes,
    *,
    origin: str,
    seeds: Sequence[bytes] = (),
    own: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The headers of one attempt to deliver, in small letters. `timestamp` is the attempt's, in seconds.

    `seeds` are private keys that sign as well; `own` are headers that the endpoint's owner wants, and never replace one of these.
    """
    return {
        **{name.lower(): value for name, value in (own or {}).items()},
        "content-type": ONE,
        "content-length": str(len(body)),
        "user-agent": USER_AGENT,
        "webhook-request-origin": origin,
        "webhook-id": str(message),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures(secrets, message, timestamp, body, seeds=seeds),
    }


def is_wanted(event_type: str, types: Sequence[str]) -> bool:
    """Whether an endpoint that named these types (or beginnings of types) wants this event; none named: all."""
    return not types or any(event_type == one or event_type.startswith(one.rstrip("*").rstrip(".") + ".") for one in types)


def is_there(places: Sequence[str] | None, named: Sequence[str]) -> bool:
    """Whether an event about these municipalities is for an endpoint that named some.

    None named: always. An event of which the municipality is not known is for everybody: better once too often than not at all.
    """
    return not named or not places or any(one in named for one in places)


def page(bodies: Sequence[bytes], *, after: int, end: bool, oldest: int) -> bytes:
    """A page of a feed, from the events' stored bytes."""
    reached = after + len(bodies)
    tail = f'],"next":"{reached}","end":{str(end).lower()},"oldest":"{oldest}"}}'
    return b'{"events":[' + b",".join(bodies) + tail.encode()


def batch(bodies: Iterable[bytes]) -> bytes:
    """The events alone, as a CloudEvents batch."""
    return b"[" + b",".join(bodies) + b"]"
