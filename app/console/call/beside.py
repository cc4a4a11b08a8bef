"""A colleague in the same call is seen at once, on both sides; see `console/beside.py`."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field, ValidationError

from app.console.beside import Beside
from app.console.call.listing import CallId
from app.console.call.visits import Taking, names, told
from app.console.pages import language_of
from app.console.visiting import PageRoute
from app.console.words import words
from app.core.errors import Invalid
from app.core.http import Wire
from app.intake.schemas.drafts import Screen

router = APIRouter(include_in_schema=False, route_class=PageRoute)


class Said(Wire):
    """What a screen says: which it is, at which version of the draft; 0 when it leaves."""

    screen: Screen
    version: Annotated[int, Field(ge=0, le=2**31 - 1)]


@router.post("/call/{call_id}/beside")
async def beside_call(call_id: CallId, visit: Taking, request: Request) -> Response:
    """Say that a screen is here, and hear who else is, in words, and how far they have saved.

    Raises:
        Invalid: it says no such thing.
    """
    try:
        said = Said.model_validate(await told(request))
    except ValidationError:
        raise Invalid("Send the screen, and the version that it has.") from None
    beside: Beside = request.app.state.beside
    whose, me = visit.account.organisation, visit.account.id
    beside.say(whose, call_id, said.screen, me, said.version)
    others = beside.others(whose, call_id, said.screen)
    t, sentence = words(language_of(request)), ""
    if colleagues := {one.account for one in others} - {me}:
        known = await names(visit)
        told_names = sorted(known.get(str(one), t("call_somebody")) for one in colleagues)
        sentence = t("call_beside_who", len(told_names), names=", ".join(told_names))
    elif others:
        sentence = t("call_beside_me")
    return JSONResponse({"told": sentence, "version": max((one.version for one in others), default=0)})
