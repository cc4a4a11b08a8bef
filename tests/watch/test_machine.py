"""Commands of all rooms in any order, with time jumping through months: after each, what must always hold does."""

import asyncio
from collections import Counter
from random import Random
from typing import ClassVar

from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app.cases.lifecycle import State
from app.core import embedded
from app.core.db import Database
from tests.conftest import copy_of, settings_for
from tests.watch.holding import insist
from tests.watch.play import Play
from tests.watch.playing import COMMANDS
from tests.watch.together import call


class Cases(RuleBasedStateMachine):
    """Some cases in a database of their own, from the first call on."""

    cluster: ClassVar[embedded.Embedded]
    done: ClassVar[Counter[str]] = Counter()
    refused: ClassVar[Counter[str]] = Counter()
    states: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        """Nobody has rung yet."""
        super().__init__()
        self.name = copy_of(self.cluster)
        self.runner = asyncio.Runner()
        url = self.cluster.url_of(self.name, embedded.LOGIN)
        self.play = Play(Database(url, settings_for(url, pool_size=2)))

    @initialize(chance=st.randoms(use_true_random=True))
    def begins(self, chance: Random) -> None:
        """Somebody rings, and others. Chance is even, for there are many commands and each must have its turn."""
        self.chance = chance
        for _ in range(3):
            self.runner.run(self.play.carry_out(call, chance.choice))

    @rule()
    def does(self) -> None:
        """Something is done, or refused."""
        command = self.chance.choice(COMMANDS)
        note(f"{command.__name__} at {self.play.at}")
        self.runner.run(self.play.carry_out(command, self.chance.choice))

    @invariant()
    def holds(self) -> None:
        """Whatever happened."""
        self.runner.run(insist(self.play))

    def teardown(self) -> None:
        """The database goes; what was reached is noted."""
        type(self).states |= self.play.states
        type(self).done += self.play.done
        type(self).refused += self.play.refused
        self.runner.run(self.play.database.close())
        self.runner.close()
        self.cluster.psql(f"DROP DATABASE {self.name} WITH (FORCE)")


def test_whatever_is_done_nobody_is_forgotten(cluster: embedded.Embedded) -> None:
    """No order of commands, and no silence, leaves a case without somebody and a next moment; and the walk reached every state."""
    Cases.cluster, Cases.states, Cases.done, Cases.refused = cluster, set(), Counter(), Counter()
    how = settings(
        max_examples=6, stateful_step_count=60, deadline=None, derandomize=True, database=None,
        phases=[Phase.generate],  # what it finds it finds in few steps; shrinking takes minutes
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(Cases, settings=how)
    assert Cases.states == set(State)
    commands = {command.__name__ for command in COMMANDS}
    assert len(commands & set(Cases.done)) >= 0.8 * len(commands), commands - set(Cases.done)
    assert Cases.refused
