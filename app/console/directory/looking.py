"""A municipality, a service and the country as the directory's pages show them."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from app.cases.lifecycle import Urgency
from app.console.country import Country, country
from app.console.directory import hours
from app.core.work import Work
from app.directory.channels import Caller, Reach, reach, ways_for
from app.directory.opening_hours import OpeningHours, closes_at, is_open, next_opening
from app.directory.service import areas, look_up
from app.directory.service import services as keeping
from app.directory.surroundings import Duty, Surroundings
from app.routing.coverage import coverage
from app.routing.decide import Decision, NobodyLeft, decide
from app.routing.need import Need

FRESH: Final = 10.0  # ⚙ seconds that the list of the country is kept: all look at the same
URGENCIES: Final = (Urgency.ACUTE, Urgency.URGENT, Urgency.NORMAL)


@dataclass(frozen=True, slots=True)
class Serving:
    """A service as it is shown: open or not, until when, in the coming days, and how it is reached."""

    id: UUID
    organisation_id: UUID
    name: str
    kind: str
    is_open: bool
    changes_at: Any  # when it closes, or opens again
    always: bool
    days: Sequence[hours.Day]
    week: Sequence[tuple[str, str]]
    channels: Sequence[Reach]
    ways: Sequence[Mapping[str, Any]]
    postcodes: Sequence[str] | None
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Planned:
    """What changes on a day: `what`: merged, service_ends, area_ends, area_starts or special."""

    on: date
    what: str
    name: str


@dataclass(frozen=True, slots=True)
class Around:
    """Everything around a municipality: who answers for each urgency, who serves it, what changes."""

    place: Mapping[str, Any]
    version: int
    answers: Sequence[tuple[Urgency, Decision | None]]
    services: Sequence[Serving]
    planned: Sequence[Planned]
    duties: Mapping[UUID, Duty | None]  # of the services that work by shifts


async def around(work: Work, code: str, language: str) -> Around:
    """A municipality now and in the days to come.

    Raises:
        PlaceUnknown: there is none with this code (any more).
    """
    place = await look_up.municipality(work, code)
    found = await look_up.around(work, place["code"])
    services = [serving(row, work, language) for row in await look_up.reach_in(work, place["code"])]
    answers = [(urgency, _decided(urgency, found, work)) for urgency in URGENCIES]
    duties = {one.service_id: one.duty for one in found.providers}
    return Around(place, found.version, answers, services, await _planned(work, place["code"], services, duties), duties)


def serving(row: Mapping[str, Any], work: Work, language: str) -> Serving:
    """A service, from what the directory says of it."""
    told = OpeningHours.parse(row["hours"])
    opened, today = is_open(told, work.at), look_up.local_day(work.at)
    return Serving(
        id=row["id"],
        organisation_id=row["organisation_id"],
        name=row["name"],
        kind=row["kind"],
        is_open=opened,
        changes_at=closes_at(told, work.at) if opened else next_opening(told, work.at),
        always=told.always,
        days=hours.ahead(told, today, language),
        week=hours.week(told, language),
        channels=reach(row["channels"] or (), Caller.ANYONE, work.at),
        ways=ways_for(row["contact_ways"] or (), Caller.ANYONE),
        postcodes=row.get("pc4s"),
        told=row,
    )


async def the_country(work: Work, state: Any) -> Country:
    """Who would be asked first, everywhere; looked up at most once in ten seconds."""
    until, kept = getattr(state, "directory_country", (0.0, None))
    if kept is None or time.monotonic() > until:
        kept = country(coverage(await look_up.everywhere(work), work.at), work.at)
        state.directory_country = time.monotonic() + FRESH, kept
    found: Country = kept
    return found


def _decided(urgency: Urgency, found: Surroundings, work: Work) -> Decision | None:
    try:
        return decide(Need(urgency), found, frozenset(), work.at)
    except NobodyLeft:
        return None


async def _planned(work: Work, code: str, services: Sequence[Serving], duties: Mapping[UUID, Any]) -> list[Planned]:
    today = look_up.local_day(work.at)
    found = [
        Planned(one.effective_on, "merged", one.new_name)
        for one in await look_up.changes_of(work, code)
        if one.effective_on > today
    ]
    for one in services:
        ends_on = (await keeping.service(work, one.id))["ends_on"]
        if ends_on:
            found.append(Planned(ends_on, "service_ends", one.name))
        for area in (await areas.areas(work, one.id)).items:
            if area["municipality_code"] != code:
                continue
            if area["ends_on"] and area["ends_on"] > today:
                found.append(Planned(area["ends_on"], "area_ends", one.name))
            if area["starts_on"] and area["starts_on"] > today:
                found.append(Planned(area["starts_on"], "area_starts", one.name))
        found += [
            Planned(day.day, "special", one.name) for day in one.days if day.why and not one.always and one.id not in duties
        ]
    return sorted(found, key=lambda one: (one.on, one.name))
