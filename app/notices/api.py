"""Be told by mail of what your organisation is asked."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.core.errors import Conflict, Invalid, NotFound, PreconditionRequired, Stale, TooMany
from app.core.http import USUAL_LIMIT, Cursor, Limit, etag, expected_version, problems, rooms_router
from app.core.paging import after as cursor_id
from app.delivery.service.verification import CodeWrong
from app.identity.doors import MailboxDoor
from app.notices.following import NoticeState
from app.notices.schemas import ConfirmationIn, MailboxChange, MailboxesOut, MailboxIn, MailboxOut, NoticeOut, NoticePage
from app.notices.service import mailboxes as service
from app.notices.service.mailboxes import Mailbox, MailboxKnown, Unconfirmed

router = rooms_router("notices")


@router.post("/mailboxes", status_code=201, responses=problems(Invalid, MailboxKnown, TooMany))
async def add_mailbox(body: MailboxIn, work: MailboxDoor, request: Request, response: Response) -> MailboxOut:
    """Register a mailbox. A code is mailed to it, ten a day at most; until you send that back it gets no notices."""
    made = await service.add_mailbox(work, body.address, body.language)
    response.headers["Location"] = f"/v1/mailboxes/{made.id}"
    return _shown(made, request, response)


@router.get("/mailboxes")
async def list_mailboxes(work: MailboxDoor) -> MailboxesOut:
    """The mailboxes of your organisation, oldest first."""
    return MailboxesOut(items=[MailboxOut.of(one) for one in await service.mailboxes(work)])


@router.get("/mailboxes/{mailbox_id}", responses=problems(Invalid, NotFound))
async def read_mailbox(mailbox_id: UUID, work: MailboxDoor, request: Request, response: Response) -> MailboxOut:
    """One mailbox, and whether anything reaches it."""
    return _shown(await service.one_mailbox(work, mailbox_id), request, response)


@router.patch("/mailboxes/{mailbox_id}", responses=problems(Invalid, NotFound, Unconfirmed, Stale, PreconditionRequired))
async def change_mailbox(
    mailbox_id: UUID, body: MailboxChange, work: MailboxDoor, request: Request, response: Response
) -> MailboxOut:
    """Change the language, pause, or go on. Needs If-Match."""
    changes = body.model_dump(exclude_none=True)
    return _shown(await service.change_mailbox(work, mailbox_id, expected_version(request), changes), request, response)


@router.delete("/mailboxes/{mailbox_id}", status_code=204, responses=problems(Invalid, NotFound))
async def remove_mailbox(mailbox_id: UUID, work: MailboxDoor) -> None:
    """Forget a mailbox and its notices; what your organisation is asked stays in its feed and its offers."""
    await service.remove_mailbox(work, mailbox_id)


@router.post("/mailboxes/{mailbox_id}/codes", status_code=202, responses=problems(Invalid, NotFound, Conflict, TooMany))
async def mail_code(mailbox_id: UUID, work: MailboxDoor) -> None:
    """Mail another code; the one before no longer counts."""
    await service.mail_code(work, mailbox_id)


@router.post("/mailboxes/{mailbox_id}/confirmations", responses=problems(Invalid, NotFound, CodeWrong))
async def confirm_mailbox(
    mailbox_id: UUID, body: ConfirmationIn, work: MailboxDoor, request: Request, response: Response
) -> MailboxOut:
    """Send back what was mailed. From now on it is told of every offer, also of those that are pending already."""
    return _shown(await service.confirm(work, mailbox_id, body.code), request, response)


@router.post("/mailboxes/{mailbox_id}/test-mails", status_code=202, responses=problems(Invalid, NotFound, Unconfirmed, TooMany))
async def mail_test(mailbox_id: UUID, work: MailboxDoor) -> None:
    """Mail a test to a confirmed mailbox."""
    await service.mail_test(work, mailbox_id)


@router.get("/mailboxes/{mailbox_id}/notices", responses=problems(Invalid, NotFound))
async def list_notices(
    mailbox_id: UUID,
    work: MailboxDoor,
    cursor: Cursor = None,
    limit: Limit = USUAL_LIMIT,
    state: Annotated[NoticeState | None, Query(description="Only notices in this state")] = None,
) -> NoticePage:
    """What a mailbox was told, newest first: sent, opened, bounced, and how it ended; for 90 days after that."""
    page = await service.notices(work, mailbox_id, before=cursor_id(cursor), limit=limit, state=state)
    return NoticePage(items=[NoticeOut.of(row) for row in page.items], next=page.next)


def _shown(box: Mailbox, request: Request, response: Response) -> MailboxOut:
    request.state.reservation = None  # an address must not lie in a stored answer
    response.headers["ETag"] = etag(box.version)
    return MailboxOut.of(box)
