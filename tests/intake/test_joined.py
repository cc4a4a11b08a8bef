"""What happens to a call that joined a case reaches that case, also afterwards."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.intake import due
from tests.makers import AMSTERDAM_DESK, a_call, a_token, an_accepted_case, an_offered_case, heard, now

ACUTE = {"danger_now": "yes"}


@pytest.fixture
async def operator(database: Database) -> dict[str, str]:
    """An operator of the hotline."""
    return await a_token(database)


@pytest.fixture
async def desk(database: Database) -> dict[str, str]:
    """Amsterdam's desk, which hears what its organisation hears."""
    return await a_token(database, AMSTERDAM_DESK, "desk")


async def _lines(client: httpx.AsyncClient, who: dict[str, str], case: str, kind: str) -> list[Mapping[str, Any]]:
    items = (await client.get(f"/v1/cases/{case}/timeline", headers=who)).json()["items"]
    return [one["facts"] for one in items if one["kind"] == kind]


async def _told(client: httpx.AsyncClient, who: dict[str, str], subject: str) -> list[str]:
    return [what.removeprefix("nl.nodus.") for what, about in await heard(client, who, AMSTERDAM_DESK) if about == subject]


async def _amend(client: httpx.AsyncClient, who: dict[str, str], call: str, version: int, **told: Any) -> dict[str, Any]:
    changes = [{"field": field.replace("_", ".", 1), "value": value} for field, value in told.items()]
    body = {"changes": changes, "reason": "Verkeerd verstaan."}
    answer = await client.post(f"/v1/calls/{call}/amendments", json=body, headers=who | {"If-Match": f'"{version}"'})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def _joined(client: httpx.AsyncClient, operator: dict[str, str], case: str) -> str:
    receipt = await an_offered_case(client, operator, joins=case)
    assert receipt["disposition"] == "joined_case"
    return str(receipt["id"])


async def test_a_correction_of_a_call_that_joined_reaches_the_case(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str]
) -> None:
    """Whoever goes to the door by what a second caller said must hear that it was misheard."""
    case = await an_accepted_case(client, operator, desk)
    call = await _joined(client, operator, case)
    before = (await client.get(f"/v1/cases/{case}", headers=desk)).json()["version"]
    await _amend(client, operator, call, 1, worry="Buurvrouw eet niet.")
    assert await _lines(client, desk, case, "call_amended") == [{"call_id": call, "fields": ["worry"]}]
    assert (await client.get(f"/v1/cases/{case}", headers=desk)).json()["version"] == before + 1
    assert "call.amended.v1" in await _told(client, desk, call)


async def test_whoever_is_asked_hears_of_a_correction_too(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str]
) -> None:
    """Who decides whether to take a case decides by what was said."""
    case = (await an_offered_case(client, operator))["caseId"]
    call = await _joined(client, operator, case)
    await _amend(client, operator, call, 1, worry="Buurvrouw eet niet.")
    assert "call.amended.v1" in await _told(client, desk, call)


async def test_more_urgent_than_its_case_after_all_it_is_routed(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str]
) -> None:
    """A knife that was misheard must not wait for an owner who sleeps until nine: somebody is asked now, and both cases say so."""
    case = await an_accepted_case(client, operator, desk)
    call = await _joined(client, operator, case)
    raised = await _amend(client, operator, call, 1, answers_danger_now="yes")
    assert (raised["urgency"], raised["urgencyRaised"], raised["needsSomebody"]) == ("acute", True, False)
    own = raised["caseId"]
    mine = (await client.get(f"/v1/cases/{own}", headers=operator)).json()
    assert (mine["state"], mine["urgency"]) == ("offered", "acute")
    told = (await client.get(f"/v1/calls/{call}?purpose=quality", headers=operator)).json()["call"]
    assert (told["caseId"], told["joinedCaseId"], told["disposition"]) == (own, case, "case_opened")
    assert [one["related_case_id"] for one in await _lines(client, operator, own, "related")] == [case]
    assert [one.get("related_case_id") for one in await _lines(client, desk, case, "call_joined")] == [None, own]
    assert (await _told(client, desk, case)).count("case.call_joined.v1") == 2
    again = await _amend(client, operator, call, 2, answers_weapon="yes")
    assert (again["caseId"], again["urgencyRaised"]) == (None, False)  # it has one now


async def test_a_hand_off_of_a_call_that_joined_is_not_lost(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], database: Database
) -> None:
    """The owner of the case must know that the crisis service was never reached."""
    case = await an_accepted_case(client, operator, desk)
    draft = (await client.post("/v1/drafts", json=a_call(joins=case), headers=operator)).json()["id"]
    made = (await client.post(f"/v1/drafts/{draft}/hand-offs", json={"to": "crisis_service"}, headers=operator)).json()
    done = await client.post(f"/v1/drafts/{draft}/completion", headers=operator | {"If-Match": '"1"'})
    assert done.json()["disposition"] == "joined_case", done.text
    async with begin(database, WORKER, at=now() + timedelta(minutes=16)) as work:
        await due.HAND_OFFS.act(work, UUID(made["id"]))
    assert [one["state"] for one in await _lines(client, desk, case, "hand_off")] == ["calling", "not_reached"]
    assert "hand_off.not_reached.v1" in await _told(client, desk, draft)


async def test_that_it_was_an_error_reaches_the_case(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str]
) -> None:
    """Nobody should act on a call that was about somebody else."""
    case = await an_accepted_case(client, operator, desk)
    call = await _joined(client, operator, case)
    for path, version in (("error", 1), ("error/withdrawal", 2)):
        body = {"reason": "Andere straat."} if version == 1 else {}
        answer = await client.post(f"/v1/calls/{call}/{path}", json=body, headers=operator | {"If-Match": f'"{version}"'})
        assert answer.status_code == 200, answer.text
    assert len(await _lines(client, desk, case, "call_in_error")) == 1
    assert len(await _lines(client, desk, case, "call_error_withdrawn")) == 1
    assert (await _told(client, desk, call)).count("call.in_error.v1") == 2
