"""Putting off: with a reason, not for long, not often; and in which weeks somebody looks."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.db import Database
from app.core.errors import Invalid
from app.followup.check_weeks import insist_on_weeks
from app.followup.items import ItemKind
from app.followup.snoozing import (
    LONGEST_ITEM,
    MOST_TIMES,
    NEVER,
    NEVER_ITEMS,
    NotSnoozable,
    Snoozable,
    insist_on_snoozable,
    snoozed_until,
)
from tests.followup.following import Following
from tests.followup.situations import NOW
from tests.makers import now
from tests.team.table import MENTAL_HEALTH, SOCIAL_TEAM, a_table
from tests.travel import travelling

HOUR = timedelta(hours=1)


def _snooze(until: datetime, what: str = "item", subject: str | None = None) -> dict[str, Any]:
    return {"what": what, "subject": subject, "until": until.isoformat(), "reason": "person_away"}


@pytest.mark.parametrize("what", sorted(NEVER))
async def test_what_may_never_wait_is_refused_by_its_rule(following: Following, what: Snoozable) -> None:
    """The first contact, what was promised, what the law wants: nothing changes, and the answer says what to do instead."""
    before = await following.read()
    refused = await following.do("snoozes", _snooze(now() + HOUR, what), 409)
    assert (refused["type"].rsplit("/", 1)[1], refused["rule"]) == ("not-snoozable", NEVER[what])
    assert await following.read() == before


@pytest.mark.parametrize("kind", sorted(NEVER_ITEMS))
def test_a_statutory_term_and_information_owed_never_wait(kind: ItemKind) -> None:
    """Whoever may put an action off may not move a term of the law."""
    with pytest.raises(NotSnoozable):
        insist_on_snoozable(Snoozable.ITEM, kind)
    insist_on_snoozable(Snoozable.ITEM, ItemKind.ACTION)


async def test_an_action_is_put_off_twice_by_who_must_do_it_and_no_more(client: httpx.AsyncClient, database: Database) -> None:
    """Not by somebody else on the team, not by a stranger, not into the past, not for a month; the case's deadline follows."""
    table = await a_table(client, database, ggz=MENTAL_HEALTH, team=SOCIAL_TEAM)
    await table.join("ggz", MENTAL_HEALTH)
    await table.join("team", SOCIAL_TEAM, "social_team")
    await table.do("owner", "contacts", {"way": "visit", "party": "person", "result": "reached"})
    due = now() + 3 * HOUR
    made = await table.do("owner", "actions", {"what": "Gaan.", "dueAt": due.isoformat(), "assignedTo": str(MENTAL_HEALTH)})
    item = made["id"]
    for who, until, expected in (
        ("team", due + HOUR, 403),
        ("operator", due + HOUR, 403),
        ("ggz", due, 400),
        ("ggz", due + LONGEST_ITEM + HOUR, 400),
        ("ggz", due + HOUR, 201),
        ("owner", due + 2 * HOUR, 201),
    ):
        await table.do(who, "snoozes", _snooze(until, subject=item), expected)
    refused = await table.do("ggz", "snoozes", _snooze(due + 3 * HOUR, subject=item), 409)
    assert refused["rule"] == "too_often"
    [shown] = (await table.read("ggz", "/items"))["items"]
    assert (shown["snoozed"], shown["dueAt"][:16]) == (2, (due + 2 * HOUR).isoformat()[:16])
    assert (await table.read("owner"))["deadlineAt"][:16] == (due + 2 * HOUR).isoformat()[:16]
    lines = [line for line in (await table.read("owner", "/timeline"))["items"] if line["kind"] == "snoozed"]
    assert [line["facts"]["reason"] for line in lines] == ["person_away"] * 2
    await table.do("ggz", f"items/{item}/end", {}, version=shown["version"])
    assert (await table.do("ggz", "snoozes", _snooze(now() + HOUR, subject=item), 409))["rule"] == "no_moment"
    await table.do("ggz", "snoozes", _snooze(now() + HOUR), 400)
    await table.do("ggz", "snoozes", _snooze(now() + HOUR, subject=table.case), 404)


async def test_a_check_is_put_off_and_counts_later(following: Following) -> None:
    """The person is abroad for a week: the check waits, and so does the case's clock."""
    first, *_ = await following.into_aftercare()
    due = datetime.fromisoformat((await following.read("/aftercare"))["checks"][0]["dueAt"])
    until = due + timedelta(days=10)
    await following.do("snoozes", _snooze(until, "check", first))
    [check, *_] = (await following.read("/aftercare"))["checks"]
    assert (check["dueAt"][:16], check["snoozed"]) == (until.isoformat()[:16], 1)
    await following.do("snoozes", _snooze(until + timedelta(days=15), "check", first), 400)
    await following.do("snoozes", _snooze(until, "check", following.case), 404)


@given(st.timedeltas(timedelta(days=-30), timedelta(days=30)), st.timedeltas(timedelta(days=-30), timedelta(days=60)))
def test_putting_off_always_ends(due: timedelta, until: timedelta) -> None:
    """Later than it was, later than now, within the limit; and after so many times never again."""
    begins = max(NOW + due, NOW)
    if begins < NOW + until <= begins + LONGEST_ITEM:
        assert snoozed_until(Snoozable.ITEM, NOW + due, NOW + until, 0, NOW) == NOW + until
    else:
        with pytest.raises(Invalid):
            snoozed_until(Snoozable.ITEM, NOW + due, NOW + until, 0, NOW)
    with pytest.raises(NotSnoozable):
        snoozed_until(Snoozable.ITEM, NOW + due, NOW + until, MOST_TIMES, NOW)


async def _weeks(following: Following, weeks: list[int], expected: int = 200) -> Any:
    body = {"weeks": weeks, "reason": "high_risk", "note": "Elke week even kijken."}
    answer = await following.client.put(f"/v1/cases/{following.case}/aftercare/weeks", json=body, headers=following.desk)
    assert answer.status_code == expected, answer.text
    return answer.json()


async def _planned(following: Following) -> list[int]:
    return [one["week"] for one in (await following.read("/aftercare"))["checks"] if one["state"] == "planned"]


async def test_other_weeks_hold_for_the_next_round_and_for_the_one_that_runs(following: Following) -> None:
    """Chosen before, they are planned so; chosen again, what was dropped is not done, what is new is looked at, what is back is back."""
    for wrong in ([1, 2], [4, 4], [0, 4], [1, 40]):
        await _weeks(following, wrong, 400)
    await _weeks(following, [2, 6])
    await following.into_aftercare()
    assert await _planned(following) == [2, 6]
    await _weeks(following, [1, 6, 12])
    assert await _planned(following) == [1, 6, 12]
    assert [one["result"] for one in (await following.read("/aftercare"))["checks"] if one["state"] == "waived"] == ["replanned"]
    await _weeks(following, [2, 20])
    assert await _planned(following) == [2, 20]
    owed = await following.owed("evaluation")
    assert owed is not None
    assert datetime.fromisoformat(owed["dueAt"]) > now() + timedelta(weeks=21)
    plans = (await following.read("/items", kind="aftercare_plan"))["items"]
    assert [one["facts"]["weeks"] for one in plans] == [[2, 6], [1, 6, 12], [2, 20]]


async def test_weeks_that_are_past_leave_nobody_who_looks(client: httpx.AsyncClient, database: Database) -> None:
    """Planning aftercare into the past would be a way around it; and what is overdue does not vanish by another plan."""
    with travelling(now() - timedelta(days=60)) as travel:
        table = await a_table(client, database)
        following = Following(client, table.keys["owner"], table.case)
        await following.into_aftercare()
        travel.on(weeks=5, hours=2)
        await _weeks(following, [3, 5])
        assert await _planned(following) == [1, 4]
        for check in (await following.read("/aftercare"))["checks"][:2]:
            await following.do(f"aftercare/checks/{check['id']}/result", {"result": "stable"})
        await _weeks(following, [3, 5], 400)
        await _weeks(following, [3, 12])
        assert await _planned(following) == [12]


@given(st.lists(st.integers(-2, 40), max_size=8))
def test_weeks_are_some_in_order_and_the_last_far_enough(weeks: list[int]) -> None:
    """Whatever is asked, a plan that is taken has a look after a month or more, and each week once."""
    try:
        found = insist_on_weeks(weeks)
    except Invalid:
        return
    assert list(found) == sorted(set(weeks))
    assert 4 <= found[-1] <= 26
