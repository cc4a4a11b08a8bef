"""Who would get a case, where nobody is, what must be covered, and how duty stands."""

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response

from app.core.errors import FieldError, Forbidden, Invalid, NotFound, PreconditionRequired, Stale
from app.core.http import USUAL_LIMIT, AskedMoment, Cursor, Limit, PageOut, etag, expected_version, problems, rooms_router
from app.core.ids import new_id
from app.core.paging import after
from app.coverage.following import LOOKED_AHEAD
from app.coverage.lines import NEEDS, Line
from app.coverage.schemas.demands import DemandIn, DemandOut, FallbackIn, FallbackOut, FallbacksOut
from app.coverage.schemas.gaps import (
    AcknowledgementIn,
    CoverageOut,
    CoverageSpansOut,
    CoveredOut,
    DutySummaryOut,
    FoundGapOut,
    FoundGapsOut,
    GapOut,
    GroupOut,
    RosterDutyOut,
)
from app.coverage.service import demands, find, gaps, summary
from app.coverage.service.demands import FallbackNotPossible
from app.coverage.service.gaps import GapCleared
from app.identity.doors import DirectoryDoor, DirectoryReader

router = rooms_router("coverage")
A_DAY: Final = timedelta(days=1)
At = Annotated[AskedMoment | None, Query(description="Default: now; any moment, the future too")]
From = Annotated[AskedMoment | None, Query(alias="from", description="Default: now")]
To = Annotated[AskedMoment | None, Query(description="At most 400 days after `from`")]
Place = Annotated[str | None, Query(max_length=6, description="Only this municipality, such as GM0363")]
Keeping = problems(Invalid, Forbidden, NotFound, Stale, PreconditionRequired)


@router.get("/coverage", responses=problems(Invalid))
async def read_coverage(work: DirectoryReader, at: At = None, line: Line = Line.URGENT) -> CoverageOut:
    """Who would get an urgent, normal or crisis case in every municipality at a moment, and why: the routing decision itself."""
    if line not in NEEDS:
        fault = FieldError("/line", "line", "Nobody calls for outreach: send crisis, urgent or normal.")
        raise Invalid("No case is of this line.", errors=[fault])
    moment = at or work.at
    return CoverageOut(at=moment, line=line, items=[CoveredOut.of(one) for one in await find.at_moment(work, line, moment)])


@router.get("/coverage/spans", responses=problems(Invalid))
async def read_coverage_spans(
    work: DirectoryReader, starts: From = None, to: To = None, line: Line = Line.URGENT, municipality: Place = None
) -> CoverageSpansOut:
    """Who would get a case of a line over a period (a day when `to` is not given): the same as spans."""
    start = starts or work.at
    period = find.period_of(start, to or start + A_DAY)
    found = await find.over_period(work, line, period, municipality)
    return CoverageSpansOut(starts_at=period.start, ends_at=period.end, line=line, items=[GroupOut.of(one) for one in found])


@router.get("/coverage/gaps", responses=problems(Invalid))
async def list_coverage_gaps(
    work: DirectoryReader,
    starts: From = None,
    to: To = None,
    line: Annotated[Line | None, Query(description="Default: all")] = None,
    municipality: Place = None,
    intended: Annotated[bool, Query(description="Also when nobody is asked for")] = True,
) -> FoundGapsOut:
    """Where nobody is near enough in a period (14 days when `to` is not given); what is free by design is marked as intended."""
    start = starts or work.at
    period = find.period_of(start, to or start + LOOKED_AHEAD)
    found = await find.find(work, period, [line] if line else Line)
    shown = [one for one in found if municipality is None or municipality in one.municipality_codes]
    return FoundGapsOut(items=[FoundGapOut.of(one) for one in shown if intended or not one.intended])


@router.get("/gaps", responses=problems(Invalid))
async def list_gaps(
    work: DirectoryReader,
    cursor: Cursor = None,
    limit: Limit = USUAL_LIMIT,
    cleared: Annotated[bool | None, Query(description="Only those that are over, or that are not")] = None,
    mine: Annotated[bool, Query(description="Only those of my own organisation, for who may see all")] = False,
) -> PageOut[GapOut]:
    """The gaps of your organisation, or all for a national desk and administrators, in the order they were found."""
    page = await gaps.stored(work, after(cursor), limit, cleared=cleared, mine=mine)
    return PageOut[GapOut](items=[GapOut.of(row) for row in page.items], next=page.next)


@router.get("/gaps/{gap_id}", responses=problems(Invalid, NotFound))
async def read_gap(gap_id: UUID, work: DirectoryReader, response: Response) -> GapOut:
    """One gap. Its ETag is what If-Match wants."""
    found = GapOut.of(await gaps.one(work, gap_id))
    response.headers["ETag"] = etag(found.version)
    return found


@router.post(
    "/gaps/{gap_id}/acknowledgement",
    status_code=201,
    responses=problems(Invalid, NotFound, GapCleared, Stale, PreconditionRequired),
)
async def acknowledge_gap(
    gap_id: UUID, body: AcknowledgementIn, work: DirectoryDoor, request: Request, response: Response
) -> GapOut:
    """Say that a gap is known and what is done about it. It stays open until it is filled. Needs If-Match."""
    found = GapOut.of(await gaps.acknowledge(work, gap_id, expected_version(request), body.code))
    response.headers["ETag"] = etag(found.version)
    return found


@router.get("/demands", responses=problems(Invalid))
async def list_demands(work: DirectoryReader, cursor: Cursor = None, limit: Limit = USUAL_LIMIT) -> PageOut[DemandOut]:
    """What must be covered, by id. Where no demand speaks: crisis on duty, and somebody for an urgent worry, at all hours."""
    page = await demands.demands(work, after(cursor), limit)
    return PageOut[DemandOut](items=[DemandOut.of(one) for one in page.items], next=page.next)


@router.post("/demands", status_code=201, responses=problems(Invalid, Forbidden))
async def create_demand(body: DemandIn, work: DirectoryDoor, response: Response) -> DemandOut:
    """Ask for cover where your organisation serves (an administrator: anywhere), in place of the default on those days."""
    made = await demands.ask(work, body.demand(new_id(work.at), work.organisation))
    response.headers["ETag"] = etag(made.version)
    response.headers["Location"] = f"/v1/demands/{made.id}"
    return DemandOut.of(made)


@router.get("/demands/{demand_id}", responses=problems(Invalid, NotFound))
async def read_demand(demand_id: UUID, work: DirectoryReader, response: Response) -> DemandOut:
    """One demand. Its ETag is what If-Match wants."""
    found = await demands.demand(work, demand_id)
    response.headers["ETag"] = etag(found.version)
    return DemandOut.of(found)


@router.put("/demands/{demand_id}", responses=Keeping)
async def change_demand(demand_id: UUID, body: DemandIn, work: DirectoryDoor, request: Request, response: Response) -> DemandOut:
    """Ask for something else from now on; with `validUntil` it ends. Needs If-Match."""
    new = body.demand(demand_id, work.organisation)
    found = await demands.change(work, demand_id, expected_version(request), new)
    response.headers["ETag"] = etag(found.version)
    return DemandOut.of(found)


@router.delete("/demands/{demand_id}", status_code=204, responses=Keeping)
async def remove_demand(demand_id: UUID, work: DirectoryDoor, request: Request) -> None:
    """Take back a demand that was a mistake; to end one, change its `validUntil`. Needs If-Match."""
    await demands.remove(work, demand_id, expected_version(request))


@router.get("/fallbacks")
async def list_fallbacks(work: DirectoryReader) -> FallbacksOut:
    """Which service closes whose gaps."""
    return FallbacksOut(items=[FallbackOut.model_validate(dict(row), by_name=True) for row in await demands.fallbacks(work)])


@router.post("/fallbacks", status_code=201, responses=problems(Invalid, Forbidden, NotFound, FallbackNotPossible))
async def create_fallback(body: FallbackIn, work: DirectoryDoor, response: Response) -> FallbackOut:
    """Let another service close the gaps of yours. It counts where that service is contracted too and has no roster here."""
    made = await demands.set_fallback(work, body.service_id, body.by_service_id)
    response.headers["ETag"] = etag(made["version"])
    return FallbackOut.model_validate(dict(made), by_name=True)


@router.delete("/fallbacks/{service_id}", status_code=204, responses=Keeping)
async def remove_fallback(service_id: UUID, work: DirectoryDoor, request: Request) -> None:
    """Let nobody close its gaps any more. Needs If-Match with its `version` in quotes, as the list tells it."""
    await demands.remove_fallback(work, service_id, expected_version(request))


@router.get("/duty-summary", responses=problems(Invalid, NotFound))
async def read_duty_summary(
    work: DirectoryReader,
    organisation_id: Annotated[UUID | None, Query(alias="organisationId", description="Default: your own")] = None,
) -> DutySummaryOut:
    """Who is on duty now, who is next, and what changes in the coming seven days, a roster at a time.

    Asked without `organisationId` it also tells which organisation your key is of.
    """
    whose = organisation_id or work.organisation
    found = await summary.duty(work, whose)
    return DutySummaryOut(organisation_id=whose, at=work.at, rosters=[RosterDutyOut.of(one) for one in found])
