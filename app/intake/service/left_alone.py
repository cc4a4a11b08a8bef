"""What happens to drafts by themselves: those left alone are told of once, those abandoned are destroyed in time."""

from uuid import UUID

from app.callbacks import service as callbacks
from app.core import outbox
from app.core.work import Work
from app.intake import queries
from app.intake.drafts import KEPT_ABANDONED, OPEN
from app.intake.events import CallLeftOpen
from app.intake.service.draft_row import locked
from app.vault import open as vault


async def left_alone(work: Work) -> list[UUID]:
    """The open calls that count as left alone now, and were not told of."""
    return [row["id"] for row in await work.rows(queries.LEFT_ALONE, at=work.at)]


async def tell(work: Work, call_id: UUID) -> None:
    """Announce that a call was left open; nothing when somebody has saved, ended or announced it meanwhile."""
    draft, row = await locked(work, call_id)
    if draft.state not in OPEN or row["left_alone_at"] is None or row["left_alone_at"] > work.at:
        return
    await work.change(queries.CHANGE.values(left_alone_at=None), call_id=call_id)
    event = CallLeftOpen(call_id=call_id, key_id=draft.key, saved_at=draft.saved_at)
    outbox.record(work, event, (draft.organisation,))


async def to_destroy(work: Work) -> list[UUID]:
    """The calls whose drafts are kept no longer."""
    return [row["id"] for row in await work.rows(queries.TO_DESTROY, at=work.at)]


async def destroy(work: Work, call_id: UUID) -> None:
    """Destroy the key of a draft that was abandoned, with all that was typed; of a call that ended without a case its history.

    Nothing when it was taken up again meanwhile; a day later while somebody must be rung back, whose number lies under that key.
    """
    draft, _ = await locked(work, call_id)
    if draft.destroy_at is None or draft.destroy_at > work.at:
        return
    if draft.state == "abandoned" and await callbacks.waits(work, call_id):
        await work.change(queries.CHANGE.values(destroy_at=work.at + KEPT_ABANDONED), call_id=call_id)
        return
    if draft.state == "abandoned":
        await vault.destroy_key(work, draft.case_id)
        await work.change(queries.CHANGE.values(sealed=None, marks=None, destroy_at=None), call_id=call_id)
    else:
        await work.change(queries.CHANGE.values(destroy_at=None), call_id=call_id)
    await work.change(queries.FORGET_HISTORY, call_id=call_id)
