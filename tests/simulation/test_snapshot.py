"""The directory in memory tells what the database tells."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

import pytest
from sqlalchemy import text

from app.core.actor import WORKER
from app.core.db import Database
from app.core.spans import Span
from app.core.work import Work, begin
from app.directory.places import PlaceUnknown
from app.directory.service import look_up as directory
from app.directory.service.whole import whole
from app.directory.surroundings import Surroundings
from app.simulation.snapshot import Around, snapshot_of
from tests.conftest import MOMENT

PERIOD: Final = Span(MOMENT - timedelta(days=10), MOMENT + timedelta(days=60))
TANGLED: Final = (
    # layers over layers, a second roster on one service, ends and beginnings of all kinds, parts, stand-ins, hand-offs
    """INSERT INTO shift (id, roster_number, layer, span, participant)
       SELECT gen_random_uuid(), roster_number, 2 + abs(hashtext(id::text)) % 2, tstzrange(lower(span) + interval '2 hours', upper(span) - interval '1 hour'), 'cover'
       FROM shift WHERE abs(hashtext(id::text)) % 3 = 0""",
    "INSERT INTO roster (id, service_id, name) SELECT gen_random_uuid(), service_id, name || ' 2' FROM roster",
    """INSERT INTO shift (id, roster_number, layer, span, participant)
       SELECT gen_random_uuid(), second.number, 1, h.span, 'second' FROM roster first JOIN roster second
         ON second.service_id = first.service_id AND second.number > first.number
       JOIN shift h ON h.roster_number = first.number AND h.layer = 1 WHERE abs(hashtext(h.id::text)) % 2 = 0""",
    """UPDATE service_area SET valid = CASE abs(hashtext(service_id::text || municipality_code)) % 3
         WHEN 0 THEN daterange('2026-11-26', NULL) WHEN 1 THEN daterange(NULL, '2026-12-03') ELSE valid END
       WHERE municipality_code < 'GM0500'""",
    "UPDATE organisation SET ends_on = date '2026-11-25' + abs(hashtext(name || 'day' || :drawn)) % 4 WHERE abs(hashtext(name || :drawn)) % 5 = 0 AND kind <> 'hotline'",
    """UPDATE service SET out_of_hours = 'named_provider', out_of_hours_organisation_id = (
         SELECT id FROM organisation ORDER BY abs(hashtext(id::text || service.id || :drawn)) LIMIT 1)
       WHERE kind = 'meldpunt' AND abs(hashtext('stand-in' || id || :drawn)) % 2 = 0""",
    "UPDATE service SET ends_on = date '2026-11-25' + abs(hashtext('day' || id || :drawn)) % 4 WHERE abs(hashtext('ends' || id || :drawn)) % 4 = 0 AND kind <> 'national_desk'",
    "UPDATE service_area SET pc4s = '{1234}' WHERE abs(hashtext('part' || service_id || municipality_code || :drawn)) % 3 = 0",
    """WITH handed AS (
         INSERT INTO service (id, organisation_id, kind, name, accepts, minimum_age, rank, hours, out_of_hours, version)
         SELECT gen_random_uuid(), id, (ARRAY['police', 'ggd', 'housing'])[1 + abs(hashtext(id::text)) % 3], name, '{worry}', 0, 1, '{}', 'none', 1
         FROM organisation WHERE abs(hashtext('hands on' || id || :drawn)) % 20 = 0 RETURNING id)
       INSERT INTO service_area (service_id, municipality_code, valid) SELECT handed.id, code, '(,)' FROM handed CROSS JOIN municipality""",
    "UPDATE municipality SET valid = daterange(NULL, '2026-11-27') WHERE code < 'GM0050'",
)  # fmt: skip


async def _database_says(work: Work, code: str, at: datetime) -> Surroundings | None:
    work.at = at
    try:
        return await directory.around(work, code)
    except PlaceUnknown:
        return None


def _sorted(told: Surroundings | None) -> Surroundings | None:
    """A database gives rows in any order."""
    if told is None:
        return None
    return replace(
        told,
        desks=tuple(sorted(told.desks, key=lambda one: one.service_id)),
        providers=tuple(sorted(told.providers, key=lambda one: one.service_id)),
        national_desks=tuple(sorted(told.national_desks, key=lambda one: one.service_id)),
        in_part=tuple(sorted(told.in_part, key=lambda one: one.service_id)),
    )


@pytest.mark.parametrize("drawn", ["1", "2", "3"])
async def test_at_any_moment_and_place_it_tells_what_the_database_tells(fresh_database: Database, drawn: str) -> None:
    """What was simulated is worth nothing when it was simulated with another directory than the one that decides."""
    async with begin(fresh_database, WORKER, at=MOMENT) as work:
        for statement in TANGLED:
            binds = {"drawn": drawn} if ":drawn" in statement else {}
            assert await work.change(text(statement), **binds)
    random = Random(drawn)
    async with begin(fresh_database, WORKER) as work:
        read = await whole(work, PERIOD)
        around = Around(
            snapshot_of(
                read.version, read.municipalities, read.services, read.areas, read.rosters, read.shifts, endings=read.endings
            )
        )
        edges = [row["starts_at"] for row in read.shifts] + [row["ends_at"] for row in read.shifts]
        edges += [datetime(2026, 11, day, 23, tzinfo=UTC) for day in (25, 26, 27)]  # midnight in the Netherlands
        codes = [row["code"] for row in read.municipalities] + ["GM9999"]
        met = dict.fromkeys(("duty", "stand-in", "part"), 0)
        for _ in range(250):
            code = random.choice(codes)
            at = random.choice(edges) if random.random() < 0.5 else PERIOD.start + random.random() * PERIOD.duration
            at += timedelta(microseconds=random.choice([-1, 0, 0, 1]))
            if not PERIOD.contains(at):
                continue
            expected = await _database_says(work, code, at)
            assert _sorted(around.at(code, at)) == _sorted(expected), (code, at)
            if expected:
                met["duty"] += any(one.duty for one in expected.providers)
                met["stand-in"] += any(one.named_provider for one in expected.desks)
                met["part"] += bool(expected.in_part)
        assert min(met.values()) > 15, met
