"""Who could take a case, in the order of the ladder, each with the reason why it could or could not.

acute, crisis  crisis service on duty → another contracted → national desk
urgent         meldpunt if it can be reached now → outreach on duty → another contracted → national desk
normal         meldpunt, by its own rule while closed → outreach on duty → another contracted → national desk

Source: domain.md, Routing. A voicemail is never an owner.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from app.cases.lifecycle import Urgency
from app.directory.holidays import AMSTERDAM
from app.directory.opening_hours import closes_at, is_open, next_opening
from app.directory.surroundings import Desk, Duty, Named, NationalDesk, OutOfHours, Provider, Surroundings
from app.routing.ladder import Rung
from app.routing.need import Need, ProviderKind

EMERGENCIES: Final = frozenset({Urgency.ACUTE, Urgency.CRISIS})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a code for programs, a sentence for people, and what the sentence names, for whoever says it in another language."""

    code: str
    text: str
    values: Mapping[str, str | datetime] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could be asked, in one of its services.

    `counted_from`: when its time to accept starts, later than now for a desk that waits.
    """

    organisation_id: UUID
    name: str
    rung: Rung
    suitable: bool
    reason: Reason
    counted_from: datetime


def candidates(need: Need, around: Surroundings, at: datetime) -> tuple[Candidate, ...]:
    """Every service around, in the order in which they are asked; those that can't be asked are in it too, with the reason.

    An organisation with several services is in it several times. Whoever is a national desk is the last rung wherever it
    stands: if it could decline as a meldpunt, nobody would be left after it.
    """
    found = [*_desks(need, around, at), *_providers(need, around, at), *_in_part(around, at)]
    found += [_last(desk, at) for desk in _national_desks(around)]
    last = {desk.organisation_id for desk in around.national_desks}
    return tuple(replace(one, rung=Rung.NATIONAL_DESK) if one.organisation_id in last else one for one in found)


def _desks(need: Need, around: Surroundings, at: datetime) -> Iterator[Candidate]:
    for desk in sorted(around.desks, key=lambda one: (one.rank, one.name, one.service_id)):
        if need.provider not in {None, ProviderKind.MELDPUNT}:
            yield _no(desk, at, "other_kind_asked", f"A meldpunt; this asks for {need.provider}.")
        elif need.urgency in EMERGENCIES:
            yield _no(desk, at, "not_for_emergencies", f"A case that is {need.urgency} goes to the crisis service.")
        elif unfit := _unfit(need, desk):
            yield replace(_no(desk, at, unfit.code, unfit.text), reason=unfit)
        elif is_open(desk.hours, at):
            closing = closes_at(desk.hours, at)
            told = _told(closing, at)
            yield _yes(desk, at, "open", f"Open until {told}." if told else "Open day and night.", until=closing or "")
        else:
            yield from _closed(need, desk, around, at)


def _closed(need: Need, desk: Desk, around: Surroundings, at: datetime) -> Iterator[Candidate]:
    """What a closed desk promised decides, and what it promised must be somebody."""
    opening = next_opening(desk.hours, at)
    until = _told(opening, at)
    closed = f"Closed until {until}" if opening else "Closed, with no next opening known"
    national = next(iter(_national_desks(around)), None)
    named = desk.named_provider
    if desk.out_of_hours is OutOfHours.ON_CALL:
        yield _yes(desk, at, "on_call", f"{closed}; somebody of its own is on call.", until=opening or "")
    elif desk.out_of_hours is OutOfHours.NAMED_PROVIDER and named:
        yield _no(
            desk, at, "closed_stand_in", f"{closed}; it has asked {named.name} to answer.", until=opening or "", other=named.name
        )
        yield _stand_in(need, desk, named, around, at)
    elif desk.out_of_hours is OutOfHours.NATIONAL_DESK and national:
        yield _no(desk, at, "closed_national_desk", f"{closed}; it has asked the national desk to answer.", until=opening or "")
        answers = Reason("stands_in", f"Answers for {desk.name} while it is closed.", {"other": desk.name})
        yield replace(_last(national, at), reason=answers)
    elif desk.out_of_hours is OutOfHours.WAITS:
        yield _waiting(need, desk, opening, closed, at)
    else:
        yield _no(
            desk, at, "closed", f"{closed}; nobody answers for it meanwhile, and a voicemail owns nothing.", until=opening or ""
        )


def _waiting(need: Need, desk: Desk, opening: datetime | None, closed: str, at: datetime) -> Candidate:
    if need.urgency is not Urgency.NORMAL:
        return _no(desk, at, "closed", f"{closed}; a case that is {need.urgency} can't wait for that.", until=opening or "")
    if opening is None:
        return _no(desk, at, "closed", f"{closed}: nobody can wait for that.")
    waits = _yes(desk, at, "waits", f"{closed}; this can wait, and it rings back then.", until=opening)
    return replace(waits, counted_from=opening)


def _stand_in(need: Need, desk: Desk, named: Named, around: Surroundings, at: datetime) -> Candidate:
    """Who answers for a closed desk. What the directory knows of its own services holds here too."""
    services = [one for one in around.providers if one.organisation_id == named.organisation_id]
    fitting = [one for one in services if not _unfit_age(need, one.minimum_age)]
    duty = next((one.duty for one in fitting if one.duty), None)
    told = f"Stands in for {desk.name} while it is closed."
    rung = Rung.ON_DUTY if duty else Rung.CONTRACTED
    if services and not fitting:
        youngest = min(one.minimum_age for one in services)
        reason = Reason("too_young", f"{told} Helps people of {youngest} and older.", {"age": str(youngest)})
    else:
        reason = Reason("stands_in", f"{told} {_shift(duty, at)}" if duty else told, {"other": desk.name})
    return Candidate(named.organisation_id, named.name, rung, bool(fitting or not services), reason, at)


def _providers(need: Need, around: Surroundings, at: datetime) -> Iterator[Candidate]:
    line = need.provider or ("crisis" if need.urgency in EMERGENCIES else "outreach")
    for one in sorted(around.providers, key=lambda one: (one.line != line, one.duty is None, one.rank, one.name, one.service_id)):
        suitable = False
        if one.line != line:
            reason = Reason("other_line", f"Its line is {one.line}; this asks for {line}.")
        elif _unfit_age(need, one.minimum_age):
            reason = Reason("too_young", f"Helps people of {one.minimum_age} and older.", {"age": str(one.minimum_age)})
        else:
            suitable, reason = True, _available(one, at)
        yield Candidate(one.organisation_id, one.name, Rung.ON_DUTY if one.duty else Rung.CONTRACTED, suitable, reason, at)


def _in_part(around: Surroundings, at: datetime) -> Iterator[Candidate]:
    """Those of whom only a postcode could tell whether they serve the place: passed over, and there to be chosen."""
    reason = Reason(
        "part_only", "Serves a part of the municipality; without a postcode nobody knows whether this place is in it."
    )
    for one in sorted(around.in_part, key=lambda one: (one.line != "meldpunt", one.name, one.service_id)):
        rung = Rung.MELDPUNT if one.line == "meldpunt" else Rung.CONTRACTED
        yield Candidate(one.organisation_id, one.name, rung, suitable=False, reason=reason, counted_from=at)


def _available(provider: Provider, at: datetime) -> Reason:
    if provider.duty:
        duty = provider.duty
        values: dict[str, str | datetime] = {
            "who": duty.participant,
            "until": duty.until,
            "roster": duty.roster_name,
            "layer": str(duty.layer),
        }
        return Reason("on_duty", _shift(duty, at), values)
    return Reason("contracted", "Contracted for the municipality; no shift of it runs now.")


def _last(desk: NationalDesk, at: datetime) -> Candidate:
    reason = Reason("last_rung", "The national desk is never closed.")
    return Candidate(desk.organisation_id, desk.name, Rung.NATIONAL_DESK, suitable=True, reason=reason, counted_from=at)


def _national_desks(around: Surroundings) -> list[NationalDesk]:
    return sorted(around.national_desks, key=lambda one: (one.name, one.service_id))


def _yes(desk: Desk, at: datetime, code: str, text: str, **values: str | datetime) -> Candidate:
    reason = Reason(code, text, values)
    return Candidate(desk.organisation_id, desk.name, Rung.MELDPUNT, suitable=True, reason=reason, counted_from=at)


def _no(desk: Desk, at: datetime, code: str, text: str, **values: str | datetime) -> Candidate:
    return replace(_yes(desk, at, code, text, **values), suitable=False)


def _unfit(need: Need, desk: Desk) -> Reason | None:
    if need.kind not in desk.accepts:
        return Reason("kind_not_accepted", f"Accepts {', '.join(sorted(desk.accepts))}; this is {need.kind}.")
    if _unfit_age(need, desk.minimum_age):
        age = str(desk.minimum_age)
        return Reason("too_young", f"Takes reports about people of {age} and older.", {"age": age})
    return None


def _unfit_age(need: Need, minimum_age: int) -> bool:
    return need.age is not None and need.age < minimum_age


def _shift(duty: Duty, at: datetime) -> str:
    return f"{duty.participant} has the shift until {_clock(duty.until, at)} (roster {duty.roster_name}, layer {duty.layer})."


def _told(moment: datetime | None, at: datetime) -> str:
    return _clock(moment, at) if moment else ""


def _clock(moment: datetime, at: datetime) -> str:
    """The time in the Netherlands, with the day when it is another one."""
    local, now = moment.astimezone(AMSTERDAM), at.astimezone(AMSTERDAM)
    return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%a %d %b %H:%M}"
