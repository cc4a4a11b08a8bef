"""Try a directory or a roster before it is real."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import Depends, Request

from app.core.actor import Actor
from app.core.errors import Invalid, TooMany
from app.core.http import problems, rooms_router
from app.core.work import begin
from app.identity.doors import asking
from app.simulation.schemas.asked import SimulationIn
from app.simulation.schemas.told import SimulationOut
from app.simulation.service import ONE_AT_A_TIME, played, read

router = rooms_router("simulation")
MOST_CALLS: Final = 10_000  # ⚙ a few seconds of one core
LONGEST: Final = timedelta(days=400)


@router.post("/simulations", responses=problems(Invalid, TooMany))
async def run_simulation(
    body: SimulationIn, actor: Annotated[Actor, Depends(asking("directory:write"))], request: Request
) -> SimulationOut:
    """Play generated or past calls through today's directory and a proposed one, at most 10,000; nothing is stored.

    `nodus simulate` plays as many as you like.
    """
    if ONE_AT_A_TIME.locked():
        raise TooMany("Somebody else's simulation is running. Send the same again.", retry_after=5)
    async with ONE_AT_A_TIME:
        async with begin(request.app.state.database, actor, request_id=request.state.request_id) as work:
            material = await read(work, body, most=MOST_CALLS, longest=LONGEST)
        return SimulationOut.of(await played(body, material, most=MOST_CALLS), with_charts=body.charts)
