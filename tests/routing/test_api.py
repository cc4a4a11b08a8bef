"""Offers through HTTP: one answer counts, nobody falls through, nobody sees what isn't theirs."""

import asyncio
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.core.db import Database
from app.core.due import carry_out_once
from app.directory.seeding import organisation_id
from app.routing import due
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token, an_accepted_case, an_offered_case, expire


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


async def test_an_expired_offer_goes_on_and_can_not_be_accepted_any_more(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], database: Database
) -> None:
    """Silence is an answer too."""
    receipt = await an_offered_case(client, operator)
    offer = receipt["offered"]["offerId"]
    await expire(database, offer)
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
        await expire(database, offers[-1])
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
        await asyncio.gather(accepting, expire(database, offer), return_exceptions=True)
        owner = (await client.get(f"/v1/cases/{case}", headers=operator)).json()["ownerOrganisationId"]
        told = (await client.get(f"/v1/cases/{case}/routing", headers=operator)).json()
        pending = [one for one in told["offers"] if one["state"] == "pending"]
        assert (owner is not None) != (len(pending) == 1)


async def test_an_answer_that_is_sent_twice_counts_once(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str]
) -> None:
    """The line broke before the answer came: the same key gives the same answer, accepted or declined."""
    for command, body in (("acceptance", {"coordinator": "regisseur noord"}), ("decline", {"reason": "no_capacity"})):
        offer = (await an_offered_case(client, operator))["offered"]["offerId"]
        headers = desk | {"If-Match": '"1"', "Idempotency-Key": f"{command}-{offer}"}
        first, again = [await client.post(f"/v1/offers/{offer}/{command}", json=body, headers=headers) for _ in range(2)]
        assert (first.status_code, first.content) == (again.status_code, again.content) == (201, first.content)
        assert again.headers["Idempotent-Replayed"] == "true"
        other = desk | {"If-Match": '"1"', "Idempotency-Key": f"other-{offer}"}
        assert (await client.post(f"/v1/offers/{offer}/{command}", json=body, headers=other)).status_code == 409


async def test_a_decline_says_why_from_the_list_and_on_which_version(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str]
) -> None:
    """Free text could tell of a person and can't be counted; each refusal leaves the offer as it was."""
    path = f"/v1/offers/{(await an_offered_case(client, operator))['offered']['offerId']}"
    wrong = await client.post(f"{path}/decline", json={"reason": "he shouts"}, headers=desk | {"If-Match": '"1"'})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (400, "/reason")
    assert "shouts" not in wrong.text
    missing = await client.post(f"{path}/decline", json={"reason": "other"}, headers=desk)
    assert (missing.status_code, missing.json()["type"].rsplit("/", 1)[1]) == (428, "if-match-required")
    stale = await client.post(f"{path}/decline", json={"reason": "other"}, headers=desk | {"If-Match": '"9"'})
    assert (stale.status_code, stale.json()["currentVersion"]) == (412, 1)
    seen = await client.get(path, headers=desk)
    assert (seen.json()["state"], seen.headers["ETag"]) == ("pending", '"1"')


async def test_an_offer_to_another_organisation_does_not_exist(
    client: httpx.AsyncClient, operator: dict[str, str], database: Database
) -> None:
    """Not to be read, not to be answered, not in the list: as if there were none."""
    offer = (await an_offered_case(client, operator))["offered"]["offerId"]
    stranger = await a_token(database, organisation_id("rotterdam"), "desk") | {"If-Match": '"1"'}
    answers = [
        await client.get(f"/v1/offers/{offer}", headers=stranger),
        await client.post(f"/v1/offers/{offer}/acceptance", json={}, headers=stranger),
        await client.post(f"/v1/offers/{offer}/decline", json={"reason": "other"}, headers=stranger),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    listed = (await client.get("/v1/offers", params={"state": "pending", "limit": 200}, headers=stranger)).json()
    assert offer not in [one["id"] for one in listed["items"]]


async def test_what_an_operator_chose_is_shown_and_why_is_sealed(
    client: httpx.AsyncClient, operator: dict[str, str], raw: asyncpg.Connection
) -> None:
    """Who reads the decision sees that it was a choice; the words may tell of a person, and are nowhere in the clear."""
    routing = {"organisationId": str(organisation_id("outreach-vr13")), "reason": "Mevrouw Jansen kent hem."}
    case = (await an_offered_case(client, operator, routing=routing))["caseId"]
    told = (await client.get(f"/v1/cases/{case}/routing", headers=operator)).json()
    [taken] = [one for one in told["decisions"][0]["candidates"] if one["taken"]]
    assert (taken["organisationId"], taken["code"]) == (routing["organisationId"], "chosen")
    assert (told["offers"][0]["rung"], told["decisions"][0]["replayed"]) == ("chosen", True)
    async with raw.transaction():
        await raw.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{HOTLINE}'")
        stored = await raw.fetchval("SELECT inputs::text || lines::text FROM decision WHERE case_id = $1", UUID(case))
    assert stored
    assert "Jansen" not in stored


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


async def test_an_ended_or_forged_offer_opens_no_case(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], raw: asyncpg.Connection
) -> None:
    """Who declined can't take its answer back in the database, and a stranger can't offer itself a case."""
    receipt = await an_offered_case(client, operator)
    offer, case = receipt["offered"]["offerId"], receipt["caseId"]
    await client.post(f"/v1/offers/{offer}/decline", json={"reason": "other"}, headers=desk | {"If-Match": '"1"'})
    async with raw.transaction():
        await raw.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{AMSTERDAM_DESK}'")
        again = "UPDATE offer SET state = 'pending', answered_at = NULL WHERE id = $1"
        assert await raw.execute(again, offer) == "UPDATE 0"
        assert await raw.fetchval("SELECT count(*) FROM cases WHERE id = $1", case) == 0
    forged = """INSERT INTO offer (id, case_id, decision_id, organisation_id, intake_organisation_id, written_by, rung, urgency,
        municipality_code, offered_at, accept_by, next_call_at)
        VALUES (gen_random_uuid(), $1, gen_random_uuid(), me(), $2, me(), 'chosen', 'urgent', 'GM0363', now(), now(), now())"""
    stranger = organisation_id("rotterdam")
    async with raw.transaction():
        await raw.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{stranger}'")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await raw.execute(forged, case, HOTLINE)


async def test_who_has_declined_can_offer_the_case_to_nobody_later(
    client: httpx.AsyncClient, operator: dict[str, str], desk: dict[str, str], raw: asyncpg.Connection
) -> None:
    """Passing on is part of declining: an organisation that was once asked can't hand a case about in the database afterwards."""
    receipt = await an_offered_case(client, operator)
    offer, case = receipt["offered"]["offerId"], receipt["caseId"]
    declined = await client.post(f"/v1/offers/{offer}/decline", json={"reason": "other"}, headers=desk | {"If-Match": '"1"'})
    assert declined.status_code == 201, declined.text
    forged = """INSERT INTO offer (id, case_id, decision_id, organisation_id, intake_organisation_id, written_by, rung, urgency,
        state, municipality_code, offered_at, accept_by, next_call_at)
        VALUES (gen_random_uuid(), $1, gen_random_uuid(), $3, $2, me(), 'chosen', 'urgent', 'withdrawn', 'GM0363', now(), now(), now())"""
    async with raw.transaction():
        await raw.execute(f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{AMSTERDAM_DESK}'")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await raw.execute(forged, case, HOTLINE, organisation_id("rotterdam"))
