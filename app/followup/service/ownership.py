"""The level of problem ownership: ask an official, accept or decline; it counts from the acceptance on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.cases.service import Case
from app.core.work import Work
from app.followup.items import Ending, Item, ItemKind, ItemState, NewItem, item_of
from app.followup.ownership import (
    Official,
    ProblemLevel,
    ScaleReason,
    ScaleRefusal,
    answer_by,
    insist_on_asked,
    insist_on_change,
    insist_on_official,
)
from app.followup.service import items
from app.followup.service.plan import shared


@dataclass(frozen=True, slots=True)
class Scaling:
    """Which level is asked for, of which official of which organisation, and why."""

    level: ProblemLevel
    official: Official
    organisation: UUID
    reason: ScaleReason
    answer_by: datetime | None = None
    note: str | None = None


async def ask(work: Work, case_id: UUID, asked: Scaling) -> tuple[UUID, Case]:
    """Ask an official to hold the problem at a level, heavier or lighter; nothing changes until it is accepted.

    Raises:
        NotFound, Forbidden, Refused: as `plan.shared`.
        Invalid: the function does not hold that level, it is not on the team, the moment is past, or it is so already.
        ScalingAsked: an answer is awaited.
    """
    insist_on_official(asked.level, asked.official)
    case, situation = await shared(work, case_id)
    current = await held(work, case_id)
    waiting = await items.valid(work, case_id, ItemKind.ESCALATION, ItemState.OPEN)
    insist_on_change(current, asked.level, asked.official, asked.organisation, asked=waiting is not None)
    facts = {"level": asked.level, "official": asked.official, "reason": asked.reason}
    due_at = answer_by(asked.level, asked.answer_by, work.at)
    new = NewItem(
        ItemKind.ESCALATION, work.at, assigned_to=asked.organisation, due_at=due_at, facts=facts, words={"note": asked.note}
    )
    return await items.add(work, case, situation, new)


async def answer(
    work: Work, case_id: UUID, item_id: UUID, version: int, refusal: ScaleRefusal | None, note: str | None
) -> tuple[Item, Case]:
    """Accept, or decline with a reason, by the organisation of the official who was asked.

    Raises:
        NotFound, Forbidden, Refused: as `plan.shared`, or nobody was asked so; another organisation was.
        ItemEnded: it was answered, or cancelled. Stale: another version was read.
    """
    await shared(work, case_id)
    insist_on_asked(await items.item(work, case_id, item_id, ItemKind.ESCALATION), work.organisation)
    facts: Mapping[str, Any] = {"reason": refusal} if refusal else {}
    state = ItemState.CANCELLED if refusal else ItemState.DONE
    return await items.end(work, case_id, item_id, version, Ending(state, note, facts, ItemKind.ESCALATION))


async def held(work: Work, case_id: UUID) -> Item | None:
    """The level that was accepted last."""
    row = await items.valid(work, case_id, ItemKind.ESCALATION, ItemState.DONE)
    return item_of(row) if row else None
