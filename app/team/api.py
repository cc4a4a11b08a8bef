"""Who is on a case: invite, answer, leave, remove."""

from uuid import UUID

from fastapi import Request, Response

from app.core.errors import Forbidden, Invalid, NotFound, PreconditionRequired, Refused, Stale
from app.core.http import etag, expected_version, problems, rooms_router
from app.identity.doors import CaseReader, FollowUpDoor
from app.team.membership import MembershipEnded
from app.team.schemas import InvitationAnswerIn, InvitationIn, MemberOut, MembershipEndIn, TeamOut
from app.team.service import members
from app.team.service.members import AlreadyOnTeam

router = rooms_router("team")
Changing = problems(Invalid, Forbidden, NotFound, MembershipEnded, Stale, PreconditionRequired)


@router.get("/cases/{case_id}/team", responses=problems(Invalid, NotFound))
async def list_team(case_id: UUID, work: CaseReader) -> TeamOut:
    """Who is, was or is asked to be on the team of a case. Who is only invited sees its own invitation."""
    return TeamOut(items=[MemberOut.of(one) for one in await members.members(work, case_id)])


@router.post("/cases/{case_id}/team", status_code=201, responses=problems(Invalid, Forbidden, NotFound, AlreadyOnTeam, Refused))
async def invite_to_team(case_id: UUID, body: InvitationIn, work: FollowUpDoor, response: Response) -> MemberOut:
    """Ask an organisation onto the team, with a role and a purpose. Until it accepts it sees the case in codes only."""
    found = await members.invite(work, case_id, body.organisation_id, body.role, body.purpose, body.answer_by)
    response.headers["ETag"] = etag(found.version)
    return MemberOut.of(found)


@router.post("/cases/{case_id}/team/{member_id}/answer", status_code=201, responses=Changing)
async def answer_invitation(
    case_id: UUID, member_id: UUID, body: InvitationAnswerIn, work: FollowUpDoor, request: Request
) -> MemberOut:
    """Accept the invitation of your organisation, or decline it with a reason. Needs If-Match."""
    version = expected_version(request)
    return MemberOut.of(await members.answer(work, case_id, member_id, version, accept=body.accept, reason=body.reason))


@router.post("/cases/{case_id}/team/{member_id}/end", status_code=201, responses=Changing)
async def end_membership(
    case_id: UUID, member_id: UUID, body: MembershipEndIn, work: FollowUpDoor, request: Request
) -> MemberOut:
    """Leave the team; or, as the owner of the case, take back an invitation or end a membership. Needs If-Match."""
    return MemberOut.of(await members.end(work, case_id, member_id, expected_version(request), body.reason))
