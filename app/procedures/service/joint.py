"""Joint tables: call one, judge each for oneself, decide with dissent and absence on record, or call it off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.cases.service import Case
from app.core import outbox
from app.core.errors import FieldError, Invalid, NotFound
from app.core.work import Work
from app.followup.items import Ending, Item, ItemKind, ItemState, NewItem
from app.followup.obligations import DecidedBy
from app.followup.service import items
from app.followup.service.plan import owned, shared
from app.procedures import queries
from app.procedures.bases import Basis, Consent, insist_on_basis
from app.procedures.events import JointTableCalled, JointTableDecided
from app.procedures.joint_table import (
    Judgement,
    TableState,
    Verdict,
    decision_due,
    decision_facts,
    insist_on_place,
    invitation,
    judgements_of,
    may_decide,
    step,
)
from app.signals.service import acting as signals
from app.team.audience import Audience
from app.team.service.hearing import hears, insist_on_team, on_team
from app.vault.purpose import Purpose

KINDS = (ItemKind.JOINT_TABLE, ItemKind.JUDGEMENT)


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who is asked for a judgement, until when, about which question; `signal`: the early signal it is about."""

    invited: tuple[UUID, ...]
    judge_by: datetime
    question: str
    signal: UUID | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A joint table, with the judgements that this organisation may see; `told`: everybody at the table may see them now."""

    item: Item
    judgements: tuple[Item, ...]
    told: bool


@dataclass(frozen=True, slots=True)
class Judging:
    """What an organisation finds, on which basis it takes part, and why; `audience`: who sees it later, by default the table."""

    verdict: Verdict
    basis: Basis | None
    words: str
    consent: Consent = Consent.NOT_ASKED
    audience: Audience = None
    for_table: bool = True


async def call(work: Work, case_id: UUID, new: Invitation) -> tuple[UUID, Case]:
    """Ask organisations of the team for their judgement, by the owner of the case, who may be one of them.

    Raises:
        NotFound, Forbidden, Refused: as `plan.owned`. Invalid: as `joint_table.invitation`; somebody is not on the team; the
        signal is not about this case.
    """
    facts = invitation(new.invited, new.judge_by, new.signal, work.at)
    case, situation = await owned(work, case_id)
    invited = tuple(UUID(one) for one in facts["invited"])
    await insist_on_team(work, case, invited, "/invited")
    if new.signal:
        await _insist_on_signal(work, case, new.signal)
    table = NewItem(
        ItemKind.JOINT_TABLE, work.at, invited, assigned_to=work.organisation, due_at=decision_due(new.judge_by), facts=facts,
        words={"note": new.question},
    )  # fmt: skip
    table_id, case = await items.add(work, case, situation, table)
    event = JointTableCalled(case_id=case_id, table_id=table_id, invited=invited, judge_by=new.judge_by)
    outbox.record(work, event, await hears(work, case, invited))
    return table_id, case


async def judge(work: Work, case_id: UUID, table_id: UUID, judging: Judging) -> tuple[UUID, Case]:
    """Give the judgement of this organisation, once. Nobody else sees it until all have, or the moment has passed.

    Raises:
        NotFound, Forbidden, Refused: as `plan.shared`. JudgedAlready, TableOver: as `joint_table.insist_on_place`.
        BasisMissing: on which basis? Invalid: shown to somebody outside the team.
    """
    case, situation = await shared(work, case_id)
    item = await items.item(work, case_id, table_id, ItemKind.JOINT_TABLE)
    given = judgements_of(item, await items.items(work, case_id, KINDS))
    insist_on_place(item, work.organisation, given, work.at)
    basis = insist_on_basis(judging.basis, judging.consent)
    still = {case.owner, *await on_team(work, case.id)}  # who has left since hinders nobody
    at_table = tuple(one for one in item.audience or () if one in still)
    judgement = NewItem(
        ItemKind.JUDGEMENT, work.at, at_table if judging.for_table else judging.audience, facts={"basis": basis},
        words={"note": judging.words, "verdict": judging.verdict}, parent=table_id,
    )  # fmt: skip
    return await items.add(work, case, situation, judgement)


async def decide(
    work: Work, case_id: UUID, table_id: UUID, version: int, decision: tuple[Verdict, DecidedBy, str]
) -> tuple[Item, Case]:
    """Decide, by the owner of the case, who has read what the others found: the look is logged.

    Who found otherwise, and who did not show, is told with the decision; nobody can leave it out.

    Raises:
        NotFound, Forbidden, Refused: as `plan.owned`. TableOver: it was decided or called off.
        JudgementsAwaited: others have yet to judge. Stale: another version was read.
    """
    verdict, by, note = decision
    await owned(work, case_id)
    item = await items.item(work, case_id, table_id, ItemKind.JOINT_TABLE)
    step(item, TableState.DECIDED)
    may_decide(item, told=await _told(work, table_id))
    found = await items.told(work, case_id, (ItemKind.JUDGEMENT,), Purpose.FOLLOW_UP)
    given = [Judgement(one.organisation, Verdict(said["verdict"])) for one, said in found if one.parent == table_id]
    facts = decision_facts(item, given, verdict, by)
    ended, case = await items.end(work, case_id, table_id, version, Ending(ItemState.DONE, note, facts, ItemKind.JOINT_TABLE))
    event = JointTableDecided(
        case_id=case_id, table_id=table_id, judged=len(given), dissenting=len(facts["dissent"]), absent=len(facts["absent"])
    )
    outbox.record(work, event, await hears(work, case, item.audience))
    return ended, case


async def call_off(work: Work, case_id: UUID, table_id: UUID, version: int, note: str | None) -> tuple[Item, Case]:
    """End a table without a decision, by the owner of the case. What was judged before stays its writers' own.

    Raises:
        NotFound, Forbidden, Refused: as `plan.owned`. TableOver, Stale: as `decide`.
    """
    await owned(work, case_id)
    step(await items.item(work, case_id, table_id, ItemKind.JOINT_TABLE), TableState.CALLED_OFF)
    return await items.end(work, case_id, table_id, version, Ending(ItemState.CANCELLED, note, kind=ItemKind.JOINT_TABLE))


async def tables(work: Work, case_id: UUID, purpose: Purpose | None) -> Sequence[tuple[Table, Mapping[UUID, Mapping[str, Any]]]]:
    """The joint tables that this organisation may see, oldest first, with words by id if a purpose is given.

    Raises:
        NotFound, Forbidden, Gone: as `items.told`.
    """
    if purpose:
        said = await items.told(work, case_id, KINDS, purpose)
        words: Mapping[UUID, Mapping[str, Any]] = {item.id: told for item, told in said}
        found = [item for item, _ in said]
    else:
        words, found = {}, await items.items(work, case_id, KINDS)
    called = [one for one in found if one.kind is ItemKind.JOINT_TABLE]
    return [(Table(one, tuple(judgements_of(one, found)), await _told(work, one.id)), words) for one in called]


async def _told(work: Work, table_id: UUID) -> bool:
    row = await work.one(queries.JUDGEMENTS_TOLD, table_id=table_id)
    return bool(row and row["told"])


async def _insist_on_signal(work: Work, case: Case, signal_id: UUID) -> None:
    fault = FieldError("/signalId", "signal", "An early signal that your organisation coordinates, about this case.")
    try:
        signal = await signals.read(work, signal_id)
    except NotFound:
        raise Invalid("There is no such early signal for your organisation.", errors=[fault]) from None
    if case.id not in signal.case_ids:
        raise Invalid("This early signal is not about this case.", errors=[fault])
