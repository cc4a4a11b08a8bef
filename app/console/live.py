"""`/live`: tells an open page that there is news, and no more than that; the page then asks for its parts again.

It also tells at which call somebody came, went or saved beside another: the id of the call, and not who.

A stream holds no transaction and no connection to the database. It ends with the session, and with this process.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Final
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.accounts.service.signing_in import Sessions
from app.console.beside import Beside, Ear
from app.console.visiting import NotYourPage, PageRoute, Visit, visiting
from app.core.actor import Role
from app.core.errors import TooMany
from app.core.problem import problem_of
from app.delivery.feed import Heads
from app.delivery.stream import BEAT, EventStream
from app.identity.doors import session_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)

HEARTBEAT: Final = 15.0  # ⚙ seconds; also how long a session that has ended keeps a silent stream at most
AT_MOST_EVERY: Final = 1.0  # ⚙ seconds between two times that there is news
A_PROCESS: Final = 2000  # ⚙ streams and long polls
A_SESSION: Final = 8  # ⚙ streams of one session: the tabs of a browser share one
AGAIN_AFTER: Final = 1500  # ⚙ milliseconds
SPREAD: Final = 3000  # ⚙ milliseconds over which those come back who are sent away at the same moment
NEWS: Final = b"event: news\ndata: \n\n"
BESIDE: Final = b"event: beside\ndata: %s\n\n"
SIGNED_OUT: Final = b"event: signed-out\ndata: \n\n"

log = structlog.get_logger(__name__)


@router.get("/live")
async def live(visit: Annotated[Visit, Depends(visiting(), scope="function")], wide: str = "") -> Response:
    """News of this organisation's feed as it comes; with `wide` of everybody's, for who watches over them."""
    if wide and visit.account.role is not Role.SUPERVISOR:
        raise NotYourPage("Your role does not watch over other organisations.")
    state = visit.request.app.state
    whose = None if wide else visit.account.organisation
    telling = Telling(state.heads, state.beside, state.sessions, session_of(visit.request) or "", whose)
    if telling.heads.taken >= A_PROCESS:
        raise TooMany("This server tells as many pages as it can. The page looks by itself every half minute.", retry_after=30)
    session = UUID(visit.token[:32])
    with telling.heads.place(session, A_SESSION):
        pass  # refused now, with a status; the place is taken when the stream begins
    return EventStream(telling.lines(), telling.heads.place(session, A_SESSION))


class Telling:
    """Tells one page."""

    def __init__(self, heads: Heads, beside: Beside, sessions: Sessions, secret: str, organisation: UUID | None) -> None:
        """Tell of news of an organisation, or of any when it is None."""
        self.heads, self.beside = heads, beside
        self._sessions, self._secret, self._organisation = sessions, secret, organisation

    async def lines(self) -> AsyncIterator[bytes]:
        """The stream, until the session or this process ends."""
        yield b"retry: %d\n\n" % (AGAIN_AFTER + hash(self._secret) % SPREAD)
        clock = asyncio.get_running_loop().time
        seen, look_at = self._reached(), clock() + HEARTBEAT
        with self.beside.listening(self._organisation) as ear:
            while not self.heads.is_ending:
                await self._wait(seen, look_at - clock(), ear)
                for call in ear.take():
                    yield BESIDE % str(call).encode()
                reached = self._reached()
                if clock() >= look_at:
                    if told := await self._end():
                        yield told
                        return
                    look_at = clock() + HEARTBEAT
                    yield BEAT
                if reached != seen:
                    seen = reached
                    yield NEWS
                    await asyncio.sleep(AT_MOST_EVERY)

    async def _end(self) -> bytes:
        """What to say when this is the end; nothing while the session goes on."""
        try:
            return b"" if await self._sessions.who(self._secret) else SIGNED_OUT
        except Exception as error:
            if not problem_of(error):
                raise
            log.warning("live.unavailable", error=type(error).__name__)
            return b": the database can't be asked; come back\n\n"

    def _reached(self) -> int:
        return self.heads.noted if self._organisation is None else self.heads.head(self._organisation) or 0

    async def _wait(self, seen: int, seconds: float, ear: Ear) -> None:
        """Until there is news, somebody came or went beside another, or the time is over."""
        both = [asyncio.ensure_future(one) for one in (self._news(seen, max(seconds, 0)), ear.heard.wait())]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in both:
                one.cancel()
            await asyncio.wait(both)

    async def _news(self, seen: int, seconds: float) -> bool:
        if self._organisation is None:
            await self.heads.news_of_any(seen, seconds)
        else:
            await self.heads.news(self._organisation, seen, seconds)
        return True
