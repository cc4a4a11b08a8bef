"""Promise to ring somebody back, take it on, say what came of it, close it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.callbacks import promises, queries
from app.callbacks.events import CallbackDone, CallbackEvent, CallbackGivenUp, CallbackOverdue, CallbackPromised
from app.callbacks.promises import CallbackState, Reason, RingResult, Why
from app.callbacks.tables import callback, callback_attempt
from app.core import outbox
from app.core.errors import Conflict, NotFound
from app.core.http import match
from app.core.ids import new_id
from app.core.paging import Page, page_of
from app.core.work import Work
from app.vault import open as vault
from app.vault.purpose import Purpose


class CallbackClaimed(Conflict):
    """A colleague is ringing at this moment."""

    slug, title = "callback-claimed", "A colleague is ringing"


class CallbackEnded(Conflict):
    """It is done, or given up."""

    slug, title = "callback-ended", "The callback has ended"


@dataclass(frozen=True, slots=True)
class NewCallback:
    """What promising one needs. `sealed` holds whom to ring, as `WhomToRing` reads it, under the key `case_id` of the call."""

    call_id: UUID
    case_id: UUID
    why: Why
    due_at: datetime
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Callback:
    """Somebody to ring back, without whom. `case_id` is the name of the key that seals that."""

    id: UUID
    organisation: UUID
    call_id: UUID
    case_id: UUID
    state: CallbackState
    why: Why
    promised_at: datetime
    due_at: datetime
    attempts: int = 0
    next_attempt_at: datetime | None = None
    claimed_by: UUID | None = None
    claimed_until: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None
    version: int = 1

    def is_claimed(self, at: datetime) -> bool:
        """Whether somebody is ringing at this moment."""
        return self.claimed_until is not None and self.claimed_until > at


@dataclass(frozen=True, slots=True)
class Attempt:
    """One time that somebody rang."""

    at: datetime
    result: RingResult
    call_id: UUID | None


@dataclass(frozen=True, slots=True)
class Overdue:
    """How many should have been rung back by now, and since when the first."""

    count: int
    since: datetime | None


def promise(work: Work, new: NewCallback, organisation: UUID | None = None) -> UUID:
    """Promise, in the transaction of the call itself, to ring back; the id of the callback. Only the worker names for whom."""
    made = Callback(
        id=new_id(work.at),
        organisation=organisation or work.organisation,
        call_id=new.call_id,
        case_id=new.case_id,
        state=CallbackState.OPEN,
        why=new.why,
        promised_at=work.at,
        due_at=new.due_at,
    )
    work.write(
        callback,
        id=made.id,
        organisation_id=made.organisation,
        call_id=made.call_id,
        case_id=made.case_id,
        state=made.state,
        why=made.why,
        promised_at=work.at,
        due_at=made.due_at,
        attempts=0,
        reminders=0,
        next_at=made.due_at,
        sealed=new.sealed,
        version=made.version,
    )
    _tell(work, made, CallbackPromised)
    return made.id


async def page(work: Work, *, state: CallbackState, after: UUID | None, limit: int) -> Page[Callback]:
    """This organisation's callbacks, those due first at the front; nothing sealed is opened."""
    rows = await work.rows(queries.listed(work.organisation, state, after, limit))
    found = [_callback(row) for row in rows]
    return page_of(found, limit, found[limit - 1].id if len(found) > limit else None)


async def get(work: Work, callback_id: UUID) -> tuple[Callback, Sequence[Attempt]]:
    """One of them, and every attempt.

    Raises:
        NotFound: this organisation has none with this id.
    """
    found = _callback(await work.one(queries.CALLBACK, callback_id=callback_id))
    rows = await work.rows(queries.ATTEMPTS, callback_id=callback_id)
    return found, [Attempt(row["at"], RingResult(row["result"]), row["call_id"]) for row in rows]


async def claim(work: Work, callback_id: UUID) -> tuple[Callback, dict[str, Any]]:
    """Take it on for ten minutes: nobody else gets it meanwhile. Whom to ring is opened, and the look logged.

    Raises:
        NotFound: this organisation has none with this id.
        CallbackEnded, CallbackClaimed: too late.
    """
    found, row = await _locked(work, callback_id)
    until = work.at + promises.LEASE
    [contents] = await vault.unseal(
        work, found.case_id, [row["sealed"]], what=f"callback {callback_id}", purpose=Purpose.FEEDBACK
    )
    # Somebody is acting: nobody is reminded before the lease has ended.
    changes = {"claimed_by": work.actor.key, "claimed_until": until, "next_at": max(row["next_at"], until)}
    return await _change(work, found, changes), contents


async def attempt(work: Work, callback_id: UUID, version: int, result: RingResult, call_id: UUID | None) -> Callback:
    """Say what came of ringing. Reached, or not wanted, it is done; in vain, there is a next time.

    Raises:
        NotFound: this organisation has none with this id.
        CallbackEnded, CallbackClaimed, Stale: it is not yours to change now.
    """
    found, _ = await _locked(work, callback_id, version)
    work.write(
        callback_attempt,
        id=new_id(work.at),
        callback_id=callback_id,
        organisation_id=found.organisation,
        key_id=work.actor.key,
        at=work.at,
        result=result,
        call_id=call_id,
    )
    found = replace(found, attempts=found.attempts + 1)
    if result in {RingResult.REACHED, RingResult.REFUSED}:
        return await _end(work, found, CallbackState.DONE, result)
    again = promises.next_attempt(found.attempts, work.at)
    later = {"attempts": found.attempts, "next_attempt_at": again, "next_at": max(again, found.due_at), "reminders": 0}
    return await _change(work, found, {**later, "claimed_by": None, "claimed_until": None})


async def close(work: Work, callback_id: UUID, version: int, reason: Reason) -> Callback:
    """Ring no more, for a reason.

    Raises:
        NotFound, CallbackEnded, CallbackClaimed, Stale: as `attempt`.
        Refused: not reached, after too few attempts.
    """
    found, _ = await _locked(work, callback_id, version)
    return await _end(work, found, promises.state_after(reason, found.attempts), reason)


async def withdraw(work: Work, call_id: UUID) -> None:
    """Whoever was to be rung back for this call was answered after all."""
    for row in await work.rows(queries.OPEN_OF_CALL, call_id=call_id):
        await _end(work, _callback(row), CallbackState.DONE, Reason.ANSWERED)


async def waits(work: Work, call_id: UUID) -> bool:
    """Whether somebody must still be rung back for this call: the number lies under its key."""
    return await work.one(queries.OPEN_UNDER, call_id=call_id) is not None


async def due(work: Work) -> Sequence[UUID]:
    """Callbacks that somebody must hear of now, or whose contents must go."""
    return [row["id"] for row in await work.rows(queries.DUE, at=work.at)]


async def follow(work: Work, callback_id: UUID) -> None:
    """Tell of an overdue one, again and again at rising distance; erase the contents of one that has ended long ago."""
    row = await work.one(queries.DUE_LOCKED, callback_id=callback_id, at=work.at)
    if row is None:  # another worker was faster, or somebody acted
        return
    if row["state"] != CallbackState.OPEN:
        await work.change(queries.CHANGE.values(sealed=None, next_at=None), callback_id=callback_id)
        return
    reminders = row["reminders"] + 1
    later = {"reminders": reminders, "next_at": promises.next_reminder(reminders, work.at)}
    # The version stays: a reminder is no reason to refuse what an operator is just saying.
    await work.change(queries.CHANGE.values(version=row["version"], **later), callback_id=callback_id)
    _tell(work, _callback(row), CallbackOverdue, reminder=reminders)


async def overdue(work: Work, *, longer_than: timedelta = timedelta()) -> Overdue:
    """Those that should have been rung back by now, or so long ago."""
    row = await work.one(queries.OVERDUE, at=work.at - longer_than)
    return Overdue(row["count"], row["since"]) if row else Overdue(0, None)


async def _locked(work: Work, callback_id: UUID, version: int | None = None) -> tuple[Callback, Mapping[str, Any]]:
    row = await work.one(queries.LOCKED, callback_id=callback_id)
    found = _callback(row)
    if row is None or found.state is not CallbackState.OPEN:
        raise CallbackEnded(f"This callback is {found.state}. Nothing was changed.", state=found.state)
    if found.is_claimed(work.at) and found.claimed_by != work.actor.key and found.claimed_until:
        wait = int((found.claimed_until - work.at).total_seconds()) + 1
        raise CallbackClaimed("A colleague is ringing now. Take another one, or ask again later.", retry_after=wait)
    if version is not None:
        match(version, found.version)
    return found, row


async def _end(work: Work, found: Callback, state: CallbackState, reason: str) -> Callback:
    gone = {"claimed_by": None, "claimed_until": None, "next_attempt_at": None, "next_at": work.at + promises.ERASED_AFTER}
    changes = {"state": state, "ended_at": work.at, "reason": reason, "attempts": found.attempts, **gone}
    ended = await _change(work, found, changes)
    _tell(work, ended, CallbackDone if state is CallbackState.DONE else CallbackGivenUp, reason=reason)
    return ended


async def _change(work: Work, found: Callback, changes: Mapping[str, Any]) -> Callback:
    await work.change(queries.CHANGE.values(**changes), callback_id=found.id)
    shown = {key: value for key, value in changes.items() if key in Callback.__slots__}
    return replace(found, version=found.version + 1, **shown)


def _tell(work: Work, about: Callback, kind: type[CallbackEvent], **more: Any) -> None:  # noqa: ANN401  the event's own fields
    event = kind(callback_id=about.id, call_id=about.call_id, why=about.why, due_at=about.due_at, attempts=about.attempts, **more)
    outbox.record(work, event, [about.organisation])


def _callback(row: Mapping[str, Any] | None) -> Callback:
    if row is None:
        raise NotFound("Your organisation has no callback with this id. GET /v1/callbacks lists them.")
    shown = {name: row[name] for name in Callback.__slots__ if name not in {"organisation", "state", "why"}}
    return Callback(organisation=row["organisation_id"], state=CallbackState(row["state"]), why=Why(row["why"]), **shown)
