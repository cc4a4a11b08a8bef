"""Joint tables through HTTP: each judges alone, all is told together, dissent and absence stay on record."""

import secrets
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import httpx

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.signals import due
from tests.makers import AMSTERDAM_DESK, heard, now
from tests.signals.conftest import rings
from tests.team.table import MENTAL_HEALTH, POLICE, SOCIAL_TEAM, Table, a_table
from tests.travel import travelling

ALL: Final = {"owner": AMSTERDAM_DESK, "ggz": MENTAL_HEALTH, "police": POLICE}


async def _seated(client: httpx.AsyncClient, database: Database) -> Table:
    """Mental health and the police are on the team, and so is a social team that is not invited."""
    table = await a_table(client, database, ggz=MENTAL_HEALTH, police=POLICE, team=SOCIAL_TEAM)
    await table.join("ggz", MENTAL_HEALTH)
    await table.join("police", POLICE, "police")
    await table.join("team", SOCIAL_TEAM, "social_team")
    return table


def calling(**changes: Any) -> dict[str, Any]:
    """Everybody but the social team, within two days."""
    invited = [str(one) for one in ALL.values()]
    return {"invited": invited, "judgeBy": (now() + timedelta(days=2)).isoformat(), "question": "Wat nu?"} | changes


def judging(verdict: str = "care", **changes: Any) -> dict[str, Any]:
    """On the basis of a public task."""
    return {"verdict": verdict, "basis": "public_task", "note": f"Wij vinden: {verdict}."} | changes


async def _only(table: Table, who: str = "owner", **params: Any) -> Any:
    [found] = (await table.read(who, "/joint-tables", **params))["items"]
    return found


async def test_each_judges_alone_and_dissent_is_on_record(client: httpx.AsyncClient, database: Database) -> None:
    """Nobody sees another's judgement before all have given theirs, not even the owner; then all at the table do."""
    table = await _seated(client, database)
    made = await table.do("owner", "joint-tables", calling())
    path = f"joint-tables/{made['id']}"
    assert "nl.nodus.joint_table.called.v1" in {kind for kind, _ in await heard(client, table.keys["ggz"], MENTAL_HEALTH)}
    assert "nl.nodus.joint_table.called.v1" not in {kind for kind, _ in await heard(client, table.keys["team"], SOCIAL_TEAM)}
    await table.do("ggz", f"{path}/judgements", judging("inquiry"))
    await table.do("police", f"{path}/judgements", judging("safety", basis="wpg", visibility="named", named=[str(MENTAL_HEALTH)]))
    for who in ALL:
        seen = await _only(table, who, purpose="follow_up")
        mine = [] if who == "owner" else [str(ALL[who])]
        assert (seen["told"], [one["organisationId"] for one in seen["judgements"]]) == (False, mine)
        assert "judgement" in {one["kind"] for one in (await table.read(who, "/items"))["items"]} or who == "owner"
    decision = {"decision": "inquiry", "by": "manager", "note": "Onderzoek, met beveiliging."}
    early = await table.do("owner", f"{path}/decision", decision, 409, version=1)
    assert (early["type"].rsplit("/", 1)[-1], "judgeBy" in early) == ("judgements-awaited", True)
    await table.do("owner", f"{path}/judgements", judging("inquiry"))
    twice = await table.do("ggz", f"{path}/judgements", judging("nothing"), 409)
    assert twice["type"].endswith("judged-already")
    for who in ALL:
        seen = await _only(table, who, purpose="follow_up")
        assert (seen["told"], {one["verdict"] for one in seen["judgements"]}) == (True, {"inquiry", "safety"})
    await table.do("ggz", f"{path}/decision", decision, 403, version=1)
    await table.do("owner", f"{path}/decision", decision, version=1)
    decided = await _only(table, "police", purpose="follow_up")
    assert (decided["state"], decided["decision"], decided["by"]) == ("decided", "inquiry", "manager")
    assert (decided["dissent"], decided["absent"], decided["reasons"]) == ([str(POLICE)], [], decision["note"])
    assert (await table.do("owner", f"{path}/decision", decision, 409, version=2))["type"].endswith("table-over")
    assert (await table.read("team", "/joint-tables"))["items"] == []
    assert not {"joint_table", "judgement"} & {one["kind"] for one in (await table.read("team", "/items"))["items"]}


async def test_who_leaves_the_team_hinders_nobody(client: httpx.AsyncClient, database: Database) -> None:
    """The others go on judging; who left is absent."""
    table = await _seated(client, database)
    path = f"joint-tables/{(await table.do('owner', 'joint-tables', calling()))['id']}"
    [police] = [one for one in (await table.read("owner", "/team"))["items"] if one["organisationId"] == str(POLICE)]
    await table.do("police", f"team/{police['id']}/end", {"reason": "task_done"}, version=police["version"])
    await table.do("ggz", f"{path}/judgements", judging())


async def test_what_the_basis_does_not_allow_others_do_not_read(client: httpx.AsyncClient, database: Database) -> None:
    """The police tell the owner only: also when all is told, mental health does not see it."""
    table = await _seated(client, database)
    invited = [str(MENTAL_HEALTH), str(POLICE)]
    path = f"joint-tables/{(await table.do('owner', 'joint-tables', calling(invited=invited)))['id']}"
    await table.do("police", f"{path}/judgements", judging("safety", basis="wpg", visibility="owner"))
    await table.do("ggz", f"{path}/judgements", judging())
    assert [one["organisationId"] for one in (await _only(table, "ggz"))["judgements"]] == [str(MENTAL_HEALTH)]
    assert len((await _only(table, "owner"))["judgements"]) == 2


async def test_who_does_not_show_is_counted_when_the_moment_has_passed(client: httpx.AsyncClient, database: Database) -> None:
    """A table does not wait for ever; a late judgement would have been made by somebody who could read the others."""
    with travelling(now() - timedelta(days=30)) as travel:
        table = await _seated(client, database)
        made = await table.do("owner", "joint-tables", calling())
        path = f"joint-tables/{made['id']}"
        await table.do("ggz", f"{path}/judgements", judging())
        assert (await _only(table))["judgements"] == []
        travel.on(days=2, minutes=1)
        assert (await _only(table))["told"] is True
        late = await table.do("police", f"{path}/judgements", judging(), 409)
        assert late["type"].endswith("table-over")
        await table.do("owner", f"{path}/decision", {"decision": "watch", "by": "coordinator", "note": "Kijken."}, version=1)
        decided = await _only(table)
        assert (decided["dissent"], decided["absent"]) == ([str(MENTAL_HEALTH)], sorted([str(AMSTERDAM_DESK), str(POLICE)]))
        assert "nl.nodus.joint_table.decided.v1" in {kind for kind, _ in await heard(client, table.keys["police"], POLICE)}


async def test_a_table_that_is_called_off_tells_nothing(client: httpx.AsyncClient, database: Database) -> None:
    """What was judged in confidence does not come out because the moment passes."""
    with travelling(now() - timedelta(days=30)) as travel:
        table = await _seated(client, database)
        path = f"joint-tables/{(await table.do('owner', 'joint-tables', calling()))['id']}"
        await table.do("ggz", f"{path}/judgements", judging())
        await table.do("ggz", f"{path}/cancellation", {}, 403, version=1)
        await table.do("owner", f"{path}/cancellation", {"note": "Niet meer nodig."}, version=1)
        travel.on(days=5)
        seen = await _only(table)
        assert (seen["state"], seen["told"], seen["judgements"]) == ("called_off", False, [])
        assert (await table.do("police", f"{path}/judgements", judging(), 409))["type"].endswith("table-over")


async def test_a_judgement_can_not_be_read_or_changed_past_the_policy(
    client: httpx.AsyncClient, database: Database, raw: asyncpg.Connection
) -> None:
    """The database itself says so, under the role of the API: whatever query a later room thinks of."""
    table = await _seated(client, database)
    path = f"joint-tables/{(await table.do('owner', 'joint-tables', calling()))['id']}"
    judged = await table.do("ggz", f"{path}/judgements", judging())
    async with raw.transaction():
        await raw.execute(
            f"SET LOCAL ROLE nodus_app; SET LOCAL nodus.organisation = '{AMSTERDAM_DESK}'; SET LOCAL nodus.at = '{now().isoformat()}'"
        )
        assert await raw.fetch("SELECT FROM case_item WHERE id = $1", UUID(judged["id"])) == []
        assert await raw.execute("UPDATE case_item SET audience = NULL WHERE id = $1", UUID(judged["id"])) == "UPDATE 0"
        lines = await raw.fetch("SELECT facts::text AS said FROM case_line WHERE kind = 'judgement'")
        assert lines
        assert all("care" not in line["said"] for line in lines)


async def test_a_table_that_can_not_be_held_is_refused(client: httpx.AsyncClient, database: Database) -> None:
    """One alone, a stranger, a moment past or too far, without basis, by who was not invited or has left: nothing changes."""
    table = await _seated(client, database)
    for changes, pointer in (
        ({"invited": [str(AMSTERDAM_DESK)]}, "/invited"),
        ({"invited": [str(AMSTERDAM_DESK), table.case]}, "/invited"),
        ({"judgeBy": (now() - timedelta(minutes=1)).isoformat()}, "/judgeBy"),
        ({"judgeBy": (now() + timedelta(days=29)).isoformat()}, "/judgeBy"),
        ({"signalId": str(uuid4())}, "/signalId"),
    ):
        refused = await table.do("owner", "joint-tables", calling(**changes), 400)
        assert refused["errors"][0]["pointer"] == pointer
    await table.do("ggz", "joint-tables", calling(), 403)
    assert (await table.read("owner", "/joint-tables"))["items"] == []
    path = f"joint-tables/{(await table.do('owner', 'joint-tables', calling()))['id']}/judgements"
    assert (await table.do("ggz", path, judging(basis=None), 400))["errors"][0]["pointer"] == "/basis"
    await table.do("team", path, judging(), 404)
    [member] = [one for one in (await table.read("owner", "/team"))["items"] if one["organisationId"] == str(POLICE)]
    await table.do("police", f"team/{member['id']}/end", {"reason": "no_basis"}, version=2)
    await table.do("police", path, judging(), 404)
    assert (await _only(table))["judgements"] == []


async def test_a_table_may_be_about_an_early_signal_of_the_case(client: httpx.AsyncClient, database: Database) -> None:
    """Two calls about one house on one day: the desk brings the signal to the table, for its own case only."""
    table = await _seated(client, database)
    house = str(secrets.randbelow(90_000) + 100_000)[:5]
    calls = [await rings(client, table.keys["operator"], house) for _ in range(2)]
    for call in calls:
        async with begin(database, WORKER) as work:
            await due.look_at(work, UUID(call["id"]))
    [signal] = await _signals_of(client, table.keys["owner"], calls[0]["caseId"])
    other = await table.do("owner", "joint-tables", calling(signalId=signal), 400)
    assert other["errors"][0]["pointer"] == "/signalId"
    headers = table.keys["owner"] | {"If-Match": '"1"'}
    await client.post(f"/v1/offers/{calls[0]['offered']['offerId']}/acceptance", json={}, headers=headers)
    theirs = Table(client, calls[0]["caseId"], table.keys)
    await theirs.join("ggz", MENTAL_HEALTH)
    await theirs.join("police", POLICE, "police")
    await theirs.do("owner", "joint-tables", calling(signalId=signal))
    assert (await _only(theirs))["signalId"] == signal


async def _signals_of(client: httpx.AsyncClient, desk: dict[str, str], case: str) -> list[str]:
    """The early signals about a case."""
    cursor, found = None, []
    while True:
        params = {"limit": "100"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/v1/early-signals", params=params, headers=desk)).json()
        found += [one["id"] for one in page["items"] if case in one["caseIds"]]
        cursor = page["next"]
        if cursor is None:
            return found
