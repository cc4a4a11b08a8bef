"""A case of five months and four organisations, told as it went: who stayed, who left, what was missed, and who saw what."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.followup import due
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token, an_offered_case, heard
from tests.team.table import MENTAL_HEALTH, POLICE, SOCIAL_TEAM, Table
from tests.travel import Travel, travelling

A_MONDAY_IN_JUNE: Final = datetime(2026, 6, 1, 8, tzinfo=UTC)
NEIGHBOUR: Final = {"anonymity": "known", "name": "Buurvrouw", "phone": "0612345678", "relation": "neighbour"}
Story = tuple[Table, Travel, Database]


async def test_a_case_over_five_months(client: httpx.AsyncClient, database: Database) -> None:
    """Somebody stays with the person until they are really better off, and nothing that is missed stays quiet."""
    with travelling(A_MONDAY_IN_JUNE) as travel:
        table = await _a_neighbour_rings(client, database)
        story = (table, travel, database)
        await _the_door_stays_shut_then_opens(story)
        await _the_neighbour_rings_again(story)
        member = await _a_team_is_made(story)
        await _the_ggz_has_no_room_and_then_it_has(story)
        await _the_person_gets_better(story)
        await _a_look_is_forgotten_and_people_hear(story)
        await _closing_is_refused_until_nothing_is_missing(story)
        await _it_goes_wrong_again(story)
        await _the_social_team_leaves(story, member)
        assert travel.at > A_MONDAY_IN_JUNE + timedelta(days=150)


async def _a_neighbour_rings(client: httpx.AsyncClient, database: Database) -> Table:
    """Monday morning. The operator promises her that she will hear; the municipal desk takes the case."""
    keys = {
        "operator": await a_token(database),
        "desk": await a_token(database, AMSTERDAM_DESK, "desk"),
        "ggz": await a_token(database, MENTAL_HEALTH, "desk"),
        "social": await a_token(database, SOCIAL_TEAM, "desk"),
        "police": await a_token(database, POLICE, "desk"),
    }
    receipt = await an_offered_case(client, keys["operator"], feedbackPromised=True, caller=NEIGHBOUR)
    table = Table(client, receipt["caseId"], keys)
    await _answers(table, "desk", receipt["offered"]["offerId"], "acceptance", coordinator="regisseur")
    case = await table.read("desk")
    assert (case["state"], case["deadlineKind"], case["coordinator"]) == ("accepted", "first_contact", "regisseur")
    return table


async def _the_door_stays_shut_then_opens(story: Story) -> None:
    """Nobody opens on Monday: a try, and the clock runs on. On Tuesday he opens, and says what he wants himself."""
    table, travel, _ = story
    tried = {"way": "visit", "party": "person", "result": "tried"}
    assert (await table.do("desk", "contacts", tried))["deadlineKind"] == "first_contact"
    travel.on(hours=20)
    reached = {"way": "visit", "party": "person", "result": "reached", "note": "Hij liet ons binnen."}
    assert (await table.do("desk", "contacts", reached))["state"] == "in_follow_up"
    await table.do("desk", "goals", {"of": "person", "what": "Weer slapen zonder angst."})
    await table.do("desk", "aftercare/obligations/inform_person/fulfilment", {})


async def _the_neighbour_rings_again(story: Story) -> None:
    """A week later she rings again: no second case, and the owner of the first one hears."""
    table, travel, _ = story
    travel.on(days=6)
    again = await an_offered_case(table.client, table.keys["operator"], joins=table.case, caller=NEIGHBOUR)
    assert (again["disposition"], again["offered"]) == ("joined_case", None)
    assert "case.call_joined" in await _events(table, "desk", AMSTERDAM_DESK)


async def _a_team_is_made(story: Story) -> str:
    """The police have no basis to take part and see nothing; the social team joins, and gets something to do."""
    table, travel, _ = story
    asked = await table.invite("desk", POLICE, "police")
    await table.do("police", f"team/{asked['id']}/answer", {"accept": False, "reason": "no_basis"}, version=1)
    await table.read("police", expected=404)
    joining = await table.invite("desk", SOCIAL_TEAM, "social_team")
    await table.do("social", f"team/{joining['id']}/answer", {"accept": True}, version=1)
    due_at = _text(travel, days=5)
    body = {"what": "Samen de post openen.", "assignedTo": str(SOCIAL_TEAM), "dueAt": due_at}
    action = (await table.do("desk", "actions", body))["id"]
    await table.do("desk", "notes", {"what": "De buurvrouw blijft liever onbekend.", "visibility": "owner"})
    seen = (await table.read("social", "/items", purpose="follow_up"))["items"]
    assert [(one["kind"], one["note"]) for one in seen] == [("action", "Samen de post openen.")]
    assert (await table.read("social", "/contacts", purpose="follow_up"))["items"] == []
    [goal] = (await table.read("social", "/goals", purpose="follow_up"))["items"]
    assert goal["of"] == "person"
    travel.on(days=2)
    ended = await table.do("social", f"items/{action}/end", {"note": "Drie aanmaningen."}, version=1)
    assert ended["state"] == "done"
    return str(joining["id"])


async def _the_ggz_has_no_room_and_then_it_has(story: Story) -> None:
    """The first question is declined, and the desk stays responsible; three weeks later the ggz takes over, the desk stays near."""
    table, travel, _ = story
    ask = {"organisationId": str(MENTAL_HEALTH), "reason": "other_expertise"}
    stay = {"role": "municipality", "purpose": "coordination"}
    asked = await table.do("desk", "handovers", ask)
    assert (await table.read("ggz"))["ownerOrganisationId"] == str(AMSTERDAM_DESK)
    await _answers(table, "ggz", asked["offers"][-1]["id"], "decline", reason="no_capacity")
    await table.read("ggz", expected=404)
    assert (await table.read("desk"))["ownerOrganisationId"] == str(AMSTERDAM_DESK)
    travel.on(days=10)
    await table.do("desk", "contacts", {"way": "phone", "party": "person", "result": "reached"})
    travel.on(days=11)
    asked = await table.do("desk", "handovers", ask | {"stay": stay, "conditions": "Bel eerst de wijkverpleegkundige."})
    told = await table.read("ggz", f"/handovers/{asked['id']}", purpose="handover")
    assert told["conditions"] == "Bel eerst de wijkverpleegkundige."
    await _answers(table, "ggz", asked["offers"][-1]["id"], "acceptance", coordinator="casemanager")
    case = await table.read("ggz")
    assert (case["ownerOrganisationId"], case["coordinator"]) == (str(MENTAL_HEALTH), "casemanager")
    owners = (await table.read("ggz", "/owners"))["items"]
    assert [one["organisationId"] for one in owners] == [str(AMSTERDAM_DESK), str(MENTAL_HEALTH)]
    seen = {one["kind"] for one in (await table.read("ggz", "/items", purpose="handover"))["items"]}
    assert seen == {"action", "note"}  # all of it: the case is theirs now


async def _the_person_gets_better(story: Story) -> None:
    """Treatment, medication, sleep. His own goal is reached, and aftercare begins; the first look is in time."""
    table, travel, _ = story
    await table.do("ggz", "contacts", {"way": "visit", "party": "person", "result": "reached"})
    travel.on(days=13)
    [goal] = (await table.read("ggz", "/goals", purpose="follow_up"))["items"]
    outcome = await table.do("ggz", f"goals/{goal['id']}/outcome", {"outcome": "reached", "note": "Hij slaapt."})
    assert (outcome["state"], outcome["deadlineKind"]) == ("aftercare", "follow_up")  # she is still to hear
    await table.do("ggz", "feedback", {"listener": "neighbour", "channel": "phone", "text": "Er is iemand mee bezig."})
    travel.on(days=7)
    assert (await table.read("ggz"))["deadlineKind"] == "aftercare"
    first = (await table.read("ggz", "/aftercare"))["checks"][0]
    await table.do("ggz", f"aftercare/checks/{first['id']}/result", {"result": "better"})


async def _a_look_is_forgotten_and_people_hear(story: Story) -> None:
    """The second look is forgotten. Who must do it was reminded; then the organisation, the municipality, the national desk hear."""
    table, travel, database = story
    levels: list[int] = []
    for _ in range(45):
        travel.on(hours=20)
        await _the_worker_rings(database, table.case, travel.at)
        case = await table.read("ggz")
        levels.append(case["climbed"])
    assert levels[-1] == 4
    assert levels == sorted(levels)
    told = await _events(table, "ggz", MENTAL_HEALTH)
    assert told.index("case.due_soon") < told.index("case.overdue")
    assert "case.overdue" in await _events(table, "desk", AMSTERDAM_DESK)
    [missed] = [one for one in (await table.read("ggz", "/aftercare"))["checks"] if one["week"] == 4]
    await table.do("ggz", f"aftercare/checks/{missed['id']}/result", {"result": "stable", "note": "Laat, maar gedaan."})
    assert (await table.read("ggz"))["climbed"] == 0


async def _closing_is_refused_until_nothing_is_missing(story: Story) -> None:
    """Too early, and everything that is missing is named. Then the neighbour is asked, it is evaluated, and the case closes."""
    table, travel, _ = story
    refused = await table.do("ggz", "closure", {"outcome": "better"}, 409, version=await _version(table, "ggz"))
    assert {one["code"] for one in refused["missing"]} == {"aftercare_check", "evaluation", "still_worried"}
    last = next(one for one in (await table.read("ggz", "/aftercare"))["checks"] if one["state"] == "planned")
    travel.to(max(travel.at, datetime.fromisoformat(last["dueAt"])))
    await table.do("ggz", f"aftercare/checks/{last['id']}/result", {"result": "better"})
    await table.do("ggz", "still-worried", {"answer": "no", "channel": "phone"})
    await table.do("social", "views", {"worked": ["referral"], "failed": ["early_signalling"]})
    evaluation = {"worked": ["reporting", "assessment"], "failed": ["transport"], "personSaid": "Ik was niet alleen."}
    await table.do("ggz", "aftercare/obligations/evaluation/fulfilment", evaluation)
    assert (await table.read("ggz", "/closing-checklist"))["missing"] == []
    closed = await table.do("ggz", "closure", {"outcome": "better"}, version=await _version(table, "ggz"))
    assert (closed["state"], closed["deadlineAt"]) == ("closed", None)
    for who in ("social", "desk", "police"):
        await table.read(who, expected=404)  # a closed case has no team: what it was for is over


async def _it_goes_wrong_again(story: Story) -> None:
    """Four weeks later he stands in the street again. The case goes on with the same owner and team, its history and a new goal."""
    table, travel, _ = story
    travel.on(days=28)
    again = await table.do("ggz", "reopening", {"reason": "relapse"}, version=await _version(table, "ggz"))
    assert again["state"] == "in_follow_up"
    assert again["deadlineAt"] > _text(travel, hours=0)
    [look] = [one for one in (await table.read("ggz", "/items"))["items"] if one["state"] == "open"]
    assert look["kind"] == "look_again"
    await table.do("ggz", "contacts", {"way": "visit", "party": "person", "result": "reached"})
    await table.do("ggz", f"items/{look['id']}/end", {"outcome": "done"}, version=1)
    await table.do("ggz", "goals", {"of": "person", "what": "Volhouden."})
    assert (await table.read("social"))["state"] == "in_follow_up"
    kinds = [one["kind"] for one in (await table.read("ggz", "/story", purpose="follow_up", limit="200"))["items"]]
    assert {"opened", "handed_over", "closed", "reopened"} <= set(kinds)


async def _the_social_team_leaves(story: Story, member: str) -> None:
    """Its task is done: from that moment it sees nothing; that it was there stays. Who took the call in sees codes, never contents."""
    table, _, _ = story
    await table.do("social", f"team/{member}/end", {"reason": "task_done"}, version=2)
    await table.read("social", expected=404)
    team = {one["organisationId"]: one["state"] for one in (await table.read("ggz", "/team"))["items"]}
    assert team == {str(POLICE): "declined", str(SOCIAL_TEAM): "left", str(AMSTERDAM_DESK): "member"}
    assert (await table.read("operator"))["ownerOrganisationId"] == str(MENTAL_HEALTH)
    await table.read("operator", "/items", expected=403)
    assert str(HOTLINE) == (await table.read("operator"))["intakeOrganisationId"]


async def _answers(table: Table, who: str, offer: str, how: str, **body: Any) -> None:
    answer = await table.client.post(f"/v1/offers/{offer}/{how}", json=body, headers=table.keys[who] | {"If-Match": '"1"'})
    assert answer.status_code == 201, answer.text


async def _the_worker_rings(database: Database, case: str, at: datetime) -> None:
    async with begin(database, WORKER, at=at) as work:
        await due.act(work, UUID(case))


async def _version(table: Table, who: str) -> int:
    return int((await table.read(who))["version"])


async def _events(table: Table, who: str, organisation: UUID) -> list[str]:
    feed = await heard(table.client, table.keys[who], organisation)
    return [kind.removeprefix("nl.nodus.").removesuffix(".v1") for kind, subject in feed if subject == table.case]


def _text(travel: Travel, **span: float) -> str:
    return (travel.at + timedelta(**span)).isoformat()
