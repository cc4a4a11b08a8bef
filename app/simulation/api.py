"""Try a directory or a roster before it is real."""

import asyncio
from datetime import timedelta
from typing import Annotated, Final

from fastapi import Depends, Request

from app.core.actor import Actor
from app.core.errors import Invalid, TooMany
from app.core.http import problems, rooms_router
from app.core.work import begin
from app.identity.doors import asking
from app.simulation.results import carried_out
from app.simulation.schemas.asked import SimulationIn
from app.simulation.schemas.told import SimulationOut
from app.simulation.service import Material, planned, read

router = rooms_router("simulation")
MOST_CALLS: Final = 10_000  # ⚙ a few seconds of one core
LONGEST: Final = timedelta(days=400)
ONE_AT_A_TIME: Final = asyncio.Lock()  # calls come first: planners wait for each other


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
        return await asyncio.to_thread(_played, body, material)


def _played(body: SimulationIn, material: Material) -> SimulationOut:
    """In a thread: it takes seconds, and calls come in meanwhile."""
    result = carried_out(planned(body, material, most=MOST_CALLS))
    return SimulationOut.of(result, with_charts=body.charts)
