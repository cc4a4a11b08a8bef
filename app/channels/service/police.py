"""Take in a report of the police: kept as it came, read by a parser or by a person, and told back who has taken it up."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog

from app.channels import queries
from app.channels.events import PoliceReportUnread
from app.channels.police import NoReport, Original, ReportState, Unreadable, must_be_open
from app.channels.police_mail import message_of
from app.channels.progress import Progress, progress
from app.channels.service.known import joins_known
from app.channels.service.parsers import USUAL, call_in, parsers
from app.channels.tables import police_report
from app.core import outbox
from app.core.errors import FieldError, Invalid, NotFound, Problem, Refused, Stale
from app.core.http import match
from app.core.ids import new_id
from app.core.paging import Page, page_of
from app.core.work import Row, Work
from app.directory.service.look_up import local_day
from app.intake.service.ending import Receipt
from app.intake.service.read import call_in_codes
from app.intake.service.register import register
from app.vault import open as vault
from app.vault.purpose import Purpose

UNNAMED: Final = "none"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A report that is kept; `again`: it was already."""

    id: UUID
    state: ReportState
    received_at: datetime
    again: bool = False


async def take_in(work: Work, original: Original) -> Kept:
    """Keep a report as it came and make a call of it; what can't be read is kept for a person, and never refused.

    The same mail, or the same bytes, give the same answer again.

    Raises:
        ChannelEnded: the last day of the decree is over.
        Invalid: there is no parser with that name.
    """
    must_be_open(work.database.settings.police_channel_ends_on, local_day(work.at))
    if original.parser and original.parser not in parsers():
        fault = FieldError("/parser", "unknown_parser", f"Parsers are {', '.join(sorted(parsers()))}.")
        raise Invalid("There is no parser with this name. Leave it out for the one of the media type.", errors=[fault])
    message = message_of(original)
    await work.one(queries.QUEUE_UP, line=f"{work.organisation} {message.hex()}")
    row = await work.one(queries.SAME, organisation=work.organisation, message=message)
    if row:
        return Kept(row["id"], ReportState(row["state"]), row["received_at"], again=True)
    name, receipt, fault_code = await _read(work, original)
    return _keep(work, original, message, name, receipt, fault_code)


async def _read(work: Work, original: Original) -> tuple[str, Receipt | None, str | None]:
    """Who read it, the call that it became, or why it became none."""
    try:
        name, call = call_in(original)
        call = await joins_known(work, call)
        return name, await register(work, call), None
    except Unreadable as error:
        fault = error.code
    except Problem as problem:  # intake refuses it: a place that is not known, an answer that does not fit
        fault = problem.slug
    log.warning("police_report.unread", fault=fault)
    return original.parser or USUAL.get(original.media_type, UNNAMED), None, fault


def _keep(work: Work, original: Original, message: bytes, name: str, receipt: Receipt | None, fault: str | None) -> Kept:
    report_id = new_id(work.at)
    state = ReportState.TAKEN_IN if receipt else ReportState.UNREAD
    under = (receipt.case_id if receipt else None) or report_id
    work.write(
        police_report,
        id=report_id,
        organisation_id=work.organisation,
        sender_organisation_id=work.actor.sender or work.organisation,
        state=state,
        purpose=original.purpose,
        parser=name,
        media_type=original.media_type,
        received_at=work.at,
        sha256=hashlib.sha256(original.content).digest(),
        message=message,
        fault=fault,
        call_id=receipt.call_id if receipt else None,
        sealed_under=under,
        sealed=vault.seal(work, under, {"original": base64.b64encode(original.content).decode()}),
        version=1,
    )
    if fault:
        event = PoliceReportUnread(report_id=report_id, fault=fault, purpose=original.purpose, received_at=work.at)
        outbox.record(work, event, [work.organisation])
    return Kept(report_id, state, work.at)


async def told(work: Work, report_id: UUID) -> tuple[Progress, str | None]:
    """How far a report is and who has taken it up; for its sender, and who took it in.

    Raises:
        NotFound: no such report of this organisation.
    """
    row = await work.one(queries.POLICE_TOLD, report_id=report_id)
    if row is None:
        raise _missing()
    if row["state"] == ReportState.SET_ASIDE:
        return Progress.CLOSED, None
    return progress(row), row["owner_name"]


async def listed(work: Work, after: UUID | None, limit: int, state: ReportState | None) -> Page[Row]:
    """Reports that this organisation took in, oldest first, in codes."""
    rows = await work.rows(queries.police_listed(work.organisation, after, limit, state))
    return page_of(rows, limit, rows[limit - 1]["id"] if len(rows) > limit else None)


async def original_of(work: Work, report_id: UUID, purpose: Purpose) -> tuple[Row, bytes]:
    """A report and its bytes as they came; the look is logged.

    Raises:
        NotFound: no such report, or this organisation did not take it in.
        Gone: it was destroyed when its retention ended.
    """
    row = await work.one(queries.POLICE, report_id=report_id)
    if row is None or row["organisation_id"] != work.organisation:
        raise _missing()
    what = f"police report {report_id}"
    [opened] = await vault.unseal(work, row["sealed_under"], [row["sealed"]], what=what, purpose=purpose)
    return row, base64.b64decode(opened["original"])


async def enter(work: Work, report_id: UUID, version: int, *, call_id: UUID | None, no_report: NoReport | None) -> Row:
    """Say what a person made of a report that could not be read: the call entered by hand, or that it is no report.

    Raises:
        NotFound: no such report or no such call of this organisation.
        Stale: it was changed since it was read.
        Refused: it is not unread, or the call has not ended.
    """
    row = await work.one(queries.POLICE_LOCKED, report_id=report_id)
    if row is None or row["organisation_id"] != work.organisation:
        raise _missing()
    match(version, row["version"])
    if row["state"] != ReportState.UNREAD:
        raise Refused("This report was read or entered already.", state=row["state"])
    changed: dict[str, Any] = {"state": ReportState.SET_ASIDE, "fault": f"{row['fault']}; {no_report}"}
    if call_id:
        call = await call_in_codes(work, call_id)
        if call.state != "completed":  # a draft may still be abandoned, and the report with it
            raise Refused("That call has not ended, or was abandoned. Complete its draft first.", state=call.state)
        changed = {"state": ReportState.ENTERED, "call_id": call.id}
    await _change(work, report_id, version, ended_at=work.at, **changed)
    entered = await work.one(queries.POLICE, report_id=report_id)
    if entered is None:
        raise _missing()
    return entered


async def _change(work: Work, report_id: UUID, version: int, **columns: Any) -> None:  # noqa: ANN401  columns
    if not await work.change(queries.POLICE_CHANGE.values(version=version + 1, **columns), report_id=report_id, seen=version):
        raise Stale(version + 1)


def _missing() -> NotFound:
    return NotFound("There is no such report of the police, or it is not your organisation's.")
