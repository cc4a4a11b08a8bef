"""Where what several rooms do meets: handing over what has a deputy, what was split off, what others have yet to answer."""

import httpx
import pytest

from app.core.db import Database
from tests.routing.handing import TEAM, Handing, a_handing


@pytest.fixture
async def handing(client: httpx.AsyncClient, database: Database) -> Handing:
    """A case with an owner, and others."""
    return await a_handing(client, database)


async def test_a_deputy_is_the_old_owners_own(handing: Handing) -> None:
    """Who stands in for its coordinator there does not answer for the case at the next organisation."""
    version = (await handing.read("owner"))["version"]
    named = {"coordinator": "Team Oost", "deputy": "Team West"}
    seen = handing.keys["owner"] | {"If-Match": f'"{version}"'}
    put = await handing.client.put(f"/v1/cases/{handing.case}/coordinator", json=named, headers=seen)
    assert put.status_code == 200, put.text
    await handing.answer("ggz", await handing.ask(), coordinator="Crisisdienst")
    case = await handing.read("ggz")
    assert (case["coordinator"], case["deputy"]) == ("Crisisdienst", None)


async def test_what_was_split_off_can_be_transferred(handing: Handing) -> None:
    """Routing finds somebody for it by its own urgency and place: nobody decided about it before."""
    version = (await handing.read("owner"))["version"]
    made = await handing.do("owner", "split", {"reason": "household", "urgency": "urgent"}, version=version)
    handing.case = made["caseId"]
    asked = await handing.ask(transfer={"provider": "outreach"})
    assert asked["state"] == "pending"
    [decision] = (await handing.read("owner", "/routing"))["decisions"]
    assert decision["replayed"]


async def test_the_page_of_a_case_names_what_others_have_yet_to_answer(handing: Handing) -> None:
    """As the checklist does: who sees nothing missing there closes it."""
    await handing.invite("owner", TEAM)
    await handing.ask()
    listed = (await handing.read("owner", "/closing-checklist"))["missing"]
    assert {"pending_invitation", "pending_handover"} <= {one["code"] for one in listed}
    assert (await handing.read("owner", "/overview", purpose="follow_up"))["missing"] == listed
