"""Log contacts: the first with the person starts follow-up, a try leaves the deadline as it is."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case, State
from app.core import outbox
from app.core.errors import FieldError, Forbidden, Invalid
from app.core.ids import new_id
from app.core.paging import Page, page_of
from app.core.work import Work
from app.followup import queries
from app.followup.contacts import Contact, Party, Result, Way, insist_on_tries, state_after
from app.followup.events import ContactLogged
from app.followup.obligations import after_speaking_with_the_person
from app.followup.service.notes import opened, sealed_note
from app.followup.service.plan import settle, shared, taking_part
from app.followup.situation import ObligationKind, ObligationState, Situation
from app.followup.tables import contact as contact_table
from app.team.audience import Audience
from app.team.service.hearing import hears, insist_on_team
from app.vault.purpose import Purpose

OWNER_ONLY: Final[Audience] = ()


async def log(
    work: Work, case_id: UUID, contact: Contact, note: str | None, audience: Audience = OWNER_ONLY
) -> tuple[UUID, Case]:
    """Log a contact or a try, by the owner or somebody on the team; who on the team sees it is `audience`.

    Raises:
        NotFound, Forbidden, Refused: as `plan.shared`; or a member calls the person unreachable, which is the owner's to decide.
        Invalid: it lies in the future, before the case was opened, calls somebody else than the person unreachable, or is shown
            to who is not on the team.
        TooFewTries: the person is not to be called unreachable yet.
    """
    if contact.at > work.at:
        fault = FieldError("/at", "future", "Not later than now.")
        raise Invalid("A contact is logged after it was made or tried.", errors=[fault])
    case, situation = await shared(work, case_id)
    if contact.at < case.opened_at:
        fault = FieldError("/at", "before_opening", "Not before the case was opened.")
        raise Invalid("The contact lies before this case was opened.", errors=[fault])
    await insist_on_team(work, case, audience or (), "/named")
    if contact.result is Result.UNREACHABLE:
        await _insist_on_tries(work, case, contact)
    contact_id = new_id(work.at)
    work.write(
        contact_table,
        id=contact_id,
        case_id=case_id,
        organisation_id=work.organisation,
        at=contact.at,
        way=contact.way,
        party=contact.party,
        result=contact.result,
        audience=None if audience is None else list(audience),
        sealed=await sealed_note(work, case_id, note),
    )
    if contact.informs:
        situation = await _with_informing_due(work, case, situation, contact.at)
    state = state_after(contact, case.state)
    if state is State.ACCEPTED:  # a try, or somebody else: the clock of the first contact runs on
        case = await cases.touched(work, case)
    else:
        case = await settle(work, case, situation, state)
    await _tell(work, case, contact_id, contact, audience)
    return contact_id, case


async def _tell(work: Work, case: Case, contact_id: UUID, contact: Contact, audience: Audience) -> None:
    # Who took the call in hears that there was a contact, whoever else may know: the caller asks there whether anybody came.
    sees = None if audience is None else tuple(sorted({*audience, case.intake_organisation}))
    codes = {"way": contact.way, "party": contact.party, "result": contact.result}
    cases.line_for(work, case.id, "contact", sees, codes)
    if case.deadline_at:
        event = ContactLogged(
            case_id=case.id,
            contact_id=contact_id,
            contacted_at=contact.at,
            **codes,
            state=case.state,
            deadline_at=case.deadline_at,
        )
        outbox.record(work, event, (*case.concerned, *await hears(work, case, audience)))


async def _insist_on_tries(work: Work, case: Case, contact: Contact) -> None:
    if case.owner != work.organisation:  # it sees its own tries only
        raise Forbidden("That somebody can't be reached is for the owner of the case to decide. Log your tries.")
    if contact.party is not Party.PERSON:
        fault = FieldError("/party", "not_the_person", "Only the person of concern can be called unreachable.")
        raise Invalid("For anybody else a try that failed is a try.", errors=[fault])
    rows = await work.rows(queries.TRIES, case_id=case.id)
    tries = [Contact(row["at"], Way(row["way"]), Party(row["party"]), Result(row["result"])) for row in rows]
    insist_on_tries(tries, contact.at)


async def contacts(work: Work, case_id: UUID, purpose: Purpose, *, after: UUID | None, limit: int) -> Page[dict[str, Any]]:
    """Contacts of a case with their notes, in the order they were logged; the look is logged.

    Raises:
        NotFound, Forbidden: as `plan.taking_part`.
    """
    await taking_part(work, case_id)
    rows = await work.rows(queries.contacts_of(case_id, after, limit))
    page = page_of(rows, limit, rows[limit - 1]["id"] if len(rows) > limit else None)
    sealed = [row["sealed"] for row in page.items]
    told = await opened(work, case_id, sealed, what="contacts of the case", purpose=purpose)
    shown = ("id", "at", "way", "party", "result", "organisation_id", "audience")
    items = [
        {**{name: row[name] for name in shown}, "note": words.get("note")} for row, words in zip(page.items, told, strict=True)
    ]
    return Page(items, page.next)


async def _with_informing_due(work: Work, case: Case, situation: Situation, spoken_at: datetime) -> Situation:
    inform = situation.obligation(ObligationKind.INFORM_PERSON)
    if inform is None or inform.state is not ObligationState.OPEN:
        return situation
    sooner = after_speaking_with_the_person(inform, spoken_at)
    await work.change(queries.CHANGE_OBLIGATION.values(due_at=sooner.due_at), of_case=case.id, of_kind=inform.kind)
    return situation.with_obligation(sooner)
