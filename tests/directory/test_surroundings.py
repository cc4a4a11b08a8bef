"""What is stored with a decision is what the decision was made from."""

from datetime import UTC, datetime, timedelta, timezone

import orjson
from hypothesis import given
from hypothesis import strategies as st

from app.directory.opening_hours import OpeningHours
from app.directory.surroundings import Desk, Duty, InPart, Named, NationalDesk, OutOfHours, Provider, Surroundings

names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
kinds = st.frozensets(st.sampled_from(["worry", "wvggz", "police"]))
zones = st.sampled_from([UTC, timezone(timedelta(hours=2))])
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=zones)
clocks = st.lists(st.sampled_from(["09:00-17:00", "22:00-06:00", "18:00-24:00", "00:00-24:00"]), max_size=2)
hours = st.builds(
    lambda weekly, exceptions, always, closed: OpeningHours.parse(
        {
            "weekly": weekly,
            "exceptions": {day.isoformat(): told for day, told in exceptions.items()},
            "always": always,
            "closedOnHolidays": closed,
        }
    ),
    st.dictionaries(st.sampled_from("0123456"), clocks),
    st.dictionaries(st.dates(), clocks, max_size=2),
    st.booleans(),
    st.booleans(),
)
desks = st.builds(
    Desk,
    st.uuids(),
    st.uuids(),
    names,
    kinds,
    st.integers(0, 99),
    hours,
    st.sampled_from(OutOfHours),
    st.none() | st.builds(Named, st.uuids(), names),
    st.integers(1, 9),
)
duties = st.builds(Duty, st.uuids(), names, st.integers(1, 9), st.uuids(), names, moments)
providers = st.builds(
    Provider,
    st.uuids(),
    st.uuids(),
    names,
    st.sampled_from(["crisis", "outreach"]),
    st.integers(1, 9),
    st.integers(0, 99),
    st.none() | duties,
)
national_desks = st.builds(NationalDesk, st.uuids(), st.uuids(), names)
in_parts = st.builds(InPart, st.uuids(), st.uuids(), names, st.sampled_from(["meldpunt", "crisis", "outreach"]))
surroundings = st.builds(
    Surroundings,
    st.just("GM0363"),
    names,
    st.integers(0, 2**53),
    st.lists(desks, max_size=3).map(tuple),
    st.lists(providers, max_size=3).map(tuple),
    st.lists(national_desks, max_size=2).map(tuple),
    st.lists(in_parts, max_size=2).map(tuple),
)


@given(surroundings)
def test_what_was_stored_is_what_is_read(value: Surroundings) -> None:
    """A decision that is asked about a year later is replayed from these bytes, not from today's directory."""
    stored = orjson.dumps(value.to_json())
    again = Surroundings.from_json(orjson.loads(stored))
    assert again == value
    assert orjson.dumps(again.to_json()) == stored


def test_nobody_around_is_stored_too() -> None:
    """A place without any desk is exactly what somebody will ask about."""
    nobody = Surroundings("GM0093", "Terschelling", 7)
    assert Surroundings.from_json(nobody.to_json()) == nobody


def test_what_was_stored_before_there_were_parts_is_read() -> None:
    """Decisions are kept for years; those of before know no parts."""
    stored = Surroundings("GM0093", "Terschelling", 7).to_json()
    del stored["in_part"]
    assert Surroundings.from_json(stored) == Surroundings("GM0093", "Terschelling", 7)
