"""Take in what professionals report and other desks hand over, and tell them how far it is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.cases import service as cases
from app.channels import queries
from app.channels.events import TransferAccepted
from app.channels.progress import Progress, progress
from app.channels.schemas.reports import ReportIn, TransferIn
from app.channels.tables import report
from app.core import outbox
from app.core.errors import NotFound, Refused
from app.core.ids import new_id
from app.core.paging import Page, page_of
from app.core.work import Row, Work
from app.directory.service import look_up as directory
from app.intake.codes import Anonymity, Channel, Relation
from app.intake.schemas.asked import CallerIn, CallIn
from app.intake.service.ending import Receipt
from app.intake.service.register import register

SITUATION = ("protocol", "answers", "observations", "worry", "observed", "already_done", "needed_now", "tried", "person", "place")
HANDED_OVER = ("received_at", "caller", "advice", "hand_offs", "feedback_promised")


@dataclass(frozen=True, slots=True)
class Sent:
    """A report, as whoever sent it may hear of it."""

    id: UUID
    reference: str
    sent_at: datetime
    progress: Progress
    way: str | None = None
    accepted_at: datetime | None = None
    accepted_by: str | None = None


async def send_report(work: Work, told: ReportIn) -> tuple[UUID, Receipt]:
    """Take in what a professional reports.

    Raises:
        Invalid: as `intake.service.judging.judge`.
    """
    sender = _sender(work)
    caller = CallerIn(
        anonymity=Anonymity.KNOWN,
        relation=Relation.PROFESSIONAL,
        organisation=(await directory.organisation(work, sender)).name,
        name=told.name,
        phone=told.phone,
    )
    parts = {name: getattr(told, name) for name in SITUATION}
    call = CallIn(channel=Channel.PROFESSIONAL, caller=caller, feedback_promised=told.feedback_wanted, **parts)
    return await _take_in(work, call, sender, consent=told.consent)


async def hand_over(work: Work, told: TransferIn) -> tuple[UUID, Receipt]:
    """Take in a call that another desk hands over; it answers for it until somebody has accepted.

    Raises:
        Refused: the sender is who would take it in.
        Invalid: as `intake.service.judging.judge`.
    """
    sender = _sender(work)
    if sender == work.organisation:
        raise Refused("Your organisation takes calls in itself: store this one with POST /v1/calls.")
    parts = {name: getattr(told, name) for name in (*SITUATION, *HANDED_OVER)}
    return await _take_in(work, CallIn(channel=Channel.TRANSFER, **parts), sender, way=told.way)


async def _take_in(work: Work, call: CallIn, sender: UUID, **told: str) -> tuple[UUID, Receipt]:
    receipt = await register(work, call)
    report_id = new_id(work.at)
    nobody_accepts = call.channel is Channel.TRANSFER and receipt.case_id is None
    work.write(
        report,
        id=report_id,
        channel=call.channel,
        organisation_id=work.organisation,
        sender_organisation_id=sender,
        call_id=receipt.call_id,
        sent_at=work.at,
        told_at=work.at if nobody_accepts else None,
        **told,
    )
    if receipt.case_id:
        cases.line(work, receipt.case_id, f"sent_by_{call.channel}", organisation_id=str(sender), **told)
    return report_id, receipt


async def sent(work: Work, channel: Channel, after: UUID | None, limit: int) -> Page[Sent]:
    """What this organisation sent by a channel, oldest first."""
    rows = await work.rows(queries.SENT, sender=work.organisation, channel=channel, after=after or queries.NONE, limit=limit + 1)
    found = [_sent(row) for row in rows]
    return page_of(found, limit, found[limit - 1].id if len(found) > limit else None)


async def sent_one(work: Work, channel: Channel, report_id: UUID) -> Sent:
    """One of them.

    Raises:
        NotFound: this organisation sent no such report.
    """
    row = await work.one(queries.SENT_ONE, sender=work.organisation, channel=channel, report_id=report_id)
    if row is None:
        raise NotFound("Your organisation has sent nothing with this id.")
    return _sent(row)


async def untold(work: Work) -> list[UUID]:
    """Calls handed over that were accepted without their sender knowing it yet; for the worker."""
    return [row["id"] for row in await work.rows(queries.UNTOLD)]


async def tell_accepted(work: Work, report_id: UUID) -> None:
    """Tell whoever handed a call over that it was accepted, once."""
    row = await work.one(queries.UNTOLD_LOCKED, report_id=report_id)
    if row is None:
        return
    event = TransferAccepted(
        transfer_id=report_id,
        reference=row["reference"],
        organisation_id=row["owner_organisation_id"],
        accepted_at=row["accepted_at"],
    )
    outbox.record(work, event, [row["sender_organisation_id"]])
    await work.change(queries.TELL, report_id=report_id, at=work.at)


def _sender(work: Work) -> UUID:
    if work.actor.sender is None:
        raise LookupError("The door of reports names a sender.")
    return work.actor.sender


def _sent(row: Row) -> Sent:
    return Sent(
        id=row["id"],
        reference=row["reference"],
        sent_at=row["sent_at"],
        progress=progress(row),
        way=row["way"],
        accepted_at=row["accepted_at"],
        accepted_by=row["owner_name"],
    )
