"""Reopen a closed case: the owner it had goes on with it, its team too, and somebody must look at it soon."""

from dataclasses import replace
from uuid import UUID

from app.cases import service as cases
from app.cases.deadlines import DeadlineKind, first_contact_by
from app.cases.lifecycle import CaseJoined
from app.cases.service import Case, State
from app.core import outbox
from app.core.errors import Forbidden
from app.core.http import match
from app.core.work import Work
from app.directory.service import organisations as directory
from app.directory.service.look_up import local_day
from app.followup.events import CaseReopened
from app.followup.items import ItemKind, NewItem
from app.followup.reopening import NotReopenable, OwnerGone, ReopenReason, insist_on_retention
from app.followup.service import items
from app.followup.service.plan import situation_of
from app.team.service.hearing import hears
from app.vault import open as vault


async def reopen(
    work: Work, case_id: UUID, version: int, reason: ReopenReason, coordinator: str | None, note: str | None
) -> tuple[UUID, Case]:
    """The case goes on with a new deadline; the id of the item that says what to look at.

    Raises:
        NotFound: no such case for this organisation. Forbidden: another organisation had it. Stale: another version was read.
        OwnerGone: who had it has ended. CaseJoined: it goes on in another case.
        NotReopenable: it is not closed, its call was an error, or its retention has ended. Gone: its contents are destroyed.
    """
    case = await cases.locked(work, case_id)
    await _insist_on_owner(work, case)
    match(version, case.version)
    if case.joined_into:
        raise CaseJoined("It was joined into another case. Undo that instead.", intoCaseId=str(case.joined_into))
    if case.closed_at is None:
        raise NotReopenable(f"This case is {case.state}: there is nothing to reopen.", state=case.state)
    outcomes = [line.facts["outcome"] for line in await cases.lines(work, case_id) if line.kind == "closing_outcome"]
    if outcomes[-1:] == ["entered_in_error"]:
        raise NotReopenable("It ended because its call was entered in error. Withdraw the agreement to that instead.")
    insist_on_retention(case.closed_at, work.at)
    await vault.load_key(work, case_id)
    by = first_contact_by(case.urgency, work.at)
    case = await cases.reopened(
        work, case, reason, deadline_at=by, deadline_kind=DeadlineKind.FOLLOW_UP, coordinator=coordinator or case.coordinator
    )
    event = CaseReopened(case_id=case_id, state=case.state, deadline_at=by, reason=reason)
    outbox.record(work, event, (*case.concerned, *await hears(work, case)))
    situation = replace(await situation_of(work, case), state=State.IN_FOLLOW_UP)
    look = NewItem(
        ItemKind.LOOK_AGAIN,
        work.at,
        (),
        assigned_to=work.organisation,
        due_at=by,
        facts={"because": reason},
        words={"note": note},
    )
    return await items.add(work, case, situation, look)


async def _insist_on_owner(work: Work, case: Case) -> None:
    """Its owner, as long as there is one: else it must be routed again, as a new call is."""
    owner = await directory.organisation(work, case.owner) if case.owner else None
    if owner and owner["ends_on"] and owner["ends_on"] <= local_day(work.at):
        raise OwnerGone(
            "Who had this case has ended. Send a new call about it: it is routed, and say that it is the same person."
        )
    if case.owner != work.organisation:
        raise Forbidden("Only the organisation that had the case reopens it. Ask it, or send a new call: that is routed.")
