"""The crisis card: one is valid, a new one takes its place, and the earlier ones stay readable."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.cases.service import Case
from app.core.errors import NotFound
from app.core.work import Work
from app.followup.items import Item, ItemKind, NewItem, item_of
from app.followup.service.items import add, valid
from app.followup.service.notes import opened
from app.followup.service.plan import shared, taking_part
from app.followup.written import insist_on_current
from app.vault.purpose import Purpose


async def write_card(work: Work, case_id: UUID, words: Mapping[str, str | None], replaces: UUID | None) -> tuple[UUID, Case]:
    """Write a crisis card, which takes the place of `replaces`. The whole team sees it: it is for whoever is there.

    Raises:
        NotFound, Forbidden, Refused: as `plan.shared`.
        CardChanged: another card is valid than the one that was read.
    """
    case, situation = await shared(work, case_id)
    current = await valid(work, case_id, ItemKind.CRISIS_CARD)
    insist_on_current(current["id"] if current else None, replaces)
    new = NewItem(ItemKind.CRISIS_CARD, work.at, None, words=words, corrects=replaces)
    return await add(work, case, situation, new)


async def card(work: Work, case_id: UUID, purpose: Purpose) -> tuple[Item, dict[str, Any]]:
    """The crisis card that is valid now, with its words; the look is logged.

    Raises:
        NotFound, Forbidden: as `plan.taking_part`, or there is none. Gone: the retention of the case has ended.
    """
    await taking_part(work, case_id)
    row = await valid(work, case_id, ItemKind.CRISIS_CARD)
    if row is None:
        raise NotFound("This case has no crisis card. Make one with the person: what helps, what does not, whom to ring.")
    [words] = await opened(work, case_id, [row["sealed"]], what="crisis card", purpose=purpose)
    return item_of(row), words
