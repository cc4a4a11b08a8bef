"""Goals and contacts on a team: who logs, who reads, what it does to the clock, and the person's own goal first."""

from datetime import timedelta

import httpx
import pytest
from hypothesis import given

from app.core.db import Database
from app.followup.aftercare import warnings
from app.followup.goals import WhyNotOwn
from app.followup.situation import GoalOf, Situation
from tests.followup.situations import situations
from tests.makers import now
from tests.team.table import MENTAL_HEALTH, SOCIAL_TEAM, Table, a_table
from tests.travel import travelling

SPOKEN = {"way": "visit", "party": "person", "result": "reached", "note": "Zij deed open."}
TRIED = SPOKEN | {"result": "tried"}


@pytest.fixture
async def table(client: httpx.AsyncClient, database: Database) -> Table:
    """A case with the ggz and a social team on it."""
    table = await a_table(client, database, ggz=MENTAL_HEALTH, social=SOCIAL_TEAM)
    await table.join("ggz", MENTAL_HEALTH)
    await table.join("social", SOCIAL_TEAM, "social_team")
    return table


@given(situation=situations)
def test_the_persons_own_goal_is_missed_until_there_is_one(situation: Situation) -> None:
    """Whatever the team wants; once there is one, reached or not, nothing is said any more."""
    own = any(goal.of is GoalOf.PERSON for goal in situation.goals)
    for why in (None, *WhyNotOwn):
        assert [one.code for one in warnings(situation.goals, why)] == ([] if own else ["own_goal"])


async def test_a_members_contact_is_the_first_contact(table: Table) -> None:
    """Whoever spoke with the person ends the clock of the first contact, and hastens what the person must be told."""
    before = next(one for one in (await table.read("owner", "/aftercare"))["obligations"] if one["kind"] == "inform_person")
    assert (await table.do("ggz", "contacts", TRIED))["state"] == "accepted"
    assert (await table.do("ggz", "contacts", SPOKEN))["state"] == "in_follow_up"
    after = next(one for one in (await table.read("ggz", "/aftercare"))["obligations"] if one["kind"] == "inform_person")
    assert after["dueAt"] < before["dueAt"]
    assert len((await table.read("owner", "/contacts", purpose="follow_up"))["items"]) == 2
    kinds = [one["kind"] for one in (await table.read("operator", "/timeline"))["items"]]
    assert kinds.count("contact") == 2  # the caller asks there whether anybody came


async def test_a_contact_is_for_the_owner_unless_it_is_shared(table: Table) -> None:
    """A talk is not everybody's; the default shows it to nobody else on the team."""
    await table.do("ggz", "contacts", SPOKEN)
    await table.do("ggz", "contacts", SPOKEN | {"visibility": "team", "note": "Voor allen."})
    await table.do("owner", "contacts", SPOKEN | {"visibility": "named", "named": [str(SOCIAL_TEAM)], "note": "Voor één."})

    async def seen(who: str) -> list[str]:
        return [one["note"] for one in (await table.read(who, "/contacts", purpose="follow_up"))["items"]]

    assert await seen("owner") == ["Zij deed open.", "Voor allen.", "Voor één."]
    assert await seen("ggz") == ["Zij deed open.", "Voor allen."]
    assert await seen("social") == ["Voor allen.", "Voor één."]
    shared = (await table.read("social", "/contacts", purpose="follow_up"))["items"][1]
    assert (shared["visibility"], shared["named"]) == ("named", [str(SOCIAL_TEAM)])


async def test_that_somebody_is_unreachable_is_the_owners_to_decide(client: httpx.AsyncClient, database: Database) -> None:
    """It counts everybody's tries, which a member can't see."""
    with travelling(now() - timedelta(days=5)) as travel:
        table = await a_table(client, database, ggz=MENTAL_HEALTH)
        await table.join("ggz", MENTAL_HEALTH)
        for hours in (0, 10, 20):
            travel.on(hours=hours)
            await table.do("ggz", "contacts", TRIED)
        await table.do("ggz", "contacts", TRIED | {"result": "unreachable"}, 403)
        assert (await table.do("owner", "contacts", TRIED | {"result": "unreachable"}))["state"] == "in_follow_up"


async def test_the_persons_own_goal_comes_first_and_is_missed(table: Table) -> None:
    """The team may begin without, says why, and is reminded by the checklist and the page; it forbids nothing."""
    await table.do("owner", "contacts", SPOKEN)
    await table.do("owner", "goals", {"what": "Rust in huis.", "whyNotOwn": "can_not_say", "visibility": "owner"})
    await table.do("owner", "goals", {"what": "Schulden op orde."})
    checklist = await table.read("owner", "/closing-checklist")
    [reminder] = checklist["warnings"]
    assert reminder["code"] == "own_goal"
    assert "can not say" in reminder["detail"]
    assert "own_goal" not in {one["code"] for one in checklist["missing"]}
    [shown] = (await table.read("owner", "/overview", purpose="follow_up"))["warnings"]
    assert shown == reminder
    await table.do("owner", "goals", {"of": "person", "what": "Mijn hond terug."})
    told = (await table.read("owner", "/goals", purpose="follow_up"))["items"]
    assert [one["what"] for one in told] == ["Mijn hond terug.", "Rust in huis.", "Schulden op orde."]
    assert (await table.read("owner", "/closing-checklist"))["warnings"] == []
    seen = (await table.read("ggz", "/goals", purpose="follow_up"))["items"]
    assert [one["what"] for one in seen] == ["Mijn hond terug.", "Schulden op orde."]
    await table.do("owner", "goals", {"of": "person", "what": "Slapen.", "whyNotOwn": "can_not_say"}, 400)


async def test_only_the_owner_sets_goals_and_says_what_became_of_them(table: Table) -> None:
    """A member reads them; a second outcome, or one of a goal that is not there, changes nothing."""
    await table.do("owner", "contacts", SPOKEN)
    goal = (await table.do("owner", "goals", {"of": "person", "what": "Slapen."}))["id"]
    await table.do("ggz", "goals", {"what": "Iets."}, 403)
    await table.do("ggz", f"goals/{goal}/outcome", {"outcome": "reached"}, 403)
    await table.do("owner", f"goals/{goal}/outcome", {"outcome": "reached"})
    await table.do("owner", f"goals/{goal}/outcome", {"outcome": "dropped"}, 409)
    assert (await table.read("ggz", "/goals", purpose="follow_up"))["items"][0]["outcome"] == "reached"
