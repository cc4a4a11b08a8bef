"""Calls that another desk hands over."""

from uuid import UUID

from fastapi import Response

from app.channels.api.reports import located, receipt_json
from app.channels.doors import TransferDoor, TransferSender
from app.channels.schemas.reports import ReportReceipt, TransferIn, TransferOut
from app.channels.service import reports
from app.core.errors import Invalid, NotFound, Refused
from app.core.http import USUAL_LIMIT, Cursor, Limit, PageOut, problems, rooms_router
from app.core.paging import after
from app.intake.codes import Channel
from app.intake.outcome import CallInFuture
from app.routing.decide import NobodyLeft

router = rooms_router("channels")


@router.post("/transfers", status_code=201, responses=problems(Invalid, CallInFuture, NobodyLeft, Refused))
async def hand_over_call(body: TransferIn, work: TransferDoor, response: Response) -> ReportReceipt:
    """Hand a call over to the national desk, with what was told. You answer for it until somebody has accepted.

    The event `nl.nodus.transfer.accepted.v1` says when that is. A case that you have already is not handed over here.
    """
    report_id, receipt = await reports.hand_over(work, body)
    located(response, f"/v1/transfers/{report_id}")
    return ReportReceipt.model_validate(receipt_json(work, report_id, receipt))


@router.get("/transfers", responses=problems(Invalid))
async def list_transfers(work: TransferSender, cursor: Cursor = None, limit: Limit = USUAL_LIMIT) -> PageOut[TransferOut]:
    """What your organisation handed over, oldest first."""
    page = await reports.sent(work, Channel.TRANSFER, after(cursor), limit)
    return PageOut[TransferOut](items=[_out(one) for one in page.items], next=page.next)


@router.get("/transfers/{transfer_id}", responses=problems(Invalid, NotFound))
async def read_transfer(transfer_id: UUID, work: TransferSender) -> TransferOut:
    """How far a call is that you handed over."""
    return _out(await reports.sent_one(work, Channel.TRANSFER, transfer_id))


def _out(one: reports.Sent) -> TransferOut:
    return TransferOut.model_validate(one, from_attributes=True)
