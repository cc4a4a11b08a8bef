"""Calamities through HTTP: told at once, frozen by the database, ended by a decision."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
from sqlalchemy.exc import IntegrityError

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.procedures.service.calamities import is_frozen
from app.vault import open as vault
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token, heard, now
from tests.team.table import MENTAL_HEALTH, SOCIAL_TEAM, Table, a_table

WORDS: Final = "Van het balkon gesprongen."
EVENT: Final = "nl.nodus.calamity.reported.v1"

WAIVED = {"reason": "done_by_others", "by": "coordinator"}


def a_calamity(**changes: Any) -> dict[str, Any]:
    """Something terrible, a moment ago."""
    return {"what": "suicide_attempt", "happenedAt": now().isoformat(), "note": WORDS} | changes


async def _read(table: Table, who: str = "owner", **params: Any) -> Any:
    return await table.read(who, "/calamities", **params)


async def test_a_calamity_is_told_at_once_and_ends_by_a_managers_decision(client: httpx.AsyncClient, database: Database) -> None:
    """Owner and intake hear; the inspectorate within three working days; the freeze ends with the decision, not before."""
    table = await a_table(client, database, ggz=MENTAL_HEALTH, team=SOCIAL_TEAM)
    await table.join("ggz", MENTAL_HEALTH)
    await table.join("team", SOCIAL_TEAM, "social_team")
    made = await table.do("ggz", "calamities", a_calamity())
    supervisor = await a_token(database, HOTLINE, "supervisor")
    for who, organisation in ((table.keys["owner"], AMSTERDAM_DESK), (supervisor, HOTLINE)):
        assert EVENT in {kind for kind, _ in await heard(client, who, organisation)}
    assert EVENT not in {kind for kind, _ in await heard(client, table.keys["team"], SOCIAL_TEAM)}
    seen = await _read(table, purpose="follow_up")
    [one] = seen["items"]
    assert (seen["frozen"], one["state"], one["note"], one["report"]["state"]) == (True, "reported", WORDS, "open")
    assert (await _read(table, "team"))["items"] == []
    path = f"calamities/{made['id']}"
    decision = {"outcome": "measures_taken", "by": "manager", "note": "Beter toezicht."}
    early = await table.do("owner", f"{path}/end", decision, 409, version=1)
    assert early["type"].endswith("inspectorate-not-told")
    await table.do("ggz", f"{path}/report", {"reportedTo": "igj", "by": "coordinator"}, 403)
    await table.do("owner", f"{path}/report", {"reportedTo": "igj", "by": "coordinator", "note": "Nr. 4."})
    await table.do("owner", f"{path}/report", {"reportedTo": "igj", "by": "coordinator"}, 409)
    alone = await table.do("owner", f"{path}/end", decision | {"by": "coordinator"}, 409, version=1)
    assert alone["type"].endswith("needs-manager")
    assert (await _read(table))["frozen"] is True
    await table.do("owner", f"{path}/end", decision, 412, version=3)
    await table.do("owner", f"{path}/end", decision, version=1)
    ended = await _read(table, purpose="follow_up")
    [one] = ended["items"]
    assert (ended["frozen"], one["state"], one["outcome"], one["reasons"]) == (
        False,
        "ended",
        "measures_taken",
        "Beter toezicht.",
    )
    await table.do("owner", f"{path}/end", decision, 409, version=2)


async def test_nothing_of_a_frozen_case_is_destroyed(client: httpx.AsyncClient, database: Database) -> None:
    """The database refuses, whoever asks and whatever retention forgets; another case is as before."""
    table, other = await a_table(client, database), await a_table(client, database)
    case, made = UUID(table.case), await table.do("owner", "calamities", a_calamity())
    with pytest.raises(IntegrityError, match="frozen"):
        await _destroy(database, case, frozen=True)
    await _destroy(database, UUID(other.case), frozen=False)
    path = f"calamities/{made['id']}"
    await table.do("owner", f"{path}/report", {"by": "manager", "note": "Geen zorg verleend."})
    await table.do("owner", f"{path}/end", {"outcome": "no_calamity", "by": "manager", "note": "Viel mee."}, version=1)
    await _destroy(database, case, frozen=False)


async def _destroy(database: Database, case: UUID, *, frozen: bool) -> None:
    async with begin(database, WORKER) as work:
        assert await is_frozen(work, case) is frozen
        await vault.destroy_key(work, case)


async def test_the_duty_to_report_is_counted_and_can_not_slip_away(client: httpx.AsyncClient, database: Database) -> None:
    """It is the owner's, also when a member reported; and neither it nor the calamity ends by the general door."""
    table = await a_table(client, database)
    await table.do("owner", "contacts", {"way": "visit", "party": "person", "result": "reached"})
    await table.do("owner", "aftercare/obligations/inform_person/fulfilment", {})
    made = await table.do("owner", "calamities", a_calamity())
    [one] = (await _read(table))["items"]
    assert made["deadlineAt"] == one["report"]["dueAt"]
    for item in (made["id"], one["report"]["id"]):
        refused = await table.do("owner", f"items/{item}/end", {"outcome": "cancelled", "waiver": WAIVED}, 409, version=1)
        assert refused["type"].endswith("ends-by-procedure")
    path = f"calamities/{made['id']}/report"
    assert (await table.do("owner", path, {"by": "coordinator", "note": "Hoeft niet."}, 409))["type"].endswith("needs-manager")
    assert (await table.do("owner", path, {"by": "manager"}, 400))["errors"][0]["pointer"] == "/note"


async def test_a_calamity_that_can_not_be_meant_is_refused(client: httpx.AsyncClient, database: Database) -> None:
    """To come, without words, by a stranger, or by who left: nothing is frozen."""
    table = await a_table(client, database, ggz=MENTAL_HEALTH)
    tomorrow = (now() + timedelta(days=1)).isoformat()
    assert (await table.do("owner", "calamities", a_calamity(happenedAt=tomorrow), 400))["errors"][0]["pointer"] == "/at"
    await table.do("owner", "calamities", a_calamity(note=""), 400)
    await table.do("owner", "calamities", a_calamity(what="bad_luck"), 400)
    await table.do("operator", "calamities", a_calamity(), 403)
    member = await table.join("ggz", MENTAL_HEALTH)
    await table.do("ggz", f"team/{member}/end", {"reason": "task_done"}, version=2)
    await table.do("ggz", "calamities", a_calamity(), 404)
    assert await _read(table) == {"frozen": False, "items": []}
