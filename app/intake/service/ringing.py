"""What the telephone does to a draft: somebody answered it, or it rang off. Both do nothing where a person was faster."""

from uuid import UUID

from app.core.work import Work
from app.intake import queries
from app.intake.schemas.asked import CallIn
from app.vault import open as vault


async def answered(work: Work, call_id: UUID, by: UUID) -> None:
    """Somebody answered a call that rings, or that seemed to have rung off: the draft is theirs (`by`, a key)."""
    row = await work.one(queries.LOCKED, call_id=call_id)
    if row is None or row["state"] not in {"ringing", "abandoned"}:
        return
    await vault.load_key(work, row["case_id"])
    empty = CallIn(channel=row["channel"], received_at=row["received_at"])
    told = empty.model_dump(mode="json", by_alias=True, exclude_none=True)
    sealed = row["sealed"] or vault.seal(work, row["case_id"], told)
    taken = {"state": "active", "key_id": by, "sealed": sealed, "version": row["version"] + 1}
    await work.change(queries.CHANGE_ANY.values(**taken), call_id=call_id)


async def rang_off(work: Work, call_id: UUID) -> None:
    """Nobody answered, and it rings no more: the draft is abandoned."""
    row = await work.one(queries.LOCKED, call_id=call_id)
    if row is not None and row["state"] == "ringing":
        gone = {"state": "abandoned", "sealed": None, "version": row["version"] + 1}
        await work.change(queries.CHANGE_ANY.values(**gone), call_id=call_id)
