"""What is owed, through HTTP: done, waived, put off; and words that stay sealed."""

from datetime import timedelta
from uuid import UUID

import asyncpg

from tests.followup.following import REACHED, WAIVER, Following
from tests.makers import now

SECRET = "Zij slaapt bij haar zus aan de gracht."


async def test_a_promise_made_on_the_phone_is_owed_by_who_took_the_case_over(promised: Following) -> None:
    """The caller was promised to hear: the desk sees it, and the case does not close without it."""
    owed = await promised.owed("feedback")
    assert owed
    assert owed["state"] == "open"
    assert "feedback" in {one["code"] for one in (await promised.read("/closing-checklist"))["missing"]}


async def test_without_a_promise_there_is_no_feedback_to_give(following: Following) -> None:
    """Nobody rings a caller who did not want to be rung."""
    assert await following.owed("feedback") is None
    answer = await following.fulfil("feedback", {"listener": "neighbour"}, 409)
    assert answer["type"].endswith("not-owed-yet")


async def test_the_outcome_is_for_the_laws_list_only(promised: Following) -> None:
    """A neighbour hears that it was taken up; the refusal says which sentence to say."""
    assert (await promised.fulfil("feedback", {}, 400))["errors"][0]["pointer"] == "/listener"
    refused = await promised.fulfil("feedback", {"listener": "neighbour", "outcomeTold": True}, 409)
    assert refused["type"].endswith("outcome-not-for-listener")
    assert refused["say"]["nl"]
    await promised.fulfil("feedback", {"listener": "neighbour"})
    owed = await promised.owed("feedback")
    assert owed
    assert (owed["state"], owed["listener"], owed["outcomeTold"]) == ("done", "neighbour", False)
    assert (await promised.fulfil("feedback", {"listener": "neighbour"}, 409))["type"].endswith("duty-ended")


async def test_informing_the_person_can_be_put_off_with_a_day_in_sight(following: Following) -> None:
    """Danger is a reason to wait, not a reason to forget: closing still asks for it."""
    later = now() + timedelta(days=30)
    answer = await following.fulfil("inform_person", _deferral((now() - timedelta(days=1)).isoformat()), 400)
    assert answer["errors"][0]["pointer"] == "/deferral/reviewBy"
    await following.fulfil("inform_person", _deferral(later.isoformat()))
    await following.do("contacts", REACHED)
    owed = await following.owed("inform_person")
    assert owed
    assert (owed["state"], owed["deferred"]) == ("open", "danger")
    missing = {one["code"]: one["detail"] for one in (await following.read("/closing-checklist"))["missing"]}
    assert "put off" in missing["inform_person"]


def _deferral(review_by: str) -> dict[str, object]:
    return {"deferral": {"reason": "danger", "reviewBy": review_by}}


async def test_speaking_with_the_person_makes_informing_due(following: Following) -> None:
    """The month of the law ends with the first conversation."""
    before = await following.owed("inform_person")
    await following.do("contacts", REACHED)
    after = await following.owed("inform_person")
    assert before
    assert after
    assert after["dueAt"] < before["dueAt"]
    assert (await following.read())["deadlineAt"] == after["dueAt"]


async def test_an_evaluation_says_something(following: Following) -> None:
    """An empty evaluation teaches nothing; it comes when the goals have their outcomes."""
    assert (await following.fulfil("evaluation", {"worked": ["reporting"]}, 409))["type"].endswith("not-owed-yet")
    await following.into_aftercare()
    await following.fulfil("evaluation", {}, 400)
    await following.fulfil("evaluation", {"failed": ["transport"], "stillWorried": "no", "note": SECRET})
    owed = await following.owed("evaluation")
    assert owed
    assert (owed["state"], owed["failed"], owed["stillWorried"], owed["note"]) == ("done", ["transport"], "no", None)


async def test_waiving_keeps_reason_and_role_and_other_needs_words(following: Following) -> None:
    """Whoever reads the file later must see who decided that something was not done, and why."""
    check = (await following.into_aftercare())[0]
    other = {"waiver": {"reason": "other", "by": "manager"}}
    path = f"aftercare/checks/{check}/result"
    assert (await following.do(path, other, 400))["errors"][0]["pointer"] == "/note"
    await following.do(path, other | {"note": SECRET})
    await following.do(path, WAIVER, 409)
    seen = (await following.read("/aftercare"))["checks"][0]
    assert (seen["state"], seen["result"], seen["decidedBy"]) == ("waived", "other", "manager")
    await following.fulfil("inform_person", WAIVER)
    owed = await following.owed("inform_person")
    assert owed
    assert (owed["state"], owed["reason"], owed["by"]) == ("waived", "done_by_others", "coordinator")


async def test_what_is_written_is_sealed_and_each_look_is_logged(following: Following, raw: asyncpg.Connection) -> None:
    """No word about a person lies readable in the database, and nobody reads it unseen."""
    await following.do("contacts", REACHED | {"note": SECRET})
    goal = (await following.do("goals", {"of": "person", "what": SECRET}))["id"]
    await following.do(f"goals/{goal}/outcome", {"outcome": "reached", "note": SECRET})
    check = (await following.read("/aftercare"))["checks"][0]["id"]
    await following.do(f"aftercare/checks/{check}/result", WAIVER | {"note": SECRET})
    await following.fulfil("inform_person", {"note": SECRET, "reference": SECRET})
    contacts = await following.read("/contacts", purpose="follow_up")
    goals = await following.read("/goals", purpose="handover")
    aftercare = await following.read("/aftercare", purpose="quality")
    assert contacts["items"][0]["note"] == SECRET
    assert (goals["items"][0]["what"], goals["items"][0]["note"]) == (SECRET, SECRET)
    assert aftercare["checks"][0]["note"] == SECRET
    informed = next(one for one in aftercare["obligations"] if one["kind"] == "inform_person")
    assert (informed["note"], informed["reference"]) == (SECRET, SECRET)
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        for table in ("contact", "goal", "aftercare_check", "obligation", "case_line", "event"):
            rows = await raw.fetch(f"SELECT t::text AS said FROM {table} t WHERE case_id = $1", UUID(following.case))
            assert rows
            assert all(SECRET not in row["said"] and SECRET.encode().hex() not in row["said"] for row in rows)
        looks = await raw.fetch("SELECT what, purpose FROM access_log WHERE case_id = $1 ORDER BY at, id", UUID(following.case))
    assert [(look["what"], look["purpose"]) for look in looks] == [
        ("contacts of the case", "follow_up"),
        ("goals of the case", "handover"),
        ("notes on aftercare", "quality"),
    ]
