"""A case with an owner that hands it over, for tests through HTTP."""

from typing import Any, Final

import httpx

from app.core.db import Database
from app.directory.seeding import organisation_id
from tests.makers import AMSTERDAM_DESK, HOTLINE, heard
from tests.team.table import MENTAL_HEALTH, POLICE, SOCIAL_TEAM, Table, a_table

OWNER: Final = AMSTERDAM_DESK
GGZ: Final = MENTAL_HEALTH
TEAM: Final = SOCIAL_TEAM
STRANGER: Final = POLICE
UTRECHT: Final = organisation_id("utrecht")
WARM: Final = {"spokenWith": "Dienstdoende, 14.05", "spokenAt": "2026-11-01T10:00:00Z"}


class Handing(Table):
    """A case of Amsterdam's desk; the others are `ggz`, `team` and `stranger`."""

    async def ask(self, who: str = "owner", expected: int = 201, **body: Any) -> Any:
        """Ask the ggz to take it over, unless `body` says otherwise."""
        whom = {} if "transfer" in body or "organisationId" in body else {"organisationId": str(GGZ)}
        return await self.do(who, "handovers", {"reason": "other_expertise"} | whom | body, expected)

    async def answer(self, who: str, handover: Any, how: str = "acceptance", expected: int = 201, **body: Any) -> Any:
        """Answer the last offer of a handover, as it was read."""
        offer = handover["offers"][-1]
        path = f"/v1/offers/{offer['id']}/{how}"
        answer = await self.client.post(path, json=body, headers=self.keys[who] | {"If-Match": f'"{offer["version"]}"'})
        assert answer.status_code == expected, answer.text
        return answer.json()

    async def withdraw(self, handover: Any, who: str = "owner", expected: int = 201) -> Any:
        """Take the question back."""
        return await self.do(who, f"handovers/{handover['id']}/withdrawal", {}, expected, handover["version"])

    async def kinds(self, who: str) -> list[str]:
        """What the timeline tells somebody."""
        return [line["kind"] for line in (await self.read(who, "/timeline"))["items"]]

    async def events(self, who: str, organisation: Any) -> list[str]:
        """The types of what an organisation was told of the case, shortened."""
        feed = await heard(self.client, self.keys[who], organisation)
        return [kind.removeprefix("nl.nodus.").removesuffix(".v1") for kind, subject in feed if subject == self.case]


async def a_handing(client: httpx.AsyncClient, database: Database, **others: Any) -> Handing:
    """The case, and keys for everybody."""
    everybody = {"ggz": GGZ, "team": TEAM, "stranger": STRANGER, "supervisor": HOTLINE} | others
    table = await a_table(client, database, **everybody)
    return Handing(client, table.case, table.keys)
