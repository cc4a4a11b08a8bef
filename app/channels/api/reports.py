"""Reports of professionals."""

from typing import Any

from fastapi import Response

from app.channels.doors import ReportDoor, ReportSender
from app.channels.schemas.reports import ReportIn, ReportOut, ReportReceipt
from app.channels.service import reports
from app.core.errors import Invalid
from app.core.http import USUAL_LIMIT, Cursor, Limit, PageOut, problems, rooms_router
from app.core.paging import after
from app.core.work import Work
from app.intake.codes import Channel
from app.intake.service.ending import Receipt
from app.intake.wire import verdict_json
from app.routing.decide import NobodyLeft

router = rooms_router("channels")


@router.post("/reports", status_code=201, responses=problems(Invalid, NobodyLeft))
async def send_report(body: ReportIn, work: ReportDoor) -> ReportReceipt:
    """Report a worry as a professional. The national desk takes it in and is responsible until somebody has accepted it."""
    report_id, receipt = await reports.send_report(work, body)
    return ReportReceipt.model_validate(receipt_json(work, report_id, receipt))


@router.get("/reports", responses=problems(Invalid))
async def list_reports(work: ReportSender, cursor: Cursor = None, limit: Limit = USUAL_LIMIT) -> PageOut[ReportOut]:
    """What your organisation reported and how far each is, oldest first."""
    page = await reports.sent(work, Channel.PROFESSIONAL, after(cursor), limit)
    items = [ReportOut(id=one.id, reference=one.reference, sent_at=one.sent_at, progress=one.progress) for one in page.items]
    return PageOut[ReportOut](items=items, next=page.next)


def receipt_json(work: Work, report_id: object, receipt: Receipt) -> dict[str, Any]:
    """What a sender is told at once."""
    hand_offs = verdict_json(receipt.verdict)["hand_offs"]
    return {"id": report_id, "reference": receipt.reference, "sent_at": work.at, "hand_offs": hand_offs}


def located(response: Response, path: str) -> None:
    """Say where what was made is."""
    response.headers["Location"] = path
