"""What became of many calls, as figures: time to accept, rungs, gaps, load of organisations and of whoever had the shift."""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final
from uuid import UUID

from app.cases.lifecycle import Urgency
from app.directory.holidays import AMSTERDAM
from app.routing.ladder import Rung
from app.simulation.behaviour import Answer
from app.simulation.calls import SimulatedCall
from app.simulation.playing import Asked, Outcome

DAYS: Final = 7
HOURS: Final = 24
NOBODY: Final = "nobody"
ON_DUTY: Final = (Rung.MELDPUNT, Rung.ON_DUTY)


@dataclass(frozen=True, slots=True)
class Waited:
    """Elapsed minutes from the call until somebody had accepted, by urgency; None: nobody did."""

    urgency: Urgency
    calls: int
    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Taken:
    """How many calls ended on a rung, and their share from 0 to 1; `nobody` is a rung too."""

    rung: str
    calls: int
    share: float


@dataclass(frozen=True, slots=True)
class Gap:
    """A municipality in which there was only the national desk from the start: how often."""

    municipality_code: str
    municipality_name: str
    calls: int


@dataclass(frozen=True, slots=True)
class Load:
    """What an organisation was asked and answered."""

    organisation_id: UUID
    name: str
    offered: int
    accepted: int
    declined: int
    expired: int


@dataclass(frozen=True, slots=True)
class PersonLoad:
    """What came to somebody on duty: in all, and in the fullest of the shifts."""

    organisation_id: UUID
    organisation: str
    participant: str
    shifts: int
    offered: int
    accepted: int
    most_in_a_shift: int


@dataclass(frozen=True, slots=True)
class Figures:
    """A directory's figures. `gap_hours`: gaps by weekday (0 is Monday) and hour, local.

    `off_duty_hours`: likewise the calls for which nobody was on duty from the start, neither a desk nor a provider.
    """

    calls: int
    decisions: int
    not_in_directory: int
    waited: tuple[Waited, ...]
    taken: tuple[Taken, ...]
    gap_calls: int
    gaps: tuple[Gap, ...]
    gap_hours: tuple[tuple[int, ...], ...]
    off_duty_hours: tuple[tuple[int, ...], ...]
    organisations: tuple[Load, ...]
    people: tuple[PersonLoad, ...]


class Tally:
    """Counts outcomes as they come."""

    def __init__(self, municipalities: Mapping[str, str]) -> None:
        """Nothing yet; `municipalities` are names by code."""
        self.municipalities = municipalities
        self.minutes: dict[Urgency, array[float]] = {}
        self.by_urgency: Counter[Urgency] = Counter()
        self.rungs: Counter[str] = Counter()
        self.gaps: Counter[str] = Counter()
        self.gap_hours: Counter[tuple[int, int]] = Counter()
        self.off_duty_hours: Counter[tuple[int, int]] = Counter()
        self.answers: Counter[tuple[UUID, Answer]] = Counter()
        self.names: dict[UUID, str] = {}
        self.shifts: dict[tuple[UUID, str], Counter[UUID]] = {}
        self.accepted_by: Counter[tuple[UUID, str]] = Counter()
        self.decisions = 0
        self.not_in_directory = 0

    def add(self, call: SimulatedCall, outcome: Outcome | None) -> None:
        """Count one call."""
        if outcome is None:
            self.not_in_directory += 1
            return
        urgency = call.need.urgency
        self.by_urgency[urgency] += 1
        self.decisions += len(outcome.asked)
        self.rungs[outcome.rung or NOBODY] += 1
        if (minutes := minutes_of(call, outcome)) is not None:
            self.minutes.setdefault(urgency, array("d")).append(minutes)
        local = call.at.astimezone(AMSTERDAM)
        if outcome.gap:
            self.gaps[call.municipality_code] += 1
            self.gap_hours[local.weekday(), local.hour] += 1
        if not outcome.asked or outcome.asked[0].rung not in ON_DUTY:
            self.off_duty_hours[local.weekday(), local.hour] += 1
        for one in outcome.asked:
            self._asked(one)

    def _asked(self, one: Asked) -> None:
        self.names[one.organisation_id] = one.name
        self.answers[one.organisation_id, one.answer] += 1
        if one.duty:
            who = (one.organisation_id, one.duty.participant)
            self.shifts.setdefault(who, Counter())[one.duty.shift_id] += 1
            self.accepted_by[who] += one.answer is Answer.ACCEPTED

    def figures(self) -> Figures:
        """What was counted."""
        calls = sum(self.by_urgency.values())
        rungs = [*(str(rung) for rung in Rung if rung is not Rung.CHOSEN), NOBODY]
        return Figures(
            calls=calls,
            decisions=self.decisions,
            not_in_directory=self.not_in_directory,
            waited=tuple(self._waited(one) for one in Urgency if self.by_urgency[one]),
            taken=tuple(Taken(rung, self.rungs[rung], self.rungs[rung] / calls if calls else 0.0) for rung in rungs),
            gap_calls=self.gaps.total(),
            gaps=tuple(
                Gap(code, self.municipalities[code], count)
                for code, count in sorted(self.gaps.items(), key=lambda one: (-one[1], one[0]))
            ),
            gap_hours=_by_day(self.gap_hours),
            off_duty_hours=_by_day(self.off_duty_hours),
            organisations=tuple(self._loads()),
            people=tuple(self._people()),
        )

    def _waited(self, urgency: Urgency) -> Waited:
        ordered = sorted(self.minutes.get(urgency, ()))
        return Waited(urgency, self.by_urgency[urgency], quantile(ordered, 0.5), quantile(ordered, 0.95))

    def _loads(self) -> Iterable[Load]:
        ordered = sorted(self.names, key=lambda one: (-sum(self.answers[one, how] for how in Answer), self.names[one], one))
        for one in ordered:
            accepted, declined, expired = (self.answers[one, how] for how in Answer)
            yield Load(one, self.names[one], accepted + declined + expired, accepted, declined, expired)

    def _people(self) -> Iterable[PersonLoad]:
        ordered = sorted(self.shifts, key=lambda who: (-self.shifts[who].total(), self.names[who[0]], who))
        for who in ordered:
            shifts = self.shifts[who]
            yield PersonLoad(
                organisation_id=who[0],
                organisation=self.names[who[0]],
                participant=who[1],
                shifts=len(shifts),
                offered=shifts.total(),
                accepted=self.accepted_by[who],
                most_in_a_shift=max(shifts.values()),
            )


def _by_day(hours: Counter[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(hours[day, hour] for hour in range(HOURS)) for day in range(DAYS))


def minutes_of(call: SimulatedCall, outcome: Outcome) -> float | None:
    """Elapsed minutes until somebody had accepted; None: nobody did."""
    return (outcome.accepted_at - call.at).total_seconds() / 60 if outcome.accepted_at else None


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that a `share` of them do not exceed (nearest rank); None of none."""
    return round(ordered[max(0, ceil(share * len(ordered)) - 1)], 2) if ordered else None
