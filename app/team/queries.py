"""Statements about teams; row-level security decides which rows they see."""

from typing import Final

from sqlalchemy import bindparam, select, update

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
CHANGE: Final = (
    update(case_member)
    .where(case_member.c.id == bindparam("member_id"), case_member.c.version == bindparam("seen"))
    .values(version=case_member.c.version + 1)
)
