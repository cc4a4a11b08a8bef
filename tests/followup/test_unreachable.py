"""Somebody who can't be reached: not given up too soon, and not waited for, for ever."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.core.actor import Actor, Role
from app.core.db import Database
from app.core.work import begin
from app.followup.contacts import Contact, Party, Result, TooFewTries, Way, insist_on_tries
from app.followup.service import contact as contacting
from tests.followup.following import REACHED, WAIVER, Following
from tests.makers import AMSTERDAM_DESK, now

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TRIED = REACHED | {"result": "tried"}
UNREACHABLE = REACHED | {"result": "unreachable"}


def a_try(hours: int, way: Way = Way.PHONE, party: Party = Party.PERSON, result: Result = Result.TRIED) -> Contact:
    """So many hours after noon."""
    return Contact(NOON + hours * HOUR, way, party, result)


ENOUGH = [a_try(0), a_try(8, Way.VISIT), a_try(20)]


def test_three_tries_over_a_day_one_at_the_door_are_enough() -> None:
    """From the moment that the first of them is a day ago, not a second before."""
    insist_on_tries(ENOUGH, NOON + 24 * HOUR)
    with pytest.raises(TooFewTries, match="24 hours since"):
        insist_on_tries(ENOUGH, NOON + 24 * HOUR - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("tries", "lacking"),
    [
        ([], "3 tries .there are 0.; a visit among them; 24 hours"),
        (ENOUGH[:2], "3 tries .there are 2."),
        ([a_try(0), a_try(8), a_try(20)], "a visit among them"),
        ([*ENOUGH[:2], a_try(20, party=Party.CARER)], "3 tries .there are 2."),
        ([*ENOUGH[:2], a_try(20, result=Result.REACHED)], "3 tries .there are 2."),
    ],
)
def test_less_is_refused_and_all_that_is_missing_is_named(tries: list[Contact], lacking: str) -> None:
    """Only tries to reach the person count."""
    with pytest.raises(TooFewTries, match=lacking):
        insist_on_tries(tries, NOON + 48 * HOUR)


async def test_nobody_is_called_unreachable_too_soon(following: Following) -> None:
    """The refusal says what to do, and changes nothing; of anybody else it can't be said at all."""
    await following.do("contacts", TRIED)
    refused = await following.do("contacts", UNREACHABLE, 409)
    assert refused["type"].endswith("too-few-tries")
    assert "there are 1" in refused["detail"]
    await following.do("contacts", UNREACHABLE | {"party": "caller"}, 400)
    assert [one["result"] for one in (await following.read("/contacts", purpose="follow_up"))["items"]] == ["tried"]
    assert (await following.read())["deadlineKind"] == "first_contact"


async def test_follow_up_goes_on_without_the_person(following: Following, database: Database) -> None:
    """The clock of the first contact ends, and the case goes the way of every other: goals, aftercare, closing."""
    desk = Actor(organisation=AMSTERDAM_DESK, role=Role.DESK)
    case, start = UUID(following.case), now()
    steps = [
        (0, Way.PHONE, Result.TRIED), (8, Way.VISIT, Result.TRIED), (20, Way.LETTER, Result.TRIED),
        (25, Way.PHONE, Result.UNREACHABLE),
    ]  # fmt: skip
    for hours, way, result in steps:
        async with begin(database, desk, at=start + hours * HOUR) as work:
            await contacting.log(work, case, Contact(work.at, way, Party.PERSON, result), None)
    shown = await following.read()
    assert (shown["state"], shown["deadlineKind"]) == ("in_follow_up", "follow_up")
    goal = (await following.do("goals", {"of": "team", "what": "De wijkagent kijkt wekelijks."}))["id"]
    assert (await following.do(f"goals/{goal}/outcome", {"outcome": "not_reached"}))["state"] == "aftercare"
    for check in (await following.read("/aftercare"))["checks"]:
        await following.do(f"aftercare/checks/{check['id']}/result", WAIVER)
    for kind in ("inform_person", "evaluation"):
        await following.fulfil(kind, {"waiver": {"reason": "unreachable", "by": "coordinator"}})
    assert (await following.close(400))["errors"][0]["pointer"] == "/withoutOwnGoal"
    await following.close(201, withoutOwnGoal="unreachable")
