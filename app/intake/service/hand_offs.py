"""Put somebody through, and stay with it: start a hand-off, say what became of it, and follow those that nobody ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.cases import service as cases
from app.core import outbox
from app.core.errors import FieldError, Invalid, NotFound
from app.core.http import match
from app.core.ids import new_id
from app.core.work import Row, Work
from app.directory.contacts import phone
from app.directory.service import look_up as directory
from app.intake import queries
from app.intake.calls import Call, call_of
from app.intake.codes import NotMadeReason
from app.intake.events import HandOffNotReached
from app.intake.hand_offs import (
    CHASED_AFTER,
    LONGEST_CALL,
    PRIVATE,
    UNDER_WAY,
    HandOffState,
    To,
    must_say_why,
    number_of,
    proposed_by,
    step,
    with_numbers,
)
from app.intake.service.join import tell_where_joined
from app.intake.service.placing import code_of
from app.intake.service.protocols import protocol as known_protocol
from app.intake.tables import hand_off as hand_off_table
from app.intake.triage import AnswersInvalid, HandOff, Verdict, judge
from app.vault import open as vault
from app.vault.purpose import Purpose


@dataclass(frozen=True, slots=True)
class Started:
    """What is told of a hand-off when it starts."""

    to: To
    way: str
    state: HandOffState
    number: str | None = None
    reason: NotMadeReason | None = None
    accepted_by: str | None = None


async def start(work: Work, call_id: UUID, told: Started) -> Row:
    """Put somebody through; the number is the protocol's, or that of the service around the place, when none is told.

    Raises:
        NotFound: no such call of this organisation, or it was abandoned.
        Invalid: no number of a telephone; or left out without a reason.
    """
    must_say_why(told.state, told.reason)
    call, row = await _own(work, call_id)
    told_number = _number(told.number)
    contents = await _contents(work, call, row)
    verdict = _verdict(call, contents)
    proposal = next((one for one in verdict.hand_offs if one.to == told.to), None) if verdict else None
    number = told_number or (proposal.number if proposal else "") or await _nearest(work, call, contents, told.to)
    by = proposed_by(known_protocol(call.protocol), verdict, told.to) if verdict else "operator"
    hand_off_id = new_id(work.at)
    running = told.state in UNDER_WAY
    words = said({"acceptedBy": told.accepted_by, "number": number if told.to in PRIVATE else None})
    work.write(
        hand_off_table,
        id=hand_off_id,
        call_id=call_id,
        case_id=call.case_id,
        organisation_id=work.organisation,
        addressee=told.to,
        number=None if told.to in PRIVATE else number or None,
        way=told.way,
        proposed_by=by,
        state=told.state,
        reason=told.reason if told.state is HandOffState.NOT_MADE else None,
        started_at=work.at,
        speaking_at=work.at if told.state is HandOffState.SPEAKING else None,
        ended_at=None if running else work.at,
        chase_at=work.at + (LONGEST_CALL if call.completed_at is None else CHASED_AFTER) if running else None,
        sealed=vault.seal(work, call.case_id, words) if words else None,
        version=1,
    )
    _line(work, call, told.to, told.state)
    await work.flush()
    return await _hand_off(work, hand_off_id)


async def result(work: Work, hand_off_id: UUID, version: int, state: HandOffState, accepted_by: str | None) -> Row:
    """Say where a hand-off stands now, or what became of it.

    Raises:
        NotFound: no such hand-off of this organisation.
        Stale: it was changed since it was read.
        HandOffEnded: it has ended, or there is no such step.
    """
    row = await work.one(queries.HAND_OFF_LOCKED, hand_off_id=hand_off_id)
    if row is None or row["organisation_id"] != work.organisation:
        raise NotFound("There is no such hand-off, or it is not your organisation's.")
    match(version, row["version"])
    step(HandOffState(row["state"]), state)
    changed: dict[str, Any] = {"state": state, "version": version + 1}
    if state is HandOffState.SPEAKING:
        changed["speaking_at"] = work.at
    else:
        changed |= {"ended_at": work.at, "chase_at": None}
    if accepted_by:
        await vault.load_key(work, row["case_id"])
        before = vault.unsealed_to_change(work, row["case_id"], [row["sealed"]] if row["sealed"] else [])
        changed["sealed"] = vault.seal(work, row["case_id"], (before[0] if before else {}) | {"acceptedBy": accepted_by})
    await work.change(queries.CHANGE_HAND_OFF.values(**changed), hand_off_id=hand_off_id)
    call = await work.one(queries.CALL, call_id=row["call_id"])
    if call:
        _line(work, call_of(call), row["addressee"], state)
    return await _hand_off(work, hand_off_id)


async def listed(work: Work, call_id: UUID, purpose: Purpose) -> tuple[list[dict[str, Any]], tuple[HandOff, ...]]:
    """The hand-offs of a call, who took them over, and those proposed that are neither made nor left out; logged.

    Raises:
        NotFound: no such call for this organisation.
    """
    row = await work.one(queries.CALL, call_id=call_id)
    if row is None:
        raise NotFound("There is no such call, or it is not for your organisation.")
    call = call_of(row)
    made = await work.rows(queries.HAND_OFFS, call_id=call_id)
    sealed = [one["sealed"] for one in (row, *made) if one["sealed"]]
    opened = iter(await vault.unseal(work, call.case_id, sealed, what=f"hand-offs of call {call_id}", purpose=purpose))
    contents = next(opened) if row["sealed"] else {}
    items = [_with_words(one, next(opened) if one["sealed"] else {}) for one in made]
    verdict = _verdict(call, contents)
    known = {one["addressee"] for one in made}
    proposed = [one for one in verdict.hand_offs if one.to not in known] if verdict else []
    return items, await _with_numbers(work, call, contents, proposed)


async def made(work: Work, call_id: UUID) -> Sequence[Row]:
    """What was made during a call, when it ends; what is still under way is followed from now."""
    rows = await work.rows(queries.HAND_OFFS, call_id=call_id)
    if any(row["state"] in UNDER_WAY for row in rows):
        await work.change(queries.CHASE, of_call=call_id, chase_at=work.at + CHASED_AFTER)
    return rows


async def to_chase(work: Work) -> Sequence[UUID]:
    """The hand-offs of which nobody has said what became, those longest due first; for the worker."""
    return [row["id"] for row in await work.rows(queries.TO_CHASE, at=work.at)]


async def chase(work: Work, hand_off_id: UUID) -> None:
    """Call a hand-off not reached, and tell whoever must act; nothing when somebody was faster."""
    row = await work.one(queries.HAND_OFF_LOCKED, hand_off_id=hand_off_id)
    if row is None or row["chase_at"] is None or row["chase_at"] > work.at:
        return
    ended = {"state": HandOffState.NOT_REACHED, "ended_at": work.at, "chase_at": None, "version": row["version"] + 1}
    await work.change(queries.CHANGE_HAND_OFF.values(**ended), hand_off_id=hand_off_id)
    found = await work.one(queries.CALL, call_id=row["call_id"])
    call = call_of(found) if found else None
    event = HandOffNotReached(
        call_id=row["call_id"], case_id=next(iter(call.cases), None) if call else None, hand_off_id=hand_off_id,
        to=row["addressee"], way=row["way"], started_at=row["started_at"],
    )  # fmt: skip
    outbox.record(work, event, (row["organisation_id"], *(await _not_reached(work, call, row["addressee"]) if call else ())))


async def _not_reached(work: Work, call: Call, to: str) -> tuple[UUID, ...]:
    """Tell the cases of the call; who has them."""
    told = {"to": to, "state": HandOffState.NOT_REACHED}
    joined = await tell_where_joined(work, call, "hand_off", **told)
    hears = joined.hears if joined else ()
    if call.case_of_its_own is None:
        return hears
    cases.line(work, call.case_id, "hand_off", call_id=str(call.id), **told)
    return (*hears, *(await cases.get(work, call.case_id)).concerned)


def said(words: Mapping[str, str | None]) -> dict[str, str]:
    """What is sealed of a hand-off: what was told of `acceptedBy`, `number` and `to`."""
    return {name: word for name, word in words.items() if word}


def _with_words(row: Row, words: Mapping[str, str]) -> dict[str, Any]:
    return {**row, "number": row["number"] or words.get("number"), "accepted_by": words.get("acceptedBy")}


def _line(work: Work, call: Call, to: str, state: HandOffState) -> None:
    for case_id in call.cases:
        cases.line(work, case_id, "hand_off", to=to, state=state, call_id=str(call.id))


def _number(told: str | None) -> str:
    try:
        return phone(told) if told else ""
    except ValueError as wrong:
        fault = FieldError("/number", "phone", str(wrong))
        raise Invalid(f"This is no number of a telephone. {wrong}", errors=[fault]) from None


async def _own(work: Work, call_id: UUID) -> tuple[Call, Row]:
    row = await work.one(queries.CALL, call_id=call_id)
    if row is None or row["organisation_id"] != work.organisation or row["state"] == "abandoned":
        raise NotFound("There is no such call, or it is not your organisation's.")
    return call_of(row), row


async def _contents(work: Work, call: Call, row: Row) -> Mapping[str, Any]:
    sealed = [row["sealed"]] if row["sealed"] else []
    opened = await vault.unseal(work, call.case_id, sealed, what=f"call {call.id}", purpose=Purpose.TRIAGE)
    return opened[0] if opened else {}


def _verdict(call: Call, contents: Mapping[str, Any]) -> Verdict | None:
    """What the answers so far mean; None for a draft whose answers don't fit the protocol yet."""
    try:
        return judge(known_protocol(call.protocol), contents.get("answers", {}))
    except AnswersInvalid:
        return None


async def _nearest(work: Work, call: Call, contents: Mapping[str, Any], to: str) -> str | None:
    code = await code_of(work, call, contents)
    return number_of(to, await directory.reach_in(work, code)) if code else None


async def _with_numbers(work: Work, call: Call, contents: Mapping[str, Any], proposed: list[HandOff]) -> tuple[HandOff, ...]:
    if all(one.number for one in proposed):
        return tuple(proposed)
    code = await code_of(work, call, contents)
    return with_numbers(proposed, await directory.reach_in(work, code) if code else [])


async def _hand_off(work: Work, hand_off_id: UUID) -> Row:
    row = await work.one(queries.HAND_OFF, hand_off_id=hand_off_id)
    if row is None:
        raise LookupError("It was stored a moment ago.")
    return row
