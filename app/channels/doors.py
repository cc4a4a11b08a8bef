"""The door for whoever sends something to be taken in: known by its own key, while the work is done for who takes it in.

So row-level security lets the work store call, case and offer, and the sender reads none of it: what it may hear it asks as
itself, and hears from the view `report_told`.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Request

from app.channels.service.desk import intake_organisation
from app.core.actor import Actor, Role
from app.core.idempotency import reserve
from app.core.work import Work, begin
from app.identity.doors import asking
from app.identity.doors import door as own_door


def door(*needed: str, by_desks: bool = False) -> Callable[..., AsyncIterator[Work]]:
    """A dependency that opens work for who takes in; with `by_desks` a desk takes in itself what its own key sends."""

    async def enter(request: Request, asker: Annotated[Actor, Depends(asking(*needed))]) -> AsyncIterator[Work]:
        database = request.app.state.database
        takes_in = asker.organisation
        if asker.role is Role.PROFESSIONAL or not by_desks:
            takes_in = await intake_organisation(database)
        actor = replace(asker, organisation=takes_in, sender=asker.organisation, scopes=frozenset())
        async with begin(database, actor, request_id=request.state.request_id) as work:
            await reserve(work, request)
            yield work

    return enter


ReportDoor = Annotated[Work, Depends(door("reports:write"), scope="function")]
TransferDoor = Annotated[Work, Depends(door("transfers:write"), scope="function")]
PoliceDoor = Annotated[Work, Depends(door("police-reports:write", by_desks=True), scope="function")]
ReportSender = Annotated[Work, Depends(own_door("reports:write"), scope="function")]
TransferSender = Annotated[Work, Depends(own_door("transfers:write"), scope="function")]
PoliceSender = Annotated[Work, Depends(own_door("police-reports:write"), scope="function")]
PoliceReader = Annotated[Work, Depends(own_door("police-reports:read"), scope="function")]
