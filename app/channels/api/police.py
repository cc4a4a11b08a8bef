"""Reports of the police, as their own form."""

import base64
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request, Response

from app.channels.api.reports import located
from app.channels.doors import PoliceDoor, PoliceReader, PoliceSender
from app.channels.police import MEDIA, ChannelEnded, Original, Purpose, ReportState
from app.channels.schemas.police import EntryIn, OriginalOut, PoliceReceipt, PoliceReportOut, PoliceReportTold
from app.channels.service import police
from app.core.errors import Conflict, Gone, Invalid, NotFound, PreconditionRequired, Refused, Stale
from app.core.http import USUAL_LIMIT, Cursor, Limit, PageOut, etag, expected_version, problems, rooms_router
from app.core.paging import after
from app.core.work import Row
from app.vault.purpose import Purpose as LookedFor

router = rooms_router("channels")
FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "description": "The report as it is: a mail, or the form alone.",
        "required": True,
        "content": {media: {"schema": {"type": "string", "format": "binary", "minLength": 1}} for media in MEDIA},
    }
}
AGAIN: Final[dict[int | str, dict[str, Any]]] = {200: {"model": PoliceReceipt, "description": "It was sent before"}}
Why = Annotated[LookedFor, Query(description="What you read it for; it is logged with the look")]


@router.post(
    "/police-reports",
    status_code=201,
    openapi_extra=FORM,
    responses=AGAIN | problems(Invalid, ChannelEnded, Conflict),
)
async def send_police_report(
    request: Request,
    work: PoliceDoor,
    response: Response,
    purpose: Annotated[Purpose, Query(description="Of decree BWBR0045999: a to report, b to answer the desk, c for support")],
    parser: Annotated[
        str | None, Query(max_length=100, pattern=r"^[\x21-\x7e]+$", description="Who reads it; default: by media type")
    ] = None,
) -> PoliceReceipt:
    """Send a report of the police as it is. What no parser can read is kept for a person; it need not be sent again.

    A desk's own key takes it in for that desk, that of the police for the national desk. The same mail twice is one report.
    """
    content = await request.body()
    if not content.strip():
        raise Invalid("The body is empty. Send the report as it is.")
    media = request.headers.get("content-type", "").split(";")[0].strip().lower()
    kept = await police.take_in(work, Original(content, media, purpose, parser))
    if kept.again:
        response.status_code = 200
    located(response, f"/v1/police-reports/{kept.id}")
    return PoliceReceipt(id=kept.id, state=kept.state, received_at=kept.received_at)


@router.get("/police-reports", responses=problems(Invalid))
async def list_police_reports(
    work: PoliceReader,
    cursor: Cursor = None,
    limit: Limit = USUAL_LIMIT,
    state: Annotated[ReportState | None, Query(description="`unread`: those that a person must enter by hand")] = None,
) -> PageOut[PoliceReportOut]:
    """Reports of the police that your organisation took in, oldest first, in codes."""
    page = await police.listed(work, after(cursor), limit, state)
    return PageOut[PoliceReportOut](items=[_out(row) for row in page.items], next=page.next)


@router.get("/police-reports/{report_id}", responses=problems(Invalid, NotFound))
async def read_police_report(report_id: UUID, work: PoliceSender) -> PoliceReportTold:
    """Whether your report was taken up, and by whom; so that the next patrol knows whom to ring. Nothing else is told."""
    far, by = await police.told(work, report_id)
    return PoliceReportTold(id=report_id, progress=far, taken_up_by=by)


@router.get("/police-reports/{report_id}/original", responses=problems(Invalid, NotFound, Gone))
async def read_original(report_id: UUID, purpose: Why, work: PoliceReader, response: Response) -> OriginalOut:
    """A report as it came. The look is logged."""
    row, content = await police.original_of(work, report_id, purpose)
    response.headers["ETag"] = etag(row["version"])
    return OriginalOut(
        id=report_id,
        media_type=row["media_type"],
        sha256=bytes(row["sha256"]).hex(),
        text=content.decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}"),
        content=base64.b64encode(content).decode(),
    )


@router.post("/police-reports/{report_id}/entry", responses=problems(Invalid, NotFound, Refused, Stale, PreconditionRequired))
async def enter_police_report(report_id: UUID, body: EntryIn, request: Request, work: PoliceReader) -> PoliceReportOut:
    """Say what you made of a report that no parser could read: the call that you entered, or that it is none."""
    version = expected_version(request)
    return _out(await police.enter(work, report_id, version, call_id=body.call_id, no_report=body.no_report))


def _out(row: Row) -> PoliceReportOut:
    return PoliceReportOut.model_validate({name: row[name] for name in PoliceReportOut.model_fields})
