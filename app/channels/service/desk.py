"""Who takes in what comes by the web, from professionals and from other desks."""

from typing import Final
from uuid import UUID

from app.core.actor import Actor, Role
from app.core.db import Database
from app.core.errors import Unavailable
from app.core.work import begin
from app.directory.service import look_up as directory

ASKING: Final = Actor(organisation=None, role=Role.PUBLIC)


async def intake_organisation(database: Database) -> UUID:
    """The organisation that the settings name, else the national desk of the directory, of several the first by id.

    Raises:
        Unavailable: neither; the directory was not imported yet.
    """
    if chosen := database.settings.intake_organisation:
        return chosen
    async with begin(database, ASKING) as work:
        desks = await directory.national_desks(work)
    if not desks:
        raise Unavailable("Nobody takes in reports here yet: the directory has no national desk.", retry_after=60)
    return min(desks)
