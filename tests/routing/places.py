"""Surroundings for the routing rules: invented ones, and the real desks with their real hours."""

import csv
import io
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Final
from uuid import UUID, uuid5

import yaml
from hypothesis import strategies as st

from app.cases.lifecycle import Urgency
from app.directory.netherlands import Loaded, loaded
from app.directory.opening_hours import OpeningHours
from app.directory.surroundings import Desk, Duty, Named, NationalDesk, OutOfHours, Provider, Surroundings
from app.routing.need import Kind, Need

SPACE: Final = UUID(int=1)
OFFICE: Final = OpeningHours.parse({"weekly": {"0-4": ["08:30-17:00"]}, "closedOnHolidays": True})
EVENINGS: Final = OpeningHours.parse({"weekly": {"0-2": ["09:00-17:00"], "3-6": ["09:00-22:00"]}})
NEVER: Final = OpeningHours()
ALWAYS: Final = OpeningHours(always=True)


def an_id(name: str) -> UUID:
    """A stable id."""
    return uuid5(SPACE, name)


def utc(text: str) -> datetime:
    """A moment."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


LAST: Final = NationalDesk(an_id("last service"), an_id("last"), "national desk")


def a_desk(
    name: str = "desk",
    hours: OpeningHours = OFFICE,
    closed: OutOfHours = OutOfHours.NONE,
    *,
    stand_in: str = "stand-in",
    accepts: frozenset[str] = frozenset({"worry"}),
    minimum_age: int = 0,
) -> Desk:
    """A meldpunt with office hours and a voicemail."""
    named = Named(an_id(stand_in), stand_in) if closed is OutOfHours.NAMED_PROVIDER else None
    return Desk(an_id(f"{name} service"), an_id(name), name, accepts, minimum_age, hours, closed, named, 1)


def a_provider(
    name: str, line: str = "outreach", *, on_duty: bool = True, minimum_age: int = 0, until: str = "2030-01-01T06:00"
) -> Provider:
    """A provider whose shift runs."""
    duty = Duty(an_id("roster"), "nights", 2, an_id("shift"), "team A", utc(until)) if on_duty else None
    return Provider(an_id(f"{name} {line}"), an_id(name), name, line, 1, minimum_age, duty)


CREW: Final = (a_provider("outreach"), a_provider("crisis", "crisis"), a_provider("second", on_duty=False))


def around(
    *desks: Desk, providers: tuple[Provider, ...] = (), national_desks: tuple[NationalDesk, ...] = (LAST,)
) -> Surroundings:
    """A municipality with these, and the national desk."""
    return Surroundings("GM0392", "Haarlem", 1, desks, providers, national_desks)


@cache
def _netherlands() -> Loaded:
    data = files("app.directory") / "data"
    regions = list(csv.DictReader(io.StringIO((data / "municipality_regions.csv").read_text(encoding="utf-8"))))
    return loaded(regions, yaml.safe_load((data / "organisations.yaml").read_text(encoding="utf-8")))


def a_real_desk(slug: str) -> Desk:
    """A desk as the directory loads it, with the hours that it publishes."""
    one = next(one for one in _netherlands().services if (one.slug, one.kind) == (slug, "meldpunt"))
    return Desk(
        an_id(f"{slug} service"), an_id(slug), slug, one.accepts, one.minimum_age, one.hours, one.out_of_hours, None, one.rank
    )


desks = st.builds(
    a_desk,
    st.sampled_from(["desk 1", "desk 2", "last"]),
    st.sampled_from([OFFICE, EVENINGS, ALWAYS, NEVER]),
    st.sampled_from(list(OutOfHours)),
    stand_in=st.sampled_from(["stand-in", "p 1", "last"]),
    accepts=st.sampled_from([frozenset({"worry"}), frozenset({"wvggz"}), frozenset({"worry", "police", "wvggz"})]),
    minimum_age=st.sampled_from([0, 16]),
)
providers = st.builds(
    a_provider,
    st.sampled_from(["p 1", "p 2", "p 3", "desk 1", "last"]),
    st.sampled_from(["crisis", "outreach"]),
    on_duty=st.booleans(),
    minimum_age=st.sampled_from([0, 18]),
)
surroundings = st.builds(
    lambda found, crew: around(*found, providers=tuple(crew)),
    st.lists(desks, max_size=3, unique_by=lambda one: one.service_id),
    st.lists(providers, max_size=5, unique_by=lambda one: one.service_id),
)
"""Any directory: organisations with several services and roles, and one national desk that may be any of them as well."""
needs = st.builds(
    Need,
    st.sampled_from([one for one in Urgency if one is not Urgency.ADVICE]),
    st.sampled_from(list(Kind)),
    st.sampled_from([None, 15, 17]),
)
moments = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31), timezones=st.just(UTC))
