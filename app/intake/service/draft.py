"""The life of a draft: a call that rings or is going on, until it is completed or abandoned."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from app.core.errors import Conflict, Gone
from app.core.http import match
from app.core.ids import new_id, reference_for
from app.core.paging import Page, page_of
from app.core.work import Work
from app.directory.service.look_up import local_day
from app.intake import queries
from app.intake.drafts import KEPT_ABANDONED, KEPT_HISTORY, LEFT_ALONE, OPEN, Draft, draft_of
from app.intake.merging import Line, Outcome, Typed, fields_of
from app.intake.protocol import NEWEST
from app.intake.schemas.asked import CallIn
from app.intake.schemas.fields import WHOLE, whole_call
from app.intake.screen_use import ScreenUse
from app.intake.service import hand_offs, screen_use
from app.intake.service.draft_row import (
    DraftEnded,
    Opened,
    change,
    line_json,
    locked,
    mark_now,
    must_be_open,
    note,
    open_and_locked,
    opened,
    sealed_marks,
    visible,
)
from app.intake.service.ending import Receipt, end
from app.intake.service.judging import judge
from app.intake.service.protocols import valid_protocol
from app.intake.tables import call as call_table
from app.vault import open as vault
from app.vault.purpose import Purpose

__all__ = ["DraftEnded", "abandon", "answer", "complete", "drafts", "open_draft", "read", "resume"]


class AnsweredAlready(Conflict):
    """Somebody else has answered this call."""

    slug, title = "answered-already", "Somebody else has answered"


class StillRinging(Conflict):
    """Nobody has answered this call."""

    slug, title = "still-ringing", "The call has not been answered"


class NotAbandoned(Conflict):
    """Only what was abandoned can be taken up again."""

    slug, title = "not-abandoned", "The draft was not abandoned"


def open_draft(
    work: Work, call: CallIn, *, ringing: bool = False, organisation: UUID | None = None, case_id: UUID | None = None
) -> Draft:
    """Open a call with as much as is known. `organisation` is whose it is; default: whose work this is.

    While it rings nobody has it; else whoever opens it. `case_id` names a key that there is already, and is ready.
    """
    if call.protocol == NEWEST:
        call = call.model_copy(update={"protocol": valid_protocol(NEWEST, local_day(call.received_at or work.at)).version})
    whose = organisation or work.organisation
    call_id, case_id = new_id(work.at), case_id or new_id(work.at)
    told, mark = as_told(call), mark_now(work, 1)
    typed = Typed(told, dict.fromkeys(_typed_fields(call), mark))
    draft = Draft(
        id=call_id,
        case_id=case_id,
        organisation=whose,
        reference=reference_for(call_id),
        state="ringing" if ringing else "active",
        registered_at=work.at,
        version=1,
        key=None if ringing else work.actor.key,
        held_since=None if ringing else work.at,
        saved_at=work.at,
    )
    work.write(
        call_table,
        **_columns(draft),
        channel=call.channel,
        received_at=call.received_at or work.at,
        protocol=call.protocol,
        answers={},
        flags=[],
        reasons=[],
        observations=[],
        advice=[],
        hand_offs=[],
        person_may_know_caller=False,
        feedback_promised=False,
        sealed=vault.seal(work, case_id, told, whose),
        marks=sealed_marks(work, case_id, Opened(typed, {}), whose),
        left_alone_at=work.at + LEFT_ALONE,
    )
    lines = tuple(Line(field, Outcome.SAVED, None, value) for field, value in fields_of(told, WHOLE) if field in typed.marks)
    note(work, draft, 1, "opened", {"changes": line_json(lines)} if lines else None)
    return draft


def _columns(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "case_id": draft.case_id,
        "organisation_id": draft.organisation,
        "key_id": draft.key,
        "state": draft.state,
        "reference": draft.reference,
        "registered_at": draft.registered_at,
        "version": draft.version,
        "held_since": draft.held_since,
        "saved_at": draft.saved_at,
    }


def as_told(call: CallIn) -> dict[str, Any]:
    """A call as the contents of a draft."""
    return call.model_dump(mode="json", by_alias=True, exclude_none=True)


def _typed_fields(call: CallIn) -> list[str]:
    """The fields that were sent, not those that have a value of their own anyway."""
    sent = call.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
    return [field for field, _ in fields_of(sent, WHOLE)]


async def drafts(work: Work, *, after: UUID | None, limit: int, states: Collection[str] = OPEN) -> Page[Draft]:
    """The drafts of this organisation in these states, oldest first; abandoned ones as long as they can be taken up again."""
    found = [draft_of(row) for row in await work.rows(queries.drafts(after, limit, states, work.organisation))]
    return page_of(found, limit, found[limit - 1].id if len(found) > limit else None)


async def read(work: Work, call_id: UUID) -> tuple[Draft, Opened]:
    """A draft with what was typed, by whom each field; the look is logged.

    Raises:
        NotFound: no such draft of this organisation.
        DraftEnded: it was completed or abandoned.
    """
    draft, row = visible(work, await work.one(queries.DRAFT, call_id=call_id))
    must_be_open(draft)
    vault.take_key(work, draft.case_id, row["wrapped"])
    await vault.unseal(work, draft.case_id, [], what=f"draft {draft.id}", purpose=Purpose.TRIAGE)
    return draft, opened(work, draft, row)


async def answer(work: Work, call_id: UUID, *, key: UUID | None = None) -> Draft:
    """Answer a call that rings: `key` has it from now on; default: whoever acts. Answering one's own call again changes nothing.

    The worker, for an exchange that does not say who answered, leaves it without a key until one answers.

    Raises:
        NotFound, DraftEnded: as `read`.
        AnsweredAlready: another key has it.
    """
    draft, _ = await open_and_locked(work, call_id, None)
    who = key or work.actor.key
    if draft.state == "active" and (draft.key is not None or who is None):
        if who in {None, draft.key}:
            return draft
        raise AnsweredAlready("Somebody else has this call already. Take it over if it should be yours.", heldBy=str(draft.key))
    return await change(work, draft, "answered", state="active", key_id=who, held_since=work.at)


async def complete(work: Work, call_id: UUID, version: int, use: ScreenUse | None = None) -> Receipt:
    """End a draft as the call that it says it is: stored, its case opened and offered. `use`: how it was taken on a screen.

    Raises:
        NotFound, DraftEnded, Stale: as `open_and_locked`.
        StillRinging: nobody has answered it.
        Invalid: what was typed does not go together, or as `judge`; the draft stays as it is.
    """
    draft, row = await open_and_locked(work, call_id, version)
    if draft.state == "ringing":
        raise StillRinging("Nobody has answered this call yet. Answer it first, or abandon it.")
    await vault.unseal(work, draft.case_id, [], what=f"draft {draft.id}", purpose=Purpose.TRIAGE)
    judged = await judge(work, whole_call(opened(work, draft, row).typed.contents), draft.registered_at)
    ended = end(work, call_id, draft.case_id, judged, await hand_offs.made(work, call_id))
    forget = None if ended.receipt.case_id or ended.receipt.joined_case_id else work.at + KEPT_HISTORY
    await change(work, draft, "completed", **ended.columns, marks=None, left_alone_at=None, destroy_at=forget)
    if use:
        await screen_use.count_ended(work, use, draft, judged, ended.receipt)
    return ended.receipt


async def abandon(work: Work, call_id: UUID, version: int | None = None, use: ScreenUse | None = None) -> Draft:
    """End a draft without a call. What was typed can be taken up again for a day, then it is destroyed. `use`: as `complete`.

    Raises:
        NotFound, DraftEnded, Stale: as `open_and_locked`.
    """
    draft, _ = await open_and_locked(work, call_id, version)
    until = work.at + KEPT_ABANDONED
    if use:
        await screen_use.count_abandoned(work, use)
    return await change(work, draft, "abandoned", state="abandoned", left_alone_at=None, destroy_at=until)


async def resume(work: Work, call_id: UUID, version: int) -> Draft:
    """Take up again what was abandoned; whoever does it has it.

    Raises:
        NotFound, Stale: as `open_and_locked`.
        NotAbandoned: it is open, or was completed.
        Gone: it was destroyed.
    """
    draft, _ = await locked(work, call_id)
    if draft.state != "abandoned":
        raise NotAbandoned(f"This draft is {draft.state}: only what was abandoned can be taken up again.", state=draft.state)
    if draft.destroy_at is None or draft.destroy_at <= work.at:
        raise Gone("It was abandoned too long ago: what was typed has been destroyed. Open a new draft.")
    match(version, draft.version)
    left_alone_at = work.at + LEFT_ALONE
    return await change(
        work, draft, "resumed", state="active", key_id=work.actor.key, held_since=work.at, destroy_at=None,
        saved_at=work.at, left_alone_at=left_alone_at,
    )  # fmt: skip
