"""Swaps, absences, extras and covers through the API."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.rosters.planning import Planner, local

Stand = Callable[[datetime], None]


async def _planned(planner: Planner) -> tuple[dict[str, Any], list[str], list[dict[str, Any]]]:
    people = await planner.people("Anna", "Bram", "Cees")
    roster = await planner.roster(planner.rotation(people[:2]))
    return roster, people, await planner.shifts(roster["id"])


def _names(shifts: list[dict[str, Any]], count: int = 6) -> str:
    return "".join(one["participant"][0] for one in shifts[:count])


async def test_a_swap_counts_when_the_other_accepts(planner: Planner) -> None:
    """Asked and consented: until then nothing changes, and only who was asked can say yes."""
    roster, (anna, bram, cees), shifts = await _planned(planner)
    assert _names(shifts) == "BABABA"
    body = {"kind": "swap", "shiftId": shifts[1]["id"], "otherShiftId": shifts[4]["id"], "reason": "agreement"}
    swap = await planner.ask("POST", f"/rosters/{roster['id']}/overrides", json=body, status=201)
    assert (swap["state"], swap["participantId"], swap["otherParticipantId"]) == ("requested", anna, bram)
    assert await planner.shifts(roster["id"]) == shifts
    path = f"/overrides/{swap['id']}/answer"
    for who in (anna, cees, None):
        told = {"state": "accepted", "participantId": who}
        assert (await planner.ask("POST", path, json=told, version=1, status=409))["type"].endswith("refused")
    done = await planner.ask("POST", path, json={"state": "accepted", "participantId": bram}, version=1)
    assert (done["state"], done["version"]) == ("accepted", 2)
    after = await planner.shifts(roster["id"])
    assert _names(after) == "BBBAAA"
    assert [one["id"] for one in after] == [one["id"] for one in shifts]
    assert [one["overrideId"] for one in after[:5]] == [None, swap["id"], None, None, swap["id"]]
    heard = await planner.events("nl.nodus.shift.changed.v1")
    assert {(one["participantId"], one["reason"], one["changed"]) for one in heard} == {
        (anna, "swap_accepted", 2),
        (bram, "swap_accepted", 2),
    }
    assert len(await planner.events("nl.nodus.swap.requested.v1")) == 1
    assert (await planner.events("nl.nodus.swap.answered.v1"))[0]["state"] == "accepted"
    await planner.ask("POST", path, json={"state": "declined", "participantId": bram}, version=2, status=409)
    await planner.ask("POST", path, json={"state": "withdrawn"}, version=2)
    assert _names(await planner.shifts(roster["id"])) == "BABABA"


@pytest.mark.parametrize(("state", "who"), [("declined", 1), ("withdrawn", 0)])
async def test_a_swap_that_is_declined_or_withdrawn_changes_nothing(planner: Planner, state: str, who: int) -> None:
    """No is an answer, and whoever asked may think again."""
    roster, people, shifts = await _planned(planner)
    body = {"kind": "swap", "shiftId": shifts[1]["id"], "otherShiftId": shifts[4]["id"], "reason": "leave"}
    swap = await planner.ask("POST", f"/rosters/{roster['id']}/overrides", json=body, status=201)
    told = {"state": state, "participantId": people[who]}
    assert (await planner.ask("POST", f"/overrides/{swap['id']}/answer", json=told, version=1))["state"] == state
    assert await planner.shifts(roster["id"]) == shifts


async def test_a_swap_of_shifts_that_have_changed_is_refused(planner: Planner) -> None:
    """Who says yes to Tuesday does not say yes to whatever Tuesday has become."""
    roster, (anna, bram, cees), shifts = await _planned(planner)
    path = f"/rosters/{roster['id']}/overrides"
    body = {"kind": "swap", "shiftId": shifts[1]["id"], "otherShiftId": shifts[4]["id"], "reason": "agreement"}
    swap = await planner.ask("POST", path, json=body, status=201)
    away = {"kind": "absence", "participantId": anna, "coverParticipantId": cees, "reason": "illness"}
    span = {"startsAt": shifts[1]["startsAt"], "endsAt": shifts[1]["endsAt"]}
    await planner.ask("POST", path, json=away | span, status=201)
    told = {"state": "accepted", "participantId": bram}
    problem = await planner.ask("POST", f"/overrides/{swap['id']}/answer", json=told, version=1, status=409)
    assert problem["type"] == "/v1/problems/swap-lapsed"


async def test_an_absence_cuts_every_shift_also_the_one_that_runs(planner: Planner, at: Stand) -> None:
    """Ill at three: from three on there is a hole for the planner to see, or whoever covers is called."""
    roster, (anna, _, cees), _ = await _planned(planner)
    at(local("2026-11-11T15:00"))
    path = f"/rosters/{roster['id']}/overrides"
    running = (await planner.shifts(roster["id"]))[0]
    ill = {"kind": "absence", "participantId": anna, "reason": "illness"}
    span = {"startsAt": "2026-11-11T12:00:00+01:00", "endsAt": "2026-11-13T20:00:00+01:00"}
    made = await planner.ask("POST", path, json=ill | span, status=201)
    shifts = await planner.shifts(roster["id"], local("2026-11-11T09:00"))
    assert (shifts[0]["id"], shifts[0]["endsAt"]) == (running["id"], "2026-11-11T14:00:00Z")
    assert [(one["startsAt"], one["participant"]) for one in shifts[1:3]] == [
        ("2026-11-12T07:00:00Z", "Bram"),
        ("2026-11-13T19:00:00Z", "Anna"),
    ]
    at(local("2026-11-11T16:00"))
    cover = {"kind": "cover", "participantId": cees, "layer": 1, "reason": "illness"}
    hole = {"startsAt": "2026-11-11T15:00:00+01:00", "endsAt": "2026-11-12T08:00:00+01:00"}
    await planner.ask("POST", path, json=cover | hole, status=201)
    now = await planner.ask("GET", f"/rosters/{roster['id']}/on-duty")
    assert (now["now"]["shift"]["participant"], now["now"]["startsAt"]) == ("Cees", "2026-11-11T15:00:00Z")
    assert now["now"]["shift"]["overrideId"] is not None
    await planner.ask("POST", f"/overrides/{made['id']}/answer", json={"state": "withdrawn"}, version=1)
    assert (await planner.ask("GET", f"/rosters/{roster['id']}/on-duty"))["now"]["shift"]["participant"] == "Cees"
    assert [one["participant"] for one in (await planner.shifts(roster["id"]))[:3]] == ["Cees", "Bram", "Anna"]


async def test_an_extra_never_overlaps_and_a_cover_takes_the_whole_span(planner: Planner) -> None:
    """Two on one layer is a bad plan: refused with who is there when; a holiday cover is one shift, whoever it replaces."""
    roster, (_, _, cees), shifts = await _planned(planner)
    path = f"/rosters/{roster['id']}/overrides"
    span = {"startsAt": "2026-11-12T12:00:00+01:00", "endsAt": "2026-11-14T12:00:00+01:00"}
    extra = {"kind": "extra", "participantId": cees, "layer": 1, "reason": "workload"} | span
    problem = await planner.ask("POST", path, json=extra, status=409)
    assert problem["type"] == "/v1/problems/shifts-overlap"
    assert await planner.shifts(roster["id"]) == shifts
    await planner.ask("POST", path, json=extra | {"layer": 2}, status=201)
    await planner.ask("POST", path, json=extra | {"kind": "cover", "reason": "holiday"}, status=201)
    found = [one for one in await planner.shifts(roster["id"]) if one["participant"] == "Cees"]
    assert [(one["layer"], one["startsAt"], one["endsAt"]) for one in found] == [
        (layer, "2026-11-12T11:00:00Z", "2026-11-14T11:00:00Z") for layer in (1, 2)
    ]


@pytest.mark.parametrize(
    "span",
    [
        ("2026-11-12T12:00:00Z", "2026-11-12T12:00:00Z"),
        ("2026-11-09T12:00:00Z", "2026-11-10T10:00:00Z"),
        ("2026-11-12T12:00:00Z", "2029-11-12T12:00:00Z"),
        ("2026-11-12T12:00:00", "2026-11-13T12:00:00Z"),
        ("9999-11-12T12:00:00Z", "9999-12-31T23:00:00Z"),
    ],
)
async def test_a_period_that_can_not_be_changes_nothing(planner: Planner, span: tuple[str, str]) -> None:
    """Backwards, over, endless, without an offset: refused, with the field."""
    roster, (anna, _, _), shifts = await _planned(planner)
    body = {"kind": "absence", "participantId": anna, "reason": "leave", "startsAt": span[0], "endsAt": span[1]}
    problem = await planner.ask("POST", f"/rosters/{roster['id']}/overrides", json=body, status=400)
    assert problem["errors"][0]["pointer"].endswith(("endsAt", "startsAt"))
    assert await planner.shifts(roster["id"]) == shifts


async def test_an_unknown_kind_is_named_without_an_echo(planner: Planner) -> None:
    """An error never repeats what was sent."""
    roster, _, _ = await _planned(planner)
    problem = await planner.ask("POST", f"/rosters/{roster['id']}/overrides", json={"kind": "secret"}, status=400)
    assert problem["errors"][0]["message"] == "`kind` is swap, absence, extra or cover."
    assert "secret" not in str(problem)


async def test_what_is_wrong_is_named_where_it_stands(planner: Planner) -> None:
    """Whatever kind of override was meant, the pointer is that of the body that was sent."""
    roster, (anna, _, _), _ = await _planned(planner)
    body = {"kind": "cover", "participantId": anna, "layer": 1, "startsAt": "2026-11-11T08:00:00Z",
            "endsAt": "2026-11-11T16:00:00Z", "reason": "ill"}  # fmt: skip
    problem = await planner.ask("POST", f"/rosters/{roster['id']}/overrides", json=body, status=400)
    assert [one["pointer"] for one in problem["errors"]] == ["/reason"]
