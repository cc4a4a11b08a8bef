"""An override that is only looked at: what it would come to, exactly, and nothing stored."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.core.actor import Actor, Role
from app.core.errors import Invalid
from app.core.ids import new_id
from app.core.spans import Span
from app.core.work import begin
from app.identity.may import SCOPES_OF
from app.rosters.cautions import Worry
from app.rosters.schedule import Kind, Override
from app.rosters.service import overrides, shown
from app.rosters.service.rosters import ShiftsOverlap
from tests.rosters.conftest import NOON
from tests.rosters.planning import Planner, local

DAY = Span(local("2026-11-12 08:00"), local("2026-11-13 08:00"))
AROUND = Span(NOON, NOON + timedelta(days=7))


async def test_what_is_looked_at_is_what_saving_gives(planner: Planner) -> None:
    """A cover and an absence: the shifts that were told beforehand are those that are there afterwards, to the minute."""
    people = await planner.people("Anna", "Bram", "Cees")
    roster = UUID((await planner.roster(planner.rotation(people[:2])))["id"])
    actor = Actor(planner.organisation, Role.PLANNER, None, SCOPES_OF["planner"])
    before = await planner.shifts(str(roster))
    for kind, who, layer in ((Kind.COVER, people[2], 1), (Kind.ABSENCE, people[2], None)):
        async with begin(planner.database, actor) as work:
            told = Override(id=new_id(work.at), kind=kind, participant=UUID(who), span=DAY, layer=layer)
            looked = await shown.preview_override(work, roster, told, AROUND)
            kept = [one for one in (await shown.final_schedule(work, roster, AROUND)).shifts if one.span.end > work.at]
        assert (kind is Kind.ABSENCE) or [one["id"] for one in await planner.shifts(str(roster))] == [one["id"] for one in before]
        async with begin(planner.database, actor) as work:
            await overrides.put_over(work, roster, told, "other")
        async with begin(planner.database, actor) as work:
            after = (await shown.final_schedule(work, roster, AROUND)).shifts
            touched = await overrides.overrides_in(work, roster, DAY)
            elsewhere = await overrides.overrides_in(work, roster, Span(DAY.end, AROUND.end))
        assert [(one.layer, one.span, one.participant_id) for one in looked.shifts] == [
            (one.layer, one.span, one.participant_id) for one in after
        ]
        assert len(looked.difference.gone) + len(looked.difference.changed) == 1
        assert len(kept) == len(after) + len(looked.difference.gone)
        assert touched
        assert not elsewhere


async def test_what_can_not_be_is_refused_before_it_is_saved(planner: Planner) -> None:
    """Looking meets what saving would meet; and too little rest is told beforehand."""
    people = await planner.people("Anna", "Bram")
    roster = UUID((await planner.roster(planner.rotation(people)))["id"])
    actor = Actor(planner.organisation, Role.PLANNER, None, SCOPES_OF["planner"])

    async with begin(planner.database, actor) as work:
        stranger = Override(id=new_id(work.at), kind=Kind.COVER, participant=new_id(work.at), span=DAY, layer=1)
        with pytest.raises(Invalid):
            await shown.preview_override(work, roster, stranger, AROUND)
        taken = Override(id=new_id(work.at), kind=Kind.EXTRA, participant=UUID(people[0]), span=DAY, layer=1)
        with pytest.raises(ShiftsOverlap):
            await shown.preview_override(work, roster, taken, AROUND)
        kept = (await shown.final_schedule(work, roster, DAY)).shifts[0]
        other = next(one for one in people if UUID(one) != kept.participant_id)
        late = Span(DAY.start + timedelta(hours=6), DAY.end)
        tired = Override(id=new_id(work.at), kind=Kind.COVER, participant=UUID(other), span=late, layer=1)
        looked = await shown.preview_override(work, roster, tired, AROUND)
    assert Worry.REST in {one.worry for one in looked.cautions}
