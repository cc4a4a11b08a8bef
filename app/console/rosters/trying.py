"""A change tried out: a few hundred imagined calls through the directory as it is, and as it would be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from app.cases.lifecycle import Urgency
from app.console.rosters.changes import Looked
from app.console.rosters.reading import Seen
from app.console.rosters.weeks import week_at
from app.core.errors import Invalid, Problem, TooMany
from app.core.spans import Span
from app.core.work import Work
from app.directory.service import coverage as directory
from app.directory.service import shifts
from app.simulation.figures import Figures, Waited
from app.simulation.results import Result
from app.simulation.schemas.asked import GeneratedIn, SimulationIn
from app.simulation.schemas.proposals import ProposalIn, ProposedShiftIn, ShiftsReplaced
from app.simulation.service import ONE_AT_A_TIME, Material, played, read

CALLS: Final = 800  # ⚙ about half a second of one core
MOST: Final = 2 * CALLS
LONGEST: Final = timedelta(weeks=4)
YEAR: Final = timedelta(days=365.25)
HOURS: Final = range(24)
ASKED_OF: Final[dict[str, dict[Any, float]]] = {"crisis": {Urgency.CRISIS.value: 1.0}}  # others: as usual


class NothingToTry(Invalid):
    """Nobody would ring: the service of this roster serves no municipality."""

    slug, title = "nothing-to-try", "There is nothing to simulate"


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure before and after."""

    name: str
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Tried:
    """What came out. `nobody`: calls for which nobody was on duty, `hours` the same by the hour of the day.

    `last`: those for which there was only the national desk. `half`, `most`: within so many minutes half of the calls was
    accepted, and 95 %.
    """

    period: Span
    calls: int
    nobody: Pair
    last: Pair
    half: list[Pair]
    most: list[Pair]
    hours: list[Pair]

    @property
    def highest(self) -> int:
        """The tallest bar; at least one."""
        return max(1, *(int(max(one.before or 0, one.after or 0)) for one in self.hours))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of a form: a fault, what a change would come to, and what playing it gave.

    `mark`: what a form carries once that was seen. `rosters`: those that it touches, as they would be; `others`: what it would
    come to on all but the first, by name.
    """

    what: str = ""
    fault: Problem | None = None
    looked: Looked | None = None
    tried: Tried | None = None
    status: int = 200
    mark: str = ""
    rosters: Sequence[Seen] = ()
    others: Sequence[tuple[str, Looked]] = ()
    is_saved: bool = False

    @property
    def answer(self) -> int:
        """The status of the page."""
        return self.fault.status if self.fault else self.status


def period_of(span: Span, now: datetime) -> Span:
    """The weeks that a change lies in, from now on, four at most."""
    start = max(now, week_at(span.start).span.start)
    end = min(max(week_at(span.end - timedelta(minutes=1)).span.end, start + timedelta(days=1)), start + LONGEST)
    return Span(start, end)


async def prepared(work: Work, roster: shifts.Roster, looked: Looked, period: Span) -> tuple[SimulationIn, Material]:
    """Read what the play needs; `looked` is of the whole period.

    Raises:
        NothingToTry: no municipality is served.
    """
    codes = await directory.own_area(work)
    proposal = ProposalIn(title="proposal", changes=[await _replaced(work, roster, looked, period)])
    urgencies = {"urgencies": ASKED_OF[roster.line]} if roster.line in ASKED_OF else {}
    plain = SimulationIn(starts_at=period.start, ends_at=period.end, proposals=[proposal])
    material = await read(work, plain, most=MOST, longest=LONGEST)
    weights = {row["code"]: float(row["postcodes"]) for row in material.directory.municipalities if row["code"] in codes}
    if not sum(weights.values()):
        raise NothingToTry("The service of this roster serves no municipality: nobody would ring.")
    calls = GeneratedIn(per_year=CALLS / (period.duration / YEAR), growth=0, weights=weights, **urgencies)
    return plain.model_copy(update={"calls": calls}), material


async def tried(asked: SimulationIn, material: Material) -> Tried:
    """Play what was read; nothing of the database is needed for it.

    Raises:
        TooMany: somebody else's simulation runs.
    """
    if ONE_AT_A_TIME.locked():
        raise TooMany("Somebody else's simulation is running. Try again.", retry_after=5)
    async with ONE_AT_A_TIME:
        return _told(await played(asked, material, most=MOST), material.period)


async def _replaced(work: Work, roster: shifts.Roster, looked: Looked, period: Span) -> ShiftsReplaced:
    """All shifts of the service in the period: those of this roster as they would be, of its others as they are.

    Layers of several rosters are told apart, in their order.
    """
    rows = await directory.duties(work, period, roster.organisation_id)
    others = [row for row in rows if row["id"] and row["service_id"] == roster.service_id and row["roster_id"] != roster.id]
    found = [(one.layer, "", one.span, one.participant) for one in looked.preview.shifts]
    found += [(row["layer"], str(row["roster_id"]), Span(row["starts_at"], row["ends_at"]), row["participant"]) for row in others]
    places = {place: number for number, place in enumerate(sorted({one[:2] for one in found}), start=1)}
    made = [
        ProposedShiftIn(
            starts_at=max(span.start, period.start),
            ends_at=min(span.end, period.end),
            participant=name,
            layer=places[layer, whose],
        )
        for layer, whose, span, name in found
        if span.overlaps(period)
    ]
    return ShiftsReplaced(
        change="shifts", service=str(roster.service_id), starts_at=period.start, ends_at=period.end, shifts=made
    )


def _told(result: Result, period: Span) -> Tried:
    before, after = (one.figures for one in result.scenarios)
    return Tried(
        period=period,
        calls=before.calls,
        nobody=Pair("nobody", sum(map(sum, before.off_duty_hours)), sum(map(sum, after.off_duty_hours))),
        last=Pair("last", before.gap_calls, after.gap_calls),
        half=_waits(before.waited, after.waited, "p50"),
        most=_waits(before.waited, after.waited, "p95"),
        hours=[Pair(f"{hour:02}", _at(before, hour), _at(after, hour)) for hour in HOURS],
    )


def _waits(before: Sequence[Waited], after: Sequence[Waited], which: str) -> list[Pair]:
    later = {one.urgency: one for one in after}
    return [
        Pair(str(one.urgency), getattr(one, which), getattr(later[one.urgency], which)) for one in before if one.urgency in later
    ]


def _at(figures: Figures, hour: int) -> int:
    return sum(day[hour] for day in figures.off_duty_hours)
