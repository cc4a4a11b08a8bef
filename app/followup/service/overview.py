"""The page of a case: everything on it in one round trip, as far as who asks may see it; the look is logged once."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Table

from app.cases.case import case_of
from app.cases.service import Case, State
from app.core.errors import Forbidden, NotFound
from app.core.statement import row_of
from app.core.work import Work
from app.followup import queries
from app.followup.aftercare import Missing, earliest, missing, warnings
from app.followup.clocks import overdue_in
from app.followup.items import Item, item_of
from app.followup.obligations import owed_from_the_start
from app.followup.service.goals import reason_given
from app.followup.service.notes import opened
from app.followup.service.plan import moment, pending_in, situation_in
from app.followup.situation import Obligation, Situation
from app.followup.tables import aftercare_check, case_item, contact, goal, obligation
from app.team.membership import Member
from app.team.service.members import members_told
from app.vault import open as vault
from app.vault.purpose import Purpose

LAST_CONTACTS: Final = 5
Told = dict[str, Any]
"""Columns, and `words` by name."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page of a case shows. `missing` is for its owner only; None for others."""

    case: Case
    names: Mapping[UUID, str]
    team: Sequence[Member]
    goals: Sequence[Told]
    open: Sequence[tuple[Item, Told]]
    assessment: tuple[Item, Told] | None
    crisis_card: tuple[Item, Told] | None
    ownership: Item | None
    checks: Sequence[Told]
    obligations: Sequence[Told]
    contacts: Sequence[Told]
    overdue: Sequence[str]
    missing: Sequence[Missing] | None
    warnings: Sequence[Missing]


async def overview(work: Work, case_id: UUID, purpose: Purpose | None) -> Overview:
    """The page of a case, for its owner and its team; without a purpose in codes only, and then there is no look to log.

    Raises:
        NotFound: no such case for this organisation. Forbidden: it has no part in the case.
        Gone: the retention of the case has ended.
    """
    row = await work.one(queries.PAGE, case_id=case_id, contacts=LAST_CONTACTS)
    if row is None:
        raise NotFound("There is no such case, or it is not for your organisation.")
    case, page = case_of(row), row["page"]
    if page is None:
        raise Forbidden("This is for the owner of the case and its team. Ask the owner to invite your organisation.")
    if purpose:
        wrapped = page["key"]["wrapped"]
        vault.take_key(work, case_id, wrapped and bytes.fromhex(wrapped.removeprefix("\\x")))
    told = await _with_words(work, case_id, page, purpose)
    items = {name: [(item_of(one), one["words"]) for one in told[name]] for name in ITEMS}
    situation = replace(_situation(case, page), pending=pending_in([_waits(one) for one in row["pending"] or ()], work.at))
    visible = _seen(situation, {item.id for item, _ in items["open"]}, {one["id"] for one in told["goals"]})
    owner = case.owner == work.organisation
    return Overview(
        case=case,
        names={UUID(one): name for one, name in (page["names"] or {}).items()},
        team=members_told(page["team"]),
        goals=told["goals"],
        open=items["open"],
        assessment=next(iter(items["assessment"]), None),
        crisis_card=next(iter(items["crisis_card"]), None),
        ownership=next((item for item, _ in items["ownership"]), None),
        checks=[{**one, "earliest_at": earliest(one["week"], one["due_at"])} for one in told["checks"]],
        obligations=told["obligations"] or [_owed(one) for one in situation.obligations],
        contacts=told["contacts"],
        overdue=_overdue(case, situation, visible, work.at),
        missing=(missing(situation) if case.state is not State.CLOSED else ()) if owner else None,
        warnings=() if case.state is State.CLOSED else warnings(visible.goals, reason_given(told["goals"])),
    )


PARTS: Final[Mapping[str, tuple[Table, str]]] = MappingProxyType(
    {
        "goals": (goal, "outcome_sealed"),
        "open": (case_item, "ended_sealed"),
        "assessment": (case_item, "ended_sealed"),
        "crisis_card": (case_item, "ended_sealed"),
        "ownership": (case_item, "ended_sealed"),
        "checks": (aftercare_check, ""),
        "obligations": (obligation, ""),
        "contacts": (contact, ""),
    }
)
ITEMS: Final = ("open", "assessment", "crisis_card", "ownership")


async def _with_words(work: Work, case_id: UUID, page: Told, purpose: Purpose | None) -> dict[str, list[dict[str, Any]]]:
    """The rows of each part, with `words`, and `ended`: what was said at their end; all of them read in one look."""
    found = {name: [row_of(table, one) for one in _rows(page[name])] for name, (table, _) in PARTS.items()}
    sealed = [one.get(column) for name, (_, ended) in PARTS.items() for one in found[name] for column in ("sealed", ended)]
    words = iter(await opened(work, case_id, sealed, what="page of the case", purpose=purpose))
    return {name: [{**one, "words": next(words), "ended": next(words)} for one in found[name]] for name in PARTS}


def _rows(told: Sequence[Told] | Told | None) -> Sequence[Told]:
    if told is None:
        return ()
    return (told,) if isinstance(told, dict) else told


def _situation(case: Case, page: Told) -> Situation:
    situation = situation_in(case, page["clock"])
    if situation.obligations:
        return situation
    promise = page["promise"] or {"at": None, "facts": None}
    at = promise["at"] and moment(promise["at"])
    return replace(situation, obligations=owed_from_the_start(case.opened_at, promise["facts"], at))


def _waits(one: Told) -> Told:
    return {**one, "id": UUID(one["id"]), "organisation_id": UUID(one["organisation_id"]), "until": moment(one["until"])}


def _owed(one: Obligation) -> Told:
    """What is owed in a case on which nobody has worked yet."""
    return {"kind": one.kind, "due_at": one.due_at, "state": one.state, "ended_at": None, "facts": {}, "words": {}}


def _seen(situation: Situation, items: Container[UUID], goals: Container[UUID]) -> Situation:
    """As far as who asks may know of it."""
    return replace(
        situation,
        goals=tuple(one for one in situation.goals if one.id in goals),
        duties=tuple(one for one in situation.duties if one.id in items),
    )


def _overdue(case: Case, situation: Situation, visible: Situation, at: datetime) -> tuple[str, ...]:
    if case.deadline_at is None or case.deadline_kind is None or case.deadline_at > at:
        return ()
    known = overdue_in(visible, case.deadline_kind, at)
    return tuple(one for one in overdue_in(situation, case.deadline_kind, at) if one in known)
