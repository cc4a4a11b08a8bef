"""A transfer that an exchange tells of is a hand-off of its call: started once, and ended when it is told what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.errors import NotFound
from app.core.work import Row, Work
from app.directory.contacts import phone
from app.directory.service import look_up as directory
from app.intake import queries
from app.intake.calls import Call, call_of
from app.intake.hand_offs import STEPS, HandOffState, To, numbers_of
from app.intake.service import hand_offs
from app.intake.service.hand_offs import Started
from app.intake.service.placing import code_of
from app.intake.service.protocols import protocol as known_protocol
from app.vault import open as vault


@dataclass(frozen=True, slots=True)
class PutThrough:
    """How far a transfer is. `dialled`: what the exchange rings, perhaps with the 0 for an outside line."""

    dialled: str | None
    way: str
    state: HandOffState
    accepted_by: str | None = None


async def follow(work: Work, call_id: UUID, hand_off_id: UUID | None, told: PutThrough) -> UUID | None:
    """Start the hand-off, or say where it stands now; what people said before stays. Its id; None when the call was abandoned.

    Whose number nobody knows is `other`: the number stands in no clear column, since it may be somebody's own.
    """
    if hand_off_id is None:
        try:
            to, number = await _whose(work, call_id, told.dialled)
            started = Started(to, told.way, told.state, number, accepted_by=told.accepted_by)
            made: Row = await hand_offs.start(work, call_id, started)
        except NotFound:
            return None
        return UUID(str(made["id"]))
    row = await work.one(queries.HAND_OFF_LOCKED, hand_off_id=hand_off_id)
    if row and told.state in STEPS[HandOffState(row["state"])]:
        await hand_offs.result(work, hand_off_id, row["version"], told.state, told.accepted_by)
    return hand_off_id


async def _whose(work: Work, call_id: UUID, dialled: str | None) -> tuple[To, str | None]:
    row = await work.one(queries.CALL, call_id=call_id)
    if row is None:
        raise NotFound("There is no such call.")
    call, contents = call_of(row), await _contents(work, row)
    services = await _services(work, call, contents)
    known = numbers_of(known_protocol(call.protocol), services)
    for number in _outside(dialled or ""):
        if number in known:
            return known[number], number
    return To.OTHER, None


async def _services(work: Work, call: Call, contents: Mapping[str, Any]) -> Any:  # noqa: ANN401  rows
    code = await code_of(work, call, contents)
    return await directory.reach_in(work, code) if code else ()


async def _contents(work: Work, row: Row) -> Mapping[str, Any]:
    if not row["sealed"]:
        return {}
    await vault.load_key(work, row["case_id"])
    [told] = vault.unsealed_to_change(work, row["case_id"], [row["sealed"]])
    return told


def _outside(dialled: str) -> list[str]:
    """As a number, and without the 0 for an outside line."""
    found = []
    for one in (dialled, dialled.removeprefix("0")):
        try:
            found.append(phone(one))
        except ValueError:
            continue
    return found
