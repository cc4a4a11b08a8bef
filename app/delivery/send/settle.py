"""What an attempt means: for the event or message itself, and for the endpoint."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from app.delivery.backoff import LONGEST_WISH, SCHEDULE, next_attempt, schedule_of
from app.delivery.circuit import Circuit, is_open, open_for
from app.delivery.post.attempt import Attempted
from app.delivery.record import Item, Standing

# Somebody asked for these: that one fails says nothing of what waits, and that one arrives says that it is worth a try.
ON_REQUEST: Final = frozenset({"test", "verification", "manual"})
NO_TIME: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of it. `settled`: the cursor may pass it. `ends`: nothing more is begun now. `standing`: when it changes."""

    result: str
    attempt: int
    again: datetime | None
    settled: bool
    standing: Standing | None
    ends: bool


@dataclass(slots=True)
class Health:
    """How an endpoint does: it failed `attempts` times on end, since `failing_since`. `spacing` is the time between two calls."""

    strict: bool
    attempts: int
    failing_since: datetime | None
    spacing: timedelta
    circuit: Circuit
    random: Random

    def settle(self, item: Item, made: Attempted, at: datetime, *, is_ending: bool) -> Settled:
        """Judge an attempt that ended at `at`.

        `is_ending`: it was under way when another one failed; one more failure does not keep the circuit open longer.
        """
        attempt = item.attempts + 1 if item.message_id else self.attempts + 1 if self.strict else 1
        again = None
        if not made.delivered:
            schedule = schedule_of(item.trigger)
            again = next_attempt(attempt, at, self.random, retry_after=made.retry_after, schedule=schedule)
        result = "delivered" if made.delivered else "failed" if again else "given_up"
        standing, ends = self._after(item, made, at, again, is_ending)
        if standing:
            self.attempts, self.failing_since = standing.attempts, standing.failing_since
        return Settled(result, attempt, again, result != "failed" or not self.strict, standing, ends or made.gone)

    def _after(
        self,
        item: Item,
        made: Attempted,
        at: datetime,
        again: datetime | None,
        is_ending: bool,  # noqa: FBT001
    ) -> tuple[Standing | None, bool]:
        as_it_was = Standing(self.attempts, at, self.failing_since, made.error)
        if item.trigger in ON_REQUEST:
            tells = (made.delivered and self.attempts) or (made.gone and item.trigger != "verification")
            return (as_it_was if tells else None), False
        if self.strict:
            return self._in_order(item, made, at, again)
        if is_ending and not made.delivered:
            return (as_it_was if made.gone else None), True
        return self._in_any_order(made, at)

    def _in_order(self, item: Item, made: Attempted, at: datetime, again: datetime | None) -> tuple[Standing, bool]:
        """A failure stops what follows, until it is tried again; an event that was given up is passed."""
        since = None if made.delivered else self.failing_since or at
        if made.delivered or (again is None and not item.message_id):
            return Standing(0, max(at, made.started_at + self.spacing), since, made.error), False
        failed = self.attempts + 1
        if item.message_id:
            failed = min(failed, len(SCHEDULE) - 1)
            again = next_attempt(failed, at, self.random, retry_after=made.retry_after)
        return Standing(failed, again or at, since, made.error), True

    def _in_any_order(self, made: Attempted, at: datetime) -> tuple[Standing, bool]:
        """Others go on, unless the circuit opens or the receiver asks for quiet."""
        failures = self.circuit.after(self.attempts, delivered=made.delivered, at=at)
        pause = open_for(failures, self.random) if is_open(failures) else NO_TIME
        pause = max(pause, min(made.retry_after or NO_TIME, LONGEST_WISH))
        since = None if made.delivered else self.failing_since or at
        return Standing(failures, max(at + pause, made.started_at + self.spacing), since, made.error), pause > NO_TIME
