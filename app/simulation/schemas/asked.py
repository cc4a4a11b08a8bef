"""What to simulate: a period, its calls, how people answer, and what is imagined."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from app.cases.lifecycle import Urgency
from app.core.http import Line, Moment, Wire
from app.core.spans import Span
from app.routing.ladder import Rung
from app.simulation.behaviour import DELAYS, HABITS, Behaviour, Habit
from app.simulation.generating import GROWTH, HOURS, URGENCIES, WEEKDAYS, Rates
from app.simulation.schemas.proposals import ProposalIn

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Weight = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Answering = Literal["meldpunt", "on_duty", "contracted", "national_desk"]
Asking = Literal["acute", "crisis", "urgent", "normal"]
URGENCY_SHARES: Any = {one.value: share for one, share in URGENCIES.items()}


class GeneratedIn(Wire):
    """Calls as they might come. Hours, weekdays, urgencies and municipalities are weights, relative to each other."""

    source: Literal["generated"] = "generated"
    per_year: Annotated[float, Field(ge=0, le=5_000_000, allow_inf_nan=False)] | None = Field(
        default=None, description="Calls that open a case, a year from the start of the period; default: 70 a week in 2023 for"
        " each 1.4 million people, grown by 12 % a year"
    )  # fmt: skip
    growth: Annotated[float, Field(ge=-0.9, le=2, allow_inf_nan=False)] = GROWTH
    hours: list[Weight] = Field(default=list(HOURS), min_length=24, max_length=24)
    weekdays: list[Weight] = Field(default=list(WEEKDAYS), min_length=7, max_length=7, description="0 is Monday")
    urgencies: dict[Asking, Weight] = Field(default=URGENCY_SHARES)
    police_share: Share = 0.5
    wvggz_share: Annotated[Share, Field(description="Of those that don't come from the police")] = 0.03
    minor_share: Share = 0.05
    weights: dict[Line, Weight] | None = Field(
        default=None, description="By municipality, such as inhabitants; default: the number of its postcodes", max_length=400
    )

    @field_validator("hours", "weekdays", "urgencies", "weights")
    @classmethod
    def _not_all_zero(cls, weights: list[float] | dict[str, float] | None) -> list[float] | dict[str, float] | None:
        values = weights.values() if isinstance(weights, dict) else weights
        if values is not None and sum(values) <= 0:
            raise ValueError("At least one weight is above zero.")
        return weights

    def rates(self, per_year: float, weights: dict[str, float]) -> Rates:
        """The rates, with what was left to us."""
        return Rates(
            per_year=per_year,
            weights=weights,
            growth=self.growth,
            hours=tuple(self.hours),
            weekdays=tuple(self.weekdays),
            urgencies={Urgency(one): share for one, share in self.urgencies.items()},
            police_share=self.police_share,
            wvggz_share=self.wvggz_share,
            minor_share=self.minor_share,
        )


class PastIn(Wire):
    """The calls that opened a case in the period, as far as you may see them: when, where and what was needed, nothing else."""

    source: Literal["past"]


class HabitIn(Wire):
    """How those on a rung answer; what is neither accepted nor declined is not answered at all.

    The national desk accepts whatever is said here: only its slowness counts.
    """

    accepts: Share
    declines: Share
    slowness: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 1.0

    @field_validator("declines")
    @classmethod
    def _together(cls, declines: float, told: object) -> float:
        accepts = getattr(told, "data", {}).get("accepts", 0.0)
        if accepts + declines > 1:
            raise ValueError("accepts and declines are shares of the same offers: together at most 1.")
        return declines


class BehaviourIn(Wire):
    """How people answer: habits by rung, mean minutes until an answer by urgency. What is not named is as usual."""

    habits: dict[Answering, HabitIn] = Field(default={})
    minutes: dict[Asking, Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]] = Field(default={})

    def behaviour(self) -> Behaviour:
        """The value."""
        habits = {Rung(one): Habit(told.accepts, told.declines, told.slowness) for one, told in self.habits.items()}
        delays = {Urgency(one): timedelta(minutes=minutes) for one, minutes in self.minutes.items()}
        return Behaviour({**HABITS, **habits}, {**DELAYS, **delays})


class SimulationIn(Wire):
    """A simulation. No proposal: today's directory; one: today's and it; two: those two. The same seed gives the same result."""

    starts_at: Moment
    ends_at: Moment
    seed: Annotated[int, Field(ge=0, le=2**53 - 1)] = 1
    calls: Annotated[GeneratedIn | PastIn, Field(discriminator="source")] = GeneratedIn()
    behaviour: BehaviourIn = BehaviourIn()
    proposals: list[ProposalIn] = Field(default=[], max_length=2)
    repeat_shifts: Annotated[
        bool, Field(description="Let each roster go on as in its last four weeks, beyond its last shift")
    ] = False
    charts: Annotated[bool, Field(description="Answer with SVG charts too")] = False

    @property
    def period(self) -> Span:
        """The period.

        Raises:
            ValueError: it ends before it starts.
        """
        return Span(self.starts_at, self.ends_at)
