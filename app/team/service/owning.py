"""A case has another owner: it is no member any more, and the old one is when it stays."""

from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case
from app.core import outbox
from app.core.ids import new_id
from app.core.work import Work
from app.team import queries
from app.team.events import MemberChanged
from app.team.membership import EndReason, Member, MemberState, TeamPurpose, TeamRole, member_of
from app.team.service.hearing import hears
from app.team.tables import case_member


async def changed_owner(work: Work, case: Case, old: UUID, stays: tuple[TeamRole, TeamPurpose] | None) -> None:
    """After a handover that was just accepted, by its new owner, in the same work. `stays`: as what the old owner is a member."""
    current = [member_of(row) for row in await work.rows(queries.CURRENT, case_id=case.id)]
    told = await hears(work, case)
    for mine in current:
        if mine.organisation == case.owner:
            await _owns_now(work, case, mine, told)
    work.memo.pop(("on_team", case.id), None)
    if stays is None:
        return
    role, purpose = stays
    member_id = new_id(work.at)
    work.write(
        case_member, id=member_id, case_id=case.id, organisation_id=old, role=role, purpose=purpose, state=MemberState.MEMBER,
        invited_by=work.organisation, invited_at=work.at, answer_by=work.at, answered_at=work.at, version=1,
    )  # fmt: skip
    cases.line(work, case.id, "team_member", member=str(member_id), role=role)
    event = MemberChanged(case_id=case.id, member_id=member_id, organisation_id=old, role=role, state=MemberState.MEMBER)
    outbox.record(work, event, (*told, old))


async def let_go(work: Work, case: Case) -> None:
    """A case has just ended in another: the invitations onto its team that ended with it are told of."""
    told = await hears(work, case)
    for one in [member_of(row) for row in await work.rows(queries.MEMBERS, case_id=case.id)]:
        if one.state is not MemberState.WITHDRAWN or one.ended_at != work.at:
            continue
        cases.line(work, case.id, "team_withdrawn", member=str(one.id), role=one.role, reason=one.reason)
        event = MemberChanged(case_id=case.id, member_id=one.id, organisation_id=one.organisation, role=one.role, state=one.state)
        outbox.record(work, event, (*told, one.organisation))


async def _owns_now(work: Work, case: Case, mine: Member, told: tuple[UUID, ...]) -> None:
    to = MemberState.LEFT if mine.state is MemberState.MEMBER else MemberState.WITHDRAWN
    ended = queries.CHANGE.values(state=to, reason=EndReason.OWNS_NOW, ended_at=work.at)
    await work.change(ended, member_id=mine.id, seen=mine.version)
    cases.line(work, case.id, f"team_{to}", member=str(mine.id), role=mine.role, reason=EndReason.OWNS_NOW)
    event = MemberChanged(case_id=case.id, member_id=mine.id, organisation_id=mine.organisation, role=mine.role, state=to)
    outbox.record(work, event, told)
