"""The mailboxes of an organisation: registered by itself, and used once somebody there has sent back what was mailed."""

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any, Final
from uuid import UUID

from app.core import clock
from app.core.errors import Conflict, FieldError, Invalid, NotFound, TooMany
from app.core.http import match
from app.core.ids import ALPHABET, new_id
from app.core.paging import Page, page_of
from app.core.work import Work
from app.delivery.service.verification import CodeWrong
from app.notices import queries
from app.notices.following import Kind, NoticeState
from app.notices.message import is_address
from app.notices.service.telling import catch_up, write_mail
from app.notices.tables import code_mailed, mailbox
from app.notices.timing import ASKED_AGAIN, CODE_LIVES, CODES_WITHIN
from app.vault.keys import master_key

MOST: Final = 5  # ⚙ mailboxes an organisation
MOST_CODES: Final = 10  # ⚙ mailed for an organisation in 24 hours: whoever reads there may be a stranger
CODE_LETTERS: Final = 12  # 60 bits: nobody guesses it in the day that it lives
NO_SUCH: Final = "Your organisation has no such mailbox. GET /v1/mailboxes lists them."


class MailboxKnown(Conflict):
    """The address is registered already, or there are enough."""

    slug, title = "mailbox-known", "No further mailbox"


class Unconfirmed(Conflict):
    """Nobody has sent the code back yet."""

    slug, title = "mailbox-unconfirmed", "The mailbox is not confirmed"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where an organisation is told of what it is asked."""

    id: UUID
    address: str
    language: str
    state: str
    confirmed_at: datetime | None
    failing_since: datetime | None
    last_error: str | None
    created_at: datetime
    version: int


async def add_mailbox(work: Work, address: str, language: str) -> Mailbox:
    """Register a mailbox, and mail it a code; until that is sent back it gets no notices.

    Raises:
        Invalid: it can't be an address.
        MailboxKnown: it is registered, or there are five.
        TooMany: ten codes were mailed for this organisation within 24 hours.
    """
    if not is_address(address):
        fault = FieldError("/address", "address", "Send it as name@example.nl, in plain ASCII (xn--… for other letters).")
        raise Invalid("This is not an e-mail address that we can mail.", errors=[fault])
    await work.one(queries.ONE_AT_A_TIME, organisation=str(work.organisation))
    known = await mailboxes(work)
    if any(one.address.lower() == address.lower() for one in known):
        raise MailboxKnown("Your organisation has registered this address already. GET /v1/mailboxes tells how it stands.")
    if len(known) >= MOST:
        raise MailboxKnown(f"Your organisation has {MOST} mailboxes, which is the most. Remove one first.")
    at = clock.wall()
    await _count_code(work, at)
    mailbox_id = new_id(at)
    key = master_key(work.database.settings)
    work.write(
        mailbox,
        id=mailbox_id,
        organisation_id=work.organisation,
        address=key.wrap(address.encode(), mailbox_id),
        language=language,
        state="unconfirmed",
        code=key.wrap(_new_code().encode(), mailbox_id),
        code_made_at=at,
        mailed_at=at,
        told_through=0,
        created_at=at,
        version=1,
    )
    write_mail(work, {"id": mailbox_id, "organisation_id": work.organisation}, Kind.CODE)
    return Mailbox(mailbox_id, address, language, "unconfirmed", None, None, None, at, 1)


async def mailboxes(work: Work) -> list[Mailbox]:
    """The mailboxes of this organisation, oldest first."""
    return [_mailbox(work, row) for row in await work.rows(queries.MAILBOXES)]


async def one_mailbox(work: Work, mailbox_id: UUID) -> Mailbox:
    """One of them.

    Raises:
        NotFound: this organisation has no such mailbox.
    """
    return _mailbox(work, await work.one(queries.MAILBOX, mailbox_id=mailbox_id))


async def change_mailbox(work: Work, mailbox_id: UUID, version: int, changes: Mapping[str, Any]) -> Mailbox:
    """Change its language, pause it, or let it go on: then it is told of what is pending, and no longer counts as failing.

    Raises:
        NotFound: this organisation has no such mailbox.
        Stale: it was changed since it was read.
        Unconfirmed: it can't be active or paused before it is confirmed.
    """
    row = await work.one(queries.LOCKED, mailbox_id=mailbox_id)
    found = _mailbox(work, row)
    match(version, found.version)
    wanted = changes.get("state", found.state)
    if found.state == "unconfirmed" and wanted != found.state:
        raise Unconfirmed("Send the code that was mailed to it first: POST /v1/mailboxes/{id}/confirmations.")
    values = {**changes, "version": version + 1}
    if changes.get("state") == "active":
        values |= {"failing_since": None, "last_error": None}
    await work.change(queries.CHANGE.values(**values), of_mailbox=mailbox_id)
    if wanted == "paused":
        await work.change(queries.DROP_ALL_WAITING, of_mailbox=mailbox_id)
    elif row and wanted == "active" and found.state == "paused":
        await catch_up(work, row)
    return await one_mailbox(work, mailbox_id)


async def remove_mailbox(work: Work, mailbox_id: UUID) -> None:
    """Forget a mailbox with all that was sent to it; the addresses in those mails show nothing any more.

    Raises:
        NotFound: this organisation has no such mailbox.
    """
    if not await work.change(queries.REMOVE, mailbox_id=mailbox_id):
        raise NotFound(NO_SUCH)


async def mail_code(work: Work, mailbox_id: UUID) -> None:
    """Mail another code; the one before no longer counts.

    Raises:
        NotFound: this organisation has no such mailbox.
        Conflict: it is confirmed already.
        TooMany: one was mailed within the last minute, or ten for this organisation within 24 hours.
    """
    row = await work.one(queries.LOCKED, mailbox_id=mailbox_id)
    if _mailbox(work, row).state != "unconfirmed":
        raise Conflict("This mailbox is confirmed already. POST /v1/mailboxes/{id}/test-mails sends it a test.")
    at = clock.wall()
    await work.one(queries.ONE_AT_A_TIME, organisation=str(work.organisation))
    await _count_code(work, at)
    code = master_key(work.database.settings).wrap(_new_code().encode(), mailbox_id)
    await _mail_now(work, row, Kind.CODE, code=code, code_made_at=at)


async def mail_test(work: Work, mailbox_id: UUID) -> None:
    """Mail a test.

    Raises:
        NotFound, TooMany: as `mail_code`.
        Unconfirmed: whoever reads there has not agreed yet.
    """
    row = await work.one(queries.LOCKED, mailbox_id=mailbox_id)
    if _mailbox(work, row).state == "unconfirmed":
        raise Unconfirmed("Only a confirmed mailbox gets tests. POST /v1/mailboxes/{id}/codes mails another code.")
    await _mail_now(work, row, Kind.TEST)


async def confirm(work: Work, mailbox_id: UUID, code: str) -> Mailbox:
    """Send back what was mailed: from now on it is told, also of what is pending already.

    Raises:
        NotFound: this organisation has no such mailbox.
        CodeWrong: another code than was mailed last, or that is older than a day.
    """
    row = await work.one(queries.LOCKED, mailbox_id=mailbox_id)
    found = _mailbox(work, row)
    if row is None or found.state != "unconfirmed":
        return found
    mailed = master_key(work.database.settings).unwrap(bytes(row["code"]), mailbox_id).decode()
    fits = hmac.compare_digest(_plain(mailed).encode(), _plain(code).encode())
    if not fits or clock.wall() - row["code_made_at"] > CODE_LIVES:
        sentence = "This is not the code that was mailed last, or it is older than a day. POST …/codes mails another."
        raise CodeWrong(sentence, errors=[FieldError("/code", "code", sentence)])
    at = clock.wall()
    confirmed = {"state": "active", "confirmed_at": at, "code": None, "code_made_at": None, "version": found.version + 1}
    confirmed |= {"failing_since": None, "last_error": None, "silent_told_at": None}
    await work.change(queries.CHANGE.values(**confirmed), of_mailbox=mailbox_id)
    await catch_up(work, row)
    return await one_mailbox(work, mailbox_id)


async def notices(
    work: Work, mailbox_id: UUID, *, before: UUID | None, limit: int, state: NoticeState | None
) -> Page[Mapping[str, Any]]:
    """The notices of a mailbox, newest first.

    Raises:
        NotFound: this organisation has no such mailbox.
    """
    await one_mailbox(work, mailbox_id)
    rows = await work.rows(queries.listed(mailbox_id, before, limit, state))
    return page_of(rows, limit, rows[limit - 1]["id"] if len(rows) > limit else None)


async def _mail_now(work: Work, row: Mapping[str, Any] | None, kind: Kind, **values: object) -> None:
    if row is None:
        raise NotFound(NO_SUCH)
    at = clock.wall()
    if row["mailed_at"] and at - row["mailed_at"] < ASKED_AGAIN:
        raise TooMany("One was mailed within the last minute. Look whether it came, and wait a little.", retry_after=60)
    await work.change(queries.DROP_ASKED, of_mailbox=row["id"])
    await work.change(queries.CHANGE.values(mailed_at=at, **values), of_mailbox=row["id"])
    write_mail(work, row, kind)


async def _count_code(work: Work, at: datetime) -> None:
    """One more code is mailed; only one at a time may count. Also those count whose mailboxes were removed since."""
    await work.change(queries.FORGET_CODES, before=at - CODES_WITHIN)
    row = await work.one(queries.CODES)
    if row and row["count"] >= MOST_CODES:
        raise TooMany(
            f"{MOST_CODES} codes were mailed for your organisation within 24 hours, which is the most. Send back one of them: "
            "POST /v1/mailboxes/{id}/confirmations. Or wait; what you are asked stands in GET /v1/offers meanwhile.",
            retry_after=max(1, ceil((row["first_at"] + CODES_WITHIN - at).total_seconds())),
        )
    work.write(code_mailed, id=new_id(at), organisation_id=work.organisation, at=at)


def _new_code() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _plain(code: str) -> str:
    """What was meant: capitals, no dashes or spaces, and the letters that people take for digits as those."""
    return re.sub(r"[\s-]", "", code.upper()).translate(str.maketrans("OIL", "011"))


def _mailbox(work: Work, row: Mapping[str, Any] | None) -> Mailbox:
    if row is None:
        raise NotFound(NO_SUCH)
    address = master_key(work.database.settings).unwrap(bytes(row["address"]), row["id"]).decode()
    return Mailbox(
        row["id"],
        address,
        row["language"],
        row["state"],
        row["confirmed_at"],
        row["failing_since"],
        row["last_error"],
        row["created_at"],
        row["version"],
    )
