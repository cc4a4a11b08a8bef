"""A case with a team, and a client for each organisation, for tests through HTTP."""

from typing import Any, Final

import httpx

from app.core.db import Database
from app.directory.seeding import organisation_id
from tests.makers import AMSTERDAM_DESK, a_token, an_accepted_case

MENTAL_HEALTH: Final = organisation_id("crisis-vr13")
SOCIAL_TEAM: Final = organisation_id("outreach-vr13")
POLICE: Final = organisation_id("rotterdam")  # stands for the police: an organisation that has nothing to do with the case


class Table:
    """An accepted case, and everybody who has or may have a part in it: `keys` by name."""

    def __init__(self, client: httpx.AsyncClient, case: str, keys: dict[str, dict[str, str]]) -> None:
        """Use `a_table`."""
        self.client, self.case, self.keys = client, case, keys

    async def do(self, who: str, what: str, body: Any, expected: int = 201, version: int | None = None) -> Any:
        """A command on the case by somebody."""
        headers = self.keys[who] | ({"If-Match": f'"{version}"'} if version else {})
        answer = await self.client.post(f"/v1/cases/{self.case}/{what}", json=body, headers=headers)
        assert answer.status_code == expected, answer.text
        return answer.json()

    async def read(self, who: str, what: str = "", expected: int = 200, **params: str) -> Any:
        """A look at the case by somebody."""
        answer = await self.client.get(f"/v1/cases/{self.case}{what}", params=params, headers=self.keys[who])
        assert answer.status_code == expected, answer.text
        return answer.json()

    async def invite(self, who: str, organisation: Any, role: str = "mental_health", expected: int = 201) -> Any:
        """The owner invites an organisation."""
        body = {"organisationId": str(organisation), "role": role, "purpose": "treatment"}
        return await self.do(who, "team", body, expected)

    async def join(self, name: str, organisation: Any, role: str = "mental_health") -> str:
        """Invited by the owner, and accepted; the id of the membership."""
        invited = await self.invite("owner", organisation, role)
        await self.do(name, f"team/{invited['id']}/answer", {"accept": True}, version=1)
        return str(invited["id"])


async def a_table(client: httpx.AsyncClient, database: Database, **others: Any) -> Table:
    """A case of Amsterdam's desk; `others` are organisations by name, not yet on its team."""
    operator, desk = await a_token(database), await a_token(database, AMSTERDAM_DESK, "desk")
    keys = {"operator": operator, "owner": desk}
    for name, organisation in others.items():
        keys[name] = await a_token(database, organisation, "desk")
    return Table(client, await an_accepted_case(client, operator, desk), keys)
