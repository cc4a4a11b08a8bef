"""Figures: the page, and what stands on it as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.console.figures import counting
from app.console.figures.period import COMPARED, Chosen, Days, chosen
from app.console.figures.screens import KEYS_UP_TO, MINUTES_UP_TO, screens
from app.console.municipalities import country_now, picture
from app.console.visiting import PageRoute, Visit, visiting
from app.core.actor import Role
from app.core.errors import Invalid
from app.directory.service.look_up import local_day

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Reading = Annotated[Visit, Depends(visiting(Role.SUPERVISOR, Role.PLANNER, Role.ADMINISTRATOR), scope="function")]
READS: Final = ["GET", "HEAD"]
PLACES_SHOWN: Final = 20
RUNS: Final = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for a formula


@router.api_route("/figures", methods=READS)
async def figures(visit: Reading) -> Response:
    """Figures of the period that was chosen, or what is wrong with it."""
    choice, country = _chosen(visit), await country_now(visit.request)  # it takes a connection of its own: first
    work, days, other = visit.work, choice.days, choice.other
    return visit.page(
        "figures/figures.html",
        status=400 if choice.faults else 200,
        choice=choice,
        choices=COMPARED,
        urgencies=counting.URGENCIES,
        reports=await counting.reports(work, days) if days else None,
        before=await counting.reports(work, other) if other else None,
        phone=await counting.phone(work, days.span) if days else None,
        funnel=await counting.funnel(work, days, other) if days else [],
        aftercare=await counting.aftercare(work, days, other) if days else [],
        reasons=await counting.reasons(work, days, other) if days else [],
        share=counting.share,
        repeats=await counting.repeats(work),
        screens=await screens(work, days) if days and visit.account.role is Role.SUPERVISOR else None,
        keys_up_to=KEYS_UP_TO,
        minutes_up_to=MINUTES_UP_TO,
        places_shown=PLACES_SHOWN,
        map=picture(visit.request, "figures-places", country, frozenset()),
    )


@router.api_route("/figures/municipalities.csv", methods=READS)
async def municipalities_csv(visit: Reading) -> Response:
    """Who would be asked first in every municipality now."""
    shown = (await country_now(visit.request)).municipalities
    rows = ((one.code, one.name, one.rung or "", one.organisation, one.why) for one in shown)
    return _csv("municipalities", ("code", "municipality", "rung", "organisation", "why"), rows)


@router.api_route("/figures/reports.csv", methods=READS)
async def reports_csv(visit: Reading) -> Response:
    """Reports by municipality in a period; empty where there were fewer than five."""
    found = await counting.reports(visit.work, _days(visit))
    rows = ((code, name, "" if count is None else count) for code, name, count in found.by_place)
    return _csv("reports", ("code", "municipality", "reports"), rows)


@router.api_route("/figures/urgencies.csv", methods=READS)
async def urgencies_csv(visit: Reading) -> Response:
    """Reports by urgency in a period."""
    found = await counting.reports(visit.work, _days(visit))
    rows = ((urgency, found.by_urgency.get(urgency, 0)) for urgency in counting.URGENCIES)
    return _csv("urgencies", ("urgency", "reports"), rows)


@router.api_route("/figures/funnel.csv", methods=READS)
async def funnel_csv(visit: Reading) -> Response:
    """How far the cases came that were opened in a period, and in the one that it is compared with."""
    return _steps("funnel", await counting.funnel(visit.work, _days(visit), _chosen(visit).other))


@router.api_route("/figures/reasons.csv", methods=READS)
async def reasons_csv(visit: Reading) -> Response:
    """Why offers were not taken."""
    return _steps("reasons", await counting.reasons(visit.work, _days(visit), _chosen(visit).other))


@router.api_route("/figures/aftercare.csv", methods=READS)
async def aftercare_csv(visit: Reading) -> Response:
    """Aftercare checks that were due, by what became of them."""
    found = await counting.aftercare(visit.work, _days(visit), None)
    rows = ((one.week, one.told.on_time, one.told.late, one.told.missing, one.told.waived) for one in found)
    return _csv("aftercare", ("week", "on_time", "late", "missing", "waived"), rows)


@router.api_route("/figures/signals.csv", methods=READS)
async def signals_csv(visit: Reading) -> Response:
    """What came of early signals, by rule and municipality; empty where it is too little to be told."""
    found = await counting.repeats(visit.work)
    rows = ((one.rule, one.municipality_code, name, one.raised, one.acknowledged) for name, one in found)
    told = (["" if value is None else value for value in row] for row in rows)
    return _csv("signals", ("rule", "code", "municipality", "raised", "acknowledged"), told)


def _chosen(visit: Visit) -> Chosen:
    return chosen(visit.request.query_params, local_day(visit.work.at))


def _days(visit: Visit) -> Days:
    choice = _chosen(visit)
    if choice.days is None:
        raise Invalid("The period is not one that can be looked at. Choose one on the page of figures.")
    return choice.days


def _steps(name: str, steps: Iterable[counting.Step]) -> Response:
    rows = ((one.name, one.count, "" if one.before is None else one.before) for one in steps)
    return _csv(name, (name, "count", "before"), rows)


def _csv(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A file for a spreadsheet, in which nothing runs."""
    kept = io.StringIO()
    writer = csv.writer(kept)
    writer.writerow(head)
    for row in rows:
        writer.writerow([f"'{value}" if str(value).startswith(RUNS) else value for value in row])
    headers = {"Content-Disposition": f'attachment; filename="nodus-{name}.csv"', "Cache-Control": "no-store"}
    return Response(kept.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
