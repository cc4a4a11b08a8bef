"""Who takes calls, and what a script sends along."""

from typing import Annotated, Any, Final

import orjson
from fastapi import Depends, Request
from starlette.requests import ClientDisconnect

from app.accounts.service.people import people
from app.console.navigation import OPERATORS
from app.console.visiting import Visit, visiting
from app.core.errors import Invalid

Taking = Annotated[Visit, Depends(visiting(*OPERATORS), scope="function")]
READS: Final = ["GET", "HEAD"]


async def told(request: Request) -> dict[str, Any]:
    """The JSON object that a script of our page sent.

    Raises:
        Invalid: it is none.
    """
    try:
        found = orjson.loads(await request.body())
    except (orjson.JSONDecodeError, ClientDisconnect):  # also of a page that was left while it asked
        found = None
    if not isinstance(found, dict):
        raise Invalid("Send a JSON object.")
    return found


async def names(visit: Visit) -> dict[str, str]:
    """What the colleagues of one's organisation are called, by the id that a draft knows them by."""
    return {str(one.id): one.name for one in await people(visit.work)}
