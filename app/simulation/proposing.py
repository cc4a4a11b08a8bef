"""Changes of a directory that is only imagined: each gives another snapshot, or says why it can't be."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from app.core.errors import Invalid
from app.core.spans import Span
from app.directory.opening_hours import OpeningHours
from app.directory.surroundings import Desk, Named, NationalDesk, OutOfHours, Provider
from app.simulation.snapshot import Area, Days, Roster, Served, Snapshot, Turn


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift as a proposal has it."""

    span: Span
    participant: str
    layer: int = 1


def service_of(snapshot: Snapshot, named: str) -> Served:
    """The service with this id, or of the organisation with this name when it has one.

    Raises:
        Invalid: there is none, or several.
    """
    found = [one for one in snapshot.services.values() if named.strip().lower() in {str(one.service_id), one.told.name.lower()}]
    if not found:
        raise Invalid("There is no service with this id, nor an organisation with this name. GET /v1/organisations lists names.")
    if len(found) > 1:
        known = ", ".join(f"{one.service_id} ({one.kind})" for one in found)
        raise Invalid(f"That organisation has several services; name one by its id: {known}.")
    return found[0]


def organisation_of(snapshot: Snapshot, named: str) -> Named:
    """The organisation with this id or name.

    Raises:
        Invalid: none that has a service.
    """
    for one in snapshot.services.values():
        if named.strip().lower() in {str(one.told.organisation_id), one.told.name.lower()}:
            return Named(one.told.organisation_id, one.told.name)
    raise Invalid("No organisation with this id or name has a service. GET /v1/organisations lists them.")


def with_hours(snapshot: Snapshot, service: Served, hours: OpeningHours) -> Snapshot:
    """A desk opens at other hours."""
    return _with_told(snapshot, service, replace(_desk(service), hours=hours))


def with_out_of_hours(snapshot: Snapshot, service: Served, rule: OutOfHours, stand_in: Named | None) -> Snapshot:
    """A desk promises something else while it is closed.

    Raises:
        Invalid: it is no desk; a stand-in is missing, or named for nothing.
    """
    if (rule is OutOfHours.NAMED_PROVIDER) != (stand_in is not None):
        raise Invalid("A stand-in is named when, and only when, the rule is named_provider.")
    return _with_told(snapshot, service, replace(_desk(service), out_of_hours=rule, named_provider=stand_in))


def with_areas(snapshot: Snapshot, service: Served, codes: Iterable[str], starts_on: date | None) -> Snapshot:
    """A service serves more municipalities, from a day on or all the time.

    Raises:
        Invalid: a municipality is not known.
    """
    added = tuple(Area(service.service_id, code, Days(starts_on)) for code in _known(snapshot, codes))
    return replace(snapshot, areas=snapshot.areas + added)


def without_areas(snapshot: Snapshot, service: Served, codes: Iterable[str], ends_on: date | None) -> Snapshot:
    """A service serves fewer municipalities, from a day on or all the time.

    Raises:
        Invalid: a municipality is not known, or was not served.
    """
    gone = set(_known(snapshot, codes))
    theirs = [one for one in snapshot.areas if one.service_id == service.service_id and one.code in gone]
    if missing := gone - {one.code for one in theirs}:
        raise Invalid(f"The service does not serve {', '.join(sorted(missing))}; it can't stop.")
    kept = tuple(one for one in snapshot.areas if one.service_id != service.service_id or one.code not in gone)
    return replace(snapshot, areas=kept + tuple(_ended(one, ends_on) for one in theirs if ends_on))


def with_shifts(snapshot: Snapshot, service: Served, period: Span | None, shifts: Sequence[Shift]) -> Snapshot:
    """A service has these shifts in a period instead of those it had; outside of it those stay. None: besides all it has.

    Raises:
        Invalid: it has no rosters, or two shifts on one layer overlap.
    """
    if not isinstance(service.told, Provider):
        raise Invalid("Only a care provider's service has shifts.")
    theirs = {one.number for one in snapshot.rosters if one.service_id == service.service_id}
    kept = {place: [part for one in snapshot.turns.get(place, ()) for part in _cut(one, period)] for place in theirs}
    _never_overlapping(shifts, [one for turns in kept.values() for one in turns])
    number = max((one.number for one in snapshot.rosters), default=0) + 1
    roster = Roster(_made_id(f"roster {number}"), number, service.service_id, "proposed")
    made = tuple(
        Turn(_made_id(f"{number} {place}"), number, one.layer, one.span.start, one.span.end, one.participant)
        for place, one in enumerate(shifts)
    )
    return replace(snapshot, rosters=(*snapshot.rosters, roster), turns={**snapshot.turns, **kept, number: made})


def with_service(snapshot: Snapshot, kind: str, codes: Iterable[str], told: Callable[[UUID], Desk | Provider]) -> Snapshot:
    """There is one more service, for these municipalities; `told` makes it, given its id.

    Raises:
        Invalid: a municipality is not known.
    """
    identifier = _made_id(f"service {len(snapshot.services)}")
    service = Served(identifier, kind, told(identifier))
    return with_areas(replace(snapshot, services={**snapshot.services, identifier: service}), service, codes, None)


def without_organisation(snapshot: Snapshot, organisation: Named, ends_on: date | None) -> Snapshot:
    """An organisation is no more, nor anybody's stand-in, from a day on or all the time."""
    key, last = organisation.organisation_id, ends_on or date.min
    return replace(snapshot, endings={**snapshot.endings, key: min(last, snapshot.endings.get(key, last))})


def made_organisation(name: str) -> UUID:
    """The id of an imagined organisation: the same name has the same, so that two proposals meet the same answers."""
    return _made_id(f"organisation {name}")


def _with_told(snapshot: Snapshot, service: Served, told: Desk | Provider | NationalDesk) -> Snapshot:
    return replace(snapshot, services={**snapshot.services, service.service_id: replace(service, told=told)})


def _desk(service: Served) -> Desk:
    if not isinstance(service.told, Desk):
        raise Invalid("Only a meldpunt has opening hours and a rule for when it is closed.")
    return service.told


def _known(snapshot: Snapshot, codes: Iterable[str]) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(codes))
    known = {one.code for one in snapshot.municipalities}
    places = [str(place) for place, code in enumerate(asked, 1) if code not in known]
    if places:
        sentence = f"Of the municipalities, number {', '.join(places)} is not known. GET /v1/municipalities lists them."
        raise Invalid(sentence)
    return asked


def _ended(area: Area, ends_on: date) -> Area:
    return replace(area, valid=Days(area.valid.starts_on, min(filter(None, (area.valid.ends_on, ends_on)))))


def _never_overlapping(shifts: Iterable[Shift], kept: Iterable[Turn]) -> None:
    """A proposed shift overlaps no other on its layer, proposed or kept; what is real already was looked at when it was made."""
    spans = [(one.layer, one.span.start, one.span.end, True) for one in shifts]
    spans += [(one.layer, one.start, one.end, False) for one in kept]
    last: dict[tuple[int, bool], datetime] = {}
    for layer, start, end, proposed in sorted(spans):
        others = [last.get((layer, True)), last.get((layer, False)) if proposed else None]
        if any(other and start < other for other in others):
            raise Invalid(f"Two shifts on layer {layer} overlap from {start.isoformat()} on. Let one end where the next begins.")
        last[layer, proposed] = max(end, last.get((layer, proposed), end))


def _cut(turn: Turn, period: Span | None) -> list[Turn]:
    """What is left of a shift outside a period."""
    if period is None:
        return [turn]
    parts: list[tuple[datetime, datetime]] = [
        (turn.start, min(turn.end, period.start)),
        (max(turn.start, period.end), turn.end),
    ]
    return [replace(turn, start=start, end=end) for start, end in parts if start < end]


def _made_id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"https://nodus.example/proposed/{name}")
