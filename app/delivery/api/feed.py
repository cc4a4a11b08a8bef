"""Poll a feed."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.core.errors import Invalid, NotFound, TooMany
from app.core.http import Limit, problems, rooms_router
from app.core.work import begin
from app.delivery.envelope import BATCH, batch, page
from app.delivery.feed import Heads
from app.delivery.schemas.feed import FeedOut
from app.delivery.service import feed
from app.delivery.service.feed import CursorExpired, Events
from app.identity.doors import FeedReader

router = rooms_router("delivery")
POLL_AGAIN = "5"


@router.get(
    "/organisations/{organisation_id}/events",
    response_model=FeedOut,
    responses={
        **problems(Invalid, NotFound, CursorExpired, TooMany),
        304: {"description": "Nothing new since the answer with this ETag"},
    },
)
async def read_events(
    organisation_id: UUID,
    request: Request,
    actor: FeedReader,
    after: Annotated[int, Query(ge=0, le=2**62, description="The number of the last event that you processed")] = 0,
    limit: Limit = 100,
    wait: Annotated[int, Query(ge=0, le=30, description="Seconds to wait for something new")] = 0,
) -> Response:
    """The events of your organisation after a number: in order, without gaps, as often as you ask.

    Keep `next`, and send it as `after`. With `wait` the answer comes when there is something, or after that many seconds.
    """
    if actor.organisation != organisation_id:
        raise NotFound("This is not the feed of your organisation.")
    heads: Heads = request.app.state.heads
    if wait and heads.head(organisation_id) == after:
        await heads.wait(organisation_id, after, wait, actor.key or organisation_id)
    if heads.head(organisation_id) == after:
        return _answer(request, Events(after, (), after, 1))
    async with begin(request.app.state.database, actor, request_id=request.state.request_id) as work:
        found = await feed.events(work, organisation_id, after, limit)
    return _answer(request, found)


def _answer(request: Request, found: Events) -> Response:
    tag = f'"f-{found.after}-{found.reached}"'
    end = found.reached >= found.head
    headers = {"ETag": tag, **({"Retry-After": POLL_AGAIN} if end else {})}
    if not found.bodies and request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    following = f"{request.url.path}?after={found.reached}"
    headers["Link"] = f'<{following}>; rel="next"'
    if BATCH in request.headers.get("accept", ""):
        return Response(batch(found.bodies), headers=headers, media_type=BATCH)
    content = page(found.bodies, after=found.after, end=end, oldest=found.oldest)
    return Response(content, headers=headers, media_type="application/json")
