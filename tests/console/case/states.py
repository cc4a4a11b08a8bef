"""The states of the page of a case, each with who meets it and how: for whoever looks at all of them, as axe does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import httpx
from playwright.async_api import Page

from app.core.db import Database
from tests.console.case.desk import local
from tests.console.case.making import a_case
from tests.console.signed_in import SignedIn, signed_in
from tests.makers import AMSTERDAM_DESK, HOTLINE, now
from tests.team.table import POLICE, SOCIAL_TEAM

# Sends a form as it stands, also when a browser would hold it back.
SEND: Final = (
    "(name) => { const form = document.querySelector(`#do-${name} form`); form.noValidate = true; form.requestSubmit(); }"
)
SEND_OTHER: Final = SEND.replace("requestSubmit()", "requestSubmit(form.querySelector('[formaction]'))")
# The same, as by somebody whose page is older than what others did meanwhile.
SEND_STALE: Final = """(name) => {
  const form = document.querySelector(`#do-${name} form`);
  form.querySelector("[name=version]").value = "1"; form.querySelector("[name=seen]").value = "2026-01-01T00:00:00Z";
  for (const one of form.querySelectorAll("input:not([type=hidden])")) one.value ||= "Regisseur zuid";
  form.querySelector("[name=deputy]").value = "Achterwacht"; form.requestSubmit();
}"""


@dataclass(frozen=True, slots=True)
class State:
    """A way to meet the page. `command`: the form that is sent then, by `how`; `shows`: what is seen of it.

    `part`: what is unlike the other states, when that is little.
    """

    who: SignedIn
    path: str
    shows: str
    command: str = ""
    how: str = SEND
    part: str = ""

    async def meet(self, page: Page, address: str) -> None:
        """Go there."""
        await page.goto(f"{address}{self.path}")
        if self.command:
            async with page.expect_navigation():
                await page.evaluate(self.how, self.command)
        await page.locator(self.shows).first.wait_for(state="attached")


async def states(client: httpx.AsyncClient, database: Database) -> Mapping[str, State]:
    """Three cases, and everybody who has to do with them."""
    table, other, closed = [await a_case(client, database) for _ in range(3)]
    await table.invite("owner", SOCIAL_TEAM, "social_team")
    soon = f"{local(2)}:00Z"
    asked: dict[str, Any] = {
        "party": "general_practitioner", "basis": "vital_interest", "consent": "not_possible", "discloses": ["case_exists"],
        "question": "Medicatie?", "dueAt": soon,
    }  # fmt: skip
    await table.do("owner", "information-requests", asked)
    await table.do("owner", "same-person", {"caseId": other.case, "reason": "same_address"})
    await table.do("operator", "triage-grade", {"grade": "U2", "at": now().isoformat()})
    await other.do("owner", "handovers", {"organisationId": str(POLICE), "reason": "moved", "conditions": "Rustig aan."})
    [call] = (await closed.read("owner", "/calls", purpose="follow_up"))["items"]
    marked = await client.post(
        f"/v1/calls/{call['call']['id']}/error", json={"reason": "Dubbel."}, headers=closed.keys["operator"] | {"If-Match": '"1"'}
    )
    assert marked.status_code == 200, marked.text
    version = (await closed.read("owner"))["version"]
    await closed.do("owner", "error-agreement", {}, version=version)
    people: dict[UUID, SignedIn] = {
        one: await signed_in(database, one, "operator" if one == HOTLINE else "desk")
        for one in (AMSTERDAM_DESK, HOTLINE, SOCIAL_TEAM, POLICE)
    }
    owner, here = people[AMSTERDAM_DESK], f"/cases/{table.case}"
    return {
        "of its owner": State(owner, here, "#grades .things b", part="#grades, #ties, #procedures"),
        "of who is invited": State(people[SOCIAL_TEAM], here, "#people .notice", part="#people"),
        "of who took it in": State(people[HOTLINE], here, "#do-same-person", part="#grades, #ties, #told"),
        "of who is asked": State(people[POLICE], f"/cases/{other.case}?for=handover", "#conditions .words"),
        "closed": State(owner, f"/cases/{closed.case}", "#closing .notice", part="#closing, #case-head"),
        "on paper": State(owner, f"{here}/paper?for=follow_up", ".sheet #told .call"),
        "a fault": State(owner, here, "[role=alert]", "goal", part="[role=alert], #goals"),
        "somebody else was first": State(owner, here, "#meanwhile", "coordinator", SEND_STALE, "[role=alert], .notice.warn"),
        "a proposal": State(owner, here, "#do-tell[open] .notice", "tell", SEND_OTHER, "#owed"),
    }  # fmt: skip
