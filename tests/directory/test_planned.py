"""Shifts made exactly as planned, by the smallest change, whatever was there before."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core import clock
from app.core.actor import WORKER
from app.core.db import Database
from app.core.ids import new_id
from app.core.spans import Span
from app.core.work import begin
from app.directory.planned import PlannedShift
from app.directory.service import shifts as service
from tests.rosters.planning import a_provider

START: Final = datetime(2026, 11, 24, tzinfo=UTC)
FAR: Final = Span(START - timedelta(days=9), START + timedelta(days=9))


async def _a_roster(database: Database) -> tuple[UUID, list[UUID]]:
    organisation, of = await a_provider(database)
    people = [new_id(clock.wall()) for _ in range(3)]
    async with begin(database, WORKER) as work:
        roster = service.make_roster(work, of, "nights")
        await work.flush()
        for one in people:
            insert = text("INSERT INTO participant (id, organisation_id, name) VALUES (:id, :organisation, 'somebody')")
            await work.change(insert, id=one, organisation=organisation)
    return roster, people


def _some(random: Random, roster: UUID, people: list[UUID]) -> list[PlannedShift]:
    """Shifts of two layers, hour by hour, never two on one."""
    found = []
    for layer in (1, 2):
        hour = random.randint(0, 6)
        while hour < 40:
            ends = hour + random.randint(1, 9)
            if random.random() < 0.7:
                span = Span(START + timedelta(hours=hour), START + timedelta(hours=ends))
                found.append(PlannedShift(roster, layer, span, random.choice(people), "somebody"))
            hour = ends + random.choice([0, 0, 2])
    return found


async def test_from_whatever_to_whatever(database: Database) -> None:
    """Forty plans, one after the other: afterwards it is exactly the plan, and a shift that stayed the same was not touched."""
    roster, people = await _a_roster(database)
    random = Random(11)
    for turn in range(40):
        planned = _some(random, roster, people)
        async with begin(database, WORKER, at=START - timedelta(days=8) + timedelta(minutes=turn)) as work:
            before = await service.shifts_on(work, [roster], FAR)
            await service.make_exactly(work, [roster], START, planned)
            after = await service.shifts_on(work, [roster], FAR)
        told = {(one.layer, one.span, one.participant_id) for one in planned}
        assert {(one.layer, one.span, one.participant_id) for one in after} == told
        assert {one for one in before if (one.layer, one.span, one.participant_id) in told} <= set(after)


async def test_two_on_one_layer_are_refused_by_the_database_and_nothing_changes(database: Database) -> None:
    """Should a plan ever say so, the last guard holds, and who was on duty still is."""
    roster, people = await _a_roster(database)
    span = Span(START, START + timedelta(hours=8))
    late = Span(START + timedelta(hours=7), START + timedelta(hours=9))
    async with begin(database, WORKER, at=START) as work:
        await service.make_exactly(work, [roster], START, [PlannedShift(roster, 1, span, people[0], "somebody")])
    two = [PlannedShift(roster, 1, one, people[1], "somebody") for one in (span, late)]
    with pytest.raises(IntegrityError):
        async with begin(database, WORKER, at=START) as work:
            await service.make_exactly(work, [roster], START, two)
    async with begin(database, WORKER) as work:
        assert [one.participant_id for one in await service.shifts_on(work, [roster], FAR)] == [people[0]]
