"""Where to begin: quiet outside the demo; in it, who to be, and what to do there and see elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.console.examples import examples
from app.console.municipalities import SHAPES, VIEW, country_now
from app.console.pages import page
from app.console.play import Play, Player, read_people, read_play
from app.core import clock
from app.core.health import ready

router = APIRouter(include_in_schema=False)
READS: Final = ["GET", "HEAD"]
STEPS: Final = (1, 2, 3)
# Whom the start page leads by the hand, and where each begins; its texts are `start_<login>…`.
LED: Final = (
    ("operator", "/call"), ("meldpunt", "/inbox"), ("supervisor", "/wall"), ("planner", "/rosters"), ("privacy", "/access-log"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """Somebody to be, and the page on which he begins."""

    player: Player
    path: str


@router.api_route("/", methods=READS)
async def start(request: Request) -> Response:
    """Where to begin; in the demo also whom to be, what was played, who answers where, and lines to try."""
    state = request.app.state
    faults = await ready(state.database)
    play = read_play(state.settings.demo_file) if state.settings.demo else None
    people = read_people(state.settings.demo_file) if state.settings.demo else ()
    led = ways(people)
    return page(
        request,
        "start.html",
        forms=bool(people),
        faults=faults,
        play=play,
        ways=led,
        others=[one for one in people if one not in [way.player for way in led]],
        steps=STEPS,
        catching_up=catching_up() if play and not play.ready else None,
        examples=examples(play) if isinstance(play, Play) else [],
        country=await country_now(request) if play and not faults else None,
        gaps=(),
        shapes=SHAPES,
        view=VIEW,
    )


def ways(people: Iterable[Player]) -> list[Way]:
    """Those who are led by the hand, of the people that there are."""
    by_login = {one.login: one for one in people}
    return [Way(by_login[login], path) for login, path in LED if login in by_login]


def catching_up() -> timedelta | None:
    """How long it takes until the demo's clock shows the time; None when it does."""
    faster = clock.speed() - 1
    return (clock.wall() - clock.now()) / faster if faster > 0 else None
