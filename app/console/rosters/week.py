"""The page of a roster: a week as a grid, four weeks at a glance, what was changed, who takes turns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from app.console.pages import language_of
from app.console.rosters.grid import Drawer
from app.console.rosters.holes import Hole, Missing
from app.console.rosters.listing import READS, Mine
from app.console.rosters.reading import holes_of, known, may_plan, must_plan, seen_of
from app.console.rosters.telling import helpers
from app.console.rosters.weeks import SEEN, Week, step_of, week_at, week_named
from app.console.visiting import PageRoute, Visit, told_of
from app.core.errors import FieldError, Invalid, Problem
from app.core.spans import Span
from app.core.work import Work
from app.rosters.overrides import State
from app.rosters.service import feeds, overrides

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Glance:
    """A week of the strip: its holes to come, as steps from its start, and the hours that somebody is missed."""

    week: Week
    parts: list[tuple[str, int, int]]
    hours: float

    @classmethod
    def of(cls, week: Week, holes: list[Hole]) -> "Glance":
        """A week of these holes."""
        span = week.span
        cut = [
            (one.kind, max(one.span.start, span.start), min(one.span.end, span.end)) for one in holes if one.span.overlaps(span)
        ]
        parts = [(str(kind), step_of(span, start), max(1, step_of(Span(start, end), end))) for kind, start, end in cut]
        missed = sum((end - start).total_seconds() for kind, start, end in cut if kind is Missing.GAP)
        return cls(week, parts, missed / 3600)


@router.api_route("/rosters/{roster_id}", methods=READS)
async def week_page(roster_id: UUID, visit: Mine) -> Response:
    """A week of a roster."""
    return await show_week(visit, roster_id)


@router.post("/rosters/{roster_id}/overrides/{override_id}")
async def answer(roster_id: UUID, override_id: UUID, visit: Mine) -> Response:
    """Accept or decline a swap for whom it concerns, or withdraw a change."""
    must_plan(visit)
    sent = visit.sent
    fault: Problem | None
    try:
        state, version = State(sent["state"]), int(sent["version"])
    except ValueError:
        fault = Invalid("Choose what is to become of it.", errors=[FieldError("/state", "choose", "Choose one.")])
    else:
        fault = await visit.attempt(lambda work: _answered(work, override_id, version, state))
    if fault:
        return await show_week(visit, roster_id, fault)
    return RedirectResponse(f"/rosters/{roster_id}?week={_week(visit).name}&done=roster_{state}", 303)


@router.post("/rosters/{roster_id}/feeds")
async def make_feed(roster_id: UUID, visit: Mine) -> Response:
    """A secret address for calendar programs; it is told once, on the page that answers."""
    must_plan(visit)
    made: list[str] = []

    async def make(work: Work) -> None:
        made.append((await feeds.make_roster_feed(work, roster_id))[1])

    fault = await visit.attempt(make)
    return await show_week(visit, roster_id, fault, feed=made[0] if made else "")


@router.post("/rosters/{roster_id}/feeds/{feed_id}")
async def withdraw_feed(roster_id: UUID, feed_id: UUID, visit: Mine) -> Response:
    """Let an address show nothing any more."""
    must_plan(visit)
    if fault := await visit.attempt(lambda work: feeds.withdraw_feed(work, feed_id)):
        return await show_week(visit, roster_id, fault)
    return RedirectResponse(f"/rosters/{roster_id}?week={_week(visit).name}&done=roster_feed_withdrawn", 303)


async def show_week(visit: Visit, roster_id: UUID, fault: Problem | None = None, **values: Any) -> Response:
    """The page; after a fault the same page with it."""
    work, week = visit.work, _week(visit)
    weeks = [week_at(work.at).later(one) for one in range(SEEN)]
    ahead = Span(weeks[0].span.start, weeks[-1].span.end)
    one = await known(work, roster_id)
    coming = await holes_of(work, one.roster, ahead)
    shown = await seen_of(work, one, week.span, coming if week in weeks else None)
    kept = await feeds.feeds(work) if may_plan(visit) and shown.plan else []
    told: Mapping[str, Any] = {
        "seen": shown,
        "grid": Drawer(shown, week, work.at).grid(),
        "week": week,
        "glances": [Glance.of(one, list(coming)) for one in weeks],
        "missed": [one for one in coming if one.kind is Missing.GAP],
        "changed": [one for one in shown.overrides if _touches(one.override.span, one.override.other_span, week.span)],
        "cautions": [one for one in shown.schedule.cautions if one.span.overlaps(week.span)],
        "feeds": [one for one in kept if one.roster_id == roster_id],
        "may": may_plan(visit) and shown.plan is not None,
        "feed": "",
        "week_at": week_at,
        **helpers(language_of(visit.request), visit.work.at),
        **values,
    }
    status = fault.status if fault else 200
    return visit.page("rosters/week.html", status=status, fault=fault, told=told_of, **told)


async def _answered(work: Work, override_id: UUID, version: int, state: State) -> None:
    """A planner accepts and declines for whoever was asked: the organisation knows who said so."""
    kept = await overrides.override(work, override_id)
    by = kept.override.other if state in {State.ACCEPTED, State.DECLINED} else None
    await overrides.answer(work, override_id, version, state, by)


def _week(visit: Visit) -> Week:
    return week_named(visit.request.query_params.get("week", "") or visit.sent["week"], visit.work.at)


def _touches(span: Span, other: Span | None, week: Span) -> bool:
    return span.overlaps(week) or bool(other and other.overlaps(week))
