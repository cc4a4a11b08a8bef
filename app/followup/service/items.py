"""Items of a case: write, end, correct, read. What one of them means is said by whoever writes it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case
from app.core import outbox
from app.core.errors import NotFound, Stale
from app.core.http import match
from app.core.ids import new_id
from app.core.work import Row, Work
from app.followup import queries
from app.followup.events import ItemEnded as ItemEndedEvent
from app.followup.events import ItemWritten
from app.followup.items import Ending, Item, ItemKind, ItemState, NewItem, insist_on_end, insist_on_moments, item_of
from app.followup.service.notes import opened, sealed_note
from app.followup.service.plan import settle, shared
from app.followup.situation import Duty, Situation
from app.followup.tables import case_item
from app.team.audience import Audience
from app.team.service.hearing import hears, insist_on_part, insist_on_team
from app.vault.purpose import Purpose


async def write(work: Work, case_id: UUID, new: NewItem) -> tuple[UUID, Case]:
    """Write an item on a case, by its owner or somebody on its team; the case's next deadline takes it into account.

    Raises:
        NotFound, Forbidden, Refused: as `plan.shared`.
        Invalid: a moment that can't be meant; it is assigned to, or shown to, somebody outside the team.
    """
    case, situation = await shared(work, case_id)
    return await add(work, case, situation, new)


async def add(work: Work, case: Case, situation: Situation, new: NewItem) -> tuple[UUID, Case]:
    """As `write`, on a case that is locked already."""
    insist_on_moments(new, work.at)
    audience = await _audience(work, case, new.audience, new.assigned_to)
    item_id = new_id(work.at)
    state = ItemState.OPEN if new.open or new.due_at else ItemState.NOTED
    work.write(
        case_item, id=item_id, case_id=case.id, kind=new.kind, organisation_id=work.organisation, key_id=work.actor.key,
        written_at=work.at, at=new.at, audience=None if audience is None else list(audience), state=state,
        assigned_to=new.assigned_to, due_at=new.due_at, facts=dict(new.facts or {}), ended_facts={},
        sealed=await sealed_note(work, case.id, **(new.words or {})),
        parent_id=new.parent, corrects_id=new.corrects, version=1,
    )  # fmt: skip
    cases.line_for(work, case.id, new.kind, audience, {"item": str(item_id), "state": state, **(new.facts or {})})
    event = ItemWritten(
        case_id=case.id, item_id=item_id, kind=new.kind, organisation_id=work.organisation, state=state,
        assigned_to=new.assigned_to, due_at=new.due_at, corrects_id=new.corrects,
    )  # fmt: skip
    outbox.record(work, event, await hears(work, case, audience))
    if state is ItemState.OPEN:
        situation = situation.with_duty(Duty(item_id, new.kind, new.due_at, new.assigned_to))
    await work.flush()  # its kind and its references are checked before the case is told of it
    return item_id, await settle(work, case, situation, case.state)


async def end(work: Work, case_id: UUID, item_id: UUID, version: int, how: Ending) -> tuple[Item, Case]:
    """Say that an open item is done, or not going to be; by the case's owner, its writer, or who it is assigned to.

    Raises:
        NotFound, Forbidden, Refused: as `plan.shared`, or there is no such item for this organisation.
        ItemEnded, Forbidden, Refused: as `insist_on_end`. Stale: another version was read.
    """
    case, situation = await shared(work, case_id)
    found = await item(work, case_id, item_id, how.kind)
    insist_on_end(found, how, work.organisation, case.owner)
    match(version, found.version)
    ended = queries.CHANGE_ITEM.values(
        state=how.state, ended_at=work.at, ended_by=work.organisation, ended_facts=dict(how.facts),
        ended_sealed=await sealed_note(work, case_id, how.note),
    )  # fmt: skip
    if not await work.change(ended, item_id=item_id, seen=version):
        raise Stale(version + 1)
    cases.line_for(work, case_id, f"{found.kind}_{how.state}", found.audience, {"item": str(item_id), **how.facts})
    event = ItemEndedEvent(case_id=case_id, item_id=item_id, kind=found.kind, organisation_id=work.organisation, state=how.state)
    outbox.record(work, event, await hears(work, case, found.audience))
    case = await settle(work, case, situation.without(item_id), case.state)
    return await item(work, case_id, item_id), case


async def item(work: Work, case_id: UUID, item_id: UUID, kind: ItemKind | None = None) -> Item:
    """One item in codes.

    Raises:
        NotFound: there is none that this organisation may see, or it is of another kind.
    """
    row = await work.one(queries.ITEM, case_id=case_id, item_id=item_id)
    if row is None or (kind and row["kind"] != kind):
        raise NotFound("This case has no such item, or it is not for your organisation.")
    return item_of(row)


async def items(work: Work, case_id: UUID, kinds: Sequence[ItemKind] = ()) -> list[Item]:
    """The items of a case that this organisation may see, in codes, oldest first.

    Raises:
        NotFound: no such case for this organisation. Forbidden: it has no part in the case.
    """
    await insist_on_part(work, await cases.get(work, case_id))
    rows = await work.rows(queries.ITEMS, case_id=case_id)
    return [item_of(row) for row in rows if not kinds or row["kind"] in kinds]


async def valid(work: Work, case_id: UUID, kind: ItemKind, state: ItemState | None = None) -> Row | None:
    """The row of the latest item of a kind that was neither corrected nor entered in error; of those in `state`, if one is named.

    Of what ends, the one that ended last.
    """
    return await work.one(queries.latest_valid(state), case_id=case_id, kind=kind)


async def told(work: Work, case_id: UUID, kinds: Sequence[ItemKind], purpose: Purpose) -> list[tuple[Item, dict[str, Any]]]:
    """The same with their words, and `ended`: what was said at their end; the look is logged.

    Raises:
        NotFound, Forbidden: as `items`. Gone: the retention of the case has ended.
    """
    await insist_on_part(work, await cases.get(work, case_id))
    rows = [row for row in await work.rows(queries.ITEMS, case_id=case_id) if not kinds or row["kind"] in kinds]
    parts = [row[column] for column in ("sealed", "ended_sealed") for row in rows]
    words = await opened(work, case_id, parts, what="items of the case", purpose=purpose)
    return [
        (item_of(row), {**said, "ended": ended.get("note")})
        for row, said, ended in zip(rows, words[: len(rows)], words[len(rows) :], strict=True)
    ]


async def _audience(work: Work, case: Case, audience: Audience, assigned_to: UUID | None) -> Audience:
    """With whoever must do it, who must be able to see it."""
    if assigned_to:
        await insist_on_team(work, case, (assigned_to,), "/assignedTo")
    if audience:
        await insist_on_team(work, case, audience, "/named")
    if audience is None or assigned_to is None or assigned_to == case.owner:
        return audience
    return tuple(sorted({*audience, assigned_to}))
