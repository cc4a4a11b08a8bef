"""Information requests through HTTP: basis, disclosure, who answers, and what stays on record."""

from datetime import timedelta
from typing import Any

import asyncpg
import httpx

from app.core.db import Database
from app.directory.seeding import organisation_id
from tests.makers import AMSTERDAM_DESK, heard, now
from tests.team.table import MENTAL_HEALTH, POLICE, SOCIAL_TEAM, Table, a_table

QUESTION = "Slikt hij zijn medicijnen nog?"
ANSWER = "Sinds de zomer niet meer."


def asking(**changes: Any) -> dict[str, Any]:
    """A question to a hospital, in an emergency."""
    body = {
        "party": "hospital", "basis": "vital_interest", "consent": "not_possible", "discloses": ["case_exists", "name"],
        "question": QUESTION, "dueAt": (now() + timedelta(days=2)).isoformat(),
    }  # fmt: skip
    return {key: value for key, value in (body | changes).items() if value is not None}


def to(organisation: Any, **changes: Any) -> dict[str, Any]:
    """The same to an organisation."""
    return asking(party=None, organisationId=str(organisation), **changes)


async def _only(table: Table, who: str = "owner", **params: Any) -> Any:
    [found] = (await table.read(who, "/information-requests", **params))["items"]
    return found


async def test_a_member_is_asked_and_answers_on_a_basis(client: httpx.AsyncClient, database: Database) -> None:
    """It is theirs to answer; without a basis nothing is told; who did not ask nor is asked sees what the team sees."""
    table = await a_table(client, database, ggz=MENTAL_HEALTH, team=SOCIAL_TEAM)
    await table.join("ggz", MENTAL_HEALTH)
    await table.join("team", SOCIAL_TEAM, "social_team")
    made = await table.do("owner", "information-requests", to(MENTAL_HEALTH, visibility="owner"))
    path = f"information-requests/{made['id']}"
    asked = await _only(table, "ggz")
    assert (asked["assignedTo"], asked["state"], asked["question"]) == (str(MENTAL_HEALTH), "open", None)
    assert (await table.read("team", "/information-requests"))["items"] == []
    assert "nl.nodus.item.written.v1" in {kind for kind, _ in await heard(client, table.keys["ggz"], MENTAL_HEALTH)}
    refused = await table.do("ggz", f"{path}/answer", {"answer": ANSWER}, 400, version=1)
    assert (refused["type"].rsplit("/", 1)[-1], refused["errors"][0]["pointer"]) == ("basis-missing", "/basis")
    without = {"answer": ANSWER, "basis": "consent"}
    assert (await table.do("ggz", f"{path}/answer", without, 400, version=1))["errors"][0]["pointer"] == "/consent"
    await table.do("owner", f"{path}/answer", {"answer": ANSWER, "basis": "wvggz"}, 403, version=1)
    await table.do("ggz", f"{path}/withdrawal", {}, 403, version=1)
    await table.do("ggz", f"{path}/answer", {"answer": ANSWER, "basis": "consent", "consent": "given"}, version=1)
    told = await _only(table, purpose="follow_up")
    assert (told["state"], told["question"], told["answer"], told["answerBasis"]) == ("answered", QUESTION, ANSWER, "consent")
    again = await table.do("ggz", f"{path}/refusal", {"reason": "no_basis"}, 409, version=2)
    assert again["type"].endswith("item-ended")


async def test_who_left_the_team_answers_no_more(client: httpx.AsyncClient, database: Database) -> None:
    """Then whoever asked writes down what they hear by other ways, or that nothing came."""
    table = await a_table(client, database, ggz=MENTAL_HEALTH)
    member = await table.join("ggz", MENTAL_HEALTH)
    made = await table.do("owner", "information-requests", to(MENTAL_HEALTH))
    await table.do("ggz", f"team/{member}/end", {"reason": "task_done"}, version=2)
    path = f"information-requests/{made['id']}/refusal"
    await table.do("ggz", path, {"reason": "no_basis"}, 404, version=1)
    await table.do("owner", path, {"reason": "not_reached"}, version=1)
    assert (await _only(table))["refusedBecause"] == "not_reached"


async def test_a_question_to_outsiders_is_ours_to_follow(client: httpx.AsyncClient, database: Database) -> None:
    """The case's clock counts it; taken back, what it disclosed stays on record for the person."""
    table = await a_table(client, database)
    await table.do("owner", "contacts", {"way": "visit", "party": "person", "result": "reached"})
    soon = (now() + timedelta(hours=3)).isoformat()
    made = await table.do("owner", "information-requests", asking(dueAt=soon))
    assert made["deadlineAt"][:16] == soon[:16]
    path = f"information-requests/{made['id']}/withdrawal"
    await table.do("owner", path, {}, 428)
    await table.do("owner", path, {}, 412, version=7)
    gone = await table.do("owner", path, {"note": "Niet meer nodig."}, version=1)
    assert gone["deadlineAt"] > soon
    [kept] = (await table.read("owner", "/disclosures"))["items"]
    assert (kept["party"], kept["basis"], kept["disclosed"]) == ("hospital", "vital_interest", ["case_exists", "name"])
    await table.read("operator", "/disclosures", expected=403)


async def test_a_question_that_comes_in_is_answered_on_a_basis_or_refused(client: httpx.AsyncClient, database: Database) -> None:
    """Nobody has to say yes because somebody asked; what an answer tells is on the person's list."""
    table = await a_table(client, database)
    coming_in = asking(direction="in", party="housing", basis=None, discloses=None)
    made = await table.do("owner", "information-requests", coming_in)
    path = f"information-requests/{made['id']}/answer"
    silent = {"answer": ANSWER, "basis": "public_task"}
    assert (await table.do("owner", path, silent, 400, version=1))["errors"][0]["pointer"] == "/disclosed"
    await table.do("owner", path, silent | {"disclosed": ["case_exists"]}, version=1)
    other = await table.do("owner", "information-requests", coming_in)
    await table.do("owner", f"information-requests/{other['id']}/refusal", {"reason": "no_basis"}, version=1)
    [told] = (await table.read("owner", "/disclosures"))["items"]
    assert (told["requestId"], told["disclosed"]) == (made["id"], ["case_exists"])


async def test_a_question_that_can_not_be_meant_is_refused(client: httpx.AsyncClient, database: Database) -> None:
    """To nobody, to two, to oneself, without basis, without saying what it discloses, due in the past: nothing changes."""
    table = await a_table(client, database, police=POLICE)
    wrong = [
        (asking(party=None), "/organisationId"),
        (asking(organisationId=str(MENTAL_HEALTH)), "/organisationId"),
        (to(AMSTERDAM_DESK), "/organisationId"),
        (to(organisation_id("nobody-at-all")), "/organisationId"),
        (asking(basis=None), "/basis"),
        (asking(basis="consent", consent="refused"), "/consent"),
        (asking(discloses=[]), "/discloses"),
        (asking(dueAt=(now() - timedelta(days=1)).isoformat()), "/dueAt"),
        (asking(visibility="named", named=[str(POLICE)]), "/named"),
        (asking(basis="because"), "/basis"),
        (asking(question=" "), "/question"),
    ]
    for body, pointer in wrong:
        refused = await table.do("owner", "information-requests", body, 400)
        assert pointer in {one["pointer"] for one in refused["errors"]}, body
    await table.do("police", "information-requests", asking(), 404)
    await table.do("operator", "information-requests", asking(), 403)
    assert (await table.read("owner", "/information-requests"))["items"] == []


async def test_no_procedure_ends_by_the_back_door(client: httpx.AsyncClient, database: Database, raw: asyncpg.Connection) -> None:
    """The general end of an item would leave out basis and reason; and no word lies readable in the database."""
    table = await a_table(client, database)
    made = await table.do("owner", "information-requests", asking())
    refused = await table.do("owner", f"items/{made['id']}/end", {}, 409, version=1)
    assert refused["type"].endswith("ends-by-procedure")
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        rows = await raw.fetch("SELECT t::text AS said FROM case_item t WHERE id = $1::uuid", made["id"])
    assert QUESTION not in rows[0]["said"]
