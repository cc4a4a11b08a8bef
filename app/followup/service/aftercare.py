"""Read what is still to be done, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.work import Work
from app.followup import queries
from app.followup.aftercare import earliest
from app.followup.service.notes import opened
from app.followup.service.plan import owed_in, taking_part
from app.vault.purpose import Purpose

CHECK: tuple[str, ...] = ("id", "round", "week", "due_at", "state", "result", "decided_by", "ended_at", "snoozed")
WORDS: tuple[str, ...] = ("note", "reference", "person_said", "caller_said")
OBLIGATION: tuple[str, ...] = ("kind", "due_at", "state", "ended_at", "facts")


@dataclass(frozen=True, slots=True)
class Aftercare:
    """The checks of a case and what is owed in it, as the columns say, with notes when they were asked for."""

    checks: Sequence[Mapping[str, Any]]
    obligations: Sequence[Mapping[str, Any]]


async def aftercare(work: Work, case_id: UUID, purpose: Purpose | None) -> Aftercare:
    """The checks and what is owed; with a purpose also their notes, and then the look is logged.

    Raises:
        NotFound, Forbidden: as `plan.taking_part`.
    """
    case = await taking_part(work, case_id)
    checks = await work.rows(queries.CHECKS, case_id=case_id)
    owed = await work.rows(queries.OBLIGATIONS, case_id=case_id)
    told: list[dict[str, Any]] = [{} for _ in (*checks, *owed)]
    if purpose:
        parts = [row["sealed"] for row in (*checks, *owed)]
        told = await opened(work, case_id, parts, what="notes on aftercare", purpose=purpose)
    shown_checks = [
        {**{name: row[name] for name in CHECK}, "earliest_at": earliest(row["week"], row["due_at"]), "note": words.get("note")}
        for row, words in zip(checks, told, strict=False)
    ]
    shown_owed = [
        {**{name: row[name] for name in OBLIGATION}, **{name: words.get(name) for name in WORDS}}
        for row, words in zip(owed, told[len(checks) :], strict=True)
    ]
    if not shown_owed:  # nobody has worked on it yet
        shown_owed = [{"kind": one.kind, "due_at": one.due_at, "state": one.state} for one in await owed_in(work, case)]
    return Aftercare(shown_checks, shown_owed)
