"""A proposal changes what it names, and nothing else; what does not fit is said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.core.errors import FieldError, Invalid
from app.core.spans import Span
from app.directory.surroundings import Desk, Surroundings
from app.simulation.proposing import Shift, with_areas, with_shifts
from app.simulation.schemas.proposals import ProposalIn
from app.simulation.snapshot import Around, Snapshot
from tests.simulation.imagined import ALKMAAR, DESK, HAARLEM, OUTREACH, PERIOD, START, a_country, a_turn

NOON = START + timedelta(hours=11)
CHRISTMAS = datetime(2026, 12, 25, 12, tzinfo=UTC)


def _fault(place: int, sentence: str) -> Invalid:
    return Invalid(sentence, errors=[FieldError(f"/{place}", "change", sentence)])


def _with(*changes: dict[str, Any]) -> Snapshot:
    return ProposalIn(title="t", changes=list(changes)).apply(a_country(), PERIOD, _fault)


def _there(snapshot: Snapshot, code: str = HAARLEM, at: datetime = NOON) -> Surroundings:
    found = Around(snapshot).at(code, at)
    assert found is not None
    return found


def test_hours_and_the_rule_for_when_it_is_closed() -> None:
    """By the organisation's name or the service's id; everything else about the desk stays."""
    told = _with(
        {"change": "hours", "service": "Desk", "hours": {"weekly": {"0-6": ["09:00-22:00"]}}},
        {"change": "out_of_hours", "service": str(DESK.service_id), "outOfHours": "named_provider", "organisation": "outreach"},
    )
    [desk] = _there(told).desks
    assert desk.hours.to_json()["weekly"]["6"] == ["09:00-22:00"]
    assert desk.named_provider is not None
    assert desk.named_provider.organisation_id == OUTREACH.told.organisation_id
    assert isinstance(DESK.told, Desk)
    assert desk.accepts == DESK.told.accepts


def test_areas_come_and_go_on_a_day() -> None:
    """From the day that is named, local; without a day, all the time."""
    told = _with(
        {"change": "areas_added", "service": "outreach", "municipalities": [ALKMAAR], "startsOn": "2026-12-09"},
        {"change": "areas_removed", "service": "crisis", "municipalities": [HAARLEM], "endsOn": "2026-12-10"},
        {"change": "areas_removed", "service": "desk", "municipalities": [HAARLEM]},
    )
    assert not _there(told, ALKMAAR, datetime(2026, 12, 8, 22, 59, tzinfo=UTC)).providers
    assert _there(told, ALKMAAR, datetime(2026, 12, 8, 23, tzinfo=UTC)).providers
    assert {one.name for one in _there(told).providers} == {"outreach", "crisis"}
    assert {one.name for one in _there(told, at=CHRISTMAS).providers} == {"outreach"}
    assert not _there(told).desks


def test_an_organisation_comes_and_another_ends() -> None:
    """Two services under one name are one organisation; who has ended is nowhere."""
    told = _with(
        {"change": "organisation_added", "name": "New", "kind": "crisis", "municipalities": [HAARLEM, ALKMAAR]},
        {"change": "organisation_added", "name": "New", "kind": "meldpunt", "municipalities": [ALKMAAR], "outOfHours": "waits"},
        {"change": "organisation_ended", "organisation": "crisis"},
        {"change": "organisation_ended", "organisation": "desk", "endsOn": "2026-12-20"},
    )
    [provider], [desk] = _there(told, ALKMAAR).providers, _there(told, ALKMAAR).desks
    assert provider.organisation_id == desk.organisation_id
    assert {one.name for one in _there(told).providers} == {"outreach", "New"}
    assert _there(told).desks
    assert not _there(told, at=CHRISTMAS).desks


def test_who_has_ended_stands_in_for_nobody() -> None:
    """Else a proposal that ends a provider would look better than it is: a closed desk would still be answered."""
    told = _with(
        {"change": "out_of_hours", "service": "desk", "outOfHours": "named_provider", "organisation": "outreach"},
        {"change": "organisation_ended", "organisation": "outreach", "endsOn": "2026-12-20"},
    )
    assert _there(told).desks[0].named_provider
    assert _there(told, at=CHRISTMAS).desks[0].named_provider is None


def test_a_part_that_becomes_the_whole_counts() -> None:
    """Whoever serves a part is passed over, as for every place without a postcode; serving all of it makes the difference."""
    country = a_country()
    areas = tuple(replace(one, in_part=one.service_id == OUTREACH.service_id) for one in country.areas)
    parts = replace(country, areas=areas)
    assert [one.line for one in _there(parts).in_part] == ["outreach"]
    assert {one.line for one in _there(parts).providers} == {"crisis"}
    added = with_areas(parts, OUTREACH, [HAARLEM], None)
    assert not _there(added).in_part
    assert {one.line for one in _there(added).providers} == {"crisis", "outreach"}


def test_a_rotation_replaces_the_shifts_of_its_days() -> None:
    """Turns follow each other without a gap, by local hand-over times; before and after it the old shifts stay."""
    told = _with(
        {
            "change": "rotation", "service": "outreach", "participants": ["a", "b"], "handOver": ["08:00", "20:00"],
            "startsOn": "2026-12-08", "endsOn": "2026-12-10",
        }
    )  # fmt: skip
    providers = [one.name for one in _there(told).providers]
    assert providers[0] == "outreach"
    who = [
        duty.participant if (duty := _there(told, at=START + timedelta(hours=hour)).providers[0].duty) else None
        for hour in (10, 20, 34, 44, 58, 68, 82, 92)
    ]
    assert who == ["team A", None, "a", "b", "a", "b", "team A", None]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"change": "hours", "service": "nobody", "hours": {}}, "no service"),
        ({"change": "hours", "service": "outreach", "hours": {}}, "Only a meldpunt"),
        ({"change": "out_of_hours", "service": "desk", "outOfHours": "named_provider"}, "stand-in"),
        ({"change": "out_of_hours", "service": "desk", "outOfHours": "waits", "organisation": "crisis"}, "stand-in"),
        ({"change": "areas_added", "service": "desk", "municipalities": ["GM9999"]}, "number 1 is not known"),
        ({"change": "areas_removed", "service": "desk", "municipalities": [ALKMAAR]}, "does not serve"),
        ({"change": "shifts", "service": "desk", "shifts": []}, "Only a care provider"),
        ({"change": "organisation_ended", "organisation": "nobody"}, "No organisation"),
        (
            {"change": "rotation", "service": "outreach", "participants": ["a"], "handOver": ["08:00"],
             "startsOn": "2026-12-10", "endsOn": "2026-12-10"},
            "ends after it starts",
        ),
        (
            {"change": "shifts", "service": "outreach", "shifts": [
                {"startsAt": "2026-12-08T08:00:00Z", "endsAt": "2026-12-08T07:00:00Z", "participant": "a"}]},
            "end after it starts",
        ),
        (
            {"change": "shifts", "service": "outreach", "shifts": [
                {"startsAt": "2026-12-08T08:00:00Z", "endsAt": "2026-12-08T17:00:00Z", "participant": "a"},
                {"startsAt": "2026-12-08T16:59:00Z", "endsAt": "2026-12-08T23:00:00Z", "participant": "b"}]},
            "Two shifts on layer 1 overlap",
        ),
        (
            {"change": "shifts", "service": "outreach", "besides": True, "shifts": [
                {"startsAt": "2026-12-08T08:00:00Z", "endsAt": "2026-12-08T17:00:00Z", "participant": "a"}]},
            "Two shifts on layer 1 overlap",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_directory_is_said(change: dict[str, Any], why: str) -> None:
    """By the place of the change, in a sentence; nothing is guessed."""
    fitting = {"change": "hours", "service": "desk", "hours": {"always": True}}
    with pytest.raises(Invalid, match=why) as refused:
        _with(fitting, change)
    assert refused.value.errors[0].pointer == "/1"


@pytest.mark.parametrize(
    "change",
    [
        {"change": "miracle"},
        {"service": "desk"},
        {"change": "hours", "service": "desk", "hours": {"weekly": {"7": ["09:00-17:00"]}}},
        {"change": "hours", "service": "desk", "hours": {"weekly": {"0": ["25:00-26:00"]}}},
        {"change": "hours", "service": "desk", "hours": {"weekly": []}},
        {"change": "hours", "service": "desk", "hours": {"opening": "always"}},
        {"change": "hours", "service": "desk", "hours": {"always": True}, "until": "2027-01-01"},
        {"change": "rotation", "service": "outreach", "participants": [], "handOver": ["08:00"]},
        {"change": "rotation", "service": "outreach", "participants": ["a"], "handOver": ["08:00", "08:00"]},
        {"change": "rotation", "service": "outreach", "participants": ["a"], "handOver": ["08:00+01:00"]},
        {"change": "shifts", "service": "outreach", "shifts": [
            {"startsAt": "2026-12-08T08:00:00", "endsAt": "2026-12-08T17:00:00", "participant": "a"}]},
    ],
)  # fmt: skip
def test_what_is_no_change_is_refused(change: dict[str, Any]) -> None:
    """An entry that nobody knows would otherwise be a change that silently was not made."""
    with pytest.raises(ValidationError):
        _with(change)


def test_several_services_of_one_name_are_told_apart_by_id() -> None:
    """The answer lists them, so that the next try is right."""
    added = {"change": "organisation_added", "name": "desk", "kind": "crisis", "municipalities": [HAARLEM]}
    with pytest.raises(Invalid, match=str(DESK.service_id)):
        _with(added, {"change": "hours", "service": "desk", "hours": {"always": True}})


@given(st.floats(0, 100), st.floats(0.1, 60))
def test_replacing_shifts_leaves_exactly_what_lies_outside(start: float, hours: float) -> None:
    """Minute by minute: in the period nobody but the proposed, outside of it whoever it was before."""
    period = Span(START + timedelta(hours=start), START + timedelta(hours=start + hours))
    before = a_country()
    middle = Shift(period, "proposed", 3)
    told, empty = with_shifts(before, OUTREACH, period, [middle]), with_shifts(before, OUTREACH, period, [])
    around, proposed, bare = Around(before), Around(told), Around(empty)
    for quarter in range(0, 7 * 24 * 4, 3):
        at = START + timedelta(minutes=15 * quarter)
        was, now, nobody = (one.at(HAARLEM, at) for one in (around, proposed, bare))
        assert was is not None
        assert now is not None
        assert nobody is not None
        names = [one.providers[0].duty.participant if one.providers[0].duty else None for one in (was, now, nobody)]
        assert names[1:] == (["proposed", None] if period.contains(at) else [names[0], names[0]])


def test_shifts_that_touch_do_not_overlap() -> None:
    """Half-open: one ends where the next begins."""
    later = a_turn(START + timedelta(hours=12), 12)
    shifts = [
        Shift(Span(START, later.start), "a"),
        Shift(Span(later.start, later.end), "b"),
        Shift(Span(START, later.end), "c", 2),
    ]
    told = with_shifts(a_country(), OUTREACH, Span(START, later.end), shifts)
    assert [one.participant for one in told.turns[2]] == ["a", "b", "c"]


def test_a_cover_on_a_higher_layer_goes_before_the_shift_below() -> None:
    """Besides what there is: before and after it, whoever had the shift has it again."""
    cover = {"startsAt": "2026-12-08T08:00:00Z", "endsAt": "2026-12-08T10:00:00Z", "participant": "cover", "layer": 2}
    told = _with({"change": "shifts", "service": "outreach", "besides": True, "shifts": [cover]})
    day = datetime(2026, 12, 8, tzinfo=UTC)
    duties = [_there(told, at=day + timedelta(hours=hour)).providers[0].duty for hour in (7, 8, 9, 10)]
    assert [duty.participant if duty else None for duty in duties] == ["team A", "cover", "cover", "team A"]
