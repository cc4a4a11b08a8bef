"""Sign in, sign out, and who a session is.

A session is a secret in a cookie; its digest is kept. It ends after a shift, and when nobody used it for long.
"""

import asyncio
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from app.accounts import codes, passwords, queries
from app.accounts.giving import scopes_at
from app.accounts.locking import locked_until
from app.accounts.logins import LOGIN
from app.core import clock
from app.core.actor import GATE, Actor, Role
from app.core.db import Database
from app.core.errors import Forbidden, Unauthenticated
from app.core.work import Row, begin
from app.identity.tokens import digest_of, new_secret
from app.vault.keys import master_key

SHIFT: Final = timedelta(hours=12)  # ⚙ the longest that a session lives
IDLE: Final = timedelta(hours=2)  # ⚙
FOR_THE_CODE: Final = timedelta(minutes=5)  # ⚙
NOTED_AGAIN: Final = timedelta(minutes=1)
TOLD_AFTER: Final = 0.2  # seconds until a refusal: longer than any of them takes, so that it tells nothing
NOBODY: Final = UUID(int=0)
AT_ONCE: Final = 2  # passwords that are looked at together: each takes 19 MiB


class CantSignIn(Unauthenticated):
    """Login, password or code is wrong, or the account is locked for a while: which of them is not told."""

    slug, title = "cant-sign-in", "Signing in did not succeed"


@dataclass(frozen=True, slots=True)
class Account:
    """Who signed in. `is_whole`: False while the code is still to be given, and then nothing else may be done."""

    id: UUID
    organisation: UUID
    organisation_name: str
    organisation_kind: str
    role: Role
    name: str
    login: str
    has_code: bool
    is_whole: bool
    actor: Actor


@dataclass(frozen=True, slots=True)
class _Try:
    """An attempt that was counted; `until`: the lock that it set."""

    account: UUID
    known: bool
    until: datetime | None


class Sessions:
    """The sessions of this installation, as this process asks after them."""

    def __init__(self, database: Database) -> None:
        """Remembers nothing: what is asked is asked of the database, so that signing out holds at once, everywhere."""
        self._database = database
        self._looking = asyncio.Semaphore(AT_ONCE)

    async def sign_in(self, login: str, password: str, marks: Collection[str] = ()) -> tuple[str, bool]:
        """Open a session; its secret, and whether a code must still be given. `marks`: see `mark_of`.

        Raises:
            CantSignIn: see there. It is told after the same time, whatever it was.
        """
        began = asyncio.get_running_loop().time()
        row = await self._account(login)
        tried = await self._try(row["id"] if row else NOBODY, marks)
        async with self._looking:
            kept = row["password"] if row else None
            fits = await asyncio.to_thread(passwords.fits, password[: passwords.LONGEST + 1], kept)
        if row is None or tried is None or not fits:
            await asyncio.sleep(began + TOLD_AFTER - asyncio.get_running_loop().time())
            raise _refusal()
        if row["totp_is_on"]:
            await self._take_back(tried)
        return await self._opened(row, known=tried.known), row["totp_is_on"]

    async def sign_in_as(self, login: str) -> str:
        """Open a session without a password: the demo's people. The caller makes sure that this is a demo.

        Raises:
            CantSignIn: there is nobody with this login.
        """
        row = await self._account(login)
        if row is None:
            raise _refusal()
        return await self._opened(row)

    async def give_code(self, secret: str, code: str, marks: Collection[str] = ()) -> str:
        """The code of the app, for a session that waits for it; the secret of the session that is whole.

        Raises:
            CantSignIn: the session is not there, or the code is wrong or was used.
        """
        at = clock.wall()
        async with begin(self._database, GATE) as work:
            session = await work.one(queries.SESSION, digest=digest_of(secret), at=at, idle_since=at - FOR_THE_CODE)
            row = await work.one(queries.BY_LOGIN, login=session["login"]) if session and not session["is_whole"] else None
        if row is None or not row["totp_is_on"]:
            raise _refusal()
        tried = await self._try(row["id"], marks)
        if tried is None:
            raise _refusal()
        key = master_key(self._database.settings).unwrap(bytes(row["totp"]), row["id"])
        step = codes.step_of(key, code, at, row["totp_step"])
        async with begin(self._database, GATE) as work:
            taken = step is not None and await work.change(queries.STEP, account=row["id"], step=step)
        if not taken:
            raise _refusal()
        await self.sign_out(secret)
        return await self._opened(row, is_whole=True, known=tried.known)

    async def who(self, secret: str) -> Account | None:
        """Who a session is; None when it has ended or never was."""
        at = clock.wall()
        async with begin(self._database, GATE) as work:
            row = await work.one(queries.SESSION, digest=digest_of(secret), at=at, idle_since=at - IDLE)
            if row and row["used_at"] < at - NOTED_AGAIN:
                await work.change(queries.USED, digest=digest_of(secret), at=at, long_ago=at - NOTED_AGAIN)
        return _account(row) if row else None

    async def actor(self, secret: str, token: str | None, *, is_command: bool) -> Actor:
        """Who acts by a session at the API. A command needs the token of the page, which no other site can read.

        Raises:
            Unauthenticated: the session has ended, or the code was not given yet.
            Forbidden: the token is not that of this session.
        """
        account = await self.who(secret)
        if account is None or not account.is_whole:
            raise Unauthenticated("This session has ended. Sign in again.")
        if is_command and not is_token_of(secret, token or ""):
            raise Forbidden("This was not sent by a page of ours. Reload the page, and send it again.")
        return account.actor

    async def sign_out(self, secret: str) -> None:
        """End a session, here and in every process."""
        async with begin(self._database, GATE) as work:
            await work.change(queries.END, digest=digest_of(secret))

    async def sign_out_elsewhere(self, secret: str, account: UUID) -> None:
        """End the other sessions of an account: after another password."""
        async with begin(self._database, GATE) as work:
            await work.change(queries.END_OTHERS, account=account, digest=digest_of(secret))

    def mark_of(self, account: UUID) -> str:
        """What a browser keeps that signed in to an account: its guesses are counted apart from those of strangers.

        It opens nothing. Without it whoever knows a login could keep its owner out, with five wrong passwords now and then.
        """
        key = master_key(self._database.settings).derive("known browser")
        return f"{account.hex}.{hmac.new(key, account.bytes, sha256).hexdigest()}"

    async def _account(self, login: str) -> Row | None:
        typed = login.strip().lower()
        async with begin(self._database, GATE) as work:
            return await work.one(queries.BY_LOGIN, login=typed if LOGIN.fullmatch(typed) else "")

    async def _opened(self, row: Row, *, is_whole: bool | None = None, known: bool = False) -> str:
        """A session for an account, whole unless a code must be given; what is over is forgotten meanwhile."""
        secret, digest = new_secret()
        at = clock.wall()
        whole = not row["totp_is_on"] if is_whole is None else is_whole
        async with begin(self._database, GATE) as work:
            await work.change(queries.FORGET, at=at, idle_since=at - IDLE)
            if whole:
                await work.change(queries.SUCCEEDED[known], account=row["id"])
                await work.change(queries.KEY_USED, account=row["id"], at=at)
            until = at + (SHIFT if whole else FOR_THE_CODE)
            await work.change(queries.OPEN, digest=digest, account=row["id"], is_whole=whole, at=at, expires_at=until)
        return secret

    async def _try(self, account: UUID, marks: Collection[str]) -> _Try | None:
        """Count an attempt before it is looked at; None while the account is locked, and then nothing is counted."""
        known, at = any(hmac.compare_digest(self.mark_of(account), mark) for mark in marks if mark.isascii()), clock.wall()
        async with begin(self._database, GATE) as work:
            counted = await work.one(queries.TRIED[known], account=account, at=at)
            if counted is None:
                return None
            if until := locked_until(counted["failures"], at):
                await work.change(queries.LOCK[known], account=account, until=until)
        return _Try(account, known, until)

    async def _take_back(self, tried: _Try) -> None:
        """The attempt was right, though nobody is in yet."""
        async with begin(self._database, GATE) as work:
            await work.change(queries.TAKE_BACK[tried.known], account=tried.account, until=tried.until)


def token_of(secret: str) -> str:
    """What a page of this session sends with a command, which no other site can know; there is no way back to the session."""
    return hmac.new(secret.encode(), b"nodus page", sha256).hexdigest()


def is_token_of(secret: str, token: str) -> bool:
    """Whether a command comes from a page of this session; in constant time."""
    return hmac.compare_digest(token_of(secret).encode(), token.encode())


def _account(row: Row) -> Account:
    role = Role(row["role"])
    scopes = scopes_at(row["organisation_kind"], row["scopes"])
    return Account(
        id=row["account_id"],
        organisation=row["organisation_id"],
        organisation_name=row["organisation_name"],
        organisation_kind=row["organisation_kind"],
        role=role,
        name=row["name"],
        login=row["login"],
        has_code=row["totp_is_on"],
        is_whole=row["is_whole"],
        actor=Actor(row["organisation_id"], role, row["account_id"], scopes),
    )


def _refusal() -> CantSignIn:
    return CantSignIn("Login and password do not fit together, or somebody tried too often. Wait some minutes, then try again.")
