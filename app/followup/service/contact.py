"""Log contacts: the first with the person starts follow-up, a try leaves the deadline as it is."""

from typing import Any
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case, State
from app.core import outbox
from app.core.errors import FieldError, Invalid
from app.core.ids import new_id
from app.core.work import Work
from app.followup import queries
from app.followup.contacts import Contact, state_after
from app.followup.events import ContactLogged
from app.followup.obligations import after_speaking_with_the_person
from app.followup.service.plan import owned, seen, settle
from app.followup.situation import ObligationKind, ObligationState
from app.followup.tables import contact as contact_table
from app.vault import open as vault
from app.vault.purpose import Purpose


async def log(work: Work, case_id: UUID, contact: Contact, note: str | None) -> tuple[UUID, Case]:
    """Log a contact or a try.

    Raises:
        NotFound, Forbidden: as `plan.owned`.
        Invalid: it lies in the future.
    """
    if contact.at > work.at:
        fault = FieldError("/at", "future", "Not later than now.")
        raise Invalid("A contact is logged after it was made or tried.", errors=[fault])
    case, situation = await owned(work, case_id)
    contact_id, sealed = new_id(work.at), None
    if note:
        await vault.load_key(work, case_id)
        sealed = vault.seal(work, case_id, {"note": note})
    work.write(
        contact_table,
        id=contact_id,
        case_id=case_id,
        organisation_id=work.organisation,
        at=contact.at,
        way=contact.way,
        party=contact.party,
        result=contact.result,
        sealed=sealed,
    )
    inform = situation.obligation(ObligationKind.INFORM_PERSON)
    if contact.informs and inform and inform.state is ObligationState.OPEN:
        sooner = after_speaking_with_the_person(inform, contact.at)
        situation = situation.with_obligation(sooner)
        await work.change(queries.CHANGE_OBLIGATION.values(due_at=sooner.due_at), of_case=case_id, of_kind=inform.kind)
    state = state_after(contact, case.state)
    if state is State.ACCEPTED:  # a try, or somebody else: the clock of the first contact runs on
        case = await cases.touched(work, case)
    else:
        case = await settle(work, case, situation, state)
    cases.line(work, case_id, "contact", way=contact.way, party=contact.party, result=contact.result)
    if case.deadline_at:
        event = ContactLogged(
            case_id=case_id, contact_id=contact_id, contacted_at=contact.at, way=contact.way, party=contact.party,
            result=contact.result, state=case.state, deadline_at=case.deadline_at,
        )  # fmt: skip
        outbox.record(work, event, case.concerned)
    return contact_id, case


async def contacts(work: Work, case_id: UUID, purpose: Purpose) -> list[dict[str, Any]]:
    """The contacts of a case with their notes, oldest first; the look is logged.

    Raises:
        NotFound, Forbidden: as `plan.owned`.
    """
    await seen(work, case_id)
    rows = await work.rows(queries.CONTACTS, case_id=case_id)
    with_notes = [row for row in rows if row["sealed"]]
    opened = await vault.unseal(
        work, case_id, [row["sealed"] for row in with_notes], what="contacts of the case", purpose=purpose
    )
    notes = {row["id"]: told["note"] for row, told in zip(with_notes, opened, strict=True)}
    shown = ("id", "at", "way", "party", "result")
    return [{**{name: row[name] for name in shown}, "note": notes.get(row["id"])} for row in rows]
