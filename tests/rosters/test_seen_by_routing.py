"""What is planned is what routing sees."""

from datetime import date, time, timedelta

from app.core.actor import Actor, Role
from app.core.db import Database
from app.core.spans import Span
from app.core.work import begin
from app.directory.seeding import _service_id, organisation_id
from app.directory.service import look_up as directory
from app.rosters.schedule import Kind, Override
from app.rosters.service.overrides import put_over
from app.rosters.service.participants import add_participant
from app.rosters.service.rosters import add_roster
from tests.conftest import MOMENT

CRISIS = organisation_id("crisis-vr13")


async def _on_duty(database: Database) -> str | None:
    async with begin(database, Actor(CRISIS, Role.DESK), at=MOMENT + timedelta(hours=1)) as work:
        around = await directory.around(work, "GM0363")
    duty = next(one.duty for one in around.providers if one.organisation_id == CRISIS)
    return duty.participant if duty else None


async def test_who_is_planned_is_who_is_called(fresh_database: Database) -> None:
    """From the planner's rotation to the name in the decision; and an hour's absence later somebody else's."""
    planner = Actor(CRISIS, Role.PLANNER)
    async with begin(fresh_database, planner, at=MOMENT) as work:
        anna, bram = (add_participant(work, {"name": one, "phone": "0201234567"}) for one in ("Anna", "Bram"))
        turns = {
            "name": "days", "layer": 9, "unit": "day", "every": 1, "hand_over": time(8), "starts_on": date(2026, 11, 1),
            "participants": [anna.id], "weekdays": range(1, 8),
        }  # fmt: skip
        told = {"service_id": _service_id("crisis-vr13", "crisis"), "name": "on top", "kind": "rotation", "area": None}
        made = await add_roster(work, told | {"confirms": True}, [turns])
    assert await _on_duty(fresh_database) == "Anna"
    async with begin(fresh_database, planner, at=MOMENT) as work:
        ill = Span(MOMENT, MOMENT + timedelta(hours=4))
        absence = Override(id=anna.id, kind=Kind.ABSENCE, participant=anna.id, span=ill, other=bram.id)
        await put_over(work, made.roster.id, absence, "illness")
    assert await _on_duty(fresh_database) == "Bram"
