"""Whatever the directory, the hour, the refusals and the silences: somebody is being asked, or is responsible."""

from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.directory.surroundings import Surroundings
from app.routing.decide import Decision, decide
from app.routing.ladder import Rung, next_reminder
from app.routing.need import Need
from tests.routing.places import LAST, moments, needs, surroundings, utc

MOST_ORGANISATIONS = 8


class NobodyFallsThrough(RuleBasedStateMachine):
    """One case, from the call to somebody who accepts, by a directory that changes under way."""

    def __init__(self) -> None:
        super().__init__()
        self.need: Need | None = None
        self.pending: Decision | None = None
        self.owner: UUID | None = None
        self.asked: list[UUID] = []
        self.reminders = 0
        self.at = utc("2026-01-01T00:00")
        self.next_call_at = self.at

    def _ask(self, where: Surroundings) -> None:
        assert self.need
        refusals = frozenset(self.asked)
        decision = decide(self.need, where, refusals, self.at)
        assert decision == decide(self.need, where, refusals, self.at)
        assert decision.offered_to not in self.asked
        assert decision.accept_by > self.at
        assert all(line.reason.text and line.reason.code for line in decision.lines)
        self.pending, self.next_call_at = decision, decision.accept_by
        self.asked.append(decision.offered_to)

    def _may_decline(self) -> bool:
        return self.pending is not None and self.pending.rung is not Rung.NATIONAL_DESK

    @initialize(need=needs, where=surroundings, at=moments)
    def a_call_comes_in(self, need: Need, where: Surroundings, at: datetime) -> None:
        """The first offer."""
        self.need, self.at = need, at
        self._ask(where)

    @precondition(_may_decline)
    @rule(where=surroundings)
    def it_is_declined(self, where: Surroundings) -> None:
        """The next is asked at once."""
        self._ask(where)

    @precondition(lambda self: self.pending)
    @rule(where=surroundings, later=st.timedeltas(timedelta(0), timedelta(days=3)))
    def nobody_answers(self, where: Surroundings, later: timedelta) -> None:
        """The worker looks, on time or after an outage: the next is asked, or the last is told again."""
        assert self.pending
        assert self.need
        self.at = max(self.at, self.next_call_at) + later
        if self.pending.rung is Rung.NATIONAL_DESK:
            self.next_call_at = next_reminder(self.need.urgency, self.reminders, self.at)
            self.reminders += 1
            assert self.next_call_at > self.at
        else:
            self._ask(where)

    @precondition(lambda self: self.pending)
    @rule()
    def it_is_accepted(self) -> None:
        """Somebody is responsible."""
        assert self.pending
        self.owner, self.pending = self.pending.offered_to, None

    @rule(later=st.timedeltas(timedelta(0), timedelta(hours=1)))
    def time_passes(self, later: timedelta) -> None:
        """Nobody does anything for a while."""
        self.at += later

    @precondition(_may_decline)
    @rule(where=surroundings)
    def everybody_declines(self, where: Surroundings) -> None:
        """There is an end, and it is the national desk."""
        while self.pending and self.pending.rung is not Rung.NATIONAL_DESK:
            self._ask(where)
        assert self.pending
        assert self.pending.offered_to == LAST.organisation_id

    @invariant()
    def somebody_has_it(self) -> None:
        """One pending offer or an owner, never both, never neither; nobody was asked twice."""
        if self.need:
            assert (self.pending is None) != (self.owner is None)
            assert (self.pending.offered_to if self.pending else self.owner) == self.asked[-1]
            assert len(self.asked) == len(set(self.asked)) <= MOST_ORGANISATIONS


TestNobodyFallsThrough = NobodyFallsThrough.TestCase
TestNobodyFallsThrough.settings = settings(
    max_examples=200, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
