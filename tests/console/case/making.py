"""Cases to show: a rich one, made through the API as other systems would."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from app.core.db import Database
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token, an_offered_case, now
from tests.team.table import MENTAL_HEALTH, SOCIAL_TEAM, Table

WORRY = "Loopt sinds vanochtend op blote voeten door de straat."
CALL: dict[str, Any] = {
    "worry": WORRY,
    "observed": "Roept, praat niet terug.",
    "caller": {"anonymity": "known", "relation": "neighbour", "name": "Buurvrouw Bakker", "phone": "0612345678"},
    "person": {"name": "Meneer Voorbeeld", "description": "Man, grijze jas", "ageBand": "30_64"},
    "feedbackPromised": True,
}


async def a_case(
    client: httpx.AsyncClient, database: Database, *, accepted: bool = True, owner: UUID = AMSTERDAM_DESK, **changes: Any
) -> Table:
    """A case that a desk has accepted, or is asked to accept, with all that a caller may tell."""
    keys = {
        "operator": await a_token(database, HOTLINE),
        "owner": await a_token(database, owner, "desk"),
        "ggz": await a_token(database, MENTAL_HEALTH, "desk"),
        "social": await a_token(database, SOCIAL_TEAM, "desk"),
    }
    receipt = await an_offered_case(client, keys["operator"], **(CALL | changes))
    table = Table(client, receipt["caseId"], keys)
    if accepted:
        path = f"/v1/offers/{receipt['offered']['offerId']}/acceptance"
        answer = await client.post(path, json={"coordinator": "Regisseur oost"}, headers=keys["owner"] | {"If-Match": '"1"'})
        assert answer.status_code == 201, answer.text
    return table


async def a_rich_case(client: httpx.AsyncClient, database: Database) -> Table:
    """The same, with a team, and one of everything that can stand on it."""
    table = await a_case(client, database)
    await table.join("ggz", MENTAL_HEALTH)
    await table.invite("owner", SOCIAL_TEAM, "social_team")
    soon, later = ((now() + timedelta(days=days)).isoformat() for days in (2, 5))
    await table.do("owner", "contacts", {"way": "phone", "party": "person", "result": "tried", "note": "Neemt niet op."})
    await table.do(
        "owner", "contacts", {"way": "visit", "party": "person", "result": "reached", "note": "Hij deed open.\nRustig gesprek."}
    )
    goal = (await table.do("owner", "goals", {"of": "person", "what": "Weer kunnen slapen."}))["id"]
    await table.do("owner", "goals", {"of": "team", "what": "Een vast adres voor de post."})
    await table.do("owner", "actions", {"what": "Huisarts bellen over medicatie.", "dueAt": soon})
    action = (
        await table.do("owner", "actions", {"what": "Samen eten halen.", "dueAt": later, "assignedTo": str(MENTAL_HEALTH)})
    )["id"]
    await table.do(
        "ggz", f"items/{action}/moves", {"reason": "absence", "dueAt": (now() + timedelta(days=6)).isoformat()}, version=1
    )
    note = (await table.do("ggz", "notes", {"what": "Zegt dat hij alleen woont."}))["id"]
    await table.do("ggz", f"items/{note}/corrections", {"reason": "mistake", "note": {"what": "Woont bij zijn zus."}}, version=1)
    await table.do("ggz", "assessments", {"level": "high", "method": "clinical"})
    await table.do("ggz", "agreements", {"what": "Elke dag om tien uur bellen.", "dueAt": later})
    await table.do("owner", "transports", {"by": "police", "policeReason": "danger", "fromPlace": "Straat", "toPlace": "Opvang"})
    await table.do(
        "owner", "circle", {"tie": "sibling", "part": "contact", "agreed": "yes", "name": "Zus", "phone": "0611112222"}
    )
    await table.do("ggz", "crisis-cards", {"signals": "Slaapt niet.", "helps": "Rust, buiten lopen.", "whomToRing": "Zijn zus."})
    await table.do("owner", "information-requests", {
        "party": "general_practitioner", "basis": "vital_interest", "consent": "not_possible", "discloses": ["case_exists"],
        "question": "Welke medicatie?", "dueAt": soon,
    })  # fmt: skip
    await table.do("owner", "inquiries", {"registeredAt": now().isoformat(), "reporter": "sibling"})
    await table.do("owner", f"goals/{goal}/outcome", {"outcome": "reached", "note": "Slaapt goed."})
    return table
