"""Statements about teams; row-level security decides which rows they see."""

from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Select, bindparam, select, text, tuple_, update

from app.core.paging import KEPT, Place
from app.team.tables import case_member

MEMBERS: Final = select(case_member).where(case_member.c.case_id == bindparam("case_id")).order_by(case_member.c.id)
ACTIVE: Final = MEMBERS.where(case_member.c.state == "member")
MEMBER: Final = select(case_member).where(
    case_member.c.case_id == bindparam("case_id"), case_member.c.id == bindparam("member_id")
)
CURRENT: Final = MEMBERS.where(case_member.c.state.in_(("invited", "member")))
DUE: Final = (
    select(case_member.c.id)
    .where(case_member.c.state == "invited", case_member.c.answer_by <= bindparam("at"))
    .order_by(case_member.c.answer_by)
    .limit(100)
)
CASE_OF: Final = select(case_member.c.case_id).where(case_member.c.id == bindparam("member_id"))
LOCKED: Final = MEMBER.with_for_update()
INVITED: Final = text("case_member.state = 'invited'")  # as its indexes say it
CHANGE: Final = (
    update(case_member)
    .where(case_member.c.id == bindparam("member_id"), case_member.c.version == bindparam("seen"))
    .values(version=case_member.c.version + 1)
)


@lru_cache(maxsize=KEPT)
def unanswered(whose: Column[Any], organisation: UUID, after: Place | None, limit: int) -> Select[Any]:
    """Invitations that nobody has answered, of which `whose` is this organisation, soonest to end first."""
    query = select(case_member).where(whose == organisation, INVITED, case_member.c.owner_organisation_id.is_not(None))
    if after:
        query = query.where(tuple_(case_member.c.answer_by, case_member.c.id) > (after.at, after.id))
    return query.order_by(case_member.c.answer_by, case_member.c.id).limit(limit)
