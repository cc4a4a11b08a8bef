"""Follow-up through HTTP: from acceptance to closing, and every refusal on the way."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.followup import due
from tests.makers import AMSTERDAM_DESK, a_token, an_accepted_case, now

REACHED = {"way": "visit", "party": "person", "result": "reached", "note": "Zij deed open."}
WAIVER = {"waiver": {"reason": "done_by_others", "by": "coordinator"}}


class Following:
    """An accepted case, and its owner's client."""

    def __init__(self, client: httpx.AsyncClient, desk: dict[str, str], case: str) -> None:
        """Of Amsterdam's desk."""
        self.client, self.desk, self.case = client, desk, case

    async def do(self, what: str, body: Any, expected: int = 201, **headers: str) -> Any:
        """A command on the case."""
        answer = await self.client.post(f"/v1/cases/{self.case}/{what}", json=body, headers=self.desk | headers)
        assert answer.status_code == expected, answer.text
        return answer.json()

    async def read(self, what: str = "", **params: str) -> Any:
        """A look at the case."""
        answer = await self.client.get(f"/v1/cases/{self.case}{what}", params=params, headers=self.desk)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def close(self, expected: int) -> Any:
        """Try to close it."""
        version = (await self.read())["version"]
        return await self.do("closure", {"outcome": "better"}, expected, **{"If-Match": f'"{version}"'})


@pytest.fixture
async def following(client: httpx.AsyncClient, database: Database) -> Following:
    """A case that Amsterdam's desk has accepted."""
    operator, desk = await a_token(database), await a_token(database, AMSTERDAM_DESK, "desk")
    return Following(client, desk, await an_accepted_case(client, operator, desk))


async def test_a_case_is_followed_until_it_may_close(following: Following) -> None:
    """Accepted, contact, goal, outcome, aftercare, what is owed, closed: each step with its next deadline."""
    assert (await following.read())["deadlineKind"] == "first_contact"
    tried = await following.do("contacts", REACHED | {"result": "tried"})
    assert (tried["state"], tried["deadlineKind"]) == ("accepted", "first_contact")
    assert (await following.do("contacts", REACHED))["state"] == "in_follow_up"
    goal = (await following.do("goals", {"of": "person", "what": "Weer slapen."}))["id"]
    assert (await following.do(f"goals/{goal}/outcome", {"outcome": "reached"}))["state"] == "aftercare"
    aftercare = await following.read("/aftercare")
    assert [check["week"] for check in aftercare["checks"]] == [1, 4, 12]
    refused = await following.close(409)
    assert [one["code"] for one in refused["missing"]] == ["aftercare_check"] * 3 + ["inform_person", "evaluation"]
    for check in aftercare["checks"]:
        await following.do(f"aftercare/checks/{check['id']}/result", WAIVER)
    await following.do("aftercare/obligations/inform_person/fulfilment", {})
    await following.do("aftercare/obligations/evaluation/fulfilment", {"worked": ["reporting"], "failed": ["transport"]})
    assert (await following.read("/closing-checklist"))["missing"] == []
    closed = await following.close(201)
    assert (closed["state"], closed["deadlineAt"]) == ("closed", None)
    await following.do("contacts", REACHED, 409)


async def test_closing_names_everything_that_is_missing(following: Following) -> None:
    """Not the first thing only: a professional who wants to close must see the whole list."""
    refused = await following.close(409)
    assert {one["code"] for one in refused["missing"]} >= {"first_contact", "goal", "aftercare", "inform_person", "evaluation"}


async def test_a_check_can_not_be_done_before_it_tells_anything(following: Following) -> None:
    """Twelve weeks later is not today."""
    await following.do("contacts", REACHED)
    goal = (await following.do("goals", {"what": "Rust."}))["id"]
    await following.do(f"goals/{goal}/outcome", {"outcome": "reached"})
    check = (await following.read("/aftercare"))["checks"][2]["id"]
    answer = await following.do(f"aftercare/checks/{check}/result", {"result": "better"}, 409)
    assert answer["type"].endswith("too-early")


async def test_a_relapse_takes_the_case_back(following: Following) -> None:
    """A new goal in aftercare is follow-up again."""
    await following.do("contacts", REACHED)
    goal = (await following.do("goals", {"what": "Rust."}))["id"]
    await following.do(f"goals/{goal}/outcome", {"outcome": "partly_reached"})
    assert (await following.do("goals", {"what": "Opnieuw."}))["state"] == "in_follow_up"


async def test_what_is_written_is_sealed_and_read_by_the_owner_only(
    following: Following, client: httpx.AsyncClient, database: Database
) -> None:
    """The hotline that took the call in does not read the notes of the desk."""
    await following.do("contacts", REACHED)
    told = await following.read("/contacts", purpose="follow_up")
    assert told["items"][0]["note"] == "Zij deed open."
    operator = await a_token(database)
    answer = await client.get(f"/v1/cases/{following.case}/contacts", params={"purpose": "quality"}, headers=operator)
    assert answer.status_code == 403
    assert (await client.get(f"/v1/cases/{following.case}", headers=operator)).status_code == 200


async def test_what_is_overdue_climbs_to_the_top_and_an_act_ends_it(following: Following, database: Database) -> None:
    """Coordinator, organisation, municipality, national desk, and again, until somebody acts."""
    levels = []
    at = now() + timedelta(days=2)
    for _ in range(5):
        async with begin(database, WORKER, at=at) as work:
            assert UUID(following.case) in await due.claim(work)
            await due.act(work, UUID(following.case))
        levels.append((await following.read())["climbed"])
        at += timedelta(days=2)
    assert levels == [1, 2, 3, 4, 4]
    await following.do("contacts", REACHED)
    assert (await following.read())["climbed"] == 0
