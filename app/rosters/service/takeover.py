"""Somebody else has a shift, from now on."""

from uuid import UUID

from app.core.errors import Refused
from app.core.spans import Span
from app.core.work import Work
from app.directory.service import shifts as directory
from app.rosters.schedule import Kind, Override
from app.rosters.service.overrides import KeptOverride, put_over
from app.rosters.service.plans import own_plan


async def take_over(work: Work, shift_id: UUID, participant_id: UUID, reason: str) -> KeptOverride:
    """Give what is left of a shift to a participant at once: all of it when it has not begun.

    Raises:
        NotFound: no such shift, or not on a roster of this organisation.
        Invalid: a participant that is not known, or takes no shifts any more.
        Refused: the shift is over, or they have it already.
    """
    roster_id = (await directory.shift(work, shift_id)).roster_id
    await own_plan(work, roster_id, lock=True)
    shift = await directory.shift(work, shift_id)
    if shift.span.end <= work.at:
        raise Refused("This shift is over. Take over the one that runs, GET /v1/rosters/{id}/on-duty names it.")
    if shift.participant_id == participant_id:
        raise Refused("This participant has the shift already. Nothing was changed.")
    left = Span(max(shift.span.start, work.at), shift.span.end)
    told = Override(id=participant_id, kind=Kind.COVER, participant=participant_id, span=left, layer=shift.layer)
    return await put_over(work, roster_id, told, reason)
