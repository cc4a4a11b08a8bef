"""Calamities: report, tell the inspectorate, decide; and whether a case is frozen by one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.cases.service import Case
from app.core import outbox
from app.core.work import Work
from app.directory.places import PlaceUnknown
from app.directory.service import look_up as directory
from app.followup.items import Ending, ItemKind, ItemState, NewItem
from app.followup.obligations import DecidedBy
from app.followup.service import items
from app.followup.service.plan import owned, shared
from app.followup.situation import Duty
from app.procedures import queries
from app.procedures.calamity import (
    DECIDED_WITHIN,
    Calamity,
    CalamityKind,
    CalamityOutcome,
    CalamityState,
    Inspectorate,
    calamity_of,
    end_facts,
    insist_on_step,
    report_due,
    report_facts,
)
from app.procedures.events import CalamityEnded, CalamityReported
from app.team.audience import Audience
from app.team.service.hearing import hears
from app.vault.purpose import Purpose

KINDS = (ItemKind.CALAMITY, ItemKind.CALAMITY_REPORT)


async def report(
    work: Work, case_id: UUID, kind: CalamityKind, happened_at: datetime, words: str, audience: Audience = ()
) -> tuple[UUID, Case]:
    """Report a calamity, by the owner of the case or somebody on its team. From now on nothing of the case is destroyed.

    The owner, who took the case in and the municipality's first desk hear at once; the inspectorate must hear in time.

    Raises:
        NotFound, Forbidden, Refused: as `plan.shared`. Invalid: it happened in the future; shown to somebody outside the team.
    """
    case, situation = await shared(work, case_id)
    calamity = NewItem(
        ItemKind.CALAMITY, happened_at, audience, due_at=work.at + DECIDED_WITHIN, facts={"what": kind}, words={"note": words}
    )
    calamity_id, case = await items.add(work, case, situation, calamity)
    situation = situation.with_duty(Duty(calamity_id, ItemKind.CALAMITY, calamity.due_at))
    by = report_due(work.at)
    duty = NewItem(ItemKind.CALAMITY_REPORT, work.at, audience, assigned_to=case.owner, due_at=by, parent=calamity_id)
    _, case = await items.add(work, case, situation, duty)
    event = CalamityReported(
        case_id=case_id, calamity_id=calamity_id, reference=case.reference, municipality_code=case.municipality_code,
        owner_organisation_id=case.owner or work.organisation, reported_by=work.organisation, report_by=by,
    )  # fmt: skip
    told = (*case.concerned, *await hears(work, case, audience), *await _municipality(work, case))
    outbox.record(work, event, told)
    return calamity_id, case


async def tell_inspectorate(
    work: Work, case_id: UUID, calamity_id: UUID, inspectorate: Inspectorate | None, by: DecidedBy, note: str | None
) -> Case:
    """Write down that the inspectorate was told; or, with None, that a manager decided that it need not be.

    Raises:
        NotFound, Forbidden, Refused: as `plan.owned`. ItemEnded: it was told.
        NeedsManager, Invalid: as `calamity.report_facts`.
    """
    facts = report_facts(inspectorate, by, note)
    calamity = await _of_owner(work, case_id, calamity_id)
    insist_on_step(calamity, CalamityState.TOLD)
    if calamity.report is None:
        raise LookupError("A calamity is reported with the duty to tell of it.")
    ending = Ending(ItemState.DONE if inspectorate else ItemState.CANCELLED, note, facts, ItemKind.CALAMITY_REPORT)
    return (await items.end(work, case_id, calamity.report.id, calamity.report.version, ending))[1]


async def end(
    work: Work, case_id: UUID, calamity_id: UUID, version: int, decision: tuple[CalamityOutcome, DecidedBy, str]
) -> Case:
    """Decide what a calamity led to: outcome, role, and why. Unless there is another, the case is no longer frozen.

    Raises:
        NotFound, Forbidden, Refused: as `plan.owned`. NeedsManager: another role decided. ItemEnded: it has ended.
        InspectorateNotTold: it must be, first. Stale: another version was read.
    """
    outcome, by, note = decision
    facts = end_facts(outcome, by)
    calamity = await _of_owner(work, case_id, calamity_id)
    insist_on_step(calamity, CalamityState.ENDED)
    _, case = await items.end(work, case_id, calamity_id, version, Ending(ItemState.DONE, note, facts, ItemKind.CALAMITY))
    told = (*case.concerned, *await hears(work, case, calamity.item.audience))
    outbox.record(work, CalamityEnded(case_id=case_id, calamity_id=calamity_id, outcome=outcome), told)
    return case


async def calamities(
    work: Work, case_id: UUID, purpose: Purpose | None
) -> Sequence[tuple[Calamity, Mapping[UUID, Mapping[str, Any]]]]:
    """The calamities that this organisation may see, oldest first, with their words by id if a purpose is given.

    Raises:
        NotFound, Forbidden, Gone: as `items.told`.
    """
    if purpose:
        told = await items.told(work, case_id, KINDS, purpose)
        words: Mapping[UUID, Mapping[str, Any]] = {item.id: said for item, said in told}
        found = [item for item, _ in told]
    else:
        words, found = {}, await items.items(work, case_id, KINDS)
    return [(calamity_of(one, found), words) for one in found if one.kind is ItemKind.CALAMITY]


async def is_frozen(work: Work, case_id: UUID) -> bool:
    """Whether a calamity forbids that anything of a case is destroyed; retention asks it, and the database insists on it."""
    row = await work.one(queries.IS_FROZEN, case_id=case_id)
    return bool(row and row["frozen"])


async def _of_owner(work: Work, case_id: UUID, calamity_id: UUID) -> Calamity:
    await owned(work, case_id)
    item = await items.item(work, case_id, calamity_id, ItemKind.CALAMITY)
    return calamity_of(item, await items.items(work, case_id, KINDS))


async def _municipality(work: Work, case: Case) -> tuple[UUID, ...]:
    """The first desk of the municipality, whose supervisor (Wmo) must know."""
    try:
        around = await directory.around(work, case.municipality_code)
    except PlaceUnknown:  # merged since: its successor's desk hears by the owner
        return ()
    return tuple(desk.organisation_id for desk in sorted(around.desks, key=lambda desk: desk.rank)[:1])
