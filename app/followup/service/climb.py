"""Remind before a deadline; after it let what is overdue climb: more and more people hear, until somebody acts."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.cases import service as cases
from app.cases import silences
from app.cases.service import Case, DeadlineKind
from app.cases.silence import Silence
from app.core import outbox
from app.core.work import Work
from app.directory.places import PlaceUnknown
from app.directory.service import look_up as directory
from app.directory.surroundings import Surroundings
from app.followup.climbing import Audience, Climb, Level, climb
from app.followup.clocks import due_by
from app.followup.events import CaseDueSoon, CaseOverdue
from app.followup.items import ItemKind
from app.followup.service.absences import answering
from app.followup.service.plan import situation_of


async def ring(work: Work, case_id: UUID) -> None:
    """Remind of the case's deadline, or take one step up, for the worker; nothing when somebody acted, or was faster."""
    case = await cases.locked(work, case_id)
    if case.owner is None or case.deadline_at is None or case.deadline_kind is None:
        return
    if case.next_climb_at is None or case.next_climb_at > work.at:
        return
    clock = Clock(case, case.owner, case.deadline_at, case.deadline_kind)
    if clock.at > work.at:
        await _remind(work, clock)
    else:
        await _climb(work, clock)


@dataclass(frozen=True, slots=True)
class Clock:
    """A case with an owner and a deadline."""

    case: Case
    owner: UUID
    at: datetime
    kind: DeadlineKind


async def _remind(work: Work, clock: Clock) -> None:
    """Each organisation that must do something by the deadline hears what."""
    case = clock.case
    who = await answering(work, clock.owner, case.coordinator, case.deputy)
    for organisation, what in due_by(await situation_of(work, case), clock.kind, clock.at).items():
        must = organisation or clock.owner
        event = CaseDueSoon(
            case_id=case.id, reference=case.reference, organisation_id=must, what=what, deadline_kind=clock.kind,
            deadline_at=clock.at, answers=who if must == clock.owner else None,
        )  # fmt: skip
        outbox.record(work, event, (must,))
    await cases.reminded(work, case)


async def _climb(work: Work, clock: Clock) -> None:
    case, owner = clock.case, clock.owner
    step = climb(case.urgency, clock.kind, case.climbed, work.at)
    late = due_by(await situation_of(work, case), clock.kind, work.at)
    event = CaseOverdue(
        case_id=case.id,
        reference=case.reference,
        owner_organisation_id=owner,
        municipality_code=case.municipality_code,
        urgency=case.urgency,
        deadline_kind=clock.kind,
        deadline_at=clock.at,
        overdue=tuple(sorted({name for named in late.values() for name in named})),
        level=step.level,
        hears=tuple(step.hears),
        climbs_at=step.next_at,
        answers=await answering(work, owner, case.coordinator, case.deputy),
    )
    outbox.record(work, event, (owner,))
    others = dict.fromkeys(one for one in (*case.concerned, *await _others(work, case, step)) if one not in {owner, *late})
    outbox.record(work, replace(event, overdue=_for_others(event.overdue), answers=None), others)
    for organisation, named in late.items():
        if organisation and organisation != owner:
            outbox.record(work, replace(event, overdue=named, answers=None), (organisation,))
    if clock.kind is DeadlineKind.FIRST_CONTACT and step.level is Level.COORDINATOR:
        silences.note(work, case, Silence.NO_FIRST_CONTACT, owner, case.id)
    await cases.climbed(work, case, step.level, step.next_at)


def _for_others(overdue: tuple[str, ...]) -> tuple[str, ...]:
    """What who reads nothing of the case hears: that an item is overdue, not of which kind it is."""
    return tuple(sorted({"item" if name in set(ItemKind) else name for name in overdue}))


async def _others(work: Work, case: Case, step: Climb) -> tuple[UUID, ...]:
    """Who hears besides the owner and who took the call in: from level 3 the municipality's desk, then the national desk."""
    if Audience.MUNICIPALITY not in step.hears:
        return ()
    try:
        around = await directory.around(work, case.municipality_code)
    except PlaceUnknown:  # merged since the case was opened: that must not keep the case from climbing
        return ()
    return (*_municipality(around), *(_national_desk(around) if Audience.NATIONAL_DESK in step.hears else ()))


def _municipality(around: Surroundings) -> tuple[UUID, ...]:
    """The first of its desks; a municipality without one is not told by us."""
    return tuple(desk.organisation_id for desk in sorted(around.desks, key=lambda desk: desk.rank)[:1])


def _national_desk(around: Surroundings) -> tuple[UUID, ...]:
    return tuple(desk.organisation_id for desk in around.national_desks)
