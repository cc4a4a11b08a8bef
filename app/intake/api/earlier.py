"""Earlier calls about the same, joining a case afterwards, and splitting off again."""

from uuid import UUID

from fastapi import Request, Response

from app.core.errors import Invalid, NotFound, PreconditionRequired, Stale, TooMany
from app.core.http import etag, expected_version, problems, rooms_router
from app.identity.doors import IntakeDoor
from app.intake.about import about
from app.intake.schemas.earlier import (
    AboutOut,
    AskHereOut,
    EarlierIn,
    EarlierOut,
    JoiningIn,
    MatchOut,
    OpeningIn,
    OpeningOut,
    SplittingIn,
)
from app.intake.schemas.told import CallContents, CallOut
from app.intake.service import earlier as opening
from app.intake.service import join_afterwards
from app.intake.service.join import CaseNotOpen
from app.intake.service.join_afterwards import CantJoin, NotJoined
from app.intake.wire import call_json
from app.routing.decide import NobodyLeft
from app.signals.marks import About
from app.signals.service import looking
from app.signals.service.tokens import MatchUnknown

router = rooms_router("intake")
Joining = problems(Invalid, MatchUnknown, NotFound, CaseNotOpen, CantJoin, Stale, PreconditionRequired)
Splitting = problems(Invalid, NotFound, NotJoined, CantJoin, NobodyLeft, Stale, PreconditionRequired)


@router.post("/calls/_earlier", responses=problems(Invalid, TooMany))
async def look_for_earlier_calls(body: EarlierIn, work: IntakeDoor, request: Request) -> EarlierOut:
    """Earlier calls about the same address, person or telephone, of all organisations, as counts only. The look is kept."""
    _is_no_command(request)
    places = (body.place.stay, body.place.residence)
    code = next((one.municipality_code for one in places if one and one.municipality_code), None)
    found = await looking.earlier(work, _about(body), municipality_code=code, urgency=body.urgency)
    return EarlierOut(
        matches=[
            MatchOut(
                kind=one.match.kind,
                sure=one.match.sure,
                in_90_days=one.match.in_90_days,
                in_12_months=one.match.in_12_months,
                ours=one.match.ours,
                last_on=one.match.last_on,
                same_day=one.match.same_day,
                urgency_rising=one.match.urgency_rising,
                other_municipality=one.match.other_municipality,
                open_case=one.joins is not None,
                joins=one.joins,
            )
            for one in found.found
        ],
        ask_here=[AskHereOut(organisation_id=one.id, name=one.name, phone=one.phone) for one in found.ask_here],
    )


@router.post("/calls/_opening", responses=problems(Invalid, TooMany))
async def open_earlier_calls(body: OpeningIn, work: IntakeDoor, request: Request) -> OpeningOut:
    """What was told in the newest earlier calls that your organisation may read, after a stated need. Each look is logged."""
    _is_no_command(request)
    found = await opening.open_earlier(work, _about(body), body.purpose, body.need)
    return OpeningOut(items=[CallContents(call=CallOut.model_validate(call_json(call)), contents=told) for call, told in found])


@router.post("/calls/{call_id}/joining", status_code=201, responses=Joining)
async def join_case(call_id: UUID, body: JoiningIn, work: IntakeDoor, request: Request, response: Response) -> AboutOut:
    """Let a call that has ended join an open case; a case of its own stays, linked with it. Needs If-Match."""
    changed = await join_afterwards.join_afterwards(work, call_id, expected_version(request), body.joins, body.reason)
    return _about_out(changed, response)


@router.post("/calls/{call_id}/splitting", status_code=201, responses=Splitting)
async def split_call(call_id: UUID, body: SplittingIn, work: IntakeDoor, request: Request, response: Response) -> AboutOut:
    """Split a call off the case that it joined; without a case of its own, one is opened and offered. Needs If-Match."""
    changed = await join_afterwards.split(work, call_id, expected_version(request), body.reason)
    return _about_out(changed, response)


def _about(body: EarlierIn) -> About:
    person = body.person
    return about((body.place.stay, body.place.residence), person.name, person.birth_date, person.phone, body.caller.phone)


def _is_no_command(request: Request) -> None:
    """A look is made again, not replayed: what was found is kept nowhere in clear."""
    request.state.reservation = None


def _about_out(changed: join_afterwards.Changed, response: Response) -> AboutOut:
    call, offered = changed.call, changed.offered
    response.headers["ETag"] = etag(call.version)
    return AboutOut(
        id=call.id,
        joined_case_id=call.joined_case_id,
        case_id=call.case_id if call.has_case else None,
        disposition=call.disposition or "",
        accept_by=offered.decision.accept_by if offered else None,
        version=call.version,
    )
