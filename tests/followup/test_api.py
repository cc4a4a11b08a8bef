"""Follow-up through HTTP: from acceptance to closing, and every refusal on the way."""

from datetime import timedelta

import httpx

from app.core.db import Database
from app.directory.seeding import organisation_id
from tests.followup.following import REACHED, WAIVER, Following
from tests.makers import a_token, now


async def test_a_case_is_followed_until_it_may_close(following: Following) -> None:
    """Accepted, contact, goal, outcome, aftercare, what is owed, closed: each step with its next deadline."""
    assert (await following.read())["deadlineKind"] == "first_contact"
    tried = await following.do("contacts", REACHED | {"result": "tried"})
    assert (tried["state"], tried["deadlineKind"]) == ("accepted", "first_contact")
    assert (await following.do("contacts", REACHED))["state"] == "in_follow_up"
    goal = (await following.do("goals", {"of": "person", "what": "Weer slapen."}))["id"]
    assert (await following.do(f"goals/{goal}/outcome", {"outcome": "reached"}))["state"] == "aftercare"
    aftercare = await following.read("/aftercare")
    assert [check["week"] for check in aftercare["checks"]] == [1, 4, 12]
    refused = await following.close(409)
    assert [one["code"] for one in refused["missing"]] == ["aftercare_check"] * 3 + ["inform_person", "evaluation"]
    for check in aftercare["checks"]:
        await following.do(f"aftercare/checks/{check['id']}/result", WAIVER)
    await following.do("aftercare/obligations/inform_person/fulfilment", {})
    await following.do("aftercare/obligations/evaluation/fulfilment", {"worked": ["reporting"], "failed": ["transport"]})
    assert (await following.read("/closing-checklist"))["missing"] == []
    closed = await following.close(201)
    assert (closed["state"], closed["deadlineAt"]) == ("closed", None)
    await following.do("contacts", REACHED, 409)


async def test_the_outcome_of_a_case_stays_on_its_timeline(following: Following) -> None:
    """How it ended must be readable by whoever takes up the file later, not only by who got the event."""
    for check in await following.into_aftercare():
        await following.do(f"aftercare/checks/{check}/result", WAIVER)
    for kind in ("inform_person", "evaluation"):
        await following.fulfil(kind, WAIVER)
    await following.close(201)
    lines = (await following.read("/timeline"))["items"]
    assert {line["kind"]: line["facts"] for line in lines}["closing_outcome"] == {"outcome": "better"}
    assert (await following.read("/closing-checklist"))["missing"] == []


async def test_closing_needs_the_version_that_was_read(following: Following) -> None:
    """Whoever closes must have seen the case as it is; without If-Match it is not even tried."""
    await following.do("closure", {"outcome": "better"}, 428)
    await following.do("closure", {"outcome": "better"}, 412, **{"If-Match": '"99"'})


async def test_closing_names_everything_that_is_missing(following: Following) -> None:
    """Not the first thing only: a professional who wants to close must see the whole list."""
    refused = await following.close(409)
    assert {one["code"] for one in refused["missing"]} >= {"first_contact", "goal", "aftercare", "inform_person", "evaluation"}


async def test_a_check_can_not_be_done_before_it_tells_anything(following: Following) -> None:
    """Twelve weeks later is not today."""
    await following.do("contacts", REACHED)
    goal = (await following.do("goals", {"what": "Rust."}))["id"]
    await following.do(f"goals/{goal}/outcome", {"outcome": "reached"})
    check = (await following.read("/aftercare"))["checks"][2]["id"]
    answer = await following.do(f"aftercare/checks/{check}/result", {"result": "better"}, 409)
    assert answer["type"].endswith("too-early")


async def test_a_relapse_takes_the_case_back_and_aftercare_starts_anew(following: Following) -> None:
    """A new goal in aftercare is follow-up again; the old round must not be asked for next to the new one."""
    first = await following.into_aftercare()
    relapse = await following.do("goals", {"what": "Opnieuw."})
    assert relapse["state"] == "in_follow_up"
    [told] = await following.heard("nl.nodus.case.relapsed.v1")
    assert (told["round"], told["goalId"], told["state"]) == (1, relapse["id"], "in_follow_up")
    assert told["deadlineAt"] == (await following.read())["deadlineAt"]
    checks = {check["id"]: check for check in (await following.read("/aftercare"))["checks"]}
    assert {(checks[one]["state"], checks[one]["result"]) for one in first} == {("waived", "relapse")}
    evaluated = await following.fulfil("evaluation", {"worked": ["reporting"]})
    assert evaluated["state"] == "in_follow_up"
    goal = next(one["id"] for one in (await following.read("/goals", purpose="follow_up"))["items"] if one["outcome"] is None)
    await following.do(f"goals/{goal}/outcome", {"outcome": "partly_reached"})
    rounds = [(one["round"], one["week"]) for one in (await following.read("/aftercare"))["checks"] if one["state"] == "planned"]
    assert rounds == [(2, 1), (2, 4), (2, 12)]
    evaluation = await following.owed("evaluation")
    assert evaluation
    assert evaluation["state"] == "open"


async def test_a_contact_lies_between_the_opening_and_now(following: Following) -> None:
    """A typing error in the year must not become the first contact."""
    for at in (now() + timedelta(days=1), now() - timedelta(days=365)):
        answer = await following.do("contacts", REACHED | {"at": at.isoformat()}, 400)
        assert answer["errors"][0]["pointer"] == "/at"
    assert (await following.read())["state"] == "accepted"


async def test_contacts_come_in_pages(following: Following) -> None:
    """A person whom somebody rang a hundred times must still be readable."""
    for _ in range(3):
        await following.do("contacts", REACHED)
    first = await following.read("/contacts", purpose="follow_up", limit="2")
    rest = await following.read("/contacts", purpose="follow_up", limit="2", cursor=first["next"])
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)


async def test_only_the_owner_follows_a_case_up(following: Following, client: httpx.AsyncClient, database: Database) -> None:
    """The hotline sees that the case exists, a stranger not even that; neither may write or read its contents."""
    hotline = await a_token(database, role="supervisor")
    stranger = await a_token(database, organisation_id("rotterdam"), "desk")
    for who, status in ((hotline, 403), (stranger, 404)):
        for path in ("contacts?purpose=quality", "goals?purpose=quality", "aftercare", "closing-checklist"):
            answer = await client.get(f"/v1/cases/{following.case}/{path}", headers=who)
            assert answer.status_code == status, path
        for path, body in (("contacts", REACHED), ("goals", {"what": "Rust."})):
            answer = await client.post(f"/v1/cases/{following.case}/{path}", json=body, headers=who)
            assert answer.status_code == status, path
    assert (await following.read())["state"] == "accepted"
