"""The description of the API: committed, complete, by the Dutch rules."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from app.core.settings import Settings
from app.main import create_app, openapi
from tests.conftest import MASTER_KEY

COMMITTED = Path(__file__).parents[2] / "openapi" / "openapi.json"
SEGMENT = re.compile(r"^(/([a-z0-9-]+|\{\w+\}))*(/_[a-z]+)?$")


@pytest.fixture(scope="module")
def described() -> Any:
    """The description as it is now."""
    app: FastAPI = create_app(Settings(database_url="postgresql://nobody@/none", master_key=MASTER_KEY))
    return json.loads(json.dumps(openapi(app)))


def test_the_committed_description_is_the_one_that_is_served(described: Any) -> None:
    """Whoever builds on the file builds on the truth; `deploy/dev run openapi > openapi/openapi.json` makes it again."""
    assert json.loads(COMMITTED.read_text()) == described


def test_addresses_and_errors_follow_the_rules(described: Any) -> None:
    """Kebab case, camelCase parameters, 400 instead of 422 for bad input, problem+json and a version on every answer."""
    seen = set()
    for path, item in described["paths"].items():
        assert SEGMENT.fullmatch(path), path
        for operation in item.values():
            seen.add(operation["operationId"])
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "query":
                    assert re.fullmatch(r"[a-z][a-zA-Z0-9]*", parameter["name"])
            for status, answer in operation["responses"].items():
                assert "API-Version" in answer["headers"]
                if status >= "400":
                    assert set(answer["content"]) == {"application/problem+json"}
    assert len(seen) == sum(len(item) for item in described["paths"].values())
