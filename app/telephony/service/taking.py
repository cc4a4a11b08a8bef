"""Take what an exchange tells of a call: keep it, and carry out what it changes, in one transaction.

What a line comes to is told by `line.py` from all events. Only what the difference asks for is done here, so that events that
come late or twice change nothing that was done already: a draft is opened once, and promised once to be rung back.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from app.callbacks import service as callbacks
from app.callbacks.promises import Why, due_by
from app.callbacks.service import NewCallback
from app.core import clock
from app.core.ids import new_id
from app.core.work import Work
from app.intake.codes import Channel
from app.intake.hand_offs import HandOffState
from app.intake.schemas.asked import CallIn
from app.intake.service import draft as drafts
from app.intake.service import put_through, ringing
from app.intake.service.put_through import PutThrough
from app.telephony import queries
from app.telephony.line import Line, LineState, PhoneEvent, Told, TransferStage, line_of
from app.telephony.service.systems import System, stored
from app.telephony.skew import Skew, seen
from app.telephony.tables import phone_call, phone_event
from app.vault import open as vault

LOST_AFTER: Final = timedelta(minutes=15)  # ⚙ a call that rings so long, of which nothing is heard, has ended unheard
ERASED_AFTER: Final = timedelta(hours=24)  # ⚙ the number of a caller, where no callback needs it
FEWEST_DIGITS: Final = 3  # ⚙ less is no number: withheld, unknown


@dataclass(frozen=True, slots=True)
class Private:
    """What an event tells that must not stand anywhere in clear."""

    number: str | None = None
    to: str | None = None
    accepted_by: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an event. `draft` is None while the call was never offered."""

    state: LineState
    draft: UUID | None
    repeated: bool
    skew: Skew


@dataclass(slots=True)
class _Followed:
    """A call on the line while one event of it is taken."""

    id: UUID
    system_id: UUID
    external: str
    organisation: UUID
    case_id: UUID
    draft: UUID | None
    rang_at: datetime | None
    answered_by: UUID | None
    sealed: bytes | None
    is_new: bool


async def take(work: Work, system: System, external: str, told: Told, private: Private) -> Taken:
    """Take one event; a repeated message changes nothing."""
    await work.one(queries.QUEUE_UP, line=f"{system.id} {external}")
    row = await work.one(queries.FOLLOWED, system_id=system.id, external=external, message=told.message)
    if row is None:
        raise LookupError("This question always has an answer.")
    if row["repeated"]:
        return Taken(LineState(row["state"] or LineState.UNKNOWN), row["call_id"], repeated=True, skew=system.skew)
    skew = seen(system.skew, told.at, work.at)
    following = _followed(work, system, external, row)
    before = [_told(one) for one in row["events"]]
    now = line_of([*before, told])
    if following.is_new:
        work.write(
            phone_call,
            id=following.id,
            organisation_id=work.organisation,
            system_id=system.id,
            external=external,
            case_id=following.case_id,
            state=LineState.UNKNOWN,
        )
    _note(work, following, told)
    await _seal(work, following, private)
    await _follow(work, following, line_of(before).state, now, skew)
    await _keep_transfers(work, following, now, told, private)
    await _hand_off(work, following, now)
    values = {"skew": stored(skew), "last_event_at": clock.wall()}
    await work.change(queries.CHANGE.values(**values), system_id=system.id)
    return Taken(now.state, following.draft, repeated=False, skew=skew)


async def give_up(work: Work, phone_call_id: UUID) -> None:
    """For the worker: a call of which nothing is heard any more has ended; a number that nobody needs any more goes."""
    await work.one(queries.QUEUE_UP_ONE, phone_call_id=phone_call_id)  # an answer that is being taken comes first
    row = await work.one(queries.ONE_LOCKED, phone_call_id=phone_call_id, at=work.at)
    if row is None:  # another worker was faster, or something was heard
        return
    if row["state"] != LineState.RINGING:
        await work.change(queries.CHANGE_CALL.values(sealed=None, next_at=None), phone_call_id=phone_call_id)
        return
    following = _of_row(row)
    rows = await work.rows(queries.EVENTS, phone_call_id=phone_call_id)
    before = [_told(one) for one in rows]
    end = max(one.at for one in before) + LOST_AFTER
    told = Told(PhoneEvent.ENDED, end, f"unheard {phone_call_id}", reason="unheard")
    _note(work, following, told)
    await _follow(work, following, LineState.RINGING, line_of([*before, told]), Skew())


async def _follow(work: Work, following: _Followed, before: LineState, now: Line, skew: Skew) -> None:
    """Carry out what the line asks for now, and did not before."""
    if now.offered_at and following.draft is None:
        following.rang_at = skew.ours(now.offered_at, work.at)
        asked = CallIn(channel=Channel.PHONE, received_at=following.rang_at)
        following.draft = drafts.open_draft(work, asked, ringing=True, case_id=following.case_id).id
    await work.flush()
    draft = following.draft
    if draft and now.answered_at:
        if following.answered_by is None:
            following.answered_by = await _who_sits(work, following, now.extension)
        await ringing.answered(work, draft, following.answered_by)
        if before is LineState.ABANDONED:
            await callbacks.withdraw(work, draft)
    elif draft and now.state is LineState.ABANDONED and before is not LineState.ABANDONED:
        await ringing.rang_off(work, draft)
        if following.sealed:
            due = due_by(Why.UNANSWERED, work.at)
            new = NewCallback(draft, following.case_id, Why.UNANSWERED, due, following.sealed)
            callbacks.promise(work, new, following.organisation)
    await work.change(queries.CHANGE_CALL.values(**_columns(work, following, now)), phone_call_id=following.id)


def _columns(work: Work, following: _Followed, now: Line) -> dict[str, Any]:
    later = LOST_AFTER if now.state is LineState.RINGING else ERASED_AFTER
    return {
        "call_id": following.draft,
        "state": now.state,
        "queue": now.queue,
        "extension": now.extension,
        "answered_by": following.answered_by,
        "offered_at": now.offered_at,
        "answered_at": now.answered_at,
        "ended_at": now.ended_at,
        "rang_at": following.rang_at,
        "waited_ms": _ms(now.waited) if now.offered_at else None,
        "talked_ms": _ms(now.talked),
        "held_ms": _ms(now.held),
        "reason": now.reason,
        "sealed": following.sealed,
        "next_at": work.at + later,
    }


async def _keep_transfers(work: Work, following: _Followed, now: Line, told: Told, private: Private) -> None:
    if told.kind is not PhoneEvent.TRANSFERRED:
        return
    transfer = next(one for one in now.transfers if one.reference == told.transfer)
    row: dict[str, Any] = asdict(transfer) | {"phone_call_id": following.id, "organisation_id": following.organisation}
    for column, value in (("sealed_to", private.to), ("sealed_by", private.accepted_by)):
        if value:
            sealed = vault.seal(work, following.case_id, {"told": value})
            row[column] = "\\x" + sealed.hex()
    await work.flush()
    await work.change(queries.KEEP_TRANSFER, row=orjson.dumps(row, default=str).decode())


async def _hand_off(work: Work, following: _Followed, now: Line) -> None:
    """Each transfer is a hand-off of the call, as soon as there is a draft, in whatever order they are told."""
    if following.draft is None or not now.transfers:
        return
    for row in await work.rows(queries.TRANSFERS, phone_call_id=following.id):
        seals = [row[column] for column in ("sealed_to", "sealed_by")]
        told = iter(vault.unsealed_to_change(work, following.case_id, [one for one in seals if one]))
        to, by = (next(told)["told"] if one else None for one in seals)
        through = PutThrough(to, row["way"], HandOffState(row["result"]), by)
        made = await put_through.follow(work, following.draft, row["hand_off_id"], through)
        if made != row["hand_off_id"]:
            kept = queries.SET_HAND_OFF.values(hand_off_id=made)
            await work.change(kept, of_call=following.id, of_transfer=row["reference"])


async def _seal(work: Work, following: _Followed, private: Private) -> None:
    if not following.is_new:
        await vault.load_key(work, following.case_id)
    ringable = sum(one.isdigit() for one in private.number or "") >= FEWEST_DIGITS
    if ringable and following.sealed is None:
        following.sealed = vault.seal(work, following.case_id, {"number": private.number})
    elif following.is_new:  # the key is made with the first seal: an empty one makes it
        vault.seal(work, following.case_id, {})


async def _who_sits(work: Work, following: _Followed, extension: str | None) -> UUID | None:
    if extension is None:
        return None
    row = await work.one(queries.WHO_SITS, system_id=following.system_id, extension=extension)
    return row["key_id"] if row else None


def _note(work: Work, following: _Followed, told: Told) -> None:
    facts = {"queue": told.queue, "agent": told.agent, "way": told.way, "stage": told.stage, "reason": told.reason}
    work.write(
        phone_event,
        id=new_id(work.at),
        organisation_id=following.organisation,
        system_id=following.system_id,
        phone_call_id=following.id,
        message=told.message,
        kind=told.kind,
        at=told.at,
        received_at=work.at,
        facts={key: value for key, value in (facts | {"transfer": told.transfer}).items() if value},
    )


def _followed(work: Work, system: System, external: str, row: Mapping[str, Any]) -> _Followed:
    if row["id"] is not None:
        return _of_row(row)
    made = (new_id(work.at), system.id, external, work.organisation, new_id(work.at))
    return _Followed(*made, None, None, None, None, is_new=True)


def _of_row(row: Mapping[str, Any]) -> _Followed:
    return _Followed(
        row["id"], row["system_id"], row["external"], row["organisation_id"], row["case_id"], row["call_id"], row["rang_at"],
        row["answered_by"], bytes(row["sealed"]) if row["sealed"] else None, is_new=False,
    )  # fmt: skip


def _told(row: Mapping[str, Any]) -> Told:
    facts, at = dict(row["facts"]), row["at"]
    stage = facts.pop("stage", None)
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return Told(PhoneEvent(row["kind"]), moment, row["message"], stage=TransferStage(stage) if stage else None, **facts)


def _ms(span: timedelta | None) -> int | None:
    return None if span is None else round(span.total_seconds() * 1000)
