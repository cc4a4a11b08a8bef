"""Moments that nobody can tell anything sure about."""

import httpx
import pytest

from app.core.db import Database
from tests.makers import a_token


@pytest.mark.parametrize("moment", ["0059-09-02T23:34:12.42-18:30", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize(
    "path", ["/v1/coverage?at=", "/v1/coverage/spans?from=", "/v1/coverage/gaps?from=", "/v1/routing/preview?postcode=1012AB&at="]
)
async def test_a_moment_out_of_reach_is_refused(client: httpx.AsyncClient, database: Database, path: str, moment: str) -> None:
    """The year 59 has no time zone to reckon with: a clear answer, where there once was a fault."""
    planner = await a_token(database, role="planner")
    answer = await client.get(path + moment, headers=planner)
    assert (answer.status_code, "1950" in answer.text) == (400, True), answer.text
