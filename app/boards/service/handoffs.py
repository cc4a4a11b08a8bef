"""Hand a shift over: write what the next one must know, read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.boards import queries, tables
from app.boards.events import HandoffWritten
from app.boards.handoffs import AddedList, HandoffState, NewHandoff, NewLine, Shift, insist_on_shift, next_reminder
from app.boards.service.added import added
from app.cases import service as cases
from app.core import outbox
from app.core.errors import FieldError, Invalid, NotFound
from app.core.ids import new_id
from app.core.work import Row, Work
from app.directory.service import shifts as rosters
from app.vault import open as vault
from app.vault.open import Sealed
from app.vault.purpose import Purpose


@dataclass(frozen=True, slots=True)
class Line:
    """A line; its words only when a purpose was named, and its key is not destroyed."""

    id: UUID
    case_id: UUID | None
    words: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked back about a line."""

    id: UUID
    line_id: UUID
    asked_at: datetime
    answered_at: datetime | None
    words: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who has read it all: the function, and the key."""

    at: datetime
    function: str | None
    key_id: UUID | None


@dataclass(frozen=True, slots=True)
class Handoff:
    """A handoff with its lines, what the system added, and what became of it."""

    id: UUID
    written_at: datetime
    before: Shift
    after: Shift
    starts_at: datetime
    ends_at: datetime
    state: HandoffState
    reminders: int
    lines: tuple[Line, ...]
    added: dict[str, AddedList]
    questions: tuple[Question, ...]
    confirmations: tuple[Confirmation, ...]
    version: int


async def write(work: Work, new: NewHandoff) -> UUID:
    """Write down what the next shift must know; the system adds what presses, what is due, what is asked, what is overdue.

    Raises:
        Invalid: no such shift of this organisation; moments that can't be meant; a case that it may not read.
        Gone: the retention of a case has ended.
    """
    await _insist_on_own(work, "from", new.before)
    await _insist_on_own(work, "to", new.after)
    starts_at, ends_at = insist_on_shift(*await _moments(work, new), work.at)
    handoff_id = new_id(work.at)
    told = await added(work, ends_at)
    work.write(
        tables.shift_handoff, id=handoff_id, organisation_id=work.organisation, key_id=work.actor.key, written_at=work.at,
        from_shift_id=new.before.shift_id, from_function=new.before.function, to_shift_id=new.after.shift_id,
        to_function=new.after.function, starts_at=starts_at, ends_at=ends_at, state=HandoffState.WAITING, reminders=0,
        added={kind: one.to_json() for kind, one in told.items()}, remind_at=next_reminder(starts_at, ends_at, work.at),
        version=1,
    )  # fmt: skip
    for place, line in enumerate(new.lines):
        sealed = await _sealed(work, handoff_id, place, line)
        work.write(
            tables.shift_handoff_line, id=new_id(work.at), handoff_id=handoff_id, organisation_id=work.organisation,
            place=place, case_id=line.case_id, sealed=sealed,
        )  # fmt: skip
    event = HandoffWritten(handoff_id=handoff_id, lines=len(new.lines), starts_at=starts_at, ends_at=ends_at)
    outbox.record(work, event, (work.organisation,))
    return handoff_id


async def current(work: Work, purpose: Purpose | None) -> list[Handoff]:
    """The handoffs whose shift has not ended, soonest first; with a purpose their words too, and every look is logged."""
    return await _whole(work, await work.rows(queries.CURRENT, organisation_id=work.organisation, at=work.at), purpose)


async def handoff(work: Work, handoff_id: UUID, purpose: Purpose | None = None) -> Handoff:
    """One handoff, also one that is over; as `current`.

    Raises:
        NotFound: this organisation has none with this id.
    """
    row = await work.one(queries.HANDOFF, handoff_id=handoff_id)
    if row is None:
        raise NotFound("Your organisation has no such handoff. GET /v1/shift-handoffs lists the current ones.")
    return (await _whole(work, [row], purpose))[0]


async def _insist_on_own(work: Work, place: str, shift: Shift) -> None:
    if shift.shift_id is None:
        return
    try:
        found = await rosters.shift(work, shift.shift_id)
        roster = (await rosters.rosters(work, [found.roster_id]))[found.roster_id]
    except NotFound:
        roster = None
    if roster is None or roster.organisation_id != work.organisation:
        fault = FieldError(f"/{place}/shiftId", "unknown", "A shift on a roster of your organisation.")
        raise Invalid("There is no such shift of your organisation. Nothing was stored.", errors=[fault])


async def _moments(work: Work, new: NewHandoff) -> tuple[datetime | None, datetime | None]:
    if new.after.shift_id is None or (new.starts_at and new.ends_at):
        return new.starts_at, new.ends_at
    span = (await rosters.shift(work, new.after.shift_id)).span
    return new.starts_at or span.start, new.ends_at or span.end


async def _sealed(work: Work, handoff_id: UUID, place: int, line: NewLine) -> bytes:
    """Under the key of its case, and gone with it; without a case under the handoff's own."""
    if line.case_id is None:
        return vault.seal(work, handoff_id, {"note": line.words})
    try:
        await cases.get(work, line.case_id)
        await vault.load_key(work, line.case_id)
    except NotFound:
        fault = FieldError(f"/lines/{place}/caseId", "unknown", "A case whose contents your organisation may read.")
        raise Invalid("A line is about a case that is not for your organisation. Nothing was stored.", errors=[fault]) from None
    return vault.seal(work, line.case_id, {"note": line.words})


async def _whole(work: Work, rows: Sequence[Row], purpose: Purpose | None) -> list[Handoff]:
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    lines = await work.rows(queries.LINES, ids=ids)
    questions = await work.rows(queries.QUESTIONS, ids=ids)
    confirmations = await work.rows(queries.CONFIRMATIONS, ids=ids)
    words = await _words(work, lines, questions, purpose) if purpose else {}
    return [_handoff(row, lines, questions, confirmations, words) for row in rows]


async def _words(work: Work, lines: Sequence[Row], questions: Sequence[Row], purpose: Purpose) -> dict[tuple[UUID, str], str]:
    keys = {line["id"]: line["case_id"] or line["handoff_id"] for line in lines}
    parts = [((line["id"], "sealed"), keys[line["id"]], line["sealed"]) for line in lines]
    parts += [
        ((one["id"], part), keys[one["line_id"]], one[part])
        for one in questions
        for part in ("sealed", "answer_sealed")
        if one[part]
    ]
    seals = [Sealed(key, content, "handoff of a shift") for _, key, content in parts]
    told = await vault.unseal_each(work, seals, purpose=purpose)
    return {name: said["note"] for (name, _, _), said in zip(parts, told, strict=True) if "note" in said}


def _handoff(
    row: Row, lines: Sequence[Row], questions: Sequence[Row], confirmations: Sequence[Row], words: dict[tuple[UUID, str], str]
) -> Handoff:
    def of(rows: Sequence[Row]) -> list[dict[str, Any]]:
        return [dict(one) for one in rows if one["handoff_id"] == row["id"]]

    return Handoff(
        id=row["id"],
        written_at=row["written_at"],
        before=Shift(row["from_shift_id"], row["from_function"]),
        after=Shift(row["to_shift_id"], row["to_function"]),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        state=HandoffState(row["state"]),
        reminders=row["reminders"],
        lines=tuple(Line(one["id"], one["case_id"], words.get((one["id"], "sealed"))) for one in of(lines)),
        added={kind: AddedList.from_json(told) for kind, told in row["added"].items()},
        questions=tuple(
            Question(
                one["id"], one["line_id"], one["asked_at"], one["answered_at"], words.get((one["id"], "sealed")),
                words.get((one["id"], "answer_sealed")),
            )
            for one in of(questions)
        ),
        confirmations=tuple(Confirmation(one["at"], one["function"], one["key_id"]) for one in of(confirmations)),
        version=row["version"],
    )  # fmt: skip
