"""API keys: make, list, revoke, and recognise who sends one."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from app.core import clock
from app.core.actor import GATE, Actor, Role
from app.core.db import Database
from app.core.errors import FieldError, Invalid, NotFound, Unauthenticated
from app.core.ids import new_id
from app.core.work import Row, Work, begin
from app.identity import queries
from app.identity.may import SCOPES_OF, scopes_for
from app.identity.tables import api_key
from app.identity.tokens import Token, new_token, parse

LONGEST_LIFE: Final = timedelta(days=366)
NO_END: Final = datetime(9999, 1, 1, tzinfo=UTC)  # as the database has it
REMEMBERED: Final = timedelta(seconds=5)
NOTED_AGAIN: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as its administrator sees it; the secret is nowhere."""

    id: UUID
    organisation: UUID
    role: Role
    scopes: frozenset[str]
    label: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Whose:
    """What others may know of a key: what it is called, and whose it is."""

    label: str
    organisation_id: UUID
    organisation_name: str


def create_key(
    work: Work,
    *,
    organisation: UUID,
    role: str,
    label: str,
    life: timedelta | None = timedelta(days=90),
    scopes: Iterable[str] | None = None,
) -> str:
    """Make a key and answer its token, which can't be had again. Without a `life` it has no end: the key of somebody's account.

    Raises:
        Invalid: an unknown role, a scope that the role does not have, or a life over a year.
    """
    if role not in SCOPES_OF:
        raise Invalid(f"There is no role with that name; roles are {', '.join(SCOPES_OF)}.")
    granted, refused = scopes_for(role, scopes)
    if refused:
        raise Invalid(f"The role {role} does not have {', '.join(sorted(refused))}; it has {', '.join(sorted(granted))}.")
    if life is not None and not timedelta() < life <= LONGEST_LIFE:
        fault = FieldError("/life", "life", "Choose 1 to 366 days.")
        raise Invalid("A key lives for at least a moment and at most a year.", errors=[fault])
    made_at = clock.wall()
    key = new_id(made_at)
    token, digest = new_token(key)
    work.write(
        api_key,
        id=key,
        organisation_id=organisation,
        role=role,
        scopes=sorted(granted),
        label=label,
        digest=digest,
        created_at=made_at,
        expires_at=made_at + life if life else NO_END,
    )
    return token


async def keys(work: Work) -> Sequence[Key]:
    """Every key that this work may see, oldest first."""
    return [
        Key(
            id=row["id"],
            organisation=row["organisation_id"],
            role=Role(row["role"]),
            scopes=frozenset(row["scopes"]),
            label=row["label"],
            created_at=row["created_at"],
            expires_at=row["expires_at"],
            revoked_at=row["revoked_at"],
            last_used_at=row["last_used_at"],
        )
        for row in await work.rows(queries.KEYS)
    ]


async def whose(work: Work, keys: Iterable[UUID]) -> Mapping[UUID, Whose]:
    """Whose these keys are, revoked or not, of any organisation: for a history of changes."""
    asked = list(keys)
    rows = await work.rows(queries.WHOSE, keys=asked) if asked else ()
    return {row["id"]: Whose(row["label"], row["organisation_id"], row["organisation_name"]) for row in rows}


async def live(work: Work, keys: Iterable[UUID]) -> frozenset[UUID]:
    """Those of these keys that are neither revoked nor expired at this moment: for who let many wait for long."""
    return frozenset(UUID(int=row["id"].int) for row in await work.rows(queries.LIVE, keys=list(keys), at=clock.wall()))


async def revoke_key(work: Work, key: UUID) -> None:
    """End a key; processes that remember it forget it within five seconds.

    Raises:
        NotFound: no such key, or it was revoked already.
    """
    if not await work.change(queries.REVOKE, key=key, at=clock.wall()):
        raise NotFound("There is no live key with that id. `nodus key list` shows them.")


class KeyRing:
    """Recognises tokens, and remembers for five seconds whose they are, so that a poll costs no question."""

    def __init__(self, database: Database) -> None:
        """An empty ring for this process."""
        self._database = database
        self._known: dict[UUID, tuple[datetime, bytes, datetime, Actor]] = {}
        self._asked: list[tuple[Token, asyncio.Future[Row | None]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def who(self, authorization: str | None) -> Actor:
        """Who sends this Authorization header.

        Raises:
            Unauthenticated: no token, not one of ours, expired or revoked; which of them is not told.
        """
        scheme, _, given = (authorization or "").partition(" ")
        token = parse(given.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            raise Unauthenticated("Send `Authorization: Bearer <token>` with a token made by `nodus key create`.")
        at = clock.wall()
        known = self._known.get(token.key)
        if known is None or known[0] <= at:
            known = await self._look_up(token, at)
        _, digest, expires_at, actor = known
        if not token.fits(digest) or expires_at <= at:
            raise Unauthenticated("This token is unknown, expired or revoked. Make a new one with `nodus key create`.")
        return actor

    def remembered(self, authorization: str | None) -> Actor | None:
        """Who sends this header, when it is remembered and right; None: `who` must say."""
        scheme, _, given = (authorization or "").partition(" ")
        token = parse(given.strip()) if scheme.lower() == "bearer" else None
        known = self._known.get(token.key) if token else None
        if token is None or known is None or min(known[0], known[2]) <= clock.wall() or not token.fits(known[1]):
            return None
        return known[3]

    async def _look_up(self, token: Token, at: datetime) -> tuple[datetime, bytes, datetime, Actor]:
        row = await self._row(token)
        if row is None or row["revoked_at"] is not None:
            self._known.pop(token.key, None)
            raise Unauthenticated("This token is unknown, expired or revoked. Make a new one with `nodus key create`.")
        actor = Actor(row["organisation_id"], Role(row["role"]), row["id"], frozenset(row["scopes"]))
        known = (at + REMEMBERED, bytes(row["digest"]), row["expires_at"], actor)
        self._known[token.key] = known
        return known

    async def _row(self, token: Token) -> Row | None:
        """The key of a token. Who asks while others are answered is answered with the next: after a restart all ask at once."""
        answered: asyncio.Future[Row | None] = asyncio.get_running_loop().create_future()
        self._asked.append((token, answered))
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._answer())
        return await answered

    async def _answer(self) -> None:
        while self._asked:
            asked, self._asked = self._asked, []
            try:
                rows = await self._rows([token for token, _ in asked])
            except Exception as error:  # noqa: BLE001  each who asked hears it
                for _, answered in asked:
                    if not answered.done():
                        answered.set_exception(error)
                continue
            for token, answered in asked:
                if not answered.done():
                    answered.set_result(rows.get(token.key))

    async def _rows(self, tokens: Sequence[Token]) -> dict[UUID, Row]:
        async with begin(self._database, GATE) as work:
            found = await work.rows(queries.THESE, keys=list({token.key for token in tokens}))
            rows = {UUID(int=row["id"].int): row for row in found}
            if used := {token.key for token in tokens if token.key in rows and token.fits(rows[token.key]["digest"])}:
                at = clock.wall()
                await work.change(queries.USED, keys=list(used), at=at, long_ago=at - NOTED_AGAIN)
            return rows
