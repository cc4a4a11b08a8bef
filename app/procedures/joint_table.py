"""A joint table: organisations assess one case together, each for itself first. Source: F43 (a network is a forum, no owner)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from app.core.errors import Conflict, FieldError, Forbidden, Invalid, Refused
from app.directory.holidays import add_working_days
from app.followup.items import Item, ItemKind, ItemState
from app.followup.obligations import DecidedBy

LONGEST: Final = timedelta(days=28)  # ⚙ until when judgements may be asked for
DECISION_WORKING_DAYS: Final = 2  # ⚙ after the judgements
FEWEST: Final = 2  # organisations at a table


class Verdict(StrEnum):
    """What an organisation finds should be done, and what the table decides."""

    EMERGENCY = "emergency"  # now, by the crisis service or the police
    INQUIRY = "inquiry"  # a Wvggz exploratory inquiry
    CARE = "care"  # voluntary, treatment or guidance
    SAFETY = "safety"  # measures for those around
    WATCH = "watch"  # nothing now; look again
    NOTHING = "nothing"


class TableState(StrEnum):
    """Where a table stands."""

    JUDGING = "judging"
    DECIDED = "decided"
    CALLED_OFF = "called_off"


STEPS: Final[Mapping[TableState, frozenset[TableState]]] = MappingProxyType(
    {
        TableState.JUDGING: frozenset({TableState.DECIDED, TableState.CALLED_OFF}),
        TableState.DECIDED: frozenset(),
        TableState.CALLED_OFF: frozenset(),
    }
)


class JudgedAlready(Conflict):
    """Each gives its judgement once."""

    slug, title = "judged-already", "Your organisation has given its judgement"


class TableOver(Refused):
    """It was decided, called off, or its moment has passed."""

    slug, title = "table-over", "The table is over"


class JudgementsAwaited(Refused):
    """Nothing is decided before all have judged or had their time."""

    slug, title = "judgements-awaited", "Others have yet to judge"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Who found what."""

    organisation: UUID
    verdict: Verdict


def state_of(item: Item) -> TableState:
    """Where the table of an item stands."""
    states = {ItemState.OPEN: TableState.JUDGING, ItemState.CANCELLED: TableState.CALLED_OFF}
    return states.get(item.state, TableState.DECIDED)


def invited_to(item: Item) -> tuple[UUID, ...]:
    """The organisations at a table."""
    return tuple(UUID(one) for one in item.facts["invited"])


def judge_by(item: Item) -> datetime:
    """Until when they may judge, UTC."""
    return datetime.fromisoformat(item.facts["judge_by"])


def invitation(invited: Iterable[UUID], by: datetime, signal: UUID | None, now: datetime) -> dict[str, Any]:
    """A table in codes; the row policies read `invited` and `judge_by`.

    Raises:
        Invalid: too few organisations; judgements are asked for until a moment past or too far.
    """
    chosen = sorted({str(one) for one in invited})
    faults = []
    if len(chosen) < FEWEST:
        faults.append(FieldError("/invited", "too_few", f"At least {FEWEST} organisations; the owner may be one of them."))
    if not now < by <= now + LONGEST:
        faults.append(FieldError("/judgeBy", "moment", f"A moment in the coming {LONGEST.days} days."))
    if faults:
        raise Invalid("No table can be held so. Nothing was changed.", errors=faults)
    return {"invited": chosen, "judge_by": by.isoformat()} | ({"signal": str(signal)} if signal else {})


def decision_due(by: datetime) -> datetime:
    """By when the owner decides, UTC, when judgements are given until `by`."""
    return add_working_days(by, DECISION_WORKING_DAYS)


def insist_on_place(item: Item, organisation: UUID, given: Iterable[Item], now: datetime) -> None:
    """Refuse a judgement that is not asked for.

    Raises:
        Forbidden: it was not invited. JudgedAlready: twice. TableOver: too late, so it would no longer be made alone.
    """
    if organisation not in invited_to(item):
        raise Forbidden("Your organisation was not invited to this table. Ask the owner of the case.")
    if any(one.organisation == organisation for one in given):
        raise JudgedAlready("A judgement is given once. Nothing was changed.")
    if state_of(item) is not TableState.JUDGING or judge_by(item) <= now:
        raise TableOver("Judgements are no longer taken: others may have read those that were given.", state=state_of(item))


def judgements_of(item: Item, items: Iterable[Item]) -> list[Item]:
    """Those judgements of a table that this organisation may see."""
    return [one for one in items if one.parent == item.id and one.kind is ItemKind.JUDGEMENT]


def step(item: Item, to: TableState) -> TableState:
    """The state after a step.

    Raises:
        TableOver: there is no such step.
    """
    state = state_of(item)
    if to not in STEPS[state]:
        raise TableOver(f"The table is {state}. Call another one if you need it.", state=state)
    return to


def may_decide(item: Item, *, told: bool) -> None:
    """Refuse a decision before all have judged or their time has run out.

    Raises:
        JudgementsAwaited: naming the moment from which it may be decided.
    """
    if not told:
        when = judge_by(item)
        raise JudgementsAwaited(
            f"Not all have judged yet. Decide when they have, or from {when:%Y-%m-%dT%H:%MZ} on.",
            judgeBy=when.isoformat().replace("+00:00", "Z"),
        )


def decision_facts(item: Item, given: Iterable[Judgement], verdict: Verdict, by: DecidedBy) -> dict[str, Any]:
    """The decision in codes, with everybody who found otherwise, and everybody who did not show."""
    found = {one.organisation: one.verdict for one in given}
    dissent = sorted(str(one) for one, theirs in found.items() if theirs is not verdict)
    absent = [str(one) for one in invited_to(item) if one not in found]
    return {"decision": verdict, "by": by, "dissent": dissent, "absent": absent}
