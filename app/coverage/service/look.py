"""Look for gaps ahead, keep them, and tell of them: each thing once, whichever worker does it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from app.core import outbox
from app.core.ids import new_id
from app.core.spans import Span
from app.core.work import Work
from app.coverage import queries
from app.coverage.events import GapClosed, GapFound, GapNear
from app.coverage.following import LOOKED_AHEAD, ClosedBy, Followed, Level, changes, level_at, next_at
from app.coverage.gaps import Gap
from app.coverage.lines import Line
from app.coverage.service.find import find
from app.coverage.tables import gap as gap_table
from app.directory.service import coverage as directory
from app.directory.service import look_up

AGAIN_AFTER: Final = timedelta(hours=1)  # ⚙ when nothing changed: what comes into sight is told within it


async def must_look(work: Work) -> bool:
    """Whether the directory, the rosters or what is asked changed since the last look, or an hour has passed."""
    seen = await work.one(queries.LOOK)
    return seen is not None and await _is_due(work, seen)


async def look(work: Work) -> None:
    """Find the gaps of the coming fourteen days; what is new is told, what is over too. Nothing when another worker looks."""
    seen = await work.one(queries.LOOK_LOCKED)
    if seen is None or not await _is_due(work, seen):
        return
    period = Span(work.at, work.at + LOOKED_AHEAD)
    found = await find(work, period, Line)
    plan = changes([followed_of(row) for row in await work.rows(queries.OPEN_LOCKED)], found, period)
    for gap in plan.new:
        _keep(work, gap, runs_on=gap.span.end >= period.end)
    await _change(work, [*map(_row, plan.kept), *(_closed(work, one, why) for one, why in plan.closed)])
    version = await directory.version(work)
    await work.change(queries.LOOKED, version=version, next_at=work.at + AGAIN_AFTER)


async def _is_due(work: Work, seen: Mapping[str, Any]) -> bool:
    return bool(seen["next_at"] <= work.at) or seen["directory_version"] != await directory.version(work)


async def due_gaps(work: Work) -> list[UUID]:
    """The open gaps of which somebody must hear now, or whose time has gone by."""
    return [row["id"] for row in await work.rows(queries.DUE, at=work.at)]


async def follow(work: Work, gap_id: UUID) -> None:
    """Tell of a gap whoever must hear it by now; close it when its time has gone by. Nothing when another worker was faster."""
    row = await work.one(queries.LOCKED, gap_id=gap_id, at=work.at)
    if row is None:
        return
    one = followed_of(row)
    if one.gap.span.end <= work.at:
        await _change(work, [_closed(work, one, ClosedBy.PASSED)])
        return
    level, desks = level_at(one, work.at), await look_up.national_desks(work)
    fresh = tuple(desk for desk in desks if desk not in one.told)
    if level is Level.NATIONAL_DESK:
        outbox.record(work, GapNear(**_told(one.id, one.gap), left=one.gap.left), (*one.gap.organisation_ids, *desks))
    elif fresh:
        outbox.record(work, GapFound(**_told(one.id, one.gap), left=one.gap.left, level="supervisor"), fresh)
    await _change(work, [_row(replace(one, level=level, told=(*one.told, *fresh)))])


def _keep(work: Work, one: Gap, *, runs_on: bool) -> None:
    """A gap that was not there before; its planner hears it."""
    gap_id = new_id(work.at)
    followed = Followed(gap_id, one, runs_on, Level.PLANNER, work.at)
    work.write(
        gap_table,
        id=gap_id,
        line=one.line,
        municipality_codes=list(one.municipality_codes),
        organisation_ids=list(one.organisation_ids),
        span=f"[{one.span.start.isoformat()},{one.span.end.isoformat()})",
        runs_on=runs_on,
        left_rung=one.left,
        reason=one.reason,
        level=Level.PLANNER,
        told=list(one.organisation_ids),
        found_at=work.at,
        next_at=next_at(followed),
        version=1,
    )
    outbox.record(work, GapFound(**_told(gap_id, one), left=one.left, level="planner"), one.organisation_ids)


def _closed(work: Work, one: Followed, why: ClosedBy) -> dict[str, object]:
    outbox.record(work, GapClosed(**_told(one.id, one.gap), closed_by=why), one.told)
    return {**_row(one), "cleared_at": work.at, "closed_by": why}


def _row(one: Followed) -> dict[str, object]:
    return {
        "id": one.id,
        "starts_at": one.gap.span.start,
        "ends_at": one.gap.span.end,
        "runs_on": one.runs_on,
        "level": int(one.level),
        "told": one.told,
        "next_at": next_at(one),
    }


async def _change(work: Work, changed: list[dict[str, object]]) -> None:
    if changed:
        await work.change(queries.CHANGE_GAPS, changed=orjson.dumps(changed, default=str).decode())


def _told(gap_id: UUID, one: Gap) -> dict[str, Any]:
    return {
        "gap_id": gap_id,
        "line": one.line,
        "municipality_codes": one.municipality_codes,
        "organisation_ids": one.organisation_ids,
        "starts_at": one.span.start,
        "ends_at": one.span.end,
        "reason": one.reason,
    }


def followed_of(row: Mapping[str, Any]) -> Followed:
    """The value of a stored gap."""
    span = Span(row["starts_at"], row["ends_at"])
    codes, who = tuple(row["municipality_codes"]), tuple(row["organisation_ids"])
    gap = Gap(Line(row["line"]), codes, who, span, row["left_rung"], row["reason"])
    return Followed(row["id"], gap, row["runs_on"], Level(row["level"]), row["found_at"], tuple(row["told"]))
