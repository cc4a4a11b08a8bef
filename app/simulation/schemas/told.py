"""What came out of a simulation, on the wire."""

from uuid import UUID

from pydantic import Field

from app.cases.lifecycle import Urgency
from app.core.http import Moment, Wire
from app.simulation.charts import charts
from app.simulation.results import Result


class WaitedOut(Wire):
    """Elapsed minutes from the call until somebody had accepted."""

    urgency: Urgency
    calls: int
    p50: float | None
    p95: float | None


class TakenOut(Wire):
    """How many calls ended on a rung; `nobody` is one too."""

    rung: str
    calls: int
    share: float


class SimulatedGapOut(Wire):
    """A municipality in which there was only the national desk."""

    municipality_code: str
    municipality_name: str
    calls: int


class LoadOut(Wire):
    """What an organisation was asked and answered."""

    organisation_id: UUID
    name: str
    offered: int
    accepted: int
    declined: int
    expired: int


class PersonLoadOut(Wire):
    """What came to somebody on duty, in all and in the fullest of the shifts."""

    organisation_id: UUID
    organisation: str
    participant: str
    shifts: int
    offered: int
    accepted: int
    most_in_a_shift: int


class ScenarioOut(Wire):
    """What became of the calls in one directory."""

    title: str
    calls: int
    decisions: int
    not_in_directory: int = Field(description="Calls left out: their municipality was not in the directory at that moment")
    waited: list[WaitedOut]
    taken: list[TakenOut]
    gap_calls: int = Field(description="Calls for which there was only the national desk from the start")
    gaps: list[SimulatedGapOut]
    gap_hours: list[list[int]] = Field(description="The same by weekday (0 is Monday) and hour, local")
    organisations: list[LoadOut]
    people: list[PersonLoadOut]


class ShiftedOut(Wire):
    """Calls accepted in both: how many sooner, later or as soon in the second, and the mean difference in minutes."""

    urgency: Urgency
    sooner: int
    later: int
    same: int
    mean_minutes: float


class MovedOut(Wire):
    """Calls that ended on another rung."""

    before: str
    after: str
    calls: int


class DifferenceOut(Wire):
    """From the first directory to the second: the same calls, the same answers drawn."""

    shifted: list[ShiftedOut]
    moved: list[MovedOut]
    gaps_closed: int
    gaps_opened: int


class ChartOut(Wire):
    """A chart, and the table that says the same."""

    title: str
    svg: str


class SimulationOut(Wire):
    """A simulation. Nothing of it is stored: the same seed, calls and directory give it again."""

    starts_at: Moment
    ends_at: Moment
    seed: int
    source: str
    directory_version: int
    notes: list[str] = Field(description="What to know before trusting this")
    scenarios: list[ScenarioOut]
    difference: DifferenceOut | None
    charts: list[ChartOut]

    @classmethod
    def of(cls, result: Result, *, with_charts: bool) -> "SimulationOut":
        """The result as the API shows it."""
        return cls(
            starts_at=result.period.start,
            ends_at=result.period.end,
            seed=result.seed,
            source=result.source,
            directory_version=result.directory_version,
            notes=list(result.notes),
            scenarios=[
                ScenarioOut.model_validate(
                    {"title": one.title} | {name: getattr(one.figures, name) for name in FIGURES}, from_attributes=True
                )
                for one in result.scenarios
            ],
            difference=DifferenceOut.model_validate(result.difference, from_attributes=True) if result.difference else None,
            charts=[ChartOut(title=one.title, svg=one.svg) for one in charts(result)] if with_charts else [],
        )


FIGURES = ScenarioOut.model_fields.keys() - {"title"}
