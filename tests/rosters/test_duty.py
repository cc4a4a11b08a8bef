"""Around a single shift: taking over, confirming before it begins, signing up."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.core.db import Database
from app.core.due import carry_out_once
from app.rosters.due import TO_CONFIRM, UNCONFIRMED
from tests.rosters.planning import Planner, local

Stand = Callable[[datetime], None]
ASKED = "nl.nodus.shift.confirmation_asked.v1"
UNANSWERED = "nl.nodus.shift.unconfirmed.v1"


async def _tick(database: Database) -> None:
    for due in (TO_CONFIRM, UNCONFIRMED):
        assert (await carry_out_once(due, database))[1] == 0


async def _planned(planner: Planner, **others: Any) -> tuple[dict[str, Any], list[str]]:
    people = await planner.people("Anna", "Bram", "Cees")
    return await planner.roster(
        planner.rotation(people[:2]), planner.rotation([people[2]], layer=2, dayFrom="20:00", dayTo="23:00"), **others
    ), people


async def test_a_shift_is_taken_over_at_once(planner: Planner, at: Stand) -> None:
    """Bram's child is ill at three: from three on Anna is called, Bram's hours stay on record, and both hear of it."""
    roster, (anna, bram, _) = await _planned(planner)
    at(local("2026-11-10T15:00"))
    shift = (await planner.shifts(roster["id"]))[0]
    made = await planner.ask(
        "POST", f"/shifts/{shift['id']}/takeover", json={"participantId": anna, "reason": "leave"}, status=201
    )
    assert (made["kind"], made["startsAt"], made["endsAt"]) == ("cover", "2026-11-10T14:00:00Z", shift["endsAt"])
    found = await planner.shifts(roster["id"], local("2026-11-10T13:00"), local("2026-11-11T07:00"))
    assert [(one["participant"], one["startsAt"][11:16]) for one in found if one["layer"] == 1] == [
        ("Bram", "11:00"),
        ("Anna", "14:00"),
    ]
    now = (await planner.ask("GET", f"/rosters/{roster['id']}/on-duty"))["now"]["shift"]
    assert (now["participantId"], now["overrideId"]) == (anna, made["id"])
    at(local("2026-11-10T16:00"))
    again = {"participantId": anna, "reason": "leave"}
    await planner.ask("POST", f"/shifts/{now['id']}/takeover", json=again, status=409)
    await planner.ask("POST", f"/shifts/{shift['id']}/takeover", json=again, status=409)
    assert {one["participantId"] for one in await planner.events("nl.nodus.shift.changed.v1")} == {anna, bram}


async def test_who_confirms_is_left_alone(planner: Planner, database: Database, at: Stand) -> None:
    """An hour before, one question; answered, nobody else is woken."""
    _, (anna, _, _) = await _planned(planner)
    at(local("2026-11-11T06:59"))
    await _tick(database)
    assert await planner.events(ASKED) == []
    at(local("2026-11-11T07:01"))
    await _tick(database)
    await _tick(database)
    (asked,) = await planner.events(ASKED)
    assert (asked["participantId"], asked["place"], asked["confirmBy"]) == (anna, 1, "2026-11-11T06:40:00Z")
    told = await planner.ask("POST", f"/shifts/{asked['shiftId']}/confirmation", json={})
    assert told["items"][0]["confirmedAt"] == "2026-11-11T06:01:00Z"
    at(local("2026-11-11T07:55"))
    await _tick(database)
    assert len(await planner.events(ASKED)) == 1
    assert await planner.events(UNANSWERED) == []


async def test_who_does_not_answer_is_passed_over(planner: Planner, database: Database, at: Stand) -> None:
    """Twenty minutes before, the next in the rotation is asked, then the layer below; whoever confirms has the shift."""
    roster, (anna, bram, cees) = await _planned(planner)
    at(local("2026-11-11T19:01"))
    await _tick(database)
    (asked,) = await planner.events(ASKED)
    assert asked["participantId"] == cees
    at(local("2026-11-11T19:41"))
    await _tick(database)
    unanswered = await planner.events(UNANSWERED)
    assert [(one["participantId"], one["nextParticipantId"]) for one in unanswered] == [(cees, anna)]
    assert [one["participantId"] for one in await planner.events(ASKED)] == [cees, anna]
    path = f"/shifts/{asked['shiftId']}/confirmation"
    await planner.ask("POST", path, json={"participantId": bram}, status=409)
    told = await planner.ask("POST", path, json={"participantId": anna})
    assert [(one["participantId"], bool(one["confirmedAt"])) for one in told["items"]] == [(cees, False), (anna, True)]
    shift = next(one for one in await planner.shifts(roster["id"]) if one["id"] == asked["shiftId"])
    assert (shift["participantId"], shift["startsAt"]) == (anna, "2026-11-11T19:00:00Z")
    at(local("2026-11-11T19:58"))
    await _tick(database)
    assert len(await planner.events(UNANSWERED)) == 1


async def test_when_nobody_is_left_it_is_said(planner: Planner, database: Database, at: Stand) -> None:
    """Nobody to ask is news for the planner, not silence; a roster that does not want this is left alone."""
    people = await planner.people("Anna", "Bram", phone=None)
    await planner.roster(planner.rotation(people))
    await planner.roster(planner.rotation(people, handOver="08:01"), confirms=False)
    at(local("2026-11-11T07:50"))
    await _tick(database)
    at(local("2026-11-11T08:00"))
    await _tick(database)
    assert [one["nextParticipantId"] for one in await planner.events(UNANSWERED)] == [None]
    assert len(await planner.events(ASKED)) == 1


async def test_people_sign_up_for_slots(planner: Planner, at: Stand) -> None:
    """Where that is the habit: open slots, for who is qualified, until they are full; a seat is a shift at once."""
    anna, bram, cees = await planner.people("Anna", "Bram", "Cees", qualifications=["first-aid"])
    dries = (await planner.people("Dries"))[0]
    pattern = planner.rotation([], seats=2, qualification="first-aid", unit="week", dayFrom="18:00", dayTo="22:00", weekdays=[6])
    roster = await planner.roster(pattern, kind="sign_up")
    slots = (await planner.ask("GET", f"/rosters/{roster['id']}/slots"))["items"]
    assert [one["startsAt"] for one in slots] == [f"2026-{day}T17:00:00Z" for day in ("11-14", "11-21", "11-28", "12-05")]
    path = f"/rosters/{roster['id']}/sign-ups"
    body = {"rotationId": slots[1]["rotationId"], "startsAt": slots[1]["startsAt"]}

    async def sign_up(who: str, status: int = 201) -> dict[str, Any]:
        return dict(await planner.ask("POST", path, json=body | {"participantId": who}, status=status))

    await sign_up(anna)
    assert (await sign_up(anna, 409))["type"].endswith("refused")
    assert (await sign_up(dries, 409))["type"].endswith("not-qualified")
    taken = (await sign_up(bram))["signUps"]
    assert [(one["participantId"], one["seat"]) for one in taken] == [(anna, 1), (bram, 2)]
    assert (await sign_up(cees, 409))["type"].endswith("slot-full")
    shifts = await planner.shifts(roster["id"])
    assert [(one["participant"], one["layer"]) for one in shifts] == [("Anna", 1), ("Bram", 2)]
    await planner.ask("DELETE", f"/sign-ups/{taken[0]['id']}", status=204)
    assert [(one["participantId"], one["seat"]) for one in (await sign_up(cees))["signUps"]] == [(cees, 1), (bram, 2)]
    wrong = body | {"participantId": anna, "startsAt": "2026-11-21T17:30:00Z"}
    assert (await planner.ask("POST", path, json=wrong, status=400))["errors"][0]["code"] == "slot"
    at(local("2026-11-21T18:30"))
    await planner.ask("DELETE", f"/sign-ups/{taken[1]['id']}", status=409)
    assert [one["participant"] for one in await planner.shifts(roster["id"])] == ["Cees", "Bram"]
