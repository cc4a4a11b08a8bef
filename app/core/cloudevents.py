"""An event as the bytes that feeds show and webhooks sign.

Source: CloudEvents 1.0 and the NL GOV profile 1.1, structured mode. `time` is the moment of recording; `sequence` is the
recipient's own number, twenty digits, so that it also sorts as text; contents stay behind `dataref`.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import orjson

from app.core.events import Event
from app.core.settings import Settings

SEQUENCE = '"@sequence@"'


def rows_for(
    event: Event, recipients: Sequence[UUID], *, identifier: UUID, at: datetime, settings: Settings
) -> list[dict[str, object]]:
    """One outbox row a recipient, its body cut at the place where the database fills in the number."""
    head, tail = body_of(event, identifier, at, settings).split(SEQUENCE)
    shared = {
        "id": identifier,
        "type": event.type,
        "case_id": event.case,
        "pressing": event.pressing,
        "municipality_codes": event.municipalities,
        "recorded_at": at,
        "head": head + '"',
        "tail": '"' + tail,
    }
    return [{"recipient_id": recipient, **shared} for recipient in recipients]


def alone(event: Event, *, identifier: UUID, at: datetime, settings: Settings) -> bytes:
    """An event that is in no feed, and so has no number: for one endpoint only."""
    return body_of(event, identifier, at, settings).replace(f'"sequence":{SEQUENCE},', "").encode()


def body_of(event: Event, identifier: UUID, at: datetime, settings: Settings) -> str:
    """The event as JSON, with a mark in the place of its number."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": identifier,
            "source": settings.source,
            "type": event.type,
            "subject": str(event.subject),
            "time": at,
            "datacontenttype": "application/json",
            "dataschema": f"{settings.base_url}/v1/schemas/{event.type}",
            "sequence": "@sequence@",
            "dataref": f"{settings.base_url}{event.path}",
            **_municipality(event),
            "data": event.data(),
        },
        option=orjson.OPT_UTC_Z,
    ).decode()


def _municipality(event: Event) -> dict[str, str]:
    """The extension attribute by which a hub such as Open Notificaties lets its subscribers choose."""
    named = event.municipalities or ()
    return {"municipalitycode": named[0]} if len(named) == 1 else {}
