"""Commands of all rooms in any order, with time jumping through months: after each, what must always hold does."""

import asyncio
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app.core import embedded
from app.core.db import Database
from tests.conftest import copy_of, settings_for
from tests.watch.playing import COMMANDS, Command, Play, call, insist


class Cases(RuleBasedStateMachine):
    """Some cases in a database of their own, from the first call on."""

    cluster: ClassVar[embedded.Embedded]
    refused: ClassVar[int] = 0
    states: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        """Nobody has rung yet."""
        super().__init__()
        self.name = copy_of(self.cluster)
        self.runner = asyncio.Runner()
        url = self.cluster.url_of(self.name, embedded.LOGIN)
        self.play = Play(Database(url, settings_for(url, pool_size=2)))

    @initialize(data=st.data())
    def begins(self, data: st.DataObject) -> None:
        """Somebody rings."""
        self.runner.run(self.play.carry_out(call, lambda some: data.draw(st.sampled_from(list(some)))))

    @rule(command=st.sampled_from(COMMANDS), data=st.data())
    def does(self, command: Command, data: st.DataObject) -> None:
        """Something is done, or refused."""
        self.runner.run(self.play.carry_out(command, lambda some: data.draw(st.sampled_from(list(some)))))

    @invariant()
    def holds(self) -> None:
        """Whatever happened."""
        self.runner.run(insist(self.play))

    def teardown(self) -> None:
        """The database goes; what was reached is noted."""
        rows = self.runner.run(self.play.rows("SELECT DISTINCT state FROM cases"))
        type(self).states |= {row["state"] for row in rows}
        type(self).refused += self.play.refused
        self.runner.run(self.play.database.close())
        self.runner.close()
        self.cluster.psql(f"DROP DATABASE {self.name} WITH (FORCE)")


def test_whatever_is_done_nobody_is_forgotten(cluster: embedded.Embedded) -> None:
    """No order of commands, and no silence, leaves a case without somebody and a next moment; and the walk reached every state."""
    Cases.cluster, Cases.states, Cases.refused = cluster, set(), 0
    how = settings(
        max_examples=8, stateful_step_count=40, deadline=None, derandomize=True, database=None,
        phases=[Phase.generate],  # what it finds it finds in few steps; shrinking takes minutes
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(Cases, settings=how)
    assert {"accepted", "in_follow_up", "aftercare"} <= Cases.states
    assert Cases.refused
