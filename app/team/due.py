"""Invitations onto a team end when nobody answers them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.core.due import Due
from app.core.work import Work
from app.team.service import members


async def claim(work: Work) -> Sequence[UUID]:
    """The invitations whose time has run out."""
    return await members.unanswered(work)


async def act(work: Work, member_id: UUID) -> None:
    """End one; nothing when it was answered meanwhile."""
    await members.expire(work, member_id)


INVITATIONS: Final = Due(name="unanswered_invitations", claim=claim, act=act, idle=timedelta(seconds=10))
