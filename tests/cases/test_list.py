"""The list of cases through HTTP: every reason to see a case leads to it, once."""

import httpx

from app.core.db import Database
from tests.makers import an_offered_case
from tests.team.table import MENTAL_HEALTH, POLICE, a_table


async def test_every_reason_to_see_a_case_lists_it(fresh_client: httpx.AsyncClient, fresh_database: Database) -> None:
    """Taken in, owned, asked, invited, on its team: once each, in the order they were opened; a stranger sees none."""
    table = await a_table(fresh_client, fresh_database, ggz=MENTAL_HEALTH, police=POLICE)
    asked = (await an_offered_case(fresh_client, table.keys["operator"]))["caseId"]

    async def listed(who: str, **params: str | bool) -> list[str]:
        answer = await fresh_client.get("/v1/cases", params=params, headers=table.keys[who])
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["items"]]

    assert await listed("operator") == await listed("owner") == [table.case, asked]
    assert await listed("owner", mine=True) == await listed("owner", state="accepted") == [table.case]
    assert await listed("operator", mine=True) == await listed("owner", overdue=True) == []
    assert await listed("ggz") == []
    invited = await table.invite("owner", MENTAL_HEALTH)
    assert await listed("ggz") == [table.case]
    await table.do("ggz", f"team/{invited['id']}/answer", {"accept": True}, version=1)
    assert await listed("ggz") == [table.case]
    await table.do("ggz", f"team/{invited['id']}/end", {"reason": "task_done"}, version=2)
    assert await listed("ggz") == await listed("police") == []
