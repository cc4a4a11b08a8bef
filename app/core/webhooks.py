"""What receivers are told of events: the envelope, each event's data, a worked example, and how to answer.

Sources: CloudEvents 1.0 with the NL GOV profile 1.1, Standard Webhooks 1.0.0, CNCF http-webhook, JSON Schema 2020-12.
"""

import types
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Final, get_args, get_origin, get_type_hints
from uuid import UUID

import orjson
from pydantic import TypeAdapter

from app.core.cloudevents import body_of
from app.core.events import Event, camel
from app.core.settings import Settings

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
ENVELOPE: Final = "_envelope"
OPEN: Final = (
    "Members may be added without a new version: `additionalProperties` is open on purpose, ignore those that you don't know."
)
AN_ID: Final = "01932f5e-8a41-7b6c-9d2e-{place:012x}"
A_MOMENT: Final = datetime(2026, 11, 24, 1, 40, tzinfo=UTC)
PLAIN: Final[dict[Any, Any]] = {int: 1, bool: False, datetime: A_MOMENT}
SOMEWHERE: Final = Settings(base_url="https://nodus.example", source="urn:nld:oin:00000001823288444000:systeem:nodus")


def data_schema(event: type[Event]) -> dict[str, Any]:
    """JSON Schema of an event's `data`, as it is served at its `dataschema`."""
    hints = get_type_hints(event)
    named = {camel(field.name): TypeAdapter(hints[field.name]).json_schema() for field in fields(event)}
    return {
        "$schema": DIALECT,
        "$id": f"/v1/schemas/{event.type}",
        "title": event.type,
        "description": f"{(event.__doc__ or '').strip()}\n\n{OPEN}",
        "type": "object",
        "properties": named,
        "required": sorted(named),
        "examples": [worked(event).data()],
    }


def envelope_schema() -> dict[str, Any]:
    """JSON Schema of what surrounds every event's `data`."""
    properties: dict[str, Any] = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid", "description": "The same in every attempt and in the feed: dedupe on it."},
        "source": {"type": "string", "minLength": 1, "description": "This installation: urn:nld:oin:<OIN>:systeem:<name>"},
        "type": {"type": "string", "pattern": r"^nl\.nodus\.[a-z_.]+\.v[0-9]+$", "description": "What happened"},
        "subject": {"type": "string", "format": "uuid", "description": "What it is about; for most, the case"},
        "time": {"type": "string", "format": "date-time", "description": "When it was recorded, UTC"},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"type": "string", "format": "uri", "description": "The schema of `data`"},
        "sequence": {"type": "string", "pattern": "^[0-9]{20}$", "description": "Your own number: from 1, without gaps"},
        "dataref": {"type": "string", "format": "uri", "description": "Where the API tells more; reading there is logged"},
        "municipalitycode": {
            "type": "string", "pattern": "^GM[0-9]{4}$", "description": "The municipality, when the event names exactly one",
        },
        "data": {"type": "object", "description": "Ids, codes and moments; never what somebody said"},
    }  # fmt: skip
    return {
        "$schema": DIALECT,
        "$id": f"/v1/schemas/{ENVELOPE}",
        "title": "CloudEvent",
        "description": f"A CloudEvent 1.0 by the Dutch profile, in structured mode. {OPEN}",
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name != "municipalitycode"],
    }


def worked(event: type[Event]) -> Event:
    """An event as it may happen: the texts that its class names, and something of the right kind for the rest.

    Raises:
        LookupError: the class has a text without an example.
    """
    told: dict[str, object] = {}
    for kind in reversed(event.__mro__):
        told |= vars(kind).get("example", {})
    hints = get_type_hints(event)
    return event(**{
        field.name: told[field.name] if field.name in told else _some(hints[field.name], place)
        for place, field in enumerate(fields(event), 1)
    })  # fmt: skip


def _some(kind: Any, place: int) -> Any:  # noqa: ANN401  a type hint, and a value of it
    if isinstance(kind, types.UnionType):
        return _some(next(one for one in get_args(kind) if one is not type(None)), place)
    if get_origin(kind) is tuple:
        return (_some(get_args(kind)[0], place),)
    if kind is UUID:
        return UUID(AN_ID.format(place=place))
    if kind not in PLAIN:
        raise LookupError("A text needs an example of its own, in `example` of its event.")
    return PLAIN[kind]


def example(event: type[Event]) -> dict[str, Any]:
    """A whole event, as it arrives."""
    body = body_of(worked(event), UUID(AN_ID.format(place=0)), A_MOMENT, SOMEWHERE)
    told: dict[str, Any] = orjson.loads(body)
    del told["sequence"]
    return {**told, "sequence": f"{1234:020}"} if event.in_feed else told


def webhook(event: type[Event]) -> dict[str, Any]:
    """What the description of the API says of an event, under `webhooks`."""
    data = {key: value for key, value in data_schema(event).items() if not key.startswith("$") and key != "examples"}
    envelope = {key: value for key, value in envelope_schema().items() if not key.startswith("$") and key != "title"}
    if not event.in_feed:
        envelope["required"] = [name for name in envelope["required"] if name != "sequence"]
    envelope["properties"] = {**envelope["properties"], "type": {"const": event.type}, "data": data}
    content = {"schema": envelope, "examples": {"worked": {"summary": "As it arrives", "value": example(event)}}}
    return {
        "post": {
            "operationId": "on" + "".join(part.capitalize() for part in event.type.replace("_", ".").split(".")[2:]),
            "summary": (event.__doc__ or "").strip().split("\n")[0],
            "description": "At least once, in order unless the endpoint asked for loose order. Verify the signature over the"
            " bytes as they came, keep the event, answer at once (twenty seconds at most), and do the work afterwards.",
            "parameters": HEADERS,
            "requestBody": {"required": True, "content": {"application/cloudevents+json": content}},
            "responses": ANSWERS,
        }
    }


def _header(name: str, told: str, example_value: str, **schema: object) -> dict[str, Any]:
    return {
        "name": name, "in": "header", "required": True, "description": told, "schema": {"type": "string", **schema},
        "example": example_value,
    }  # fmt: skip


HEADERS: Final = [
    _header("webhook-id", "The event's id: the same in every attempt. Who has had it answers 2xx and does nothing.",
            AN_ID.format(place=0), format="uuid"),
    _header("webhook-timestamp", "When this attempt was made, in seconds since 1970. Refuse what is more than five minutes off.",
            "1795484400", pattern="^[0-9]+$"),
    _header("webhook-signature", "One or more, with spaces between: `v1,` HMAC-SHA256 or `v1a,` Ed25519, base64, over"
            " `{webhook-id}.{webhook-timestamp}.{body}`. While secrets are rotated there are several; one that fits is enough.",
            "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
    _header("WebHook-Request-Origin", "Who sends: the address of this installation, as in the handshake.", "https://nodus.example"),
]  # fmt: skip
ANSWERS: Final = {
    "2XX": {"description": "Received: it is not sent again. The body is not read."},
    "410": {"description": "Never again: the endpoint is disabled, and its organisation is told. Its events stay in the feed."},
    "429": {
        "description": "Too fast: tried again, not sooner than `Retry-After` says (seconds or a date, a day at most)",
        "headers": {"Retry-After": {"schema": {"type": "string"}}},
    },
    "default": {
        "description": "Anything else, a redirect too, a time-out, or a connection that fails: tried again for about three days,"
        " ever more slowly. Meanwhile later events of an endpoint in strict order wait."
    },
}
