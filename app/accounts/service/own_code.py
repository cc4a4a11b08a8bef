"""The code of one's own account: turned on, changed, turned off. Each needs at that moment all that one signs in with.

A secret that is proposed is nowhere until a code of it was given back: the page keeps it sealed, for a few minutes. Whoever found
a session open has seen no secret that its owner takes later.
"""

import asyncio
import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from app.accounts import codes, passwords, queries
from app.core import clock
from app.core.errors import FieldError, Invalid
from app.core.work import Row, Work
from app.vault.keys import master_key
from app.vault.sealing import Broken

PROPOSED_FOR: Final = timedelta(minutes=10)  # ⚙
MOMENT: Final = 8  # bytes before the secret: until when
LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Proposal:
    """A secret for an authenticator app; `sealed` is what the page sends back with a code of it."""

    secret: bytes
    sealed: str


async def propose(work: Work, person: UUID, password: str, code: str = "") -> Proposal:
    """A secret for an app, the first or another one. Nothing changes before a code of it is given back.

    Raises:
        Invalid: the password is not right, or `code` is not what the app of now shows, where one is asked for.
    """
    await _prove(work, person, password, code)
    secret, until = codes.new_secret(), int((clock.wall() + PROPOSED_FOR).timestamp())
    sealed = master_key(work.database.settings).wrap(until.to_bytes(MOMENT) + secret, person)
    return Proposal(secret, base64.urlsafe_b64encode(sealed).decode())


def proposed(work: Work, person: UUID, sealed: str) -> Proposal | None:
    """What was proposed to somebody; None when it was not, or too long ago."""
    try:
        opened = master_key(work.database.settings).unwrap(base64.urlsafe_b64decode(sealed[:LONGEST].encode()), person)
    except (ValueError, Broken):
        return None
    until = datetime.fromtimestamp(int.from_bytes(opened[:MOMENT]), UTC)
    return Proposal(opened[MOMENT:], sealed) if until > clock.wall() else None


async def turn_on(work: Work, person: UUID, sealed: str, code: str) -> None:
    """From now on a code of the proposed secret is asked for; of the one before it no more.

    Raises:
        Invalid: it was not proposed, or too long ago, or this is not a code of it.
    """
    found, row = proposed(work, person, sealed), await _row(work, person)
    if found is None:
        raise Invalid("Nothing was changed.", errors=[FieldError("/proposal", "expired", "This took too long. Begin again.")])
    step = codes.step_of(found.secret, code, clock.wall(), row["totp_step"])
    if step is None:
        raise _wrong_code()
    wrapped = master_key(work.database.settings).wrap(found.secret, person)
    await work.change(queries.TOTP, account=person, totp=wrapped, is_on=True, step=step)


async def turn_off(work: Work, person: UUID, password: str, code: str = "") -> None:
    """No code is asked for any more.

    Raises:
        Invalid: as `propose`.
    """
    await _prove(work, person, password, code)
    await work.change(queries.TOTP, account=person, totp=None, is_on=False, step=0)


async def _prove(work: Work, person: UUID, password: str, code: str) -> None:
    """That it is really this person, now: what an open session does not tell. A code that was given is used."""
    row = await _row(work, person)
    if not await asyncio.to_thread(passwords.fits, password[: passwords.LONGEST + 1], row["password"]):
        raise Invalid("Nothing was changed.", errors=[FieldError("/now", "password", "This is not your password.")])
    if not row["totp_is_on"]:
        return
    secret = master_key(work.database.settings).unwrap(bytes(row["totp"]), person)
    step = codes.step_of(secret, code, clock.wall(), row["totp_step"])
    if step is None or not await work.change(queries.STEP, account=person, step=step):
        raise _wrong_code()


async def _row(work: Work, person: UUID) -> Row:
    row = await work.one(queries.ONE, account=person)
    if row is None:
        raise Invalid("There is no such account, or it has ended.")
    return row


def _wrong_code() -> Invalid:
    return Invalid("Nothing was changed.", errors=[FieldError("/code", "code", "This is not the code that the app shows now.")])
