"""What each organisation of the team says worked, and what failed in the chain; until the case closes."""

from collections.abc import Sequence
from uuid import UUID

from app.cases.service import Case
from app.core.errors import FieldError, Invalid
from app.core.work import Work
from app.followup import queries
from app.followup.items import ItemKind, NewItem
from app.followup.obligations import BuildingBlock
from app.followup.service import items
from app.followup.service.plan import shared


async def add_view(
    work: Work, case_id: UUID, worked: Sequence[BuildingBlock], failed: Sequence[BuildingBlock], note: str | None
) -> tuple[UUID, Case]:
    """The view of this organisation; a later one corrects it, so that there is one for each.

    Raises:
        NotFound, Forbidden, Refused: as `plan.shared`. Invalid: it says nothing.
    """
    if not (worked or failed or note):
        fault = FieldError("/worked", "missing", "What worked, or `failed`: what was missing, or a note.")
        raise Invalid("A view says what worked or what was missing.", errors=[fault])
    case, situation = await shared(work, case_id)
    rows = await work.rows(queries.ITEMS, case_id=case_id)
    own = [row["id"] for row in rows if row["kind"] == ItemKind.VIEW and row["organisation_id"] == work.organisation]
    facts = {"worked": list(worked), "failed": list(failed)}
    new = NewItem(ItemKind.VIEW, work.at, facts=facts, words={"note": note}, corrects=own[-1] if own else None)
    return await items.add(work, case, situation, new)
