"""Offers through HTTP: one answer counts, nobody falls through, nobody sees what isn't theirs."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.core.actor import WORKER
from app.core.db import Database
from app.core.due import carry_out_once
from app.core.work import begin
from app.directory.seeding import organisation_id
from app.routing import due, queries
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token, an_accepted_case, an_offered_case


@pytest.fixture
async def operator(database: Database) -> dict[str, str]:
    """The header of an operator of the hotline."""
    return await a_token(database)


@pytest.fixture
async def desk(database: Database) -> dict[str, str]:
    """The header of Amsterdam's desk."""
    return await a_token(database, AMSTERDAM_DESK, "desk")


async def test_accepting_makes_responsible_once(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str]
) -> None:
    """If-Match is wanted, a stale one refused; who is first has it, and a second answer changes nothing."""
    offer = (await an_offered_case(client, operator))["offered"]["offerId"]
    path = f"/v1/offers/{offer}/acceptance"
    assert (await client.post(path, json={}, headers=desk)).status_code == 428
    assert (await client.post(path, json={}, headers=desk | {"If-Match": '"7"'})).status_code == 412
    answers = await asyncio.gather(*(client.post(path, json={}, headers=desk | {"If-Match": '"1"'}) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_contents_are_read_after_accepting_only(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str]
) -> None:
    """Who is being asked sees urgency and place, and nothing about anybody."""
    receipt = await an_offered_case(client, operator)
    path = f"/v1/cases/{receipt['caseId']}"
    assert (await client.get(path, headers=desk)).status_code == 200
    asked = await client.get(f"{path}/calls", params={"purpose": "first_contact"}, headers=desk)
    assert asked.status_code == 403
    offer = receipt["offered"]["offerId"]
    await client.post(f"/v1/offers/{offer}/acceptance", json={}, headers=desk | {"If-Match": '"1"'})
    told = await client.get(f"{path}/calls", params={"purpose": "first_contact"}, headers=desk)
    assert told.json()["items"][0]["contents"]["worry"] == "Buurman eet al dagen niet."


async def test_declining_asks_the_next_at_once_up_to_the_last(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], database: Database
) -> None:
    """Each refusal leads to another name; the national desk can't decline."""
    case = (await an_offered_case(client, operator))["caseId"]
    asked: list[str] = []
    while True:
        told = (await client.get(f"/v1/cases/{case}/routing", headers=operator)).json()
        assert all(decision["replayed"] for decision in told["decisions"])
        [pending] = [offer for offer in told["offers"] if offer["state"] == "pending"]
        asked.append(pending["organisationId"])
        role = "supervisor" if pending["rung"] == "national_desk" else "desk"
        who = await a_token(database, UUID(pending["organisationId"]), role)
        path = f"/v1/offers/{pending['id']}/decline"
        answer = await client.post(path, json={"reason": "no_capacity"}, headers=who | {"If-Match": f'"{pending["version"]}"'})
        if pending["rung"] == "national_desk":
            break
        assert answer.status_code == 201, answer.text
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("last-rung")
    assert len(asked) == len(set(asked)) > 1
    assert (await client.get(f"/v1/cases/{case}", headers=desk)).status_code == 404


async def _expire(database: Database, offer: str) -> None:
    """Let the worker meet an offer at the moment its time has run out."""
    async with begin(database, WORKER) as work:
        row = await work.one(queries.OFFER, offer_id=UUID(offer))
    assert row
    async with begin(database, WORKER, at=row["next_call_at"] + timedelta(seconds=1)) as work:
        assert row["id"] in await due.claim(work)
        await due.act(work, row["id"])


async def test_an_expired_offer_goes_on_and_can_not_be_accepted_any_more(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], database: Database
) -> None:
    """Silence is an answer too."""
    receipt = await an_offered_case(client, operator)
    offer = receipt["offered"]["offerId"]
    await _expire(database, offer)
    late = await client.post(f"/v1/offers/{offer}/acceptance", json={}, headers=desk | {"If-Match": '"1"'})
    assert late.status_code == 409
    told = (await client.get(f"/v1/cases/{receipt['caseId']}/routing", headers=operator)).json()
    assert [one["state"] for one in told["offers"]] == ["expired", "pending"]


async def test_the_last_rung_is_reminded_and_never_let_go(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], database: Database
) -> None:
    """After the national desk there is nobody: its offer stands, and it is told again."""
    receipt = await an_offered_case(client, operator)
    offers = [receipt["offered"]["offerId"]]
    for _ in range(6):
        await _expire(database, offers[-1])
        told = (await client.get(f"/v1/cases/{receipt['caseId']}/routing", headers=operator)).json()
        offers.append(told["offers"][-1]["id"])
    last = told["offers"][-1]
    assert (last["rung"], last["state"]) == ("national_desk", "pending")
    assert last["reminders"] >= 1


async def test_accepting_and_expiring_at_the_same_moment_leaves_one_of_them(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], database: Database
) -> None:
    """The case has an owner or a pending offer, never both, never neither."""
    for _ in range(5):
        receipt = await an_offered_case(client, operator)
        offer, case = receipt["offered"]["offerId"], receipt["caseId"]
        accepting = client.post(f"/v1/offers/{offer}/acceptance", json={}, headers=desk | {"If-Match": '"1"'})
        await asyncio.gather(accepting, _expire(database, offer), return_exceptions=True)
        owner = (await client.get(f"/v1/cases/{case}", headers=operator)).json()["ownerOrganisationId"]
        told = (await client.get(f"/v1/cases/{case}/routing", headers=operator)).json()
        pending = [one for one in told["offers"] if one["state"] == "pending"]
        assert (owner is not None) != (len(pending) == 1)


async def test_an_organisation_sees_its_own_cases_only_around_the_application_too(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], raw: asyncpg.Connection
) -> None:
    """The database itself shows a stranger nothing, whatever is asked of it under the role of the service."""
    case = await an_accepted_case(client, operator, desk)
    tables = ("cases", "call", "offer", "decision", "case_line", "vault_key", "event", "access_log", "contact", "goal")
    stranger = organisation_id("rotterdam")
    async with raw.transaction():
        await raw.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{stranger}'")
        for table in tables:
            column = "id" if table == "cases" else "case_id"
            assert await raw.fetchval(f"SELECT count(*) FROM {table} WHERE {column} = $1", case) == 0, table
        assert await raw.execute("UPDATE cases SET owner_organisation_id = me() WHERE id = $1", case) == "UPDATE 0"
    for organisation in (AMSTERDAM_DESK, HOTLINE):
        async with raw.transaction():
            await raw.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{organisation}'")
            assert await raw.fetchval("SELECT count(*) FROM cases WHERE id = $1", case) == 1


async def test_the_service_can_not_step_out_of_its_role(raw: asyncpg.Connection) -> None:
    """Without an organisation no row is seen, and the login by itself may read nothing at all."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await raw.fetch("SELECT * FROM cases")
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_app")
        assert await raw.fetchval("SELECT count(*) FROM cases") == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await raw.execute("DELETE FROM access_log")


async def test_the_worker_carries_out_what_is_due(fresh_database: Database) -> None:
    """With nothing due nothing is done, and nothing fails."""
    assert await carry_out_once(due.EXPIRED_OFFERS, fresh_database) == (0, 0)
