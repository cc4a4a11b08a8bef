"""The routing decision, by real hours and at random."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.cases.lifecycle import Urgency
from app.core.errors import Invalid
from app.directory.opening_hours import OpeningHours
from app.directory.surroundings import Desk, Duty, Named, NationalDesk, OutOfHours, Provider, Surroundings
from app.routing.decide import Decision, decide, inputs, replayed
from app.routing.ladder import Rung
from app.routing.need import Chosen, Kind, Need

SPACE = UUID(int=1)
KENNEMERLAND = OpeningHours.parse({"weekly": {"0-2": ["09:00-17:00"], "3-6": ["09:00-22:00"]}})
OFFICE = OpeningHours.parse({"weekly": {"0-4": ["08:30-17:00"]}, "closedOnHolidays": True})
ALWAYS = OpeningHours(always=True)


def an_id(name: str) -> UUID:
    """A stable id."""
    return uuid5(SPACE, name)


def a_desk(name: str = "desk", hours: OpeningHours = OFFICE, rule_: OutOfHours = OutOfHours.NONE, **how: object) -> Desk:
    """A meldpunt with office hours and a voicemail."""
    named = Named(an_id("stand-in"), "stand-in") if rule_ is OutOfHours.NAMED_PROVIDER else None
    told: dict[str, object] = {"accepts": frozenset({"worry"}), "minimum_age": 0, "rank": 1} | how
    return Desk(an_id(f"{name} service"), an_id(name), name, hours=hours, out_of_hours=rule_, named_provider=named, **told)  # type: ignore[arg-type]


def a_provider(name: str, line: str = "outreach", *, on_duty: bool = True) -> Provider:
    """A provider whose shift runs."""
    until = datetime(2026, 12, 1, tzinfo=UTC)
    duty = Duty(an_id("roster"), "roster", 1, an_id("shift"), "team A", until) if on_duty else None
    return Provider(an_id(f"{name} service"), an_id(name), name, line, 1, 0, duty)


LAST = NationalDesk(an_id("last service"), an_id("last"), "national desk")


def around(*desks: Desk, providers: tuple[Provider, ...] = ()) -> Surroundings:
    """A municipality with these, and the national desk."""
    return Surroundings("GM0392", "Haarlem", 1, desks, providers, (LAST,))


def utc(text: str) -> datetime:
    """A moment."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


CREW = (a_provider("outreach"), a_provider("crisis", "crisis"), a_provider("second", on_duty=False))
# 2026-11-24 is a Tuesday; Amsterdam is one hour ahead of UTC.
CASES = [
    ("Tuesday noon: the desk is open", "2026-11-24T11:00", Urgency.URGENT, a_desk(hours=KENNEMERLAND), "desk", "open"),
    ("Tuesday 18:00: Kennemerland has closed", "2026-11-24T17:00", Urgency.URGENT, a_desk(hours=KENNEMERLAND), "outreach", "on_duty"),
    ("Thursday 21:00: Kennemerland is open", "2026-11-26T20:00", Urgency.URGENT, a_desk(hours=KENNEMERLAND), "desk", "open"),
    ("Thursday 22:00: it has just closed", "2026-11-26T21:00", Urgency.NORMAL, a_desk(hours=KENNEMERLAND), "outreach", "on_duty"),
    ("night, on call", "2026-11-24T02:00", Urgency.URGENT, a_desk(rule_=OutOfHours.ON_CALL), "desk", "on_call"),
    ("night, a stand-in", "2026-11-24T02:00", Urgency.URGENT, a_desk(rule_=OutOfHours.NAMED_PROVIDER), "stand-in", "stands_in"),
    ("night, it waits, and the case can", "2026-11-24T02:00", Urgency.NORMAL, a_desk(rule_=OutOfHours.WAITS), "desk", "waits"),
    ("night, it waits, and the case can't", "2026-11-24T02:00", Urgency.URGENT, a_desk(rule_=OutOfHours.WAITS), "outreach", "on_duty"),
    ("night, only a voicemail", "2026-11-24T02:00", Urgency.NORMAL, a_desk(), "outreach", "on_duty"),
    ("night, the national desk answers", "2026-11-24T02:00", Urgency.NORMAL, a_desk(rule_=OutOfHours.NATIONAL_DESK), "national desk", "stands_in"),
    ("a crisis goes to the crisis service, open desk or not", "2026-11-24T11:00", Urgency.CRISIS, a_desk(hours=ALWAYS), "crisis", "on_duty"),
    ("so does what is acute", "2026-11-24T11:00", Urgency.ACUTE, a_desk(hours=ALWAYS), "crisis", "on_duty"),
    ("Christmas Day is no office day", "2026-12-25T11:00", Urgency.URGENT, a_desk(), "outreach", "on_duty"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "at", "urgency", "desk", "who", "code"), CASES, ids=[case[0] for case in CASES])
def test_somebody_with_a_name_is_asked(told: str, at: str, urgency: Urgency, desk: Desk, who: str, code: str) -> None:
    """By the hours of a real desk, and by every rule for when it is closed."""
    decision = decide(Need(urgency), around(desk, providers=CREW), frozenset(), utc(at))
    taken = next(line for line in decision.lines if line.taken)
    assert (decision.offered_name, taken.reason.code) == (who, code), told


def test_a_desk_that_waits_has_a_working_day_from_its_opening() -> None:
    """Friday night: it opens on Monday, and answers by Tuesday; the caller is told when."""
    decision = decide(Need(Urgency.NORMAL), around(a_desk(rule_=OutOfHours.WAITS)), frozenset(), utc("2026-11-27T22:00"))
    assert decision.promised_at == utc("2026-11-30T07:30")
    assert decision.accept_by == utc("2026-12-01T07:30")


def test_a_desk_is_passed_over_for_a_kind_or_an_age_that_it_does_not_take() -> None:
    """Capelle takes people of 16 and older; a desk for the Wvggz takes no worries."""
    young = decide(
        Need(Urgency.NORMAL, age=15), around(a_desk(hours=ALWAYS, minimum_age=16)), frozenset(), utc("2026-11-24T11:00")
    )
    other = decide(Need(Urgency.NORMAL, Kind.WVGGZ), around(a_desk(hours=ALWAYS)), frozenset(), utc("2026-11-24T11:00"))
    assert young.lines[0].reason.code == "too_young"
    assert other.lines[0].reason.code == "kind_not_accepted"
    assert young.rung is other.rung is Rung.NATIONAL_DESK


def test_the_operator_chooses_one_of_those_around_and_the_ladder_goes_on_after_it() -> None:
    """A choice goes first, with its reason; whoever is not around can't be chosen."""
    somewhere = around(a_desk(hours=ALWAYS), providers=CREW)
    need = Need(Urgency.URGENT, chosen=Chosen(an_id("second"), "knows the person"))
    at = utc("2026-11-24T11:00")
    first = decide(need, somewhere, frozenset(), at)
    assert (first.offered_name, first.rung) == ("second", Rung.CHOSEN)
    assert decide(need, somewhere, frozenset({an_id("second")}), at).offered_name == "desk"
    with pytest.raises(Invalid, match="does not serve this place"):
        decide(Need(Urgency.URGENT, chosen=Chosen(an_id("stranger"), "x")), somewhere, frozenset(), at)


desks = st.builds(
    a_desk,
    st.sampled_from(["desk 1", "desk 2"]),
    st.sampled_from([OFFICE, KENNEMERLAND, ALWAYS]),
    st.sampled_from(list(OutOfHours)),
    accepts=st.sampled_from([frozenset({"worry"}), frozenset({"wvggz"}), frozenset({"worry", "police", "wvggz"})]),
    minimum_age=st.sampled_from([0, 16]),
)
providers = st.builds(
    a_provider, st.sampled_from(["p 1", "p 2", "p 3"]), st.sampled_from(["crisis", "outreach"]), on_duty=st.booleans()
)
surroundings = st.builds(
    lambda found, crew: around(*found, providers=tuple(crew)), st.lists(desks, max_size=3), st.lists(providers, max_size=4)
)
needs = st.builds(
    Need,
    st.sampled_from([one for one in Urgency if one is not Urgency.ADVICE]),
    st.sampled_from(list(Kind)),
    st.sampled_from([None, 15, 17]),
)
moments = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31), timezones=st.just(UTC))


@given(needs, surroundings, moments)
def test_the_stored_explanation_reproduces_the_decision(need: Need, where: Surroundings, at: datetime) -> None:
    """What is shown a year later is what was decided, and why; nobody around is left out of it."""
    decision = decide(need, where, frozenset(), at)
    again = replayed(inputs(need, where, frozenset(), at))
    assert again == decision
    named = {line.organisation_id for line in decision.lines}
    everybody = {one.organisation_id for one in where.desks} | {one.organisation_id for one in where.providers}
    assert everybody | {one.organisation_id for one in where.national_desks} <= named
    assert sum(line.taken for line in decision.lines) == 1
    assert decision.accept_by > at


class NobodyFallsThrough(RuleBasedStateMachine):
    """Whatever the directory, the hour, the refusals and the silences: somebody is being asked, or is responsible."""

    def __init__(self) -> None:
        super().__init__()
        self.need: Need | None = None
        self.offer: Decision | None = None
        self.owner: UUID | None = None
        self.asked: list[UUID] = []
        self.at = utc("2026-01-01T00:00")

    def _ask(self, where: Surroundings) -> None:
        assert self.need
        self.offer = decide(self.need, where, frozenset(self.asked), self.at)
        assert self.offer.offered_to not in self.asked
        self.asked.append(self.offer.offered_to)

    @initialize(need=needs, where=surroundings, at=moments)
    def a_call_comes_in(self, need: Need, where: Surroundings, at: datetime) -> None:
        """The first offer."""
        self.need, self.at = need, at
        self._ask(where)

    @precondition(lambda self: self.offer and self.offer.rung is not Rung.NATIONAL_DESK and not self.owner)
    @rule(where=surroundings, later=st.timedeltas(timedelta(0), timedelta(days=3)))
    def it_is_declined_or_expires(self, where: Surroundings, later: timedelta) -> None:
        """The next is asked, by a directory that may have changed."""
        self.at += later
        self._ask(where)

    @precondition(lambda self: self.offer and not self.owner)
    @rule()
    def it_is_accepted(self) -> None:
        """Somebody is responsible."""
        assert self.offer
        self.owner = self.offer.offered_to

    @rule(later=st.timedeltas(timedelta(0), timedelta(hours=1)))
    def time_passes(self, later: timedelta) -> None:
        """Nobody does anything for a while."""
        self.at += later

    @invariant()
    def somebody_has_it(self) -> None:
        """One pending offer with a time, or an owner; at most a handful of steps to the desk that can't decline."""
        if self.need:
            assert self.owner or (self.offer and self.offer.offered_to == self.asked[-1])
            assert len(self.asked) == len(set(self.asked)) <= 8


TestNobodyFallsThrough = NobodyFallsThrough.TestCase
TestNobodyFallsThrough.settings = settings(
    max_examples=150, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
)
