"""What an exchange tells of a call whose draft rings. Told late or twice, it changes nothing that was done."""

from uuid import UUID

from app.core.work import Work
from app.intake.drafts import KEPT_ABANDONED, LEFT_ALONE
from app.intake.service.draft_row import change, locked


async def answered(work: Work, call_id: UUID, by: UUID | None) -> None:
    """Somebody answered a call that rings, or that seemed to have rung off: `by`, a key, has it; None: nobody knows who.

    Raises:
        NotFound: no such draft of this organisation.
    """
    draft, _ = await locked(work, call_id)
    if draft.state in {"ringing", "abandoned"}:
        await change(
            work, draft, "answered", state="active", key_id=by, held_since=work.at, destroy_at=None,
            saved_at=work.at, left_alone_at=work.at + LEFT_ALONE,
        )  # fmt: skip


async def rang_off(work: Work, call_id: UUID) -> None:
    """Nobody answered, and it rings no more. Its key stays: the number of whoever is to be rung back lies under it.

    What somebody typed while it rang can be taken up again for a day, then it is destroyed.

    Raises:
        NotFound: no such draft of this organisation.
    """
    draft, _ = await locked(work, call_id)
    if draft.state == "ringing":
        until = work.at + KEPT_ABANDONED if draft.version > 1 else None
        await change(work, draft, "abandoned", state="abandoned", left_alone_at=None, destroy_at=until)
