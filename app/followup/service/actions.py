"""Give something that is still to be done to somebody else, or another moment; with a reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case
from app.core import outbox
from app.core.errors import Refused, Stale
from app.core.http import match
from app.core.work import Work
from app.followup import queries
from app.followup.events import ItemMoved
from app.followup.items import Item, ItemEnded, ItemKind, ItemState
from app.followup.moving import MoveReason, insist_on_move, insist_on_mover
from app.followup.service.items import item
from app.followup.service.plan import settle, shared
from app.followup.situation import Duty
from app.team.service.hearing import hears, insist_on_team

MOVABLE: Final = frozenset({ItemKind.ACTION, ItemKind.TRANSPORT, ItemKind.AGREEMENT})


@dataclass(frozen=True, slots=True)
class Move:
    """To whom, to which moment, and why; None: as it was."""

    reason: MoveReason
    assigned_to: UUID | None = None
    due_at: datetime | None = None


async def move(work: Work, case_id: UUID, item_id: UUID, version: int, how: Move) -> tuple[Item, Case]:
    """Move an open item; the change stays on the timeline, with who did it and why.

    Raises:
        NotFound, Forbidden, Refused: as `plan.shared`, or there is no such item for this organisation.
        ItemEnded: it has ended. Refused: its moment is set by its procedure. Stale: another version was read.
        Forbidden, Invalid: as `moving.insist_on_mover` and `insist_on_move`; it is given to who is not on the team.
    """
    case, situation = await shared(work, case_id)
    found = await item(work, case_id, item_id)
    if found.kind not in MOVABLE:
        raise Refused("Its moment is set by its procedure, and can't be moved so. Nothing was changed.")
    if found.state is not ItemState.OPEN:
        raise ItemEnded(f"It is {found.state} already: there is nothing to move.", state=found.state)
    insist_on_mover(found, work.organisation, case.owner, how.assigned_to)
    insist_on_move(found, how.assigned_to, how.due_at, work.at)
    match(version, found.version)
    to, due_at = how.assigned_to or found.assigned_to, how.due_at or found.due_at
    await insist_on_team(work, case, (to,) if to else (), "/assignedTo")
    audience = found.audience
    if audience is not None and to and to != case.owner:
        audience = tuple(sorted({*audience, to}))
    columns = {"assigned_to": to, "due_at": due_at, "audience": None if audience is None else list(audience)}
    if not await work.change(queries.CHANGE_ITEM.values(**columns), item_id=item_id, seen=version):
        raise Stale(version + 1)
    told: dict[str, object] = {"item": str(item_id), "reason": how.reason, "was_due_at": found.due_at, "due_at": due_at}
    if to != found.assigned_to:
        told |= {"was_assigned_to": found.assigned_to and str(found.assigned_to), "assigned_to": to and str(to)}
    cases.line_for(work, case_id, f"{found.kind}_moved", audience, told)
    event = ItemMoved(
        case_id=case_id, item_id=item_id, kind=found.kind, organisation_id=work.organisation, assigned_to=to, due_at=due_at,
        reason=how.reason,
    )  # fmt: skip
    outbox.record(work, event, await hears(work, case, audience))
    case = await settle(work, case, situation.with_duty(Duty(item_id, found.kind, due_at, to)), case.state)
    return await item(work, case_id, item_id), case
