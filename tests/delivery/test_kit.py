"""The receivers' kit: schemas that hold, examples that run, and a description that is enough to build on."""

import json
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest

from app.core.events import Event
from app.core.webhooks import ENVELOPE, data_schema, example, webhook
from app.main import EVENTS, event_schemas
from tests.contract.events import check

COMMITTED = Path(__file__).parents[2] / "openapi" / "events"


def test_the_committed_schemas_are_those_that_are_served() -> None:
    """Whoever builds on the files builds on the truth; `nodus openapi --events openapi/events` makes them again."""
    assert {path.stem: json.loads(path.read_text()) for path in COMMITTED.iterdir()} == event_schemas()


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_a_worked_example_keeps_to_its_schema(event: type[Event]) -> None:
    """Schemas are valid themselves, with formats; the example in the description is one that would be accepted."""
    jsonschema_rs.meta.validate(data_schema(event))
    check(example(event))
    told = example(event)
    assert data_schema(event).get("additionalProperties", True) is True
    wrong: list[dict[str, Any]] = [{**told, "sequence": "1"}, {**told, "data": {}}, {**told, "time": "yesterday"}]
    for one in wrong:
        with pytest.raises(jsonschema_rs.ValidationError):
            check(one)
    described = webhook(event)["post"]
    content = described["requestBody"]["content"]["application/cloudevents+json"]
    jsonschema_rs.validate(content["schema"], content["examples"]["worked"]["value"])
    assert {"2XX", "410", "429", "default"} == described["responses"].keys()


async def test_schemas_are_served_where_dataschema_points(client: httpx.AsyncClient) -> None:
    """Without a token, and from any page: a validator follows the address in the event."""
    for name in (ENVELOPE, "nl.nodus.case.offered.v1"):
        answer = await client.get(f"/v1/schemas/{name}")
        assert answer.headers["content-type"] == "application/schema+json"
        assert answer.json() == event_schemas()[name]
