"""Earlier calls about the same: how many, and which way it goes; their contents only after a stated need, and logged."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.console.call.fields import as_far_as_right
from app.console.call.visits import Taking, told
from app.console.visiting import PageRoute, Visit
from app.intake.about import about
from app.intake.schemas.asked import CallIn
from app.intake.schemas.earlier import Why
from app.intake.service.earlier import open_earlier
from app.signals.marks import About
from app.signals.service import looking
from app.vault.purpose import Purpose

router = APIRouter(include_in_schema=False, route_class=PageRoute)
NOTHING: Final = looking.Earlier((), ())


@router.post("/call/earlier")
async def count_earlier(visit: Taking, request: Request) -> Response:
    """How many, as numbers and a trend: no name, and nothing of what was told."""
    call, _ = as_far_as_right(await told(request))
    found = [NOTHING]

    async def look(work: Any) -> None:
        stay = call.place.stay
        code = stay.municipality_code if stay else None
        urgency = call.urgency.chosen if call.urgency else None
        found[0] = await looking.earlier(work, _about(call), municipality_code=code, urgency=urgency)

    fault = await visit.attempt(look)
    return _shown(visit, "call/parts/earlier.html", found=found[0], fault=fault, needs=list(Why), joins=call.joins or "")


@router.post("/call/opening")
async def open_them(visit: Taking, request: Request) -> Response:
    """What was told in those that one's organisation may read, for a need that is logged with each of them."""
    sent = await told(request)
    typed, asked = sent.get("call"), str(sent.get("need"))
    call, _ = as_far_as_right(typed if isinstance(typed, dict) else {})
    need = Why(asked) if asked in set(Why) else Why.DANGER
    items: list[tuple[Any, Mapping[str, Any]]] = []

    async def look(work: Any) -> None:
        items.extend(await open_earlier(work, _about(call), Purpose.TRIAGE, need))

    fault = await visit.attempt(look)
    return _shown(visit, "call/parts/opened.html", items=items[::-1], fault=fault)


def _about(call: CallIn) -> About:
    person = call.person
    born: date | None = person.birth_date
    return about((call.place.stay, call.place.residence), person.name, born, person.phone, call.caller.phone)


def _shown(visit: Visit, template: str, **values: Any) -> Response:
    fault = values["fault"]
    return visit.page(template, status=fault.status if fault else 200, **values)
