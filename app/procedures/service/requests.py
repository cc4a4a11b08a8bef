"""Information requests: ask, be asked, answer, refuse, withdraw; and who learnt what by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.cases.service import Case
from app.core.errors import FieldError, Forbidden, Invalid
from app.core.work import Work
from app.directory.service import look_up as directory
from app.followup.items import Ending, Item, ItemKind, ItemState, NewItem
from app.followup.service import items
from app.followup.service.plan import shared
from app.procedures.requests import (
    Answering,
    Direction,
    Disclosure,
    NewRequest,
    RefusalReason,
    RequestState,
    answer_facts,
    disclosures_of,
    facts_of,
    step,
)
from app.team.audience import Audience
from app.team.service.hearing import on_team
from app.vault.purpose import Purpose

KIND = ItemKind.INFORMATION_REQUEST


@dataclass(frozen=True, slots=True)
class Asking:
    """When it is due, who sees it, and the question."""

    due_at: datetime
    question: str
    audience: Audience = None


async def ask(work: Work, case_id: UUID, new: NewRequest, asking: Asking) -> tuple[UUID, Case]:
    """Write down a request, out or in. One to the case's owner or a member of its team is theirs to answer.

    Raises:
        NotFound, Forbidden, Refused: as `plan.shared`.
        Invalid, BasisMissing: as `requests.facts_of`; nobody has the organisation's id; a moment that can't be meant.
    """
    facts = facts_of(new)
    case, situation = await shared(work, case_id)
    if new.organisation == work.organisation:
        fault = FieldError("/organisationId", "self", "Another organisation, or the kind of an outside party.")
        raise Invalid("Nobody asks themselves. Nothing was changed.", errors=[fault])
    if new.organisation and not await directory.named(work, [new.organisation]):
        fault = FieldError("/organisationId", "unknown", "An organisation of this directory.")
        raise Invalid("No organisation has this id.", errors=[fault])
    theirs = new.direction is Direction.OUT and new.organisation and await _has_part(work, case, new.organisation)
    written = NewItem(
        KIND, work.at, asking.audience, assigned_to=new.organisation if theirs else work.organisation, due_at=asking.due_at,
        facts=facts, words={"note": asking.question},
    )  # fmt: skip
    return await items.add(work, case, situation, written)


async def answer(work: Work, case_id: UUID, item_id: UUID, version: int, how: Answering, words: str) -> tuple[Item, Case]:
    """Answer a request, by whoever it is for; the answer of an outside party is written down by who asked.

    Raises:
        NotFound, Forbidden, Refused, Stale: as `items.end`. ItemEnded: it has ended.
        BasisMissing, Invalid: as `requests.answer_facts`. Forbidden: another organisation is asked.
    """
    found = await _open(work, case_id, item_id, RequestState.ANSWERED, as_asked=True)
    ending = Ending(ItemState.DONE, words, answer_facts(found, how), KIND)
    return await items.end(work, case_id, item_id, version, ending)


async def refuse(
    work: Work, case_id: UUID, item_id: UUID, version: int, reason: RefusalReason, note: str | None = None
) -> tuple[Item, Case]:
    """Refuse to answer, with a reason.

    Raises:
        NotFound, Forbidden, Refused, Stale, ItemEnded: as `answer`.
    """
    await _open(work, case_id, item_id, RequestState.REFUSED, as_asked=True)
    facts = {"result": RequestState.REFUSED, "reason": reason}
    return await items.end(work, case_id, item_id, version, Ending(ItemState.DONE, note, facts, KIND))


async def withdraw(work: Work, case_id: UUID, item_id: UUID, version: int, note: str | None = None) -> tuple[Item, Case]:
    """Take a request back, by who wrote it or the owner of the case; what asking disclosed stays on record.

    Raises:
        NotFound, Forbidden, Refused, Stale, ItemEnded: as `answer`.
    """
    found = await _open(work, case_id, item_id, RequestState.WITHDRAWN, as_asked=False)
    case, _ = await shared(work, case_id)
    if work.organisation not in {found.organisation, case.owner}:
        raise Forbidden("Only who asked, or the owner of the case, takes it back. Answer it, or refuse with a reason.")
    ending = Ending(ItemState.CANCELLED, note, {"result": RequestState.WITHDRAWN}, KIND)
    return await items.end(work, case_id, item_id, version, ending)


async def requests(work: Work, case_id: UUID, purpose: Purpose | None) -> Sequence[tuple[Item, dict[str, Any]]]:
    """The requests that this organisation may see, oldest first; with a purpose their words too, and the look is logged.

    Raises:
        NotFound, Forbidden, Gone: as `items.told`.
    """
    if purpose:
        return await items.told(work, case_id, (KIND,), purpose)
    return [(item, {}) for item in await items.items(work, case_id, (KIND,))]


async def disclosures(work: Work, case_id: UUID) -> list[Disclosure]:
    """Who learnt what about the person by requests, on which basis, as far as this organisation may see them.

    Raises:
        NotFound, Forbidden: as `items.items`.
    """
    return disclosures_of(await items.items(work, case_id, (KIND,)))


async def _has_part(work: Work, case: Case, organisation: UUID | None) -> bool:
    return organisation == case.owner or organisation in await on_team(work, case.id)


async def _open(work: Work, case_id: UUID, item_id: UUID, to: RequestState, *, as_asked: bool) -> Item:
    """The request before a step; `as_asked`: for whoever must answer, as long as they have a part in the case."""
    case, _ = await shared(work, case_id)
    found = await items.item(work, case_id, item_id, KIND)
    step(found, to)
    asked = found.assigned_to
    by_another = asked is not None and asked not in {found.organisation, work.organisation}
    if as_asked and by_another and await _has_part(work, case, asked):
        raise Forbidden("Who is asked answers. Take the request back if it is no longer needed.")
    return found
