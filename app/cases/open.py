"""Open a case beside another one, without asking anybody: its owner has it already."""

from uuid import UUID

from app.cases.deadlines import DeadlineKind, first_contact_by, remind_at
from app.cases.lifecycle import State, Urgency
from app.cases.service import Case, line
from app.cases.tables import cases
from app.core.ids import reference_for
from app.core.work import Work


def open_split(work: Work, case_id: UUID, source: Case, urgency: Urgency) -> None:
    """Open a case about another person that came up in `source`: with the same owner, from this moment."""
    deadline = first_contact_by(urgency, work.at)
    work.write(
        cases,
        id=case_id,
        reference=reference_for(case_id),
        intake_organisation_id=work.organisation,
        owner_organisation_id=source.owner,
        coordinator=source.coordinator,
        state=State.ACCEPTED,
        urgency=urgency,
        flags=[],
        municipality_code=source.municipality_code,
        opened_at=work.at,
        accepted_at=work.at,
        deadline_at=deadline,
        deadline_kind=DeadlineKind.FIRST_CONTACT,
        climbed=0,
        next_climb_at=remind_at(deadline, work.at),
        last_act_at=work.at,
        split_from=source.id,
        version=1,
    )
    line(work, case_id, "split_from", other_case_id=str(source.id), urgency=urgency, first_contact_by=deadline)
