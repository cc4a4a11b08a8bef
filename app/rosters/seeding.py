"""Plans for rosters that have none: for the demo and for tests. Everybody in them is invented.

A crisis service has four teams that take turns of eight hours; outreach has day teams that change every week, and evenings
from Monday to Thursday: its weekends are free at night by design. The next public holiday has a team of its own. `PLANTED` says
where somebody is away and nobody covers, so that a planner has something to find.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from app.core.spans import Span
from app.core.work import Work
from app.directory.holidays import AMSTERDAM, service_holidays
from app.directory.rotations import Rotation, Unit, turns, whose
from app.directory.service import shifts as directory
from app.directory.service.look_up import local_day
from app.rosters import tables
from app.rosters.schedule import Kind
from app.rosters.service.ahead import make_ahead

BEGAN: Final = date(2026, 1, 5)  # a Monday: the count of the turns starts there, whenever the plans are made
TEAMS: Final = MappingProxyType(
    {
        "crisis": ("team A", "team B", "team C", "team D", "feestdagenteam"),
        "outreach": ("dagteam oost", "dagteam west", "avondteam", "feestdagenteam"),
    }
)
PLANTED: Final[Mapping[str, int]] = MappingProxyType({"Crisisdienst Zeeland": 3, "Crisisdienst Groningen": 6})
"""Days ahead, by how the roster's name begins."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A roster with its teams, by name."""

    roster: directory.Roster
    teams: Mapping[str, UUID]

    def id_of(self, what: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"https://nodus.example/rosters/{self.roster.id}/{what}")


async def load_plans(work: Work) -> None:
    """Plan every roster of a line that has no plan yet, and make its shifts ahead from this moment on."""
    found = [one for one in await directory.unplanned(work) if one.line in TEAMS]
    for roster in found:
        _plan(work, roster)
    await work.flush()
    await make_ahead(work, [one.id for one in found], reason="roster_made")


def _plan(work: Work, roster: directory.Roster) -> None:
    teams = {name: uuid5(NAMESPACE_URL, f"https://nodus.example/rosters/{roster.id}/{name}") for name in TEAMS[roster.line]}
    made = _Made(roster, teams)
    for number, (name, participant) in enumerate(teams.items()):
        work.write(
            tables.participant, id=participant, organisation_id=roster.organisation_id, name=name,
            phone=f"0800-{roster.number % 1000:03}{number}", qualifications=[], version=1,
        )  # fmt: skip
    work.write(
        tables.roster_plan, roster_id=roster.id, organisation_id=roster.organisation_id, kind="rotation",
        confirms=False, generate_at=work.at, version=1,
    )  # fmt: skip
    rotations = list(_rotations(made))
    for name, rotation in rotations:
        _write_rotation(work, made, name, rotation)
    for kind, told in _overrides(made, [rotation for _, rotation in rotations], work.at):
        work.write(
            tables.roster_override, id=made.id_of(kind + told["reason"]), roster_id=roster.id,
            organisation_id=roster.organisation_id, kind=kind, state="set", made_at=work.at, decided_at=work.at,
            version=1, **told,
        )  # fmt: skip


def _rotations(made: _Made) -> Iterator[tuple[str, Rotation]]:
    teams = tuple(made.teams.values())
    if made.roster.line == "crisis":
        yield "dag en nacht", _rotation(made, "turns", Unit.HOUR, 8, time(7), participants=teams[:4])
        return
    day = {"day_from": time(8), "day_to": time(20)}
    night = {"day_from": time(20), "day_to": time(8), "weekdays": frozenset({1, 2, 3, 4})}
    yield "dag", _rotation(made, "days", Unit.WEEK, 1, time(8), participants=teams[:2], **day)
    yield "avond en nacht", _rotation(made, "nights", Unit.WEEK, 1, time(8), participants=teams[2:3], **night)


def _rotation(made: _Made, what: str, unit: Unit, every: int, hand_over: time, **told: Any) -> Rotation:  # noqa: ANN401
    return Rotation(id=made.id_of(what), layer=1, unit=unit, every=every, hand_over=hand_over, starts_on=BEGAN, **told)


def _write_rotation(work: Work, made: _Made, name: str, one: Rotation) -> None:
    work.write(
        tables.rotation, id=one.id, roster_id=made.roster.id, organisation_id=made.roster.organisation_id, layer=one.layer,
        name=name, unit=one.unit, every=one.every, hand_over=one.hand_over, starts_on=one.starts_on,
        participants=list(one.participants), weekdays=sorted(one.weekdays), day_from=one.day_from,
        day_to=one.day_to, seats=0, version=1,
    )  # fmt: skip


def _overrides(made: _Made, rotations: list[Rotation], now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    today = local_day(now)
    holiday = min(day for year in (today.year, today.year + 1) for day in service_holidays(year) if day > today)
    yield Kind.COVER, _over(made.teams["feestdagenteam"], _day(holiday), "holiday", layer=1)
    coming = Span(now + timedelta(days=1), now + timedelta(days=9))
    tomorrow, other = _two_turns(rotations[0], coming)
    if made.roster.number % 5 == 0 and tomorrow and other:
        (one, span), (another, other_span) = tomorrow, other
        swapped = {"other_participant_id": another, "other_layer": 1, "other_span": _range(other_span)}
        yield Kind.SWAP, _over(one, span, "agreement", layer=1) | swapped
    ahead = next((days for begins, days in PLANTED.items() if made.roster.name.startswith(begins)), None)
    if ahead:
        turn = next(turns(rotations[0], Span(now + timedelta(days=ahead), now + timedelta(days=ahead + 1))))
        yield Kind.ABSENCE, _over(whose(rotations[0], turn), turn.span, "illness")


def _two_turns(rotation: Rotation, within: Span) -> tuple[tuple[UUID, Span] | None, tuple[UUID, Span] | None]:
    """The first two turns within a span that two participants have."""
    found = [(whose(rotation, turn), turn.span) for turn in turns(rotation, within) if turn.span.start > within.start]
    first = found[0] if found else None
    return first, next((one for one in found if first and one[0] != first[0]), None)


def _over(participant: UUID, span: Span, reason: str, *, layer: int | None = None) -> dict[str, Any]:
    return {"participant_id": participant, "span": _range(span), "layer": layer, "reason": reason}


def _day(day: date) -> Span:
    return Span(datetime.combine(day, time(), AMSTERDAM), datetime.combine(day + timedelta(days=1), time(), AMSTERDAM))


def _range(span: Span) -> str:
    return f"[{span.start.isoformat()},{span.end.isoformat()})"
