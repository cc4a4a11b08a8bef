"""Handing a case over through HTTP: until somebody accepts, the old owner is responsible and everything goes on."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.followup.service.climb import ring
from tests.makers import expire, now
from tests.routing.handing import GGZ, OWNER, TEAM, WARM, Handing, a_handing
from tests.team.table import POLICE
from tests.travel import travelling

REACHED = {"way": "visit", "party": "person", "result": "reached"}


LATER_SPOKEN = {"spokenAt": "later"}


def moment(text: str) -> datetime:
    """A moment of the API."""
    return datetime.fromisoformat(text)


async def test_until_it_is_accepted_the_old_owner_has_it(client: httpx.AsyncClient, database: Database) -> None:
    """Who is asked sees codes and conditions, no contents; the owner goes on; then it is the other's, and all of it."""
    table = await a_handing(client, database)
    await table.do("owner", "contacts", REACHED)
    await table.do("owner", "actions", {"what": "Bellen.", "dueAt": (now() + timedelta(days=9)).isoformat()})
    await table.read("ggz", expected=404)
    asked = await table.ask(conditions="Medicatie eerst regelen.", warm=WARM)
    assert (asked["state"], asked["what"], asked["warm"], asked["offers"][0]["rung"]) == ("pending", "handover", True, "chosen")
    before = await table.read("ggz")
    assert (before["ownerOrganisationId"], before["state"]) == (str(OWNER), "in_follow_up")
    for what in ("/items", "/goals?purpose=follow_up", "/contacts?purpose=follow_up", "/closing-checklist"):
        answer = await client.get(f"/v1/cases/{table.case}{what}", headers=table.keys["ggz"])
        assert answer.status_code in {403, 404}, (what, answer.text)
    told = await table.read("ggz", f"/handovers/{asked['id']}", purpose="handover")
    assert (told["conditions"], told["spokenWith"]) == ("Medicatie eerst regelen.", WARM["spokenWith"])
    assert "conditions" not in {name for name, value in (await table.read("ggz", f"/handovers/{asked['id']}")).items() if value}
    await table.do("owner", "contacts", REACHED)
    await table.do("ggz", "contacts", REACHED, 403)
    taken = await table.answer("ggz", told, coordinator="Casemanager")
    after = await table.read("ggz")
    assert (after["ownerOrganisationId"], after["state"], after["coordinator"]) == (str(GGZ), "in_follow_up", "Casemanager")
    assert taken["firstContactBy"] == after["deadlineAt"]
    assert (after["deadlineAt"], after["deadlineKind"]) == (before["deadlineAt"], "follow_up")
    [item] = (await table.read("ggz", "/items", purpose="follow_up"))["items"]
    assert (item["assignedTo"], item["note"], item["version"]) == (str(GGZ), "Bellen.", 2)
    await table.read("owner", expected=404)
    await table.do("owner", "contacts", REACHED, 404)
    await table.do("ggz", "contacts", REACHED)
    chain = (await table.read("ggz", "/owners"))["items"]
    assert [(one["organisationId"], one["what"], one["reason"], one["warm"]) for one in chain] == [
        (str(OWNER), "assignment", None, None),
        (str(GGZ), "handover", "other_expertise", True),
    ]
    assert chain[0]["until"] == chain[1]["since"]
    assert chain[1]["until"] is None
    assert {"handover_asked", "handed_over"} <= set(await table.kinds("ggz"))
    assert (await table.events("ggz", GGZ))[:2] == ["case.offered", "case.handed_over"]
    assert (await table.events("owner", OWNER))[-1] == "case.handed_over"


async def test_what_was_overdue_waits_for_the_new_owner_and_climbs_on(client: httpx.AsyncClient, database: Database) -> None:
    """It has its time to take the case up; silence climbs; a first act that does not meet what was due brings that back."""
    with travelling(now() - timedelta(days=40)) as travel:
        table = await a_handing(client, database)
        await table.do("owner", "contacts", REACHED)
        due = (await table.read("owner"))["deadlineAt"]
        travel.on(days=5)
        await table.answer("ggz", await table.ask())
        case = await table.read("ggz")
        assert (case["deadlineKind"], case["climbed"]) == ("take_up", 0)
        assert moment(case["deadlineAt"]) - travel.at == timedelta(hours=24)
        at = travel.on(hours=25)
        async with begin(database, WORKER, at=at) as work:
            await ring(work, UUID(table.case))
        [overdue] = await _told_of(table, "nl.nodus.case.overdue.v1")
        assert "take_up" in overdue["overdue"]
        await table.do("ggz", "contacts", REACHED)
        case = await table.read("ggz")
        assert (case["deadlineAt"], case["climbed"]) == (due, 0)


async def _told_of(table: Handing, kind: str) -> list[Any]:
    """What the ggz was told of the case by events of a type, however much it was told of others."""
    found: list[Any] = []
    feed = {"next": "0", "end": False}
    while not feed["end"]:
        path = f"/v1/organisations/{GGZ}/events?after={feed['next']}&limit=100"
        feed = (await table.client.get(path, headers=table.keys["ggz"])).json()
        found += [one["data"] for one in feed["events"] if (one["subject"], one["type"]) == (table.case, kind)]
    return found


async def test_what_is_overdue_hides_nothing_that_is_due_soon(client: httpx.AsyncClient, database: Database) -> None:
    """The new owner has its time for the one, and the other's own moment for the other."""
    with travelling(now() - timedelta(days=40)) as travel:
        table = await a_handing(client, database)
        await table.do("owner", "contacts", REACHED)
        first, second = (travel.at + timedelta(hours=hours) for hours in (1, 4))
        for due in (first, second):
            await table.do("owner", "actions", {"what": "Bellen.", "dueAt": due.isoformat()})
        travel.on(hours=2)
        await table.answer("ggz", await table.ask())
        case = await table.read("ggz")
        assert (moment(case["deadlineAt"]), case["deadlineKind"]) == (second, "follow_up")


async def test_declined_it_stays_where_it_is(client: httpx.AsyncClient, database: Database) -> None:
    """With a reason; the owner and who took the call in hear; whoever declined sees nothing any more, and may be asked again."""
    table = await a_handing(client, database)
    asked = await table.ask(conditions="Snel.")
    deadline = (await table.read("owner"))["deadlineAt"]
    await table.answer("ggz", asked, "decline", reason="no_capacity")
    await table.read("ggz", expected=404)
    await table.read("ggz", f"/handovers/{asked['id']}", 404, purpose="handover")
    case = await table.read("owner")
    assert (case["ownerOrganisationId"], case["state"], case["deadlineAt"]) == (str(OWNER), "accepted", deadline)
    [kept] = (await table.read("owner", "/handovers"))["items"]
    assert (kept["state"], kept["offers"][0]["reason"]) == ("declined", "no_capacity")
    for who, organisation in (("owner", OWNER), ("supervisor", UUID(case["intakeOrganisationId"]))):
        assert (await table.events(who, organisation))[-3:] == ["case.offered", "offer.declined", "handover.returned"]
    again = await table.ask()
    await table.answer("ggz", again)
    assert (await table.read("ggz"))["ownerOrganisationId"] == str(GGZ)


async def test_silence_is_told_and_changes_no_owner(client: httpx.AsyncClient, database: Database) -> None:
    """Nobody looked at it in time: it is too late to accept, the owner hears, and the worker asks nobody else."""
    with travelling(now() - timedelta(days=30)):  # whatever a worker does later is not in the future
        table = await a_handing(client, database)
        asked = await table.ask()
        assert timedelta(hours=3) < moment(asked["answerBy"]) - now() <= timedelta(hours=4)
        await expire(database, asked["offers"][0]["id"])
        late = await table.answer("ggz", asked, expected=409)
        assert late["type"].endswith("offer-ended")
        assert (await table.read("owner"))["ownerOrganisationId"] == str(OWNER)
        assert (await table.read("owner", "/handovers"))["items"][0]["state"] == "expired"
        assert (await table.events("owner", OWNER))[-3:] == ["offer.expired", "handover.returned", "silence.noted"]
        assert "offer.expired" in await table.events("ggz", GGZ)


async def test_too_late_is_too_late_without_a_worker(client: httpx.AsyncClient, database: Database) -> None:
    """An outage of the worker gives nobody more time."""
    with travelling(now() - timedelta(days=20)) as travel:
        table = await a_handing(client, database)
        asked = await table.ask()
        travel.on(hours=4)
        assert (await table.answer("ggz", asked, expected=409))["type"].endswith("offer-ended")
        assert (await table.read("owner"))["ownerOrganisationId"] == str(OWNER)


async def test_the_owner_takes_it_back(client: httpx.AsyncClient, database: Database) -> None:
    """It keeps its case; who was asked hears, and can't accept any more. Twice is refused."""
    table = await a_handing(client, database)
    asked = await table.ask()
    await table.withdraw(asked, "ggz", 403)
    await table.withdraw(asked, "stranger", 404)
    await table.withdraw({**asked, "version": 7}, expected=412)
    gone = await table.withdraw(asked)
    assert gone["state"] == "withdrawn"
    assert (await table.withdraw(gone, expected=409))["type"].endswith("handover-ended")
    await table.answer("ggz", asked, expected=409)
    assert (await table.events("ggz", GGZ))[-1] == "offer.withdrawn"
    assert "handover_withdrawn" in await table.kinds("owner")
    await table.read("ggz", expected=404)


async def test_who_stays_is_on_the_team_and_keeps_its_duties(client: httpx.AsyncClient, database: Database) -> None:
    """As it asked, in the same moment; the new owner, which was on the team, is no member any more."""
    table = await a_handing(client, database)
    await table.join("ggz", GGZ)
    await table.join("team", TEAM, "social_team")
    due = (now() + timedelta(days=3)).isoformat()
    await table.do("owner", "actions", {"what": "Bezoek.", "dueAt": due})
    asked = await table.ask(stay={"role": "municipality", "purpose": "guidance"})
    assert (await table.read("team"))["ownerOrganisationId"] == str(OWNER)
    await table.answer("ggz", asked)
    [item] = (await table.read("owner", "/items"))["items"]
    assert item["assignedTo"] == str(OWNER)
    team = {one["organisationId"]: one for one in (await table.read("ggz", "/team"))["items"] if one["state"] == "member"}
    assert team.keys() == {str(OWNER), str(TEAM)}
    assert (team[str(OWNER)]["role"], team[str(OWNER)]["purpose"]) == ("municipality", "guidance")
    left = next(one for one in (await table.read("ggz", "/team"))["items"] if one["organisationId"] == str(GGZ))
    assert (left["state"], left["reason"]) == ("left", "owns_now")
    assert "case.handed_over" in await table.events("team", TEAM)
    assert "team.changed" in await table.events("owner", OWNER)
    await table.do("owner", f"team/{team[str(OWNER)]['id']}/end", {"reason": "task_done"}, version=1)
    await table.read("owner", expected=404)


async def test_it_may_come_back_and_the_chain_tells_it_all(client: httpx.AsyncClient, database: Database) -> None:
    """Who declined or had it before can have it again; each owner from when until when."""
    table = await a_handing(client, database)
    await table.answer("ggz", await table.ask())
    back = await table.ask("ggz", organisationId=str(OWNER), reason="task_ended")
    await table.answer("owner", back)
    await table.answer("team", await table.ask("owner", organisationId=str(TEAM), reason="moved"))
    chain = (await table.read("team", "/owners"))["items"]
    assert [one["organisationId"] for one in chain] == [str(OWNER), str(GGZ), str(OWNER), str(TEAM)]
    assert [one["until"] for one in chain[:-1]] == [one["since"] for one in chain[1:]]
    assert [one["reason"] for one in chain] == [None, "other_expertise", "task_ended", "moved"]
    assert (await table.read("operator", "/owners"))["items"] == chain
    for who in ("owner", "ggz", "stranger"):
        await table.read(who, "/owners", 404)


def _later(**span: float) -> str:
    return (now() + timedelta(**span)).isoformat()


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"organisationId": str(OWNER)}, "/organisationId", "owner"),
        ({"organisationId": str(uuid4())}, "/organisationId", "unknown"),
        ({"organisationId": None}, "/organisationId", "one_of"),
        ({"organisationId": str(GGZ), "transfer": {}}, "/organisationId", "one_of"),
        ({"warm": LATER_SPOKEN}, "/warm/spokenAt", "future"),
        ({"transfer": {}, "warm": WARM}, "/warm", "not_in_a_transfer"),
        ({"transfer": {}, "answerBy": "later"}, "/answerBy", "not_in_a_transfer"),
        ({"transfer": {"municipalityCode": "GM9999"}}, "/transfer/municipalityCode", "unknown"),
        ({"answerBy": "2026-01-01T00:00:00Z"}, "/answerBy", "moment"),
        ({"answerBy": "2031-01-01T00:00:00Z"}, "/answerBy", "moment"),
    ],
)
async def test_what_can_not_be_meant_is_refused(
    client: httpx.AsyncClient, database: Database, body: dict[str, Any], pointer: str, code: str
) -> None:
    """With its place; nothing was changed."""
    table = await a_handing(client, database)
    version = (await table.read("owner"))["version"]
    later = {name: _later(hours=1) if value == "later" else value for name, value in body.items()}
    if body.get("warm") == LATER_SPOKEN:
        later["warm"] = {"spokenWith": "Iemand", "spokenAt": _later(hours=1)}
    refused = await table.ask(expected=400, **later)
    assert (pointer, code) in [(one["pointer"], one["code"]) for one in refused["errors"]]
    assert (await table.read("owner"))["version"] == version
    assert (await table.read("owner", "/handovers"))["items"] == []


async def test_only_the_owner_of_an_open_case_hands_over_and_once(client: httpx.AsyncClient, database: Database) -> None:
    """Not a stranger, a member, who took the call in, who is asked; not two at once; not a case that is only offered, or closed."""
    table = await a_handing(client, database)
    await table.join("team", TEAM, "social_team")
    for who, status in (("stranger", 404), ("team", 403), ("supervisor", 403)):
        await table.ask(who, status)
    asked = await table.ask(reason="moved")
    assert (await table.ask(expected=409, organisationId=str(POLICE)))["type"].endswith("handover-pending")
    await table.ask("ggz", 403, organisationId=str(POLICE))
    closing = (await table.read("owner", "/closing-checklist"))["missing"]
    assert [one["subject"] for one in closing if one["code"] == "pending_handover"] == [asked["id"]]
    assert len((await table.read("owner", "/handovers"))["items"]) == 1
    assert (await table.read("team", "/handovers"))["items"] == []
