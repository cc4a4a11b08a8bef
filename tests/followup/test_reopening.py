"""A closed case goes on, with who had it; and what each organisation says of it before it closes."""

from datetime import date, timedelta
from uuid import UUID

import httpx
from sqlalchemy import text

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.followup.reopening import RETENTION
from app.vault import open as vault
from tests.followup.following import REACHED, WAIVER, Following
from tests.makers import AMSTERDAM_DESK, HOTLINE, a_token, an_offered_case, heard, now
from tests.team.table import MENTAL_HEALTH, Table, a_table
from tests.travel import travelling

RELAPSE = {"reason": "relapse", "note": "Hij eet weer niet."}


async def _reopen(case: Following, expected: int = 201, **changes: str) -> dict[str, str]:
    version = (await case.read())["version"]
    answer = await case.do("reopening", RELAPSE | changes, expected, **{"If-Match": f'"{version}"'})
    return dict(answer)


async def test_a_case_goes_on_with_its_owner_a_deadline_and_a_new_round(following: Following) -> None:
    """Back in follow-up, somebody must look soon, aftercare comes again, and so does the evaluation."""
    await following.finish()
    assert await heard(following.client, following.desk, AMSTERDAM_DESK)
    back = await _reopen(following, coordinator="Mevrouw Jansen")
    assert (back["state"], back["deadlineKind"]) == ("in_follow_up", "follow_up")
    case = await following.read()
    assert (case["closedAt"], case["coordinator"]) == (None, "Mevrouw Jansen")
    assert case["deadlineAt"] < (now() + timedelta(days=6)).isoformat()
    refused = await following.close(409)
    assert {one["code"] for one in refused["missing"]} == {"aftercare", "look_again"}
    [look] = (await following.read("/items", kind="look_again", purpose="follow_up"))["items"]
    assert (look["id"], look["facts"], look["note"]) == (back["id"], {"because": "relapse"}, RELAPSE["note"])
    await following.do(f"items/{back['id']}/end", {}, 201, **{"If-Match": '"1"'})
    await following.finish("Weer eten.")
    rounds = {one["round"] for one in (await following.read("/aftercare"))["checks"]}
    assert rounds == {1, 2}
    events = await heard(following.client, following.desk, AMSTERDAM_DESK)
    about = [kind for kind, subject in events if subject == following.case]
    assert about.count("nl.nodus.case.closed.v1") == 2
    assert about.count("nl.nodus.case.reopened.v1") == 1
    kinds = [line["kind"] for line in (await following.read("/timeline"))["items"]]
    assert kinds.count("reopened") == 1


async def test_its_members_are_on_the_team_again(following: Following, database: Database) -> None:
    """Closed, they see nothing of it; reopened, they see and hear what they did before."""
    ggz = await a_token(database, MENTAL_HEALTH, "desk")
    table = Table(following.client, following.case, {"owner": following.desk, "ggz": ggz})
    await table.join("ggz", MENTAL_HEALTH)
    await following.finish()
    await table.read("ggz", expected=404)
    await _reopen(following)
    await table.read("ggz", "/items")
    assert ("nl.nodus.case.reopened.v1", following.case) in await heard(following.client, ggz, MENTAL_HEALTH)


async def test_only_who_had_it_reopens_it_and_only_when_it_is_closed(following: Following, database: Database) -> None:
    """Each refusal says what to do instead, and changes nothing."""
    assert (await _reopen(following, 409))["type"].endswith("not-reopenable")
    await following.finish()
    hotline = await a_token(database, role="supervisor")
    stranger = await a_token(database, MENTAL_HEALTH, "desk")
    for who, status in ((hotline, 403), (stranger, 404)):
        answer = await following.client.post(
            f"/v1/cases/{following.case}/reopening", json=RELAPSE, headers=who | {"If-Match": '"1"'}
        )
        assert answer.status_code in {status, 403}, answer.text
    await following.do("reopening", RELAPSE, 428)
    await following.do("reopening", RELAPSE, 412, **{"If-Match": '"1"'})
    await following.do("reopening", {"reason": "because"}, 400, **{"If-Match": '"1"'})
    assert (await following.read())["state"] == "closed"


async def test_nothing_is_reopened_after_its_retention(client: httpx.AsyncClient, database: Database) -> None:
    """What is about to be destroyed, or was, stays closed."""
    with travelling(now() - RETENTION - timedelta(days=200)) as travel:
        operator, desk = await a_token(database), await a_token(database, AMSTERDAM_DESK, "desk")
        receipt = await an_offered_case(client, operator)
        path = f"/v1/offers/{receipt['offered']['offerId']}/acceptance"
        accepted = await client.post(path, json={}, headers=desk | {"If-Match": '"1"'})
        assert accepted.status_code == 201, accepted.text
        case = Following(client, desk, receipt["caseId"])
        await case.finish()
        travel.on(days=RETENTION.days - 1)
        async with begin(database, WORKER) as work:
            await vault.destroy_key(work, UUID(case.case))
        await _reopen(case, 410)
        travel.on(days=2)
        assert "new call" in (await _reopen(case, 409))["detail"]


async def test_a_case_whose_owner_has_ended_is_routed_again_as_a_new_call(following: Following, database: Database) -> None:
    """Nobody would have it: whoever asks is told to send a new call, which finds who serves the place now."""
    await following.finish()
    took_in = Following(following.client, await a_token(database, HOTLINE, "supervisor"), following.case)
    assert (await _reopen(took_in, 403))["type"].endswith("forbidden")
    await _ends(database, date(2020, 1, 1))
    try:
        for who in (following, took_in):
            assert (await _reopen(who, 409))["type"].endswith("owner-gone")
    finally:
        await _ends(database, None)


async def _ends(database: Database, on: date | None) -> None:
    async with begin(database, WORKER) as work:
        await work.change(text("UPDATE organisation SET ends_on = :on WHERE id = :id"), on=on, id=AMSTERDAM_DESK)


async def test_a_call_about_a_closed_case_opens_a_new_one_and_about_a_reopened_one_joins_it(
    following: Following, database: Database
) -> None:
    """Nothing that is told is lost, whatever became of the case."""
    operator = await a_token(database)
    reference = (await following.read())["reference"]
    await following.finish()
    refused = await following.client.post("/v1/calls", json=_call(reference), headers=operator)
    assert refused.json()["type"].endswith("case-not-open")
    await _reopen(following)
    joined = await following.client.post("/v1/calls", json=_call(reference), headers=operator)
    assert joined.status_code == 201, joined.text
    assert joined.json()["joinedCaseId"] == following.case


def _call(reference: str) -> dict[str, object]:
    return {
        "answers": {"danger_now": "no", "not_eating": "yes"},
        "worry": "Weer.",
        "caller": {"anonymity": "anonymous", "relation": "neighbour"},
        "place": {"stay": {"postcode": "1012AB", "houseNumber": "12"}},
        "joins": reference,
    }


async def test_each_organisation_of_the_team_has_a_view_until_closing(following: Following, database: Database) -> None:
    """What worked looks otherwise from every chair; sent again it corrects what was said before."""
    ggz = await a_token(database, MENTAL_HEALTH, "desk")
    table = Table(following.client, following.case, {"owner": following.desk, "ggz": ggz})
    await table.join("ggz", MENTAL_HEALTH)
    await table.do("ggz", "views", {}, 400)
    await table.do("ggz", "views", {"failed": ["transport"]})
    await table.do("ggz", "views", {"failed": ["transport"], "worked": ["assessment"], "note": "Drie uur gewacht."})
    await table.do("owner", "views", {"worked": ["reporting"]})
    views = (await table.read("owner", "/items", kind="view", purpose="quality"))["items"]
    corrected = {one["correctsId"] for one in views}
    standing = [one for one in views if one["id"] not in corrected]
    assert {one["organisationId"] for one in standing} == {str(MENTAL_HEALTH), str(AMSTERDAM_DESK)}
    assert [one["note"] for one in standing] == ["Drie uur gewacht.", None]
    await following.finish()
    await table.do("owner", "views", {"worked": ["reporting"]}, 409)


async def test_the_evaluation_keeps_what_the_person_and_the_caller_said_apart(following: Following) -> None:
    """Each under a name of its own, sealed; what the caller said is never for the person to see."""
    for check in await following.into_aftercare():
        await following.do(f"aftercare/checks/{check}/result", WAIVER)
    words = {"personSaid": "Ik slaap weer.", "callerSaid": "Ik hoor hem niet meer roepen."}
    await following.fulfil("evaluation", {"worked": ["reporting"]} | words)
    owed = await following.owed("evaluation")
    assert owed
    assert (owed["personSaid"], owed["callerSaid"]) == (None, None)
    told = (await following.read("/aftercare", purpose="quality"))["obligations"]
    evaluation = next(one for one in told if one["kind"] == "evaluation")
    assert {name: evaluation[name] for name in words} == words


async def test_what_is_open_is_named_with_who_must_do_it_and_so_is_an_invitation(
    client: httpx.AsyncClient, database: Database
) -> None:
    """Closing is refused with the whole list: actions with who must do them, and who has yet to answer."""
    with travelling(now() - timedelta(days=9)) as travel:
        table = await a_table(client, database)
        following = Following(client, table.keys["owner"], table.case)
        invited = await table.invite("owner", MENTAL_HEALTH)
        due = (now() + timedelta(days=2)).isoformat()
        await following.do("contacts", REACHED)
        action = await following.do("actions", {"what": "Bellen.", "dueAt": due})
        lacking = {one["code"]: one for one in (await following.close(409))["missing"]}
        assert (lacking["action"]["subject"], lacking["action"]["responsible"]) == (action["id"], str(AMSTERDAM_DESK))
        waits = lacking["pending_invitation"]
        assert (waits["subject"], waits["responsible"]) == (invited["id"], str(MENTAL_HEALTH))
        travel.on(days=4)  # nobody answered in time: it is over by itself
        assert "pending_invitation" not in {one["code"] for one in (await following.close(409))["missing"]}


async def test_cancelling_needs_a_reason_and_a_role(following: Following) -> None:
    """What is not done is a decision, and whose it was stays readable."""
    due = (now() + timedelta(days=2)).isoformat()
    action = (await following.do("actions", {"what": "Bellen.", "dueAt": due}))["id"]
    await following.do(f"items/{action}/end", {"outcome": "cancelled"}, 400, **{"If-Match": '"1"'})
    ended = await following.do(f"items/{action}/end", {"outcome": "cancelled"} | WAIVER, 201, **{"If-Match": '"1"'})
    assert ended["endedFacts"] == {"reason": "done_by_others", "by": "coordinator"}
