"""Cases to follow."""

import httpx
import pytest

from app.core.db import Database
from tests.followup.following import Following
from tests.makers import AMSTERDAM_DESK, a_token, an_accepted_case, an_offered_case


@pytest.fixture
async def following(client: httpx.AsyncClient, database: Database) -> Following:
    """A case that Amsterdam's desk has accepted."""
    operator, desk = await a_token(database), await a_token(database, AMSTERDAM_DESK, "desk")
    return Following(client, desk, await an_accepted_case(client, operator, desk))


@pytest.fixture
async def promised(client: httpx.AsyncClient, database: Database) -> Following:
    """The same, and the caller was promised to hear."""
    operator, desk = await a_token(database), await a_token(database, AMSTERDAM_DESK, "desk")
    receipt = await an_offered_case(client, operator, feedbackPromised=True)
    path = f"/v1/offers/{receipt['offered']['offerId']}/acceptance"
    answer = await client.post(path, json={}, headers=desk | {"If-Match": '"1"'})
    assert answer.status_code == 201, answer.text
    return Following(client, desk, receipt["caseId"])
