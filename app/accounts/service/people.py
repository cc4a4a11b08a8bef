"""Accounts: made, listed, ended; the password of one's own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.accounts import passwords, queries
from app.accounts.events import AccountMade
from app.accounts.giving import roles_at
from app.accounts.logins import LOGIN
from app.accounts.tables import account
from app.core import clock
from app.core.errors import Conflict, FieldError, Invalid, NotFound, Refused
from app.core.work import Work
from app.identity import service as identity
from app.identity.tokens import parse

NAME_LIMIT: Final = 100


class LoginTaken(Conflict):
    """A login is somebody's for ever, so that what was done under it stays his."""

    slug, title = "login-taken", "Somebody has this login"


@dataclass(frozen=True, slots=True)
class Person:
    """An account as its administrator sees it. Moments are UTC."""

    id: UUID
    organisation_id: UUID
    organisation_name: str
    login: str
    name: str
    role: str
    has_code: bool
    locked_until: datetime | None
    created_at: datetime
    ended_at: datetime | None
    last_used_at: datetime | None


def make(work: Work, *, organisation: UUID, role: str, login: str, name: str, password: str | None = None) -> tuple[UUID, str]:
    """Make an account; its id, and the password, which can't be had again when none was given.

    Raises:
        Invalid: an unknown role, a name or a login that can't be, a password that is too short.
    """
    faults = []
    if not 0 < len(name.strip()) <= NAME_LIMIT:
        faults.append(FieldError("/name", "name", f"Give a name of at most {NAME_LIMIT} characters."))
    if not LOGIN.fullmatch(login.strip().lower()):
        faults.append(FieldError("/login", "login", "Use 2 to 100 letters, figures, or . _ @ + -"))
    if password is not None and not passwords.is_long_enough(password):
        faults.append(_too_short("/password"))
    if faults:
        raise Invalid("Nothing was made.", errors=faults)
    token = parse(identity.create_key(work, organisation=organisation, role=role, label=name.strip(), life=None))
    if token is None:
        raise LookupError("A token that was just made is well formed.")
    chosen = password or passwords.some_password()
    work.write(
        account,
        id=token.key,
        organisation_id=organisation,
        login=login.strip().lower(),
        name=name.strip(),
        password=passwords.kept(chosen),
        totp_is_on=False,
        totp_step=0,
        failures=0,
        created_at=clock.wall(),
    )
    return token.key, chosen


async def add(work: Work, *, organisation: UUID, role: str, login: str, name: str) -> tuple[UUID, str]:
    """As `make`, stored at once and told to the organisation; what stands in its way is told in words.

    Raises:
        Invalid: as `make`, or a role that is not given at such an organisation (`giving.py`).
        NotFound: there is no such organisation.
        LoginTaken: somebody has this login, perhaps at another organisation, or had it.
    """
    row = await work.one(queries.ORGANISATION, organisation=organisation)
    if row is None:
        raise NotFound("There is no organisation with this id. GET /v1/organisations lists them.")
    if role not in roles_at(row["kind"]):
        sentence = f"Accounts of this organisation are {', '.join(roles_at(row['kind']))}."
        raise Invalid(
            "Nothing was made: its people don't have this role.", errors=[FieldError("/role", "role-not-here", sentence)]
        )
    made = make(work, organisation=organisation, role=role, login=login, name=name)
    event = AccountMade(organisation_id=organisation, account_id=made[0], role=role, by=work.actor.key)
    work.announce(event, [organisation])
    try:
        await work.flush()
    except IntegrityError:
        fault = FieldError("/login", "taken", "Somebody has this login. Choose another.")
        raise LoginTaken("Nothing was made: somebody has this login.", errors=[fault]) from None
    return made


async def people(work: Work) -> Sequence[Person]:
    """Every account that this work may see, by login; those that have ended too."""
    return [
        Person(
            id=row["id"],
            organisation_id=row["organisation_id"],
            organisation_name=row["organisation_name"],
            login=row["login"],
            name=row["name"],
            role=row["role"],
            has_code=row["totp_is_on"],
            locked_until=row["locked_until"],
            created_at=row["created_at"],
            ended_at=row["ended_at"],
            last_used_at=row["last_used_at"],
        )
        for row in await work.rows(queries.ALL)
    ]


async def end(work: Work, person: UUID) -> None:
    """End an account: nobody signs in with it any more, and its sessions are over.

    Raises:
        Refused: it is one's own.
        NotFound: there is no such account, or it has ended.
    """
    _refuse_own(work, person)
    if not await work.change(queries.ENDED, account=person, at=clock.wall()):
        raise NotFound("There is no such account, or it has ended. `nodus account list` shows them.")
    await identity.revoke_key(work, person)


async def choose_password(work: Work, person: UUID, now: str, chosen: str) -> None:
    """Choose another password for an account.

    Raises:
        NotFound: there is no such account.
        Invalid: `now` is not its password, or the new one is too short.
    """
    row = await work.one(queries.ONE, account=person)
    if row is None:
        raise NotFound("There is no such account, or it has ended.")
    if not await asyncio.to_thread(passwords.fits, now, row["password"]):
        raise Invalid("Nothing was changed.", errors=[FieldError("/now", "password", "This is not your password.")])
    if not passwords.is_long_enough(chosen):
        raise Invalid("Nothing was changed.", errors=[_too_short("/chosen")])
    await work.change(queries.PASSWORD, account=person, password=await asyncio.to_thread(passwords.kept, chosen))


async def give_password(work: Work, person: UUID) -> str:
    """A new password for somebody who lost his, to be shown once; his code is taken off.

    Who calls it ends the sessions that are open (`Sessions.sign_out_elsewhere`): whoever has one may be the reason.

    Raises:
        Refused: it is one's own: whoever finds a session open could take the account over.
        NotFound: there is no such account, or it has ended.
    """
    _refuse_own(work, person)
    chosen = passwords.some_password()
    if not await work.change(queries.PASSWORD, account=person, password=passwords.kept(chosen)):
        raise NotFound("There is no such account, or it has ended. `nodus account list` shows them.")
    await work.change(queries.TOTP, account=person, totp=None, is_on=False, step=0)
    return chosen


def _refuse_own(work: Work, person: UUID) -> None:
    if work.actor.key == person:
        raise Refused("This is your own account. A colleague does this, or `nodus account` on the server.")


def _too_short(pointer: str) -> FieldError:
    return FieldError(pointer, "too-short", f"Choose at least {passwords.SHORTEST} and at most {passwords.LONGEST} characters.")
