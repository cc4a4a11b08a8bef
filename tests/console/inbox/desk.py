"""A crisis service with work: it is asked to take cases, to take one over, to take part, to tell something; and it has cases."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from app.core.db import Database
from tests.console.signed_in import SignedIn, signed_in
from tests.makers import an_accepted_case, an_offered_case, now
from tests.routing.handing import GGZ, a_handing
from tests.team.table import MENTAL_HEALTH

ACUTE = {"answers": {"danger_now": "yes", "violence_home": "yes", "children": "yes"}}
CRISIS = {"answers": {"suicide": "yes", "danger_now": "no"}}


@dataclass(frozen=True, slots=True)
class Work:
    """What there is: offers by what they are about, and somebody of the organisation who is signed in."""

    who: SignedIn
    offers: dict[str, Any]
    own: str
    table: Any


async def asked_for(client: httpx.AsyncClient, operator: dict[str, str], **changes: Any) -> Any:
    """The receipt of a call that is offered to the crisis service on duty in Amsterdam."""
    receipt = await an_offered_case(client, operator, **(CRISIS | changes))
    assert receipt["offered"]["organisationId"] == str(GGZ), receipt
    return receipt


async def a_desk_with_work(client: httpx.AsyncClient, database: Database, organisation: UUID = MENTAL_HEALTH) -> Work:
    """All of it."""
    handing = await a_handing(client, database)
    operator, keys = handing.keys["operator"], handing.keys
    handover = await handing.ask(conditions="Medicatie eerst regelen.")
    other = await an_accepted_case(client, operator, keys["owner"])
    handing.case = other
    await handing.join("ggz", MENTAL_HEALTH)
    body = {
        "organisationId": str(MENTAL_HEALTH), "basis": "vital_interest", "consent": "not_possible", "discloses": ["name"],
        "question": "Slikt zij haar medicijnen?", "dueAt": (now() + timedelta(hours=20)).isoformat(),
    }  # fmt: skip
    await handing.do("owner", "information-requests", body)
    handing.case = await an_accepted_case(client, operator, keys["owner"])
    await handing.invite("owner", MENTAL_HEALTH)
    own = await asked_for(client, operator)
    answer = await client.post(
        f"/v1/offers/{own['offered']['offerId']}/acceptance", json={}, headers=keys["ggz"] | {"If-Match": '"1"'}
    )
    assert answer.status_code == 201, answer.text
    offers = {"acute": await asked_for(client, operator, **ACUTE), "crisis": await asked_for(client, operator)}
    who = await signed_in(database, organisation, "desk")
    return Work(who, offers | {"handover": handover}, str(own["caseId"]), handing)
