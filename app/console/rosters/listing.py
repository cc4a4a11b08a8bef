"""The list: what is missing first, then every roster with who has duty now and who is next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from app.console.pages import language_of
from app.console.rosters.reading import LINES, may_plan, must_plan
from app.console.rosters.telling import helpers
from app.console.rosters.weeks import Week, week_at
from app.console.visiting import PageRoute, Visit, told_of, visiting
from app.core.actor import Role
from app.core.errors import FieldError, Invalid, Problem
from app.core.spans import Span
from app.coverage.duty import RosterDuty
from app.coverage.service import gaps, summary
from app.coverage.service.gaps import Acknowledgement
from app.directory.service import look_up

router = APIRouter(include_in_schema=False, route_class=PageRoute)
READS: Final = ["GET", "HEAD"]
ROLES: Final = (Role.PLANNER, Role.SUPERVISOR, Role.DESK)
Mine = Annotated[Visit, Depends(visiting(*ROLES), scope="function")]
MOST: Final = 200
NAMED: Final = 6  # municipalities that a gap names; of the others their number


@dataclass(frozen=True, slots=True)
class Followed:
    """A gap that the coverage room follows."""

    told: Mapping[str, Any]
    span: Span
    places: Sequence[str]
    more: int
    week: Week
    roster: RosterDuty | None
    owners: Sequence[str]


@router.api_route("/rosters", methods=READS)
async def rosters_page(visit: Mine) -> Response:
    """The rosters of one's organisation."""
    return await _list(visit)


@router.api_route("/rosters/list", methods=READS)
async def rosters_part(visit: Mine) -> Response:
    """The same, as the part of the page that is kept true."""
    return visit.page("rosters/parts/list.html", **await _listed(visit))


@router.post("/rosters/gaps/{gap_id}")
async def acknowledge(gap_id: UUID, visit: Mine) -> Response:
    """Say that a gap is known, and what is done about it."""
    must_plan(visit)
    fault: Problem | None
    try:
        code, version = Acknowledgement(visit.sent["code"]), int(visit.sent["version"])
    except ValueError:
        fault = Invalid("Choose what is done about it.", errors=[FieldError("/code", "choose", "Choose one.")])
    else:
        fault = await visit.attempt(lambda work: gaps.acknowledge(work, gap_id, version, code))
    if fault:
        return await _list(visit, fault)
    return RedirectResponse("/rosters?done=roster_gap", 303)


async def _list(visit: Visit, fault: Problem | None = None) -> Response:
    status = fault.status if fault else 200
    return visit.page("rosters/list.html", status=status, fault=fault, told_of=told_of, **await _listed(visit))


async def _listed(visit: Visit) -> dict[str, Any]:
    work, mine = visit.work, visit.account.organisation
    duties = await summary.duty(work, mine)
    everywhere = visit.account.role is Role.SUPERVISOR
    page = await gaps.stored(work, None, MOST, cleared=False, mine=not everywhere)
    rows = sorted((row for row in page.items if row["ends_at"] > work.at), key=lambda row: row["starts_at"])
    codes = sorted({code for row in rows for code in row["municipality_codes"]})
    names = await look_up.municipality_names(work, codes) if codes else {}
    others = sorted({one for row in rows for one in row["organisation_ids"] if one != mine})
    owners = {one.id: one.name for one in await look_up.named(work, others)} if others else {}
    found = [_followed(row, names, duties, owners) for row in rows]
    return {
        "duties": duties,
        "gaps": found,
        "missing": {one.roster_id: [gap for gap in found if gap.roster is one] for one in duties},
        "codes": list(Acknowledgement),
        "week_at": week_at,
        "may": may_plan(visit),
        **helpers(language_of(visit.request), visit.work.at),
    }


def _followed(
    row: Mapping[str, Any], names: Mapping[str, str], duties: Sequence[RosterDuty], owners: Mapping[UUID, str]
) -> Followed:
    places = sorted(names.get(code, code) for code in row["municipality_codes"])
    ours = (one for one in duties if row["line"] in LINES.get(one.line, ()) and one.organisation_id in row["organisation_ids"])
    told = sorted(owners[one] for one in row["organisation_ids"] if one in owners)
    span = Span(row["starts_at"], row["ends_at"])
    return Followed(row, span, places[:NAMED], max(0, len(places) - NAMED), week_at(row["starts_at"]), next(ours, None), told)
