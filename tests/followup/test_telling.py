"""The caller is told what may be told, and asked four weeks later."""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.lifecycle import State
from app.core.db import Database
from app.followup.caller import (
    ENOUGH_TRIES,
    SAY,
    TRIED_FOR,
    Heard,
    TooFewTries,
    ask_again_at,
    insist_on_tries,
    proposal,
)
from app.followup.feedback import INSTEAD, MAY_HEAR_OUTCOME, Listener
from tests.followup.following import REACHED, WAIVER, Following
from tests.followup.situations import NOW, moments
from tests.makers import AMSTERDAM_DESK, a_token, an_offered_case, heard, now
from tests.team.table import MENTAL_HEALTH, Table
from tests.travel import Travel, travelling

TOLD = {"listener": "neighbour", "channel": "phone", "text": "Dank u wel, er is iemand mee bezig."}


@given(state=st.sampled_from(State), listener=st.sampled_from(Listener), reached=st.booleans(), sure=st.booleans())
def test_a_proposal_never_says_more_than_the_law_allows(state: State, listener: Listener, *, reached: bool, sure: bool) -> None:
    """Who is not on the list, or can be anybody, hears that it was taken up and why no more."""
    found = proposal(state, listener, reached=reached, sure=sure)
    if not sure or listener not in MAY_HEAR_OUTCOME:
        assert (found.text, found.outcome) == (INSTEAD, False)
        assert set(found.codes) == {Heard.TAKEN_UP, Heard.CALL_AGAIN}
        return
    assert (Heard.CONTACT_MADE in found.codes) == reached
    assert (Heard.CLOSED in found.codes) == (state is State.CLOSED)
    assert all(SAY[code].nl in found.text.nl and SAY[code].en in found.text.en for code in found.codes)


@given(st.lists(moments, max_size=5), moments)
def test_a_caller_is_given_up_after_three_tries_over_three_days(tries: list[datetime], at: datetime) -> None:
    """Not sooner, whatever was tried."""
    enough = len(tries) >= ENOUGH_TRIES and at - min(tries) >= TRIED_FOR
    if enough:
        insist_on_tries(tries, at)
        return
    with pytest.raises(TooFewTries):
        insist_on_tries(tries, at)


def test_asking_again_is_four_weeks_later() -> None:
    """At the same time of day, whatever the clocks did."""
    assert ask_again_at(NOW) == NOW + timedelta(weeks=4)


async def _promised(client: httpx.AsyncClient, database: Database) -> Following:
    operator, desk = await a_token(database), await a_token(database, AMSTERDAM_DESK, "desk")
    receipt = await an_offered_case(client, operator, feedbackPromised=True)
    path = f"/v1/offers/{receipt['offered']['offerId']}/acceptance"
    assert (await client.post(path, json={}, headers=desk | {"If-Match": '"1"'})).status_code == 201
    return Following(client, desk, receipt["caseId"])


async def test_a_text_is_proposed_by_what_has_happened(promised: Following) -> None:
    """The professional begins with a text that is right, and changes it."""
    await promised.do("contacts", REACHED)
    mine = await promised.read("/feedback-proposal", listener="partner", sure="true")
    assert mine["codes"] == ["taken_up", "contact_made", "call_again"]
    assert "contact geweest" in mine["nl"]
    other = await promised.read("/feedback-proposal", listener="neighbour", sure="true")
    assert (other["outcome"], other["nl"]) == (False, INSTEAD.nl)


async def test_what_was_said_is_kept_sealed_and_ends_the_promise(promised: Following, raw: asyncpg.Connection) -> None:
    """Who was told what, by what, and in which words; only the organisation that has the case sees it."""
    assert (await promised.do("feedback", TOLD | {"text": None}, 400))["errors"][0]["pointer"] == "/text"
    body = TOLD | {"listener": "partner", "outcomeTold": True}
    assert (await promised.do("feedback", body, 409))["say"]["nl"] == INSTEAD.nl
    assert (await promised.do("feedback", TOLD | {"outcomeTold": True, "sure": True}, 409))["type"].endswith("for-listener")
    await promised.do("feedback", body | {"sure": True})
    owed = await promised.owed("feedback")
    assert owed
    assert (owed["state"], owed["listener"], owed["outcomeTold"]) == ("done", "partner", True)
    [item] = (await promised.read("/items", kind="caller_contact", purpose="feedback"))["items"]
    assert (item["visibility"], item["note"], item["facts"]["channel"]) == ("owner", TOLD["text"], "phone")
    again = await promised.owed("still_worried")
    assert again
    assert again["dueAt"][:10] == str(ask_again_at(now()).date())
    async with raw.transaction():
        await raw.execute("SET LOCAL ROLE nodus_worker")
        for table in ("case_item", "obligation", "case_line", "event"):
            rows = await raw.fetch(f"SELECT t::text AS said FROM {table} t WHERE case_id = $1", UUID(promised.case))
            assert rows
            assert all(TOLD["text"] not in row["said"] for row in rows)


async def test_a_member_of_the_team_does_not_hear_who_was_told(promised: Following, database: Database) -> None:
    """Who rang is known to the desk only."""
    keys = {"owner": promised.desk, "ggz": await a_token(database, MENTAL_HEALTH, "desk")}
    table = Table(promised.client, promised.case, keys)
    await table.join("ggz", MENTAL_HEALTH)
    await promised.do("feedback", TOLD)
    assert (await table.read("ggz", "/items"))["items"] == []
    kinds = [line["kind"] for line in (await table.read("ggz", "/timeline"))["items"]]
    assert "caller_contact" not in kinds
    await table.do("ggz", "feedback", TOLD, 403)
    await table.do("ggz", "still-worried", {"answer": "no", "channel": "phone"}, 403)


async def test_a_caller_is_tried_again_and_may_be_given_up_in_the_end(client: httpx.AsyncClient, database: Database) -> None:
    """Each try says when the next one is; one call to an engaged number is not enough."""
    with travelling(now() - timedelta(days=20)) as travel:
        case = await _promised(client, database)
        await case.do("contacts", REACHED)
        unreachable = {"waiver": {"reason": "unreachable", "by": "coordinator"}}
        assert (await case.fulfil("feedback", unreachable, 409))["type"].endswith("caller-not-tried-enough")
        tried = {"listener": "neighbour", "channel": "phone", "result": "not_reached"}
        for wrong in ({}, {"nextTryAt": (travel.at + timedelta(days=8)).isoformat()}):
            assert (await case.do("feedback", tried | wrong, 400))["errors"][0]["pointer"] == "/nextTryAt"
        for _ in range(3):
            following = (travel.at + timedelta(days=2)).isoformat()
            await case.do("feedback", tried | {"nextTryAt": following})
            owed = await case.owed("feedback")
            assert owed
            assert owed["dueAt"][:16] == following[:16]
            travel.on(days=2)
        rang = tried | {"channel": "rang_with_code", "nextTryAt": (travel.at + timedelta(days=1)).isoformat()}
        assert (await case.do("feedback", rang, 400))["errors"][0]["pointer"] == "/channel"
        await case.fulfil("feedback", unreachable)
        assert (await case.do("feedback", tried | {"nextTryAt": following}, 400))["errors"]
        later = {"nextTryAt": (travel.at + timedelta(days=1)).isoformat()}
        assert (await case.do("feedback", tried | later, 409))["type"].endswith("not-owed-yet")


async def _told_four_weeks_ago(client: httpx.AsyncClient, database: Database, travel: Travel) -> Following:
    case = await _promised(client, database)
    await case.into_aftercare()
    await case.do("feedback", TOLD)
    await case.fulfil("inform_person", {})
    travel.on(days=28)
    return case


async def test_who_still_worries_makes_somebody_look_again(client: httpx.AsyncClient, database: Database) -> None:
    """The coordinator hears it, there is something to do by a day, and the case does not close before it was done."""
    with travelling(now() - timedelta(days=40)) as travel:
        case = await _told_four_weeks_ago(client, database, travel)
        told = await case.do("still-worried", {"answer": "yes", "channel": "phone", "note": "Hij roept weer."})
        assert told["suggests"] == "goal"
        lacking = (await case.read("/closing-checklist"))["missing"]
        [look] = [one for one in lacking if one["code"] == "look_again"]
        assert (look["subject"], look["responsible"]) == (told["lookAgain"], str(AMSTERDAM_DESK))
        assert "still_worried" not in {one["code"] for one in lacking}
        hears = await heard(client, case.desk, AMSTERDAM_DESK)
        assert ("nl.nodus.caller.still_worried.v1", case.case) in hears
        relapse = await case.do("goals", {"of": "person", "what": "Weer slapen."})
        assert relapse["state"] == "in_follow_up"
        await case.do(f"items/{told['lookAgain']}/end", {}, 201, **{"If-Match": '"1"'})
        assert (await case.do("still-worried", {"answer": "no", "channel": "phone"}, 409))["type"].endswith("duty-ended")


async def test_no_longer_worried_counts_after_three_weeks_and_a_worry_at_any_time(
    client: httpx.AsyncClient, database: Database
) -> None:
    """On the first day everybody is relieved; who rings in the second week because it goes wrong is heard, and asked again."""
    with travelling(now() - timedelta(days=60)) as travel:
        case = await _promised(client, database)
        await case.into_aftercare()
        await case.do("feedback", TOLD)
        early = await case.do("still-worried", {"answer": "no", "channel": "phone"}, 409)
        assert early["type"].endswith("too-early")
        assert early["earliestAt"]
        rang = await case.do("still-worried", {"answer": "yes", "channel": "rang_with_code"})
        assert rang["lookAgain"]
        owed = await case.owed("still_worried")
        assert owed
        assert owed["state"] == "open"
        travel.on(days=22)
        await case.do("still-worried", {"answer": "no", "channel": "phone"})
        owed = await case.owed("still_worried")
        assert owed
        assert (owed["state"], owed["answer"], owed["channel"]) == ("done", "no", "phone")


async def test_who_can_not_be_reached_is_not_asked_for_ever(client: httpx.AsyncClient, database: Database) -> None:
    """Three tries and it is said; a caller without a number is waived as anonymous."""
    with travelling(now() - timedelta(days=60)) as travel:
        case = await _told_four_weeks_ago(client, database, travel)
        gone = {"answer": "unreachable", "channel": "phone"}
        assert (await case.do("still-worried", gone, 409))["type"].endswith("caller-not-tried-enough")
        for _ in range(3):
            following = {"nextTryAt": (travel.at + timedelta(days=2)).isoformat()}
            await case.do("still-worried", {"answer": "not_reached", "channel": "phone"} | following)
            travel.on(days=2)
        await case.do("still-worried", gone)
        owed = await case.owed("still_worried")
        assert owed
        assert owed["answer"] == "unreachable"


async def test_unanswered_the_question_keeps_the_case_open(promised: Following) -> None:
    """Nobody forgets to ask; and it is answered in its own place, not as a mere tick."""
    for check in await promised.into_aftercare():
        await promised.do(f"aftercare/checks/{check}/result", WAIVER)
    for kind in ("feedback", "inform_person", "evaluation"):
        await promised.fulfil(kind, WAIVER)
    assert [one["code"] for one in (await promised.close(409))["missing"]] == ["still_worried"]
    await promised.fulfil("still_worried", {"stillWorried": "no"}, 400)
    await promised.fulfil("still_worried", {"waiver": {"reason": "anonymous", "by": "coordinator"}})
    await promised.close(201)


async def test_a_caller_who_wanted_nothing_back_is_not_rung(following: Following) -> None:
    """There is nobody to ask again."""
    assert await following.owed("still_worried") is None
    assert (await following.do("still-worried", {"answer": "no", "channel": "phone"}, 409))["type"].endswith("not-owed-yet")
    await following.do("feedback", TOLD)
