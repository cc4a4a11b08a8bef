"""Make the plan of a simulation: read the directory and past calls, then generate calls and apply what is proposed."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.core.errors import FieldError, Invalid
from app.core.spans import Span
from app.core.work import Work
from app.directory.service.whole import Whole, whole
from app.routing.service.past import PastNeed, past_needs
from app.simulation.calls import SimulatedCall
from app.simulation.generating import expected, generated, usual_per_year
from app.simulation.playing import Player
from app.simulation.repeating import repeated
from app.simulation.results import Plan, Result, carried_out
from app.simulation.schemas.asked import GeneratedIn, SimulationIn
from app.simulation.snapshot import Around, Snapshot, snapshot_of

CURRENT: Final = "current directory"
CLIMBING: Final = timedelta(days=14)  # cases of the last day go on being offered
FARTHEST: Final = (2000, 2100)
ONE_AT_A_TIME: Final = asyncio.Lock()  # calls come first: planners wait for each other
ASSUMED: Final = "How people answer is assumed: acceptance, delay and silence are settings, no measurement."

REPEATED: Final = "Beyond its last shift each roster goes on as in its last four weeks: nobody has planned that yet."


@dataclass(frozen=True, slots=True)
class Material:
    """What was read: the directory, and past calls when they were asked for."""

    period: Span
    directory: Whole
    past: list[PastNeed] | None


async def read(work: Work, asked: SimulationIn, *, most: int, longest: timedelta) -> Material:
    """Read what the simulation needs, with at most `most` past calls over at most `longest`.

    Raises:
        Invalid: a period that can't be, too many calls in it or none.
    """
    period = _possible(asked, longest)
    past = None if isinstance(asked.calls, GeneratedIn) else await _past(work, period, most)
    return Material(period, await whole(work, Span(period.start, period.end + CLIMBING)), past)


async def played(asked: SimulationIn, material: Material, *, most: int) -> Result:
    """What comes out, with at most `most` calls; hold `ONE_AT_A_TIME`. In a thread: calls come in meanwhile.

    Raises:
        Invalid: too many generated calls or none, or a change that does not fit the directory.
    """
    return await asyncio.to_thread(lambda: carried_out(planned(asked, material, most=most)))


def planned(asked: SimulationIn, material: Material, *, most: int) -> Plan:
    """All that the simulation needs, with at most `most` calls. It computes for a while, and asks nobody anything.

    Raises:
        Invalid: too many generated calls or none, or a change that does not fit the directory.
    """
    period, told = material.period, material.directory
    snapshot = snapshot_of(
        told.version, told.municipalities, told.services, told.areas, told.rosters, told.shifts, endings=told.endings
    )
    if asked.repeat_shifts:
        snapshot = repeated(snapshot, period.end + CLIMBING)
    if isinstance(asked.calls, GeneratedIn):
        calls, count, notes = _generated(asked.calls, snapshot, period, asked.seed, most)
    else:
        calls, count, notes = _again(material.past or [])
    directories = [(one.title, one.apply(snapshot, period, _fault_of(place))) for place, one in enumerate(asked.proposals)]
    if len(directories) < 2:  # noqa: PLR2004  one proposal is compared with what there is
        directories.insert(0, (CURRENT, snapshot))
    behaviour = asked.behaviour.behaviour()
    return Plan(
        period=period,
        seed=asked.seed,
        source=asked.calls.source,
        directory_version=snapshot.version,
        notes=(*notes, ASSUMED, *([REPEATED] if asked.repeat_shifts else []), *_shifts_end(directories, period)),
        calls=calls,
        expected=count,
        municipalities={one.code: one.name for one in snapshot.municipalities},
        players=[(title, Player(Around(one), behaviour, asked.seed)) for title, one in directories],
    )


def _possible(asked: SimulationIn, longest: timedelta) -> Span:
    first, last = FARTHEST
    if not (first <= asked.starts_at.year < last and first <= asked.ends_at.year < last):
        raise _invalid("/endsAt", "period", "The period lies outside of this century.")
    if not timedelta() < asked.ends_at - asked.starts_at <= longest:
        raise _invalid("/endsAt", "period", f"The period must end after it starts, at most {longest.days} days later.")
    return asked.period


def _generated(
    told: GeneratedIn, snapshot: Snapshot, period: Span, seed: int, most: int
) -> tuple[Iterable[SimulatedCall], int, list[str]]:
    known = {one.code: float(one.postcodes) for one in snapshot.municipalities}
    if told.weights and (strange := told.weights.keys() - known.keys()):
        raise _invalid("/calls/weights", "unknown", f"{len(strange)} of the weights are for no municipality of the directory.")
    weights = dict(told.weights or known)
    if not sum(weights.values()):
        raise _invalid("/calls/weights", "missing", "The directory has no postcodes to weigh municipalities by: send weights.")
    per_year = usual_per_year(period.start) if told.per_year is None else told.per_year
    rates = told.rates(per_year, weights)
    count = round(expected(rates, period))
    if count < 1:
        raise _invalid("/calls/perYear", "no_calls", "The period has no calls: choose a longer one, or a higher rate.")
    if count > most:
        raise _too_many(count, most)
    notes = [
        f"Calls are generated: {per_year:.0f} a year, {told.police_share:.0%} from the police, growing {told.growth:.0%} a year."
    ]
    if told.weights is None:
        notes.append("Municipalities are weighed by their number of postcodes, which is not their number of people.")
    return generated(rates, period, seed), count, notes


async def _past(work: Work, period: Span, most: int) -> list[PastNeed]:
    found = await past_needs(work, period, most + 1)
    if not found:
        raise _invalid("/startsAt", "no_calls", "No call in this period opened a case that you may see. Choose another period.")
    if len(found) > most:
        raise _too_many(len(found), most)
    return found


def _again(found: list[PastNeed]) -> tuple[Iterable[SimulatedCall], int, list[str]]:
    calls = [SimulatedCall(number, one.at, one.municipality_code, one.need) for number, one in enumerate(found)]
    notes = [
        "The calls are those that opened a case, by moment, place and need; what an operator chose is not repeated.",
        "They meet the directory of today, not that of their time.",
    ]
    return calls, len(calls), notes


def _shifts_end(directories: Iterable[tuple[str, Snapshot]], period: Span) -> Iterable[str]:
    for title, snapshot in directories:
        last = max((one.end for turns in snapshot.turns.values() for one in turns), default=None)
        if last is None or last < period.end:
            when = f"The last shift ends on {last:%Y-%m-%d}" if last else "There are no shifts in the period"
            yield f"{title}: {when}; without a shift providers are contracted, and nobody is on duty."


def _fault_of(proposal: int) -> Callable[[int, str], Invalid]:
    def fault(change: int, sentence: str) -> Invalid:
        where = f"Change {change + 1} of proposal {proposal + 1} can't be made: {sentence}"
        return Invalid(where, errors=[FieldError(f"/proposals/{proposal}/changes/{change}", "change", sentence)])

    return fault


def _too_many(count: int, most: int) -> Invalid:
    sentence = f"About {count} calls are more than the {most} of one request: choose a shorter period, or use `nodus simulate`."
    return _invalid("/endsAt", "too_many", sentence)


def _invalid(pointer: str, code: str, sentence: str) -> Invalid:
    return Invalid(f"This can't be simulated. {sentence}", errors=[FieldError(pointer, code, sentence)])
