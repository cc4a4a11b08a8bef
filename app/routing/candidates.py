"""Who could take a case, in the order of the ladder, each with the reason why it could or could not.

acute, crisis  crisis service on duty → another contracted → national desk
urgent         meldpunt if it can be reached now → outreach on duty → another contracted → national desk
normal         meldpunt, by its own rule while closed → outreach on duty → another contracted → national desk

Source: domain.md, Routing. A voicemail is never an owner.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from app.cases.lifecycle import Urgency
from app.directory.holidays import AMSTERDAM
from app.directory.opening_hours import closes_at, is_open, next_opening
from app.directory.surroundings import Desk, OutOfHours, Provider, Surroundings
from app.routing.ladder import Rung
from app.routing.need import Need

EMERGENCIES: Final = frozenset({Urgency.ACUTE, Urgency.CRISIS})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a code for programs, a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could be asked. `counted_from`: when its time to accept starts, later than now for a desk that waits."""

    organisation_id: UUID
    name: str
    rung: Rung
    suitable: bool
    reason: Reason
    counted_from: datetime


def candidates(need: Need, around: Surroundings, at: datetime) -> tuple[Candidate, ...]:
    """Everybody around, in the order in which they are asked; those who can't be are in it too, with the reason."""
    line = "crisis" if need.urgency in EMERGENCIES else "outreach"
    providers = sorted(around.providers, key=lambda one: (one.line != line, one.duty is None, one.rank, one.name))
    found = [one for desk in sorted(around.desks, key=lambda one: (one.rank, one.name)) for one in _desk(need, desk, around, at)]
    found += [_provider(need, provider, line, at) for provider in providers]
    found += [
        Candidate(
            desk.organisation_id,
            desk.name,
            Rung.NATIONAL_DESK,
            True,
            Reason("last_rung", "The national desk is never closed."),
            at,
        )
        for desk in around.national_desks
    ]
    return tuple(_once(found))


def _once(found: list[Candidate]) -> Iterator[Candidate]:
    """Nobody twice: the first place where an organisation could be taken counts, else the first at all."""
    suitable: dict[UUID, Candidate] = {}
    for one in found:
        if one.suitable:
            suitable.setdefault(one.organisation_id, one)
    seen = set()
    for one in found:
        best = suitable.get(one.organisation_id, one)
        if one is best and one.organisation_id not in seen:
            seen.add(one.organisation_id)
            yield one


def _desk(need: Need, desk: Desk, around: Surroundings, at: datetime) -> Iterator[Candidate]:
    def judged(suitable: bool, code: str, text: str, counted_from: datetime = at) -> Candidate:  # noqa: FBT001
        return Candidate(desk.organisation_id, desk.name, Rung.MELDPUNT, suitable, Reason(code, text), counted_from)

    if need.urgency in EMERGENCIES:
        yield judged(False, "not_for_emergencies", f"A case that is {need.urgency} goes to the crisis service.")
    elif unfit := _unfit(need, desk):
        yield judged(False, unfit.code, unfit.text)
    elif is_open(desk.hours, at):
        closing = closes_at(desk.hours, at)
        yield judged(True, "open", f"Open until {_clock(closing, at)}." if closing else "Open day and night.")
    else:
        yield from _closed_desk(need, desk, around, at)


def _closed_desk(need: Need, desk: Desk, around: Surroundings, at: datetime) -> Iterator[Candidate]:
    opening = next_opening(desk.hours, at)
    closed = f"Closed until {_clock(opening, at)}" if opening else "Closed, with no next opening known"
    waits = need.urgency is Urgency.NORMAL and opening is not None
    patient = need.urgency is Urgency.NORMAL

    def judged(suitable: bool, code: str, text: str, counted_from: datetime = at) -> Candidate:  # noqa: FBT001
        reason = Reason(code, f"{closed}; {text}")
        return Candidate(desk.organisation_id, desk.name, Rung.MELDPUNT, suitable, reason, counted_from)

    if desk.out_of_hours is OutOfHours.ON_CALL:
        yield judged(True, "on_call", "somebody of its own is on call.")
    elif desk.out_of_hours is OutOfHours.NAMED_PROVIDER and desk.named_provider:
        named = desk.named_provider
        yield judged(False, "closed_stand_in", f"{named.name} stands in.")
        reason = Reason("stands_in", f"Stands in for {desk.name} while it is closed.")
        yield Candidate(named.organisation_id, named.name, Rung.CONTRACTED, True, reason, at)
    elif desk.out_of_hours is OutOfHours.WAITS and waits and opening:
        yield judged(True, "waits", "what can wait does, and it rings back after it opens.", opening)
    elif desk.out_of_hours is OutOfHours.NATIONAL_DESK and patient and around.national_desks:
        yield judged(False, "closed_national_desk", "it has asked the national desk to answer.")
        last = around.national_desks[0]
        reason = Reason("stands_in", f"Answers for {desk.name} while it is closed.")
        yield Candidate(last.organisation_id, last.name, Rung.NATIONAL_DESK, True, reason, at)
    elif desk.out_of_hours is OutOfHours.NONE:
        yield judged(False, "closed", "it has only a voicemail, and that owns nothing.")
    else:
        yield judged(False, "closed", f"a case that is {need.urgency} can't wait for that.")


def _unfit(need: Need, desk: Desk) -> Reason | None:
    if need.kind not in desk.accepts:
        return Reason("kind_not_accepted", f"Accepts {', '.join(sorted(desk.accepts))}; this is {need.kind}.")
    if need.age is not None and need.age < desk.minimum_age:
        return Reason("too_young", f"Takes reports about people of {desk.minimum_age} and older.")
    return None


def _provider(need: Need, provider: Provider, line: str, at: datetime) -> Candidate:
    duty = provider.duty
    rung = Rung.ON_DUTY if duty else Rung.CONTRACTED
    if provider.line != line:
        suitable, reason = False, Reason("other_line", f"Its line is {provider.line}; this asks for {line}.")
    elif need.age is not None and need.age < provider.minimum_age:
        suitable, reason = False, Reason("too_young", f"Helps people of {provider.minimum_age} and older.")
    elif duty:
        suitable = True
        reason = Reason("on_duty", f"{duty.participant} has the shift until {_clock(duty.until, at)} ({duty.roster_name}).")
    else:
        suitable, reason = (
            True,
            Reason("contracted", "Contracted for the municipality; nobody of it is on a roster now."),
        )
    return Candidate(provider.organisation_id, provider.name, rung, suitable, reason, at)


def _clock(moment: datetime, at: datetime) -> str:
    local, now = moment.astimezone(AMSTERDAM), at.astimezone(AMSTERDAM)
    return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%a %d %b %H:%M}"
