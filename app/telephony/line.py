"""What became of a call on the line, by everything that an exchange told of it, in whatever order it came.

Events come late, twice, or never, so a line is not moved step by step: it is what all that is known adds up to, in the order of
the exchange's own clock. The same events give the same line, whichever came first. All times are of that one clock, so their
differences hold however wrong it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class PhoneEvent(StrEnum):
    """What an exchange tells."""

    OFFERED = "call.offered"  # somebody rings: in a queue, or at an extension
    ANSWERED = "call.answered"
    HELD = "call.held"
    RESUMED = "call.resumed"
    TRANSFERRED = "call.transferred"
    ENDED = "call.ended"


class TransferStage(StrEnum):
    """How far a transfer is."""

    CALLING = "calling"
    SPEAKING = "speaking"  # warm: with the other side, the caller waits or listens
    ACCEPTED = "accepted"
    NOT_REACHED = "not_reached"


class LineState(StrEnum):
    """Where a line stands."""

    UNKNOWN = "unknown"  # something was told of it, but never that it rang
    RINGING = "ringing"
    ANSWERED = "answered"
    HELD = "held"
    ENDED = "ended"
    ABANDONED = "abandoned"  # ended before anybody answered


RANK: Final = {kind: rank for rank, kind in enumerate(PhoneEvent)}  # at the same moment in this order
LIVE: Final = frozenset({LineState.RINGING, LineState.ANSWERED, LineState.HELD})


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that an exchange told, without numbers. `agent` is an extension; `message` tells events of one moment apart."""

    kind: PhoneEvent
    at: datetime
    message: str
    queue: str | None = None
    agent: str | None = None
    way: str | None = None
    stage: TransferStage | None = None
    transfer: str = ""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """Putting somebody through: from whom, how, and when it came to what."""

    reference: str
    way: str
    result: TransferStage
    extension: str | None
    calling_at: datetime | None
    speaking_at: datetime | None
    accepted_at: datetime | None
    not_reached_at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """What all that was told adds up to. `extension`: who answered, before that where it rings."""

    state: LineState
    offered_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    queue: str | None
    extension: str | None
    reason: str | None
    waited: timedelta | None
    talked: timedelta | None
    held: timedelta
    transfers: tuple[Transfer, ...]


def line_of(told: Iterable[Told]) -> Line:
    """The line that these events make. Durations are never negative; an answer counts even after the end."""
    events = sorted(told, key=lambda one: (one.at, RANK[one.kind], one.message))
    offered = [one for one in events if one.kind is PhoneEvent.OFFERED]
    answered = [one for one in events if one.kind is PhoneEvent.ANSWERED]
    ended = [one for one in events if one.kind is PhoneEvent.ENDED]
    begin, answer, end = (found[0].at if found else None for found in (offered, answered, ended))
    held, is_held = _held(events, end)
    answering = next((one.agent for one in answered if one.agent), None)
    return Line(
        state=_state(begin, answer, end, is_held=is_held),
        offered_at=begin,
        answered_at=answer,
        ended_at=end,
        queue=next((one.queue for one in events if one.queue), None),
        extension=answering or (offered[-1].agent if offered else None),
        reason=ended[0].reason if ended else None,
        waited=_between(begin, answer or end),
        talked=_between(answer, end),
        held=held,
        transfers=_transfers(events),
    )


def _state(begin: datetime | None, answer: datetime | None, end: datetime | None, *, is_held: bool) -> LineState:
    if begin is None:
        return LineState.UNKNOWN
    if answer is None:
        return LineState.RINGING if end is None else LineState.ABANDONED
    if end is not None:
        return LineState.ENDED
    return LineState.HELD if is_held else LineState.ANSWERED


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    return max(end - start, timedelta()) if start and end else None


def _held(events: Sequence[Told], end: datetime | None) -> tuple[timedelta, bool]:
    total, since = timedelta(), None
    for one in events:
        if one.kind is PhoneEvent.HELD and since is None:
            since = one.at
        elif one.kind is PhoneEvent.RESUMED and since is not None:
            total, since = total + (one.at - since), None
    if since is not None and end is not None:
        return total + max(end - since, timedelta()), False
    return total, since is not None


def _transfers(events: Sequence[Told]) -> tuple[Transfer, ...]:
    found: dict[str, list[Told]] = {}
    for one in events:
        if one.kind is PhoneEvent.TRANSFERRED:
            found.setdefault(one.transfer, []).append(one)
    return tuple(_transfer(reference, steps) for reference, steps in sorted(found.items()))


def _transfer(reference: str, steps: Sequence[Told]) -> Transfer:
    moments: dict[TransferStage, datetime] = {}
    for one in steps:
        moments.setdefault(one.stage or TransferStage.CALLING, one.at)
    furthest = (TransferStage.ACCEPTED, TransferStage.NOT_REACHED, TransferStage.SPEAKING, TransferStage.CALLING)
    return Transfer(
        reference,
        next((one.way for one in steps if one.way), "warm"),
        next(stage for stage in furthest if stage in moments),
        next((one.agent for one in steps if one.agent), None),
        *(moments.get(stage) for stage in TransferStage),
    )
