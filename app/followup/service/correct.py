"""Correct what is written, or say that it was entered in error; the old stays readable, and no duty is lost by it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case
from app.core import outbox
from app.core.errors import Stale
from app.core.http import match
from app.core.ids import new_id
from app.core.work import Work
from app.followup import queries
from app.followup.correcting import CorrectionReason, corrected_facts, correction_audience, insist_on_correctable
from app.followup.events import ItemWritten
from app.followup.items import Item, ItemState, NewItem, insist_on_moments
from app.followup.service.items import item
from app.followup.service.notes import sealed_note
from app.followup.service.plan import settle, shared
from app.followup.tables import case_item
from app.team.service.hearing import hears


async def correct(
    work: Work, case_id: UUID, item_id: UUID, version: int, reason: CorrectionReason, new: NewItem | None
) -> tuple[UUID, Case]:
    """Put `new` in the place of an item; None: it was entered in error, and nothing takes its place.

    Of `new` the codes, the words and the moment count. Who must do it, by when, and what became of it pass over unchanged.

    Raises:
        NotFound, Forbidden, Refused: as `plan.shared`, or there is no such item for this organisation.
        Corrected, DutyWouldBeLost, Forbidden, Refused: as `insist_on_correctable`. Stale: another version was read.
        Invalid: it happens in the future, or is of another kind.
    """
    case, situation = await shared(work, case_id)
    found = await item(work, case_id, item_id)
    insist_on_correctable(found, work.organisation, case.owner, taken_back=new is None)
    match(version, found.version)
    correction = new_id(work.at)
    if new is None:
        codes: dict[str, Any] = {"withdrawn": True, "reason": reason}
        await _write(work, case, found, codes, {"id": correction, "state": ItemState.NOTED, "at": work.at})
    else:
        insist_on_moments(NewItem(new.kind, new.at), work.at)
        codes = corrected_facts(found, new.kind, new.facts or {}, reason)
        sealed = await sealed_note(work, case_id, **(new.words or {}))
        columns = {"id": correction, "at": new.at, "sealed": sealed, **await _passed_over(work, found)}
        await _write(work, case, found, codes, columns)
    if found.state is ItemState.OPEN:
        situation = situation.without(found.id).with_duty(found.duty_of(correction))
        await _end(work, found)
    await work.flush()
    return correction, await settle(work, case, situation, case.state)


async def _write(work: Work, case: Case, found: Item, codes: Mapping[str, Any], columns: Mapping[str, Any]) -> None:
    audience = correction_audience(found)
    usual: dict[str, Any] = {
        "assigned_to": None, "due_at": None, "ended_at": None, "ended_by": None, "ended_facts": {}, "ended_sealed": None,
        "sealed": None,
    }  # fmt: skip
    row = usual | dict(columns)
    work.write(
        case_item, case_id=case.id, kind=found.kind, organisation_id=work.organisation,
        key_id=work.actor.key, written_at=work.at, audience=None if audience is None else list(audience), facts=dict(codes),
        parent_id=found.parent, corrects_id=found.id, version=1, **row,
    )  # fmt: skip
    told = {"item": str(row["id"]), "corrects": str(found.id), "reason": codes["reason"]}
    cases.line_for(work, case.id, f"{found.kind}_corrected", audience, told)
    event = ItemWritten(
        case_id=case.id, item_id=row["id"], kind=found.kind, organisation_id=work.organisation, state=row["state"],
        assigned_to=row["assigned_to"], due_at=row["due_at"], corrects_id=found.id,
    )  # fmt: skip
    outbox.record(work, event, await hears(work, case, audience))


async def _passed_over(work: Work, found: Item) -> dict[str, Any]:
    """What a correction leaves as it is: who must do it, by when, and what became of it, with its words."""
    names = ("state", "assigned_to", "due_at", "ended_at", "ended_by", "ended_facts", "ended_sealed")
    row = await work.one(queries.ITEM, case_id=found.case_id, item_id=found.id)
    return {name: row[name] for name in names} if row else {}


async def _end(work: Work, found: Item) -> None:
    ended = queries.CHANGE_ITEM.values(
        state=ItemState.CANCELLED, ended_at=work.at, ended_by=work.organisation, ended_facts={"corrected": True}
    )
    if not await work.change(ended, item_id=found.id, seen=found.version):
        raise Stale(found.version + 1)
