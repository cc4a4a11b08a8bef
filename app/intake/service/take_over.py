"""A colleague or supervisor takes a call over that is going on."""

from uuid import UUID

from app.core import outbox
from app.core.errors import FieldError, PreconditionRequired
from app.core.work import Work
from app.intake.drafts import Draft
from app.intake.events import CallTakenOver
from app.intake.service.draft import StillRinging
from app.intake.service.draft_row import change, open_and_locked


async def take_over(work: Work, call_id: UUID, *, version: int | None, reason: str | None) -> Draft:
    """Have an open call from now on. Whoever had it hears so with their next save, which is merged all the same.

    By whoever read it (`version`), or with a reason. Taking what one has already changes nothing.

    Raises:
        PreconditionRequired: neither a version nor a reason.
        NotFound, DraftEnded, Stale: as `open_and_locked`.
        StillRinging: nobody has answered it.
    """
    if version is None and reason is None:
        raise PreconditionRequired(
            "Send If-Match with the ETag you read, or a `reason` when you could not read it first.",
            errors=[FieldError("/reason", "missing", "Say why, or send If-Match.")],
        )
    draft, _ = await open_and_locked(work, call_id, version)
    if draft.state == "ringing":
        raise StillRinging("Nobody has answered this call yet: answer it.")
    if draft.key == work.actor.key:
        return draft
    told = {"reason": reason} if reason else None
    taken = await change(work, draft, "taken_over", told, key_id=work.actor.key, held_since=work.at)
    event = CallTakenOver(call_id=call_id, key_id=work.actor.key, from_key_id=draft.key)
    outbox.record(work, event, (draft.organisation,))
    return taken
