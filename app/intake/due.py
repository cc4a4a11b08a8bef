"""What happens to calls by themselves: what nobody looks after is told of; what was abandoned is destroyed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.core.due import Due
from app.core.work import Work
from app.intake.service import hand_offs, left_alone


async def claim_left_open(work: Work) -> Sequence[UUID]:
    """The open calls of which nothing was saved for too long, and nobody has heard."""
    return await left_alone.left_alone(work)


async def tell(work: Work, call_id: UUID) -> None:
    """Tell the organisation whose call it is."""
    await left_alone.tell(work, call_id)


async def claim_to_destroy(work: Work) -> Sequence[UUID]:
    """What was abandoned, or ended without a case, longer ago than it is kept."""
    return await left_alone.to_destroy(work)


async def destroy(work: Work, call_id: UUID) -> None:
    """Destroy what is not kept of it."""
    await left_alone.destroy(work, call_id)


LEFT_OPEN: Final = Due(name="calls_left_open", claim=claim_left_open, act=tell, idle=timedelta(seconds=10))
TO_DESTROY: Final = Due(name="drafts_to_destroy", claim=claim_to_destroy, act=destroy, idle=timedelta(minutes=1))
HAND_OFFS: Final = Due(name="hand_offs", claim=hand_offs.to_chase, act=hand_offs.chase, idle=timedelta(seconds=10))
