"""The routing decision: the ladder, what stands in it twice, choices and refusals."""

from dataclasses import replace
from datetime import datetime
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.lifecycle import Urgency
from app.core.errors import Invalid
from app.directory.surroundings import Desk, NationalDesk, OutOfHours, Surroundings
from app.routing.decide import Decision, NobodyLeft, decide
from app.routing.ladder import Rung
from app.routing.need import Chosen, Kind, Need
from tests.routing.places import (
    ALWAYS,
    CREW,
    LAST,
    NEVER,
    OFFICE,
    a_desk,
    a_provider,
    an_id,
    around,
    moments,
    needs,
    surroundings,
    utc,
)

NOON, NIGHT = utc("2026-11-24T11:00"), utc("2026-11-24T02:00")
NORMAL, URGENT = Urgency.NORMAL, Urgency.URGENT
BY_NIGHT = [
    ("somebody is on call", URGENT, a_desk(closed=OutOfHours.ON_CALL), "desk", Rung.MELDPUNT, "on_call"),
    ("another organisation stands in", URGENT, a_desk(closed=OutOfHours.NAMED_PROVIDER), "stand-in", Rung.CONTRACTED, "stands_in"),
    ("who stands in is on duty", URGENT, a_desk(closed=OutOfHours.NAMED_PROVIDER, stand_in="outreach"), "outreach", Rung.ON_DUTY, "stands_in"),
    ("the national desk answers", NORMAL, a_desk(closed=OutOfHours.NATIONAL_DESK), "national desk", Rung.NATIONAL_DESK, "stands_in"),
    ("the national desk answers, urgently too", URGENT, a_desk(closed=OutOfHours.NATIONAL_DESK), "national desk", Rung.NATIONAL_DESK, "stands_in"),
    ("it waits, and so can the case", NORMAL, a_desk(closed=OutOfHours.WAITS), "desk", Rung.MELDPUNT, "waits"),
    ("it waits, and the case can't", URGENT, a_desk(closed=OutOfHours.WAITS), "outreach", Rung.ON_DUTY, "on_duty"),
    ("it waits for an opening that never comes", NORMAL, a_desk(hours=NEVER, closed=OutOfHours.WAITS), "outreach", Rung.ON_DUTY, "on_duty"),
    ("it has a voicemail", NORMAL, a_desk(), "outreach", Rung.ON_DUTY, "on_duty"),
]  # fmt: skip


def asked(decision: Decision) -> tuple[str, Rung, str]:
    """Who, on which rung, why."""
    taken = next(line for line in decision.lines if line.taken)
    return decision.offered_name, decision.rung, taken.reason.code


def until_the_last(need: Need, where: Surroundings) -> list[tuple[str, Rung]]:
    """Who is asked one after the other when everybody declines."""
    refusals: frozenset[UUID] = frozenset()
    found: list[tuple[str, Rung]] = []
    while not found or found[-1][1] is not Rung.NATIONAL_DESK:
        decision = decide(need, where, refusals, NOON)
        found.append((decision.offered_name, decision.rung))
        refusals |= {decision.offered_to}
    return found


@pytest.mark.parametrize(("told", "urgency", "desk", "who", "rung", "code"), BY_NIGHT, ids=[one[0] for one in BY_NIGHT])
def test_at_night_what_a_desk_promised_decides(told: str, urgency: Urgency, desk: Desk, who: str, rung: Rung, code: str) -> None:
    """Every rule for when a desk is closed ends at somebody with a name."""
    assert asked(decide(Need(urgency), around(desk, providers=CREW), frozenset(), NIGHT)) == (who, rung, code), told


@pytest.mark.parametrize(
    ("urgency", "ladder"),
    [
        (Urgency.ACUTE, ["crisis", "another crisis", "national desk"]),
        (Urgency.CRISIS, ["crisis", "another crisis", "national desk"]),
        (Urgency.URGENT, ["desk", "outreach", "another", "national desk"]),
        (Urgency.NORMAL, ["desk", "outreach", "another", "national desk"]),
    ],
)
def test_the_ladder_is_climbed_rung_by_rung(urgency: Urgency, ladder: list[str]) -> None:
    """Nearest first; who is on duty before who is only contracted; the national desk when everybody has declined."""
    contracted = (a_provider("another crisis", "crisis", on_duty=False), a_provider("another", on_duty=False))
    crew = (*contracted, *CREW[:2])
    assert [name for name, _ in until_the_last(Need(urgency), around(a_desk(), providers=crew))] == ladder


def test_an_emergency_without_a_crisis_service_reaches_the_national_desk() -> None:
    """Outreach is no crisis service: nobody is asked who can't do it."""
    assert until_the_last(Need(Urgency.CRISIS), around(a_desk(hours=ALWAYS), providers=CREW[:1])) == [
        ("national desk", Rung.NATIONAL_DESK)
    ]


def test_the_explanation_names_roster_layer_shift_and_local_time() -> None:
    """Whoever asks next morning why a team was called at night finds the shift without a search."""
    crew = (a_provider("outreach", until="2026-11-24T06:00"), a_provider("second", on_duty=False))
    told = decide(Need(URGENT), around(providers=crew), frozenset(), NIGHT).lines
    assert told[0].reason.text == "team A has the shift until 07:00 (roster nights, layer 2)."
    assert "no shift of it runs now" in told[1].reason.text


def test_every_service_has_its_line_also_when_one_organisation_has_several() -> None:
    """A provider with two lines is passed over for one of them, and that is said as well."""
    crew = (a_provider("both", "crisis"), a_provider("both", "outreach"), a_provider("other", on_duty=False))
    desk = a_desk("both", hours=ALWAYS)
    lines = decide(Need(URGENT), around(desk, providers=crew), frozenset(), NOON).lines
    codes = [(line.name, line.reason.code) for line in lines]
    assert codes == [
        ("both", "open"),
        ("both", "same_organisation"),
        ("other", "next"),
        ("both", "other_line"),
        ("national desk", "next"),
    ]


def test_who_declined_as_one_thing_is_not_asked_as_another() -> None:
    """Nobody is asked twice about the same person, whatever hats they wear."""
    where = around(a_desk("both", hours=ALWAYS), providers=(a_provider("both"), a_provider("other")))
    assert [name for name, _ in until_the_last(Need(URGENT), where)] == ["both", "other", "national desk"]


@pytest.mark.parametrize(
    "where",
    [
        around(a_desk("last", hours=ALWAYS)),
        around(a_desk(hours=NEVER, closed=OutOfHours.NAMED_PROVIDER, stand_in="last")),
        around(providers=(a_provider("last"),)),
    ],
)
def test_the_national_desk_is_the_last_rung_whatever_else_it_is(where: Surroundings) -> None:
    """Asked as a meldpunt it could decline, and then nobody would be left: a region without a layer above it has it so."""
    assert decide(Need(URGENT), where, frozenset(), NOON).rung is Rung.NATIONAL_DESK


def test_without_a_national_desk_nothing_is_decided_in_silence() -> None:
    """A fault of the installation is told at once, by name, instead of leaving a case with nobody."""
    nobody = around(a_desk(), national_desks=())
    assert decide(Need(URGENT), nobody, frozenset(), NOON).offered_name == "desk"
    with pytest.raises(NobodyLeft, match="nodus doctor"):
        decide(Need(URGENT), nobody, frozenset({an_id("desk")}), NOON)


def test_somebody_young_is_not_lost_where_nobody_takes_the_young() -> None:
    """Capelle takes people of 16 and older, and so may whoever stands in: each says so, and the next is asked."""
    desk = a_desk(closed=OutOfHours.NAMED_PROVIDER, stand_in="grown-ups")
    crew = (a_provider("grown-ups", minimum_age=18), a_provider("everybody", on_duty=False))
    decision = decide(Need(URGENT, age=15), around(desk, providers=crew), frozenset(), NIGHT)
    assert decision.offered_name == "everybody"
    assert [line.reason.code for line in decision.lines if line.name == "grown-ups"] == ["too_young", "too_young"]
    unknown = decide(Need(URGENT, age=None), around(desk, providers=crew), frozenset(), NIGHT)
    assert unknown.offered_name == "grown-ups"


def test_the_operator_chooses_and_the_ladder_goes_on_after_it() -> None:
    """A choice goes first, even a desk that is closed; when it declines, those passed by are asked from the top."""
    where = around(a_desk(), providers=CREW)
    first = decide(Need(URGENT, chosen=Chosen(an_id("second"), "knows the person")), where, frozenset(), NOON)
    assert asked(first) == ("second", Rung.CHOSEN, "chosen")
    assert [line.reason.code for line in first.lines if line.name in {"desk", "outreach"}] == ["not_chosen", "not_chosen"]
    again = Need(URGENT, chosen=Chosen(an_id("second"), "knows the person"))
    assert decide(again, where, frozenset({an_id("second")}), NOON).offered_name == "desk"
    closed = decide(Need(URGENT, chosen=Chosen(an_id("desk"), "they rang")), where, frozenset(), NIGHT)
    assert closed.rung is Rung.CHOSEN
    assert "Closed until 08:30" in next(line.reason.text for line in closed.lines if line.taken)
    last = decide(Need(URGENT, chosen=Chosen(LAST.organisation_id, "nobody else")), where, frozenset(), NOON)
    assert last.rung is Rung.NATIONAL_DESK


def test_who_is_not_around_can_not_be_chosen() -> None:
    """A slip of the mouse must not send a person's case to the other end of the country."""
    with pytest.raises(Invalid, match=r"does not serve this place.*desk"):
        decide(Need(URGENT, chosen=Chosen(an_id("stranger"), "x")), around(a_desk()), frozenset(), NOON)


def test_why_the_operator_chose_is_not_stored_with_the_decision() -> None:
    """The reason is free text and may tell of the person: it is sealed with the call, and a decision is read by others."""
    told = Need(URGENT, chosen=Chosen(an_id("desk"), "Mrs Jansen knows him")).to_json()
    assert "Jansen" not in str(told)
    assert Need.from_json(told).chosen == Chosen(an_id("desk"))


@given(needs, surroundings, moments, st.randoms(use_true_random=False))
def test_the_order_of_the_directory_does_not_matter(need: Need, where: Surroundings, at: datetime, random: Random) -> None:
    """Same inputs, same decision: a database gives rows in any order."""
    desks, crew = list(where.desks), list(where.providers)
    random.shuffle(desks)
    random.shuffle(crew)
    second = NationalDesk(an_id("other last service"), an_id("other last"), "another national desk")
    one = replace(where, national_desks=(LAST, second))
    other = replace(where, desks=tuple(desks), providers=tuple(crew), national_desks=(second, LAST))
    assert decide(need, one, frozenset(), at) == decide(need, other, frozenset(), at)


def test_a_kind_that_a_desk_does_not_accept_passes_it_over() -> None:
    """A desk for worries can't start an inquiry under the law; it says what it does accept."""
    decision = decide(Need(NORMAL, Kind.WVGGZ), around(a_desk(hours=OFFICE), providers=CREW), frozenset(), NOON)
    assert asked(decision)[0] == "outreach"
    assert decision.lines[0].reason.text == "Accepts worry; this is wvggz."
