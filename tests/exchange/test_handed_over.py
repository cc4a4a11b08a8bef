"""Handovers as Tasks: a patient record takes a case over, and whoever had it sees that it has it no longer."""

import httpx

from app.core.db import Database
from tests.exchange.test_tasks import reached
from tests.routing.handing import OWNER, a_handing


async def test_a_case_is_taken_over_by_a_patient_record(
    fhir: httpx.AsyncClient, client: httpx.AsyncClient, database: Database
) -> None:
    """The Task says who asks and why, and names nobody before acceptance; the old owner's is cancelled, until it has it again."""
    table = await a_handing(client, database)
    ggz, owner = table.keys["ggz"], table.keys["owner"]

    async def of(offer: str, who: dict[str, str]) -> dict[str, str]:
        return dict((await fhir.get(f"/Task/{offer}", headers=who)).json())

    [first] = (await client.get(f"/v1/cases/{table.case}/routing", headers=owner)).json()["offers"]
    assert (await of(first["id"], owner))["status"] == "accepted"
    asked = await table.ask()
    offer = asked["offers"][0]["id"]
    task = (await fhir.get(f"/Task/{offer}", headers=ggz)).json()
    assert (task["status"], "for" in task) == ("requested", False)
    assert task["requester"]["display"] != task["owner"]["display"]
    assert task["reasonCode"]["coding"][0]["code"] == "other_expertise"
    assert task["input"][-1]["valueCode"] == "handover"
    assert (await of(first["id"], owner))["status"] == "accepted"
    assert (await fhir.get(f"/Patient/{table.case}", headers=ggz)).status_code == 403
    accepted = await fhir.patch(f"/Task/{offer}", json={"status": "accepted"}, headers=ggz)
    assert accepted.json()["for"]["reference"] == f"Patient/{table.case}"
    gone = (await fhir.get(f"/Task/{first['id']}", headers=owner)).json()
    assert (gone["status"], gone["businessStatus"]["coding"][0]["code"]) == ("cancelled", "handed_over")
    assert (await fhir.get(f"/Patient/{table.case}", headers=owner)).status_code == 403
    worked = await fhir.patch(f"/Task/{offer}", json=reached(), headers=ggz)
    assert worked.json()["status"] == "in-progress", worked.text
    back = await table.ask("ggz", organisationId=str(OWNER), reason="task_ended")
    await table.answer("owner", back)
    assert (await of(offer, ggz))["status"] == "cancelled"
    assert (await of(back["offers"][0]["id"], owner))["status"] == "in-progress"
    assert (await of(first["id"], owner))["status"] == "cancelled"


async def test_it_is_rejected_and_withdrawn_by_fhir_too(
    fhir: httpx.AsyncClient, client: httpx.AsyncClient, database: Database
) -> None:
    """The same refusals, the same states."""
    table = await a_handing(client, database)
    asked = await table.ask()
    offer = asked["offers"][0]["id"]
    reason = {"coding": [{"system": "https://github.com/nodus-nl/nodus/fhir/decline-reason", "code": "no_capacity"}]}
    rejected = await fhir.patch(f"/Task/{offer}", json={"status": "rejected", "statusReason": reason}, headers=table.keys["ggz"])
    assert rejected.json()["status"] == "rejected", rejected.text
    again = await table.ask()
    await table.withdraw(again)
    late = await fhir.patch(f"/Task/{again['offers'][0]['id']}", json={"status": "accepted"}, headers=table.keys["ggz"])
    assert late.status_code == 422
    assert (await table.read("owner"))["ownerOrganisationId"] == str(OWNER)
