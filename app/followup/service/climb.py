"""Let what is overdue climb: more and more people hear, until somebody acts."""

from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case
from app.core import outbox
from app.core.work import Work
from app.directory.places import PlaceUnknown
from app.directory.service import look_up as directory
from app.directory.surroundings import Surroundings
from app.followup.climbing import Audience, Climb, climb
from app.followup.clocks import overdue_in
from app.followup.events import CaseOverdue
from app.followup.service.plan import situation_of


async def climb_if_overdue(work: Work, case_id: UUID) -> None:
    """Take one step up, for the worker; nothing when somebody acted, or another worker was faster."""
    case = await cases.locked(work, case_id)
    if case.owner is None or case.deadline_at is None or case.deadline_kind is None:
        return
    if case.next_climb_at is None or case.next_climb_at > work.at:
        return
    step = climb(case.urgency, case.deadline_kind, case.climbed, work.at)
    event = CaseOverdue(
        case_id=case.id,
        reference=case.reference,
        owner_organisation_id=case.owner,
        municipality_code=case.municipality_code,
        urgency=case.urgency,
        deadline_kind=case.deadline_kind,
        deadline_at=case.deadline_at,
        overdue=overdue_in(await situation_of(work, case), case.deadline_kind, work.at),
        level=step.level,
        hears=tuple(step.hears),
        climbs_at=step.next_at,
    )
    outbox.record(work, event, (*case.concerned, *await _others(work, case, step)))
    await cases.climbed(work, case, step.level, step.next_at)


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
