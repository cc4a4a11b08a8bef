"""Poll a feed, wait for it, or follow it as a stream."""

from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Header, Query, Request, Response

from app.core.actor import Actor
from app.core.errors import Invalid, NotFound, TooMany
from app.core.http import Limit, problems, rooms_router
from app.core.work import begin
from app.delivery.asked import NotAcceptable, chosen, is_known, preferred_wait
from app.delivery.envelope import BATCH, batch, page
from app.delivery.feed import Heads
from app.delivery.schemas.feed import HEADERS, PAGE, STREAM, FeedOut
from app.delivery.service import feed
from app.delivery.service.feed import CursorAhead, CursorExpired, Events
from app.delivery.stream import EventStream, Follower
from app.identity.doors import FeedReader

router = rooms_router("delivery")
OFFERED: Final = ("application/json", BATCH, STREAM)
USUAL: Final = 100
LONGEST_WAIT: Final = 30  # ⚙ seconds; proxies close what is silent for a minute
POLL_AGAIN: Final = "5"  # ⚙ seconds
AT_ONCE: Final = "0"


@dataclass(frozen=True, slots=True)
class Asked:
    """How the answer is to look: its form, what the asker has, how many a page, and how long it waited, if it did."""

    media: str
    if_none_match: str | None
    limit: int
    waited: float = 0
    applied: int | None = None


@router.get(
    "/organisations/{organisation_id}/events",
    response_model=FeedOut,
    responses={
        **problems(Invalid, CursorAhead, NotFound, NotAcceptable, CursorExpired, TooMany),
        200: PAGE,
        304: {"description": "The same as the answer with this ETag", "headers": HEADERS},
    },
)
async def read_events(  # noqa: PLR0913, PLR0917  each is a part of the question
    organisation_id: UUID,
    request: Request,
    actor: FeedReader,
    after: Annotated[int, Query(ge=0, le=2**62, description="The number of the last event that you processed")] = 0,
    limit: Limit = USUAL,
    wait: Annotated[int, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for something new")] = 0,
    last_event: Annotated[
        UUID | None,
        Query(
            alias="lastEventId",
            description="The `id` of the last event that you processed, instead of `after`. With both they must belong together:"
            " so a restored backup is noticed for sure",
        ),
    ] = None,
    timeout: Annotated[int, Query(ge=0, le=LONGEST_WAIT * 1000, description="As `wait`, in milliseconds")] = 0,
    prefer: Annotated[str | None, Header(description="`wait=25`: as `wait`; answered with Preference-Applied")] = None,
    last_number: Annotated[
        str | None,
        Header(alias="Last-Event-ID", description="Of a stream that was lost: the number of its last event; goes before `after`"),
    ] = None,
) -> Response:
    """The events of your organisation after a number: in order, without gaps, as often as you ask.

    Keep `next`, and send it as `after`. With `wait` the answer comes when there is something, or after that many seconds. With
    `Accept: text/event-stream` events come as they happen, on one connection. A key may have two waiting at a time.

    When events were lost to you (410, or 400 `cursor-ahead`): read `GET /v1/offers?state=pending` and `GET /v1/cases?mine=true`,
    and go on after the `feedPosition` of the first page.
    """
    if actor.organisation != organisation_id:
        raise NotFound("This is not the feed of your organisation.")
    media = chosen(request.headers.get("accept"), OFFERED)
    start = _number(last_number) if media == STREAM and last_number else after
    if last_event:
        start = await _start(request, actor, last_event, after if "after" in request.query_params else None)
    if media == STREAM:
        return await _stream(request, actor, start)
    applied = preferred_wait(prefer, LONGEST_WAIT)
    asked = Asked(
        media, request.headers.get("if-none-match"), limit, max(wait, timeout / 1000, applied or 0), applied
    )  # fmt: skip
    heads: Heads = request.app.state.heads
    if asked.waited and heads.head(organisation_id) == start:
        key = actor.key or organisation_id
        with heads.place(key):
            await heads.news(organisation_id, start, asked.waited, _hung_up(request))
            found = heads.nothing_after(organisation_id, start) or await heads.woken.read(organisation_id, start, key, limit)
    else:
        found = heads.nothing_after(organisation_id, start) or await _read(request, actor, start, limit)
    return answer(organisation_id, found, asked)


def answer(organisation_id: UUID, found: Events, asked: Asked) -> Response:
    """A part of a feed in the form that was asked for; 304 when that is what the asker has."""
    is_batch = asked.media == BATCH
    tag = f'"{"b" if is_batch else "f"}-{found.after}-{found.reached}-{found.oldest}{"" if found.is_end else "-more"}"'
    headers = {"ETag": tag, "Vary": "Accept"}
    if found.is_end:
        headers["Retry-After"] = AT_ONCE if asked.waited else POLL_AGAIN
    if asked.applied is not None:
        headers["Preference-Applied"] = f"wait={asked.applied}"
    if is_known(asked.if_none_match, tag):
        return Response(status_code=304, headers=headers)
    limited = "" if asked.limit == USUAL else f"&limit={asked.limit}"
    headers["Link"] = f'</v1/organisations/{organisation_id}/events?after={found.reached}{limited}>; rel="next"'
    if is_batch:
        return Response(batch(found.bodies), headers=headers, media_type=BATCH)
    content = page(found.bodies, after=found.after, end=found.is_end, oldest=found.oldest)
    return Response(content, headers=headers, media_type=asked.media)


async def _read(request: Request, actor: Actor, after: int, limit: int) -> Events:
    async with begin(request.app.state.database, actor, request_id=request.state.request_id) as work:
        return await feed.events(work, _organisation(actor), after, limit)


async def _start(request: Request, actor: Actor, last_event: UUID, after: int | None) -> int:
    async with begin(request.app.state.database, actor, request_id=request.state.request_id) as work:
        return await feed.number_of(work, _organisation(actor), last_event, after)


async def _stream(request: Request, actor: Actor, after: int) -> Response:
    state: Any = request.app.state
    first = await _read(request, actor, after, USUAL)  # what is wrong with the number is told as a problem, before the stream
    organisation = _organisation(actor)
    follower = Follower(state, request.headers["authorization"], actor, organisation)
    return EventStream(follower.lines(first), state.heads.place(actor.key or organisation))


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _number(given: str) -> int:
    if not given.isascii() or not given.isdigit() or len(given) > len(str(2**62)):
        raise Invalid("Last-Event-ID is not a number of this feed. Send the `id` of the last event of the stream, unchanged.")
    return int(given)


def _organisation(actor: Actor) -> UUID:
    if actor.organisation is None:
        raise LookupError("Who reads a feed has an organisation.")
    return actor.organisation
