"""Small countries: a few municipalities, desks with hours, providers with shifts, told to the database and to the oracle alike."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID, uuid5

import orjson
from hypothesis import strategies as st
from sqlalchemy import text

from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import Work, begin

SPACE: Final = UUID(int=3)
CODES: Final = ("GM0001", "GM0002", "GM0003")
CHANGES: Final = tuple(datetime.fromisoformat(day).replace(tzinfo=UTC) for day in ("2026-03-28T12:00", "2026-10-24T12:00"))
"""Half a day before the nights on which the clock changes."""
MINUTE: Final = timedelta(minutes=1)
WALKED: Final = timedelta(hours=36)


@cache
def an_id(name: str) -> UUID:
    """A stable id."""
    return uuid5(SPACE, name)


@dataclass(frozen=True, slots=True)
class Service:
    """A desk, or the line of a provider; `until`: it ends on that day, `part`: it serves a part of each of its municipalities."""

    name: str
    organisation: str
    kind: str
    codes: tuple[str, ...]
    hours: dict[str, Any] = field(default_factory=lambda: {"always": True})
    out_of_hours: str = "none"
    stand_in: str | None = None
    accepts: tuple[str, ...] = ("worry",)
    rank: int = 1
    since: date | None = None
    shifts: tuple[tuple[datetime, datetime, int], ...] | None = None
    """None: no roster."""
    until: date | None = None
    part: bool = False


@dataclass(frozen=True, slots=True)
class Country:
    """Everything there is."""

    services: tuple[Service, ...]
    ends: dict[str, date] = field(default_factory=dict)


def rows_of(country: Country) -> dict[str, list[dict[str, Any]]]:
    """The country as rows of the directory's tables, in the order in which they must be stored."""
    names = sorted({one.organisation for one in country.services} | {one.stand_in for one in country.services if one.stand_in})
    found: dict[str, list[dict[str, Any]]] = {
        "organisation": [
            {"id": an_id(name), "kind": "other", "name": name, "invented": True, "version": 1, "ends_on": country.ends.get(name)}
            for name in names
        ],
        "service": [], "service_area": [], "roster": [], "shift": [],
    }  # fmt: skip
    for one in country.services:
        service = an_id(f"service {one.name}")
        found["service"].append(
            {
                "id": service, "organisation_id": an_id(one.organisation), "kind": one.kind, "name": one.name,
                "accepts": list(one.accepts), "minimum_age": 0, "rank": one.rank, "hours": one.hours,
                "out_of_hours": one.out_of_hours, "version": 1,
                "out_of_hours_organisation_id": an_id(one.stand_in) if one.stand_in else None, "ends_on": one.until,
            }
        )  # fmt: skip
        for code in one.codes:
            area = {"service_id": service, "municipality_code": code, "valid": f"[{one.since or ''},)"}
            found["service_area"].append(area | {"pc4s": ["1234"] if one.part else None})
        if one.shifts is not None:
            found["roster"].append({"id": an_id(f"roster {one.name}"), "service_id": service, "name": one.name})
        for number, (start, end, layer) in enumerate(one.shifts or ()):
            found["shift"].append(
                {"id": an_id(f"{one.name} {number}"), "roster": an_id(f"roster {one.name}"), "layer": layer,
                 "span": f"[{start.isoformat()},{end.isoformat()})", "participant": f"{one.name} {number}"}
            )  # fmt: skip
    return found


async def put(work: Work, country: Country) -> None:
    """Store it."""
    for table, rows in rows_of(country).items():
        if not rows:
            continue
        if table == "shift":
            statement = """INSERT INTO shift (id, roster_number, layer, span, participant)
              SELECT x.id, r.number, x.layer, x.span, x.participant FROM jsonb_to_recordset(CAST(:rows AS jsonb))
              AS x (id uuid, roster uuid, layer smallint, span tstzrange, participant text) JOIN roster r ON r.id = x.roster"""
        else:
            columns = ", ".join(rows[0])
            statement = f"""INSERT INTO {table} ({columns}) SELECT {columns}
              FROM jsonb_populate_recordset(CAST(NULL AS {table}), CAST(:rows AS jsonb))"""
        await work.change(text(statement), rows=orjson.dumps(rows, default=str).decode())


class _UndoError(Exception):
    pass


@asynccontextmanager
async def tried(database: Database, country: Country, at: datetime) -> AsyncIterator[Work]:
    """Work in which the country is all there is; undone afterwards."""
    try:
        async with begin(database, WORKER, at=at) as work:
            await put(work, country)
            yield work
            raise _UndoError
    except _UndoError:
        pass


HOURS: Final[tuple[dict[str, Any], ...]] = (
    {"always": True},
    {},
    {},
    {"weekly": {"0-6": ["08:30-17:00"]}},
    {"weekly": {"0-4": ["09:00-17:00"], "5-6": ["01:00-02:30", "03:15-09:00"]}, "closedOnHolidays": True},
    {"weekly": {"5-6": ["22:00-06:00"]}, "exceptions": {"2026-03-29": ["02:10-02:50", "12:00-13:00"], "2026-10-25": []}},
    {"exceptions": {"2026-10-25": ["02:00-03:00"], "2027-11-27": ["09:00-10:00"]}},
)
hours = st.sampled_from(HOURS)
parts = st.sampled_from([False, False, False, True])


def _until(start: datetime) -> st.SearchStrategy[date | None]:
    """Mostly no end; else a midnight that lies in what is walked, or before it."""
    return st.sampled_from([None, None, None, start.date(), (start + timedelta(days=1)).date()])


places = st.sets(st.sampled_from(CODES), min_size=1).map(lambda found: tuple(sorted(found)))


@st.composite
def _shifts(draw: st.DrawFn, start: datetime) -> tuple[tuple[datetime, datetime, int], ...] | None:
    if draw(st.booleans()):
        return None
    found = []
    for layer in (1, 2):
        moment = start - timedelta(hours=draw(st.integers(0, 30)))
        for length, pause in draw(st.lists(st.tuples(st.integers(1, 900), st.sampled_from([0, 0, 60, 500])), max_size=3)):
            found.append((moment, moment + length * MINUTE, layer))
            moment += (length + pause) * MINUTE
    return tuple(found)


@st.composite
def _desks(draw: st.DrawFn, number: int, start: datetime) -> Service:
    rule = draw(st.sampled_from(["none", "on_call", "named_provider", "national_desk", "waits", "waits"]))
    return Service(
        f"desk {number}",
        draw(st.sampled_from(["desk a", "desk b", "last"])),
        "meldpunt",
        draw(places),
        draw(hours),
        rule,
        draw(st.sampled_from(["p a", "p b", "elsewhere", "last"])) if rule == "named_provider" else None,
        draw(st.sampled_from([("worry",), ("worry", "police"), ("wvggz",)])),
        draw(st.integers(1, 2)),
        until=draw(_until(start)),
        part=draw(parts),
    )


@st.composite
def _providers(draw: st.DrawFn, number: int, start: datetime) -> Service:
    return Service(
        f"provider {number}",
        draw(st.sampled_from(["p a", "p b", "desk a", "last"])),
        draw(st.sampled_from(["crisis", "outreach", "crisis", "outreach", "police"])),
        draw(places),
        rank=draw(st.integers(1, 2)),
        since=draw(st.sampled_from([None, None, (start + timedelta(days=1)).date()])),
        shifts=draw(_shifts(start)),
        until=draw(_until(start)),
        part=draw(parts),
    )


@st.composite
def countries(draw: st.DrawFn, start: datetime) -> Country:
    """Any small country around a moment: organisations in several roles, one of them the national desk."""
    services = [draw(_desks(number, start)) for number in range(draw(st.integers(0, 3)))]
    services += [draw(_providers(number, start)) for number in range(draw(st.integers(0, 4)))]
    if draw(st.integers(0, 9)):
        services.append(Service("the last", "last", "national_desk", (), until=draw(_until(start))))
    ending = draw(st.sets(st.sampled_from(["p b", "p b", "elsewhere", "last"]), max_size=2))
    ends = dict.fromkeys(ending, (start + timedelta(days=1)).date())
    return Country(tuple(services), ends)


def minutes(start: datetime, end: datetime, step: int = 1) -> Iterable[datetime]:
    """Every moment from `start` to `end`, `step` minutes apart."""
    while start < end:
        yield start
        start += step * MINUTE
