"""The directory in memory: a municipality and a moment in, everybody around it out, as the database would tell it."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.directory.holidays import AMSTERDAM
from app.directory.surroundings import Desk, Duty, InPart, NationalDesk, Provider, Surroundings

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Days:
    """From a day until another one (not included); None: without a bound."""

    starts_on: date | None = None
    ends_on: date | None = None

    def contains(self, day: date) -> bool:
        """Whether `day` lies in it."""
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality, and how many postcodes it has."""

    code: str
    name: str
    valid: Days
    postcodes: int


@dataclass(frozen=True, slots=True)
class Served:
    """A service: what the decision knows of it, and the day from which it is no more."""

    service_id: UUID
    kind: str
    told: Desk | Provider | NationalDesk
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A service serves a municipality on some days; `in_part`: only some postcodes of it."""

    service_id: UUID
    code: str
    valid: Days
    in_part: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster of a service; shifts name it by its number."""

    id: UUID
    number: int
    service_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A shift on a layer of a roster."""

    id: UUID
    roster_number: int
    layer: int
    start: datetime
    end: datetime
    participant: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of it, turns by the number of their roster; a proposal makes another one.

    `endings`: the day from which an organisation is no more, and nobody's stand-in either.
    """

    version: int
    municipalities: tuple[Municipality, ...]
    services: Mapping[UUID, Served]
    areas: tuple[Area, ...]
    rosters: tuple[Roster, ...]
    turns: Mapping[int, Sequence[Turn]]
    endings: Mapping[UUID, date] = field(default_factory=dict)


def snapshot_of(  # noqa: PLR0913  the parts of a directory
    version: int, municipalities: Rows, services: Rows, areas: Rows, rosters: Rows, shifts: Rows, *, endings: Rows
) -> Snapshot:
    """The snapshot in the rows of `directory.service.whole`."""
    return Snapshot(
        version,
        tuple(Municipality(row["code"], row["name"], _days(row), row["postcodes"]) for row in municipalities),
        {row["id"]: Served(row["id"], row["kind"], _told(row), row["ends_on"]) for row in services},
        tuple(Area(row["service_id"], row["code"], _days(row), row["in_part"]) for row in areas),
        tuple(Roster(row["id"], row["number"], row["service_id"], row["name"]) for row in rosters),
        _grouped(
            (
                row["roster_number"],
                Turn(row["id"], row["roster_number"], row["layer"], row["starts_at"], row["ends_at"], row["participant"]),
            )
            for row in shifts
        ),
        {row["organisation_id"]: row["ends_on"] for row in endings},
    )


class Around:
    """Answers from a snapshot, quickly: who is around a municipality is worked out once between two days of change."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Index it."""
        self.version = snapshot.version
        self._services = snapshot.services
        self._endings = snapshot.endings
        self._names = _grouped((one.code, one) for one in snapshot.municipalities)
        self._areas = _grouped((one.code, one) for one in snapshot.areas)
        self._layers = _layers(snapshot)
        self._last = [(one, one.told) for one in snapshot.services.values() if isinstance(one.told, NationalDesk)]
        self._changes = _days_of_change(snapshot)
        self._known: dict[tuple[str, int], _Circle | None] = {}

    def at(self, code: str, moment: datetime) -> Surroundings | None:
        """Everybody around a municipality at a moment; None when there is no such municipality then."""
        day = moment.astimezone(AMSTERDAM).date()
        key = (code, bisect_right(self._changes, day))
        if key not in self._known:
            self._known[key] = self._circle(code, day)
        circle = self._known[key]
        if circle is None:
            return None
        providers = tuple(one.at(moment) for one in circle.providers)
        return Surroundings(code, circle.name, self.version, circle.desks, providers, circle.national_desks, circle.in_part)

    def _circle(self, code: str, day: date) -> "_Circle | None":
        name = next((one.name for one in self._names.get(code, ()) if one.valid.contains(day)), None)
        if name is None:
            return None
        areas = [one for one in self._areas.get(code, ()) if one.valid.contains(day)]
        whole = dict.fromkeys(one.service_id for one in areas if not one.in_part)
        parts = dict.fromkeys(one.service_id for one in areas if one.in_part and one.service_id not in whole)
        there = self._there(whole, day)
        return _Circle(
            name,
            tuple(self._desk(one.told, day) for one in there if isinstance(one.told, Desk)),
            tuple(_OnDuty(one.told, self._layers.get(one.service_id, ())) for one in there if isinstance(one.told, Provider)),
            tuple(told for one, told in self._last if self._is_there(one, day)),
            tuple(
                InPart(one.service_id, one.told.organisation_id, one.told.name, one.kind)
                for one in self._there(parts, day)
                if not isinstance(one.told, NationalDesk)
            ),
        )

    def _there(self, ids: Iterable[UUID], day: date) -> list[Served]:
        """Those of whom the directory still tells: areas may name hand-offs, and who ended long ago."""
        return [one for key in ids if (one := self._services.get(key)) and self._is_there(one, day)]

    def _is_there(self, service: Served, day: date) -> bool:
        return (service.ends_on is None or day < service.ends_on) and not self._has_ended(service.told.organisation_id, day)

    def _has_ended(self, organisation_id: UUID, day: date) -> bool:
        return organisation_id in self._endings and self._endings[organisation_id] <= day

    def _desk(self, desk: Desk, day: date) -> Desk:
        """A stand-in that has ended answers no more."""
        named = desk.named_provider
        return replace(desk, named_provider=None) if named and self._has_ended(named.organisation_id, day) else desk


class _Layer:
    """The shifts of one layer of one roster, in order; no two overlap."""

    __slots__ = ("duties", "ends", "starts")

    def __init__(self, roster: Roster, turns: Iterable[Turn]) -> None:
        ordered = sorted(turns, key=lambda one: one.start)
        self.starts = [one.start for one in ordered]
        self.ends = [one.end for one in ordered]
        self.duties = [Duty(roster.id, roster.name, one.layer, one.id, one.participant, one.end) for one in ordered]

    def at(self, moment: datetime) -> Duty | None:
        place = bisect_right(self.starts, moment) - 1
        return self.duties[place] if place >= 0 and moment < self.ends[place] else None


class _OnDuty:
    """A provider with its layers, the highest first."""

    __slots__ = ("_layers", "_made", "_provider")

    def __init__(self, provider: Provider, layers: Sequence[_Layer]) -> None:
        self._provider = replace(provider, duty=None)
        self._layers = layers
        self._made: dict[tuple[UUID, datetime], Provider] = {}

    def at(self, moment: datetime) -> Provider:
        for layer in self._layers:
            duty = layer.at(moment)
            if duty is not None:
                key = (duty.shift_id, duty.until)
                if key not in self._made:
                    self._made[key] = replace(self._provider, duty=duty)
                return self._made[key]
        return self._provider


@dataclass(frozen=True, slots=True)
class _Circle:
    name: str
    desks: tuple[Desk, ...]
    providers: tuple[_OnDuty, ...]
    national_desks: tuple[NationalDesk, ...]
    in_part: tuple[InPart, ...]


def _layers(snapshot: Snapshot) -> dict[UUID, list[_Layer]]:
    """The layers of each service in the order in which they count: the highest first, then by the roster's number."""
    rosters = {one.number: one for one in snapshot.rosters}
    by_layer = _grouped(((-one.layer, number), one) for number, turns in snapshot.turns.items() for one in turns)
    return _grouped(
        (rosters[number].service_id, _Layer(rosters[number], turns)) for (_, number), turns in sorted(by_layer.items())
    )


def _days_of_change(snapshot: Snapshot) -> list[date]:
    spans = [one.valid for one in snapshot.municipalities] + [one.valid for one in snapshot.areas]
    bounds = {bound for span in spans for bound in (span.starts_on, span.ends_on) if bound}
    return sorted(bounds | {one.ends_on for one in snapshot.services.values() if one.ends_on} | set(snapshot.endings.values()))


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _days(row: Mapping[str, Any]) -> Days:
    return Days(row["starts_on"], row["ends_on"])


def _told(row: Mapping[str, Any]) -> Desk | Provider | NationalDesk:
    """One service, by the same reading as every decision's."""
    part = {"meldpunt": "desks", "national_desk": "national_desks"}.get(row["kind"], "providers")
    nobody: dict[str, Any] = {"municipality_code": "", "municipality_name": "", "version": 0}
    read = Surroundings.from_json({**nobody, "desks": [], "providers": [], "national_desks": [], part: [row["told"]]})
    found: list[Desk | Provider | NationalDesk] = [*read.desks, *read.providers, *read.national_desks]
    return found[0]
