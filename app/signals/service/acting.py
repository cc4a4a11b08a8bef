"""Early signals as their coordinator sees them: read, acknowledged, dismissed with a reason, ended with what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from app.cases import service as cases
from app.core.errors import Conflict, NotFound
from app.core.http import match
from app.core.paging import Page, page_of
from app.core.work import Row, Work
from app.directory.service import look_up as directory
from app.directory.service.look_up import Organisation
from app.signals import queries
from app.signals.codes import Dismissal, Help, LedToHelp, SignalState
from app.signals.figures import Figures, figures
from app.signals.service.raising import act
from app.signals.service.rules import rules

NO_ID: Final = UUID(int=0)
OPEN: Final = frozenset({SignalState.RAISED, SignalState.ACKNOWLEDGED})


class SignalEnded(Conflict):
    """The signal was dismissed, or what came of it is known."""

    slug, title = "early-signal-ended", "The early signal has ended"


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal with what this organisation may know of it: its cases, and who else knows more."""

    row: Row
    explanation: dict[str, str]
    case_ids: tuple[UUID, ...]
    others: tuple[Organisation, ...]
    acts: Sequence[Row] | None = None


async def page(
    work: Work, after: UUID | None, limit: int, *, state: str = "", rule: str = "", municipality_code: str = ""
) -> Page[Signal]:
    """The signals that this organisation coordinates, oldest first."""
    binds = {"state": state, "rule": rule, "municipality_code": municipality_code, "organisation_id": work.organisation}
    rows = await work.rows(queries.SIGNALS, after=after or NO_ID, most=limit + 1, **binds)
    found = page_of(list(rows), limit, rows[limit - 1]["id"] if len(rows) > limit else None)
    return Page(await _signals(work, found.items), found.next)


async def open_about(work: Work, case_id: UUID) -> list[Signal]:
    """The open signals that a case is part of and that this organisation coordinates, oldest first."""
    rows = await work.rows(queries.OPEN_ABOUT, organisation_id=work.organisation, case_id=case_id)
    return await _signals(work, rows) if rows else []


async def read(work: Work, signal_id: UUID) -> Signal:
    """One signal, with what was done about it.

    Raises:
        NotFound: there is none with this id for this organisation.
    """
    [found] = await _signals(work, [_found(await work.one(queries.SIGNAL, signal_id=signal_id))])
    acts = await work.rows(queries.ACTS, signal_id=signal_id)
    return Signal(found.row, found.explanation, found.case_ids, found.others, acts)


async def acknowledge(work: Work, signal_id: UUID, version: int) -> Signal:
    """Somebody looks into it.

    Raises:
        NotFound: there is none with this id for this organisation.
        SignalEnded: there is nothing left to look into.
        Stale: it was changed since it was read.
    """
    return await _change(work, signal_id, version, "acknowledged", state=SignalState.ACKNOWLEDGED, acknowledged_at=work.at)


async def dismiss(work: Work, signal_id: UUID, version: int, reason: Dismissal) -> Signal:
    """It meant nothing; the rule is silent about the same subject for as long as the rules say for this reason.

    Raises:
        NotFound, SignalEnded, Stale: as `acknowledge`.
    """
    ended = {"state": SignalState.DISMISSED, "reason": reason, **_ended(work, reason)}
    return await _change(work, signal_id, version, "dismissed", reason, **ended)


async def conclude(work: Work, signal_id: UUID, version: int, led_to_help: LedToHelp, what: Help) -> Signal:
    """What came of it.

    Raises:
        NotFound, SignalEnded, Stale: as `acknowledge`.
    """
    quiet = "led_to_help" if led_to_help is LedToHelp.YES else "no_help"
    ended = {"state": SignalState.ENDED, "led_to_help": led_to_help, "what": what, **_ended(work, quiet)}
    return await _change(work, signal_id, version, "outcome", led_to_help, **ended)


async def evaluation(work: Work) -> list[Figures]:
    """What came of signals, per rule and municipality, of all organisations; small numbers of others are left out."""
    return figures(await work.rows(queries.FIGURES))


async def _change(work: Work, signal_id: UUID, version: int, done: str, code: str | None = None, **columns: Any) -> Signal:  # noqa: ANN401  columns
    row = _found(await work.one(queries.LOCKED, signal_id=signal_id))
    match(version, row["version"])
    if row["state"] not in OPEN:
        raise SignalEnded(f"This signal is {row['state']}. Nothing was changed.", state=row["state"])
    kept = {name: row[name] for name in ("acknowledged_at", "ended_at", "reason", "led_to_help", "what")}
    await work.change(queries.CHANGE, signal_id=signal_id, version=version, **{**kept, "quiet_until": None, **columns})
    act(work, signal_id, done, code)
    await work.flush()  # what was done is part of the answer
    return await read(work, signal_id)


def _ended(work: Work, why: str) -> dict[str, Any]:
    return {"ended_at": work.at, "quiet_until": work.at + rules().quiet.get(why, timedelta())}


async def _signals(work: Work, rows: Sequence[Row]) -> list[Signal]:
    visible = {one.id for one in await cases.some(work, sorted({one for row in rows for one in row["case_ids"]}))}
    others = {one for row in rows for one in row["involved"] if one != work.organisation}
    named = {one.id: one for one in await directory.named(work, sorted(others))}
    return [
        Signal(
            row=row,
            explanation=rule.said(row["facts"]) if (rule := rules().of(row["rule"])) else {},
            case_ids=tuple(one for one in row["case_ids"] if one in visible),
            others=tuple(named[one] for one in row["involved"] if one in named),
        )
        for row in rows
    ]


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound("There is no early signal with this id for your organisation. GET /v1/early-signals lists them.")
    return row
