"""Invite an organisation onto the team of a case; accept, decline, leave, remove."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.cases import service as cases
from app.cases import silences
from app.cases.service import Case, State
from app.cases.silence import Silence
from app.core import outbox
from app.core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Refused, Stale
from app.core.http import match
from app.core.ids import new_id
from app.core.statement import row_of
from app.core.work import Work
from app.directory.service import look_up as directory
from app.team import queries
from app.team.events import MemberChanged, MemberInvited
from app.team.membership import (
    ANSWER_WITHIN,
    LONGEST_INVITATION,
    EndReason,
    Member,
    MemberState,
    TeamPurpose,
    TeamRole,
    member_of,
    step,
)
from app.team.service.hearing import hears
from app.team.tables import case_member


class AlreadyOnTeam(Conflict):
    """The organisation is on the team, or was invited."""

    slug, title = "already-on-team", "The organisation is on the team, or invited"


async def invite(
    work: Work, case_id: UUID, organisation: UUID, role: TeamRole, purpose: TeamPurpose, answer_by: datetime | None = None
) -> Member:
    """Ask an organisation onto the team, by the owner; until it accepts it sees the case in codes only.

    Raises:
        NotFound: no such case for this organisation. Forbidden: another owns it. Refused: it is closed.
        Invalid: it invites its owner, nobody known, or until a moment past or too far. AlreadyOnTeam: twice.
    """
    case = await _owned(work, case_id)
    by = answer_by or work.at + ANSWER_WITHIN
    if not work.at < by <= work.at + LONGEST_INVITATION:
        fault = FieldError("/answerBy", "moment", f"A moment in the coming {LONGEST_INVITATION.days} days.")
        raise Invalid("An invitation ends in time, so that nobody waits for an answer for ever.", errors=[fault])
    if organisation == case.owner:
        fault = FieldError("/organisationId", "owner", "The owner of the case takes part already.")
        raise Invalid("Nobody is invited to a case of their own.", errors=[fault])
    if organisation in {row["organisation_id"] for row in await work.rows(queries.CURRENT, case_id=case_id)}:
        raise AlreadyOnTeam("This organisation is on the team, or has an invitation. Nothing was changed.")
    if not await directory.named(work, [organisation]):
        fault = FieldError("/organisationId", "unknown", "An organisation of this directory.")
        raise Invalid("No organisation has this id.", errors=[fault])
    member_id = new_id(work.at)
    work.write(
        case_member, id=member_id, case_id=case_id, organisation_id=organisation, role=role, purpose=purpose,
        state=MemberState.INVITED, invited_by=work.organisation, invited_at=work.at, answer_by=by, version=1,
    )  # fmt: skip
    cases.line(work, case_id, "invited", member=str(member_id), asked=str(organisation), role=role, purpose=purpose)
    event = MemberInvited(
        case_id=case_id, member_id=member_id, organisation_id=organisation, role=role, purpose=purpose, answer_by=by
    )
    outbox.record(work, event, (*await hears(work, case), organisation))
    await work.flush()
    await cases.touched(work, case)
    return await member(work, case_id, member_id)


async def answer(
    work: Work, case_id: UUID, member_id: UUID, version: int, *, accept: bool, reason: EndReason | None = None
) -> Member:
    """Accept an invitation, or decline it with a reason, by who is invited.

    Raises:
        NotFound: no such invitation to this organisation. MembershipEnded: it was answered, or its time has run out.
        Stale: another version was read.
    """
    found = await member(work, case_id, member_id)
    if found.organisation != work.organisation:
        raise NotFound("There is no such invitation to your organisation.")
    to = MemberState.MEMBER if accept else MemberState.DECLINED
    if found.state is MemberState.INVITED and found.answer_by <= work.at:
        step(MemberState.EXPIRED, to)
    step(found.state, to)  # before the case is asked for, which whoever is no longer invited can't see
    return await _moved(work, await cases.get(work, case_id), found, to, version, reason)


async def end(work: Work, case_id: UUID, member_id: UUID, version: int, reason: EndReason) -> Member:
    """Leave the team, by the member itself; or take back an invitation or end a membership, by the owner.

    Raises:
        NotFound: no such member that this organisation may see. Forbidden: it is another's.
        MembershipEnded: it is over. Stale: another version was read.
    """
    found, case = await member(work, case_id, member_id), await cases.get(work, case_id)
    if found.organisation == work.organisation:
        return await _moved(work, case, found, MemberState.LEFT, version, reason)
    if case.owner != work.organisation:
        raise Forbidden("Only the owner of the case ends another's membership.")
    to = MemberState.WITHDRAWN if found.state is MemberState.INVITED else MemberState.REMOVED
    return await _moved(work, case, found, to, version, reason)


async def unanswered(work: Work) -> list[UUID]:
    """Invitations whose time has run out, those longest due first; for the worker."""
    return [row["id"] for row in await work.rows(queries.DUE, at=work.at)]


async def expire(work: Work, member_id: UUID) -> None:
    """An invitation that nobody answered in time ends, and is a silence; nothing when somebody was faster."""
    seen = await work.one(queries.CASE_OF, member_id=member_id)
    if seen is None:
        return
    case = await cases.locked(work, seen["case_id"])
    row = await work.one(queries.LOCKED, case_id=case.id, member_id=member_id)
    if row is None or row["state"] != MemberState.INVITED or row["answer_by"] > work.at:
        return
    found = member_of(row)
    silences.note(work, case, Silence.INVITATION_UNANSWERED, found.organisation, found.id)
    await _moved(work, case, found, MemberState.EXPIRED, found.version, None)


async def member(work: Work, case_id: UUID, member_id: UUID) -> Member:
    """One member, also one that has left.

    Raises:
        NotFound: there is none that this organisation may see.
    """
    row = await work.one(queries.MEMBER, case_id=case_id, member_id=member_id)
    if row is None:
        raise NotFound("This case has no such member, or it is not for your organisation.")
    return member_of(row)


async def members(work: Work, case_id: UUID) -> list[Member]:
    """Everybody who is, was or is asked to be on the team, in the order they were invited.

    Raises:
        NotFound: no such case for this organisation.
    """
    await cases.get(work, case_id)
    return [member_of(row) for row in await work.rows(queries.MEMBERS, case_id=case_id)]


def members_told(rows: Sequence[Mapping[str, Any]]) -> list[Member]:
    """The members in rows that came as JSON."""
    return [member_of(row_of(case_member, row)) for row in rows]


async def _moved(work: Work, case: Case, found: Member, to: MemberState, version: int, reason: EndReason | None) -> Member:
    step(found.state, to)
    match(version, found.version)
    told = await hears(work, case)  # before: who leaves hears of it too
    answered = {"answered_at": work.at} if found.state is MemberState.INVITED else {}
    ended = {} if to is MemberState.MEMBER else {"ended_at": work.at}
    cases.line(work, case.id, f"team_{to}", member=str(found.id), role=found.role, **({"reason": reason} if reason else {}))
    event = MemberChanged(case_id=case.id, member_id=found.id, organisation_id=found.organisation, role=found.role, state=to)
    outbox.record(work, event, (*told, found.organisation))
    changed = queries.CHANGE.values(state=to, reason=reason, **answered, **ended)
    if not await work.change(changed, member_id=found.id, seen=version):
        raise Stale(version + 1)
    work.memo.pop(("on_team", case.id), None)
    return await member(work, case.id, found.id)


async def _owned(work: Work, case_id: UUID) -> Case:
    case = await cases.locked(work, case_id)
    if case.owner != work.organisation:
        raise Forbidden("Only the owner of a case invites onto its team.")
    if case.state is State.CLOSED:
        raise Refused("The case is closed, and has no team. Reopen it first.", state=case.state)
    return case
