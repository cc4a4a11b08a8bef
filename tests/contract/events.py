"""What every event must keep to: the schema of its envelope, and that of its data."""

from functools import cache
from typing import Any

import jsonschema_rs

from app.core.webhooks import ENVELOPE
from app.main import event_schemas


@cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(event_schemas()[name], validate_formats=True)


def check(event: dict[str, Any]) -> None:
    """Fail when an event breaks what receivers were promised; events that tests made up have an envelope only."""
    _validator(ENVELOPE).validate(event)
    if event["type"] in event_schemas():
        _validator(event["type"]).validate(event["data"])
