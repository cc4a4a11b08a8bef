"""The next shift has read what was handed over, or asks back; and when nobody has, that is told."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.boards import queries, tables
from app.boards.events import HandoffAnswered, HandoffConfirmed, HandoffUnconfirmed
from app.boards.handoffs import HandoffState, confirmed, insist_all_read, next_reminder
from app.boards.service.handoffs import Handoff, handoff
from app.core import outbox
from app.core.errors import NotFound, Refused
from app.core.ids import new_id
from app.core.work import Work
from app.vault import open as vault

KEPT: Final = timedelta(days=30)  # ⚙ words without a case, after the shift that they were for


async def confirm(
    work: Work, handoff_id: UUID, function: str | None, read: Sequence[UUID], questions: Mapping[UUID, str]
) -> Handoff:
    """Say that every line was read, by a function and a key; `questions` ask back about lines.

    Raises:
        NotFound: no such handoff. HandoffOver: its shift has ended.
        LinesNotRead, Invalid: as `insist_all_read`; also for a question.
    """
    row = await work.one(queries.LOCKED, handoff_id=handoff_id)
    found = await handoff(work, handoff_id)
    state = confirmed(found.state)
    insist_all_read([line.id for line in found.lines], read)
    insist_all_read(questions, questions.keys() & {line.id for line in found.lines})
    for line in found.lines:
        if line.id in questions:
            await _ask(work, found, line.id, line.case_id or found.id, questions[line.id])
    work.write(
        tables.shift_handoff_confirmation, id=new_id(work.at), handoff_id=handoff_id, organisation_id=work.organisation,
        key_id=work.actor.key, function=function, at=work.at,
    )  # fmt: skip
    event = HandoffConfirmed(handoff_id=handoff_id, questions=len(questions), confirmed_at=work.at)
    outbox.record(work, event, (work.organisation,))
    await work.flush()
    first = row["confirmed_at"] if row and row["confirmed_at"] else work.at
    await work.change(queries.CHANGE.values(state=state, remind_at=None, confirmed_at=first), of_handoff=handoff_id)
    return await handoff(work, handoff_id)


async def answer(work: Work, handoff_id: UUID, question_id: UUID, words: str) -> Handoff:
    """Answer what was asked back; whoever asked hears it.

    Raises:
        NotFound: no such handoff or question. Refused: it was answered. Gone: its retention has ended.
    """
    found = await handoff(work, handoff_id)
    asked = next((one for one in found.questions if one.id == question_id), None)
    if asked is None:
        raise NotFound("This handoff has no such question.")
    [line] = [one for one in found.lines if one.id == asked.line_id]
    await vault.load_key(work, line.case_id or handoff_id)
    sealed = vault.seal(work, line.case_id or handoff_id, {"note": words})
    if not await work.change(queries.ANSWER, question_id=question_id, now=work.at, by=work.actor.key, words=sealed):
        raise Refused("This question was answered. Nothing was changed.")
    event = HandoffAnswered(handoff_id=handoff_id, question_id=question_id)
    outbox.record(work, event, (work.organisation,))
    return await handoff(work, handoff_id)


async def unconfirmed(work: Work) -> Sequence[UUID]:
    """The handoffs of which it must be told that nobody has confirmed them, longest due first; for the worker."""
    return [row["id"] for row in await work.rows(queries.DUE, at=work.at)]


async def tell(work: Work, handoff_id: UUID) -> None:
    """Tell its organisation; nothing when somebody has confirmed it meanwhile."""
    row = await work.one(queries.LOCKED, handoff_id=handoff_id)
    if row is None or row["remind_at"] is None or row["remind_at"] > work.at:
        return
    again = next_reminder(row["starts_at"], row["ends_at"], work.at)
    state = HandoffState.WAITING if again else HandoffState.MISSED
    reminders = row["reminders"] + 1
    event = HandoffUnconfirmed(
        handoff_id=handoff_id, state=state, reminders=reminders, starts_at=row["starts_at"], ends_at=row["ends_at"]
    )
    outbox.record(work, event, (row["organisation_id"],))
    await work.change(queries.CHANGE.values(state=state, remind_at=again, reminders=reminders), of_handoff=handoff_id)


async def to_destroy(work: Work) -> Sequence[UUID]:
    """The handoffs whose words without a case are kept no longer; for the worker."""
    return [row["id"] for row in await work.rows(queries.TO_DESTROY, before=work.at - KEPT)]


async def destroy(work: Work, handoff_id: UUID) -> None:
    """Destroy the handoff's own key; what was said about a case goes with the key of that case."""
    await vault.destroy_key(work, handoff_id)
    await work.change(queries.CHANGE.values(destroyed_at=work.at), of_handoff=handoff_id)


async def _ask(work: Work, found: Handoff, line_id: UUID, key: UUID, words: str) -> None:
    await vault.load_key(work, key)
    work.write(
        tables.shift_handoff_question, id=new_id(work.at), handoff_id=found.id, line_id=line_id,
        organisation_id=work.organisation, asked_at=work.at, asked_by=work.actor.key,
        sealed=vault.seal(work, key, {"note": words}),
    )  # fmt: skip
