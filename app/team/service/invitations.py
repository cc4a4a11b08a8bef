"""Invitations that wait for an answer, over all cases; those whose time has run out are over by themselves."""

from typing import Final

from app.core.counting import counts_of
from app.core.ids import least_id
from app.core.paging import Place
from app.core.work import Work
from app.team import queries
from app.team.membership import Member, member_of
from app.team.tables import case_member

ASKED: Final = case_member.c.organisation_id
ASKS: Final = case_member.c.owner_organisation_id


async def to_us(work: Work, after: Place | None, limit: int) -> list[Member]:
    """Invitations to this organisation that it can still answer, soonest to end first, at most `limit`."""
    rows = await work.rows(queries.unanswered(ASKED, work.organisation, after or _now(work), limit))
    return [member_of(row) for row in rows]


async def by_us(work: Work, after: Place | None, limit: int) -> list[Member]:
    """Invitations onto the teams of cases that this organisation owns, which can still be answered; as `to_us`."""
    rows = await work.rows(queries.unanswered(ASKS, work.organisation, after or _now(work), limit))
    return [member_of(row) for row in rows]


async def counted(work: Work, most: int) -> tuple[int, int]:
    """How many there are of each, `to_us` and `by_us`, counted no further than `most`."""
    listed = [queries.unanswered(whose, work.organisation, _now(work), most) for whose in (ASKED, ASKS)]
    asked, asks = await counts_of(work, listed)
    return asked, asks


def _now(work: Work) -> Place:
    return Place(work.at, least_id(work.at))
