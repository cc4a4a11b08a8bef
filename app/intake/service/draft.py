"""Keep what is being typed: a call that is open, saved whole each time, completed once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.errors import Conflict, NotFound
from app.core.http import match
from app.core.ids import new_id, reference_for
from app.core.work import Work
from app.intake import queries
from app.intake.calls import Call, call_of
from app.intake.schemas.asked import CallIn
from app.intake.service import hand_offs
from app.intake.service.ending import Receipt, end
from app.intake.service.judging import judge
from app.intake.tables import call as call_table
from app.vault import open as vault
from app.vault.purpose import Purpose


@dataclass(frozen=True, slots=True)
class Draft:
    """A call that is still open, without what was typed."""

    id: UUID
    reference: str
    registered_at: datetime
    version: int
    state: str = "active"


class DraftEnded(Conflict):
    """The draft was completed or abandoned."""

    slug, title = "draft-ended", "The draft has ended"


def open_draft(work: Work, call: CallIn, *, ringing: bool = False, case_id: UUID | None = None) -> Draft:
    """Open a call with as much as is known; `ringing`: nobody has answered yet. `case_id` names a key that there is already."""
    call_id, case_id = new_id(work.at), case_id or new_id(work.at)
    state = "ringing" if ringing else "active"
    work.write(
        call_table,
        id=call_id,
        case_id=case_id,
        organisation_id=work.organisation,
        key_id=work.actor.key,
        state=state,
        reference=reference_for(call_id),
        channel=call.channel,
        received_at=call.received_at or work.at,
        registered_at=work.at,
        protocol=call.protocol,
        answers={},
        flags=[],
        reasons=[],
        observations=[],
        advice=[],
        hand_offs=[],
        person_may_know_caller=False,
        feedback_promised=False,
        sealed=vault.seal(work, case_id, _told(call)),
        version=1,
    )
    return Draft(call_id, reference_for(call_id), work.at, 1, state)


async def save(work: Work, call_id: UUID, version: int, call: CallIn) -> Draft:
    """Keep a draft as it is now.

    Raises:
        NotFound: no such draft of this organisation.
        DraftEnded: it was completed or abandoned.
        Stale: somebody else saved it since it was read.
    """
    draft, _ = await _locked(work, call_id, version)
    await vault.load_key(work, draft.case_id)
    sealed = vault.seal(work, draft.case_id, _told(call))
    await work.change(queries.CHANGE.values(sealed=sealed, version=version + 1), call_id=call_id)
    return Draft(call_id, draft.reference, draft.registered_at, version + 1)


async def read(work: Work, call_id: UUID) -> tuple[Call, CallIn]:
    """A draft with what was typed; the look is logged.

    Raises:
        NotFound: no such draft of this organisation.
        DraftEnded: it was completed or abandoned.
    """
    row = await work.one(queries.CALL, call_id=call_id)
    draft = _of_this_organisation(work, row)
    return draft, await _opened(work, draft, row)


async def complete(work: Work, call_id: UUID, version: int) -> Receipt:
    """End a draft as the call that it says it is: stored, its case opened and offered.

    Raises:
        NotFound, DraftEnded, Stale: as `save`.
        Invalid: as `judge`; the draft stays as it is.
    """
    draft, row = await _locked(work, call_id, version)
    call = await _opened(work, draft, row)
    judged = await judge(work, call, draft.received_at)
    ended = end(work, call_id, draft.case_id, judged, await hand_offs.made(work, call_id))
    await work.change(queries.CHANGE.values(version=version + 1, **ended.columns), call_id=call_id)
    return ended.receipt


async def abandon(work: Work, call_id: UUID, version: int) -> None:
    """End a draft without a call; what was typed is not kept.

    Raises:
        NotFound, DraftEnded, Stale: as `save`.
    """
    await _locked(work, call_id, version)
    await work.change(queries.CHANGE.values(state="abandoned", sealed=None, version=version + 1), call_id=call_id)


async def answer(work: Work, call_id: UUID, by: UUID) -> None:
    """Somebody answered a call that rings, or that seemed to have rung off: the draft is theirs (`by`, a key). Else nothing."""
    row = await work.one(queries.LOCKED, call_id=call_id)
    if row is None or row["state"] not in {"ringing", "abandoned"}:
        return
    await vault.load_key(work, row["case_id"])
    empty = _told(CallIn(channel=row["channel"], received_at=row["received_at"]))
    sealed = row["sealed"] or vault.seal(work, row["case_id"], empty)
    taken = {"state": "active", "key_id": by, "sealed": sealed, "version": row["version"] + 1}
    await work.change(queries.CHANGE_ANY.values(**taken), call_id=call_id)


async def ring_off(work: Work, call_id: UUID) -> None:
    """Nobody answered, and it rings no more: the draft is abandoned. Else nothing."""
    row = await work.one(queries.LOCKED, call_id=call_id)
    if row is not None and row["state"] == "ringing":
        gone = {"state": "abandoned", "sealed": None, "version": row["version"] + 1}
        await work.change(queries.CHANGE_ANY.values(**gone), call_id=call_id)


async def _locked(work: Work, call_id: UUID, version: int) -> tuple[Call, Any]:
    row = await work.one(queries.LOCKED, call_id=call_id)
    draft = _of_this_organisation(work, row)
    match(version, draft.version)
    return draft, row


def _of_this_organisation(work: Work, row: Any) -> Call:  # noqa: ANN401  a row or None
    if row is None or row["organisation_id"] != work.organisation:
        raise NotFound("There is no such draft, or it is not your organisation's.")
    draft = call_of(row)
    if draft.state != "active":
        raise DraftEnded(f"This draft is {draft.state}. Nothing was changed.", state=draft.state)
    return draft


async def _opened(work: Work, draft: Call, row: Any) -> CallIn:  # noqa: ANN401  a row
    [told] = await vault.unseal(work, draft.case_id, [row["sealed"]], what=f"draft {draft.id}", purpose=Purpose.TRIAGE)
    return CallIn.model_validate(told)


def _told(call: CallIn) -> dict[str, Any]:
    return call.model_dump(mode="json", by_alias=True, exclude_none=True)
