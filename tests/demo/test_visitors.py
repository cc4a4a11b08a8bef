"""What a visitor of the demo finds: organisations that leave the answering to him, and things to do, made as people make them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.core.actor import WORKER
from app.core.db import Database
from app.core.due import carry_out_once
from app.core.work import begin
from app.coverage import due as coverage
from app.demo.client import Api
from app.demo.journal import Journal
from app.demo.leaving import LABEL, leave
from app.demo.party import Party
from app.demo.people import DESK, PROVIDER, VISITED
from app.demo.stage import Member
from app.directory.seeding import organisation_id
from app.rosters.seeding import load_plans
from tests.conftest import settings_for
from tests.console.serving import served
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token, now


@pytest.fixture
async def address(fresh_url: str) -> AsyncIterator[str]:
    """Where the service is."""
    async with served(settings_for(fresh_url, webhooks_to_private_addresses=True)) as url:
        yield url


async def _a_member(database: Database, organisation: UUID, kind: str, role: str) -> Member:
    token = (await a_token(database, organisation, role))["Authorization"].removeprefix("Bearer ")
    return Member(str(organisation), "somebody (verzonnen)", kind, role, token)


def _offered(number: int) -> dict[str, Any]:
    told = {"organisationId": DESK, "offerId": f"offer-{number}", "municipalityCode": "GM0363", "rung": "chosen"}
    data = told | {"acceptBy": now().isoformat()}
    return {"type": "nl.nodus.case.offered.v1", "sequence": f"{number}", "subject": f"case-{number}", "data": data}


async def test_who_steps_aside_hears_everything_and_answers_nothing(tmp_path: Path) -> None:
    """The sums stay true, since every event is taken in; the offer waits for a visitor."""
    journal = Journal(tmp_path)
    party = Party(Api("http://127.0.0.1:9", "none"), "desk", DESK, last_rung=False, journal=journal)
    party.hear("feed", _offered(1), "one")
    assert party.busy == 1
    await party.step_aside()
    party.hear("feed", _offered(2), "two")
    await party.take_up()
    assert party.busy == 0
    assert journal.of(DESK).last == 2
    assert party.faults == []
    await party.rest()


def test_those_who_step_aside_are_those_whom_a_visitor_can_be() -> None:
    """Amsterdam's desk and the crisis service there, and nobody else: the rest of the country plays on."""
    assert {DESK, PROVIDER} == VISITED == {str(AMSTERDAM_DESK), str(organisation_id("crisis-vr13"))}


async def test_what_is_left_is_really_there(fresh_database: Database, address: str) -> None:
    """Offers that wait, a case with something due, one in aftercare, a roster's gap, an endpoint; a second time adds nothing."""
    async with begin(fresh_database, WORKER) as work:
        await load_plans(work)
    provider = organisation_id("crisis-vr13")
    members = [
        await _a_member(fresh_database, HOTLINE, "hotline", "operator"),
        await _a_member(fresh_database, AMSTERDAM_DESK, "meldpunt", "desk"),
        await _a_member(fresh_database, provider, "care_provider", "desk"),
        await _a_member(fresh_database, provider, "care_provider", "planner"),
    ]
    for _ in range(2):
        await leave(address, members, 9)
    operator, desk, crisis, planner = (Api(address, one.token) for one in members)
    try:
        waiting = await desk.all("/v1/offers", state="pending")
        assert sorted(one["urgency"] for one in waiting) == ["normal", "urgent"]
        assert [one["urgency"] for one in await crisis.all("/v1/offers", state="pending")] == ["crisis"]
        cases = {one["state"]: one for one in await desk.all("/v1/cases", mine="true")}
        assert sorted(cases) == ["aftercare", "in_follow_up"]
        assert len(await desk.all("/v1/boards/actions")) == 1
        assert len((await desk.get(f"/v1/cases/{cases['aftercare']['id']}/aftercare"))["checks"]) >= 3
        [endpoint] = (await desk.get("/v1/webhook-endpoints"))["items"]
        assert (endpoint["label"], endpoint["state"]) == (LABEL, "active")  # something is sent there, and nobody takes it
        assert len(await operator.all("/v1/cases")) == 5
        await carry_out_once(coverage.LOOKS, fresh_database)
        assert "no_shift" in {one["reason"] for one in await planner.all("/v1/gaps", cleared="false")}
    finally:
        for one in (operator, desk, crisis, planner):
            await one.close()
