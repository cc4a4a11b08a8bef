"""See what became of each delivery."""

from uuid import UUID

from app.core.errors import Invalid, NotFound
from app.core.http import USUAL_LIMIT, Cursor, Limit, problems, rooms_router
from app.core.paging import after as cursor_id
from app.delivery.schemas.messages import AttemptOut, AttemptPage
from app.delivery.service import messages
from app.identity.doors import EndpointDoor

router = rooms_router("delivery")


@router.get("/webhook-endpoints/{endpoint_id}/attempts", responses=problems(Invalid, NotFound))
async def list_attempts(endpoint_id: UUID, work: EndpointDoor, cursor: Cursor = None, limit: Limit = USUAL_LIMIT) -> AttemptPage:
    """Every attempt to deliver to an endpoint, newest first."""
    found = await messages.attempts(work, endpoint_id, cursor_id(cursor), limit)
    hidden = {"endpoint_id", "organisation_id"}
    items = [AttemptOut(**{key: value for key, value in row.items() if key not in hidden}) for row in found.items]
    return AttemptPage(items=items, next=found.next)
