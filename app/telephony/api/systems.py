"""Exchanges: register, renew the secret, remove; operators sit down at an extension."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from app.core.errors import Invalid, NotFound, PreconditionRequired, Stale
from app.core.http import USUAL_LIMIT, Cursor, Limit, PageOut, etag, expected_version, problems, rooms_router
from app.core.paging import after
from app.identity.doors import CallReader, IntakeDoor, TelephonyDoor
from app.telephony.schemas.events import UnknownCallOut
from app.telephony.schemas.systems import (
    Extension,
    PhoneLineOut,
    PhoneLinesOut,
    SystemChange,
    SystemIn,
    SystemMade,
    SystemOut,
    SystemsOut,
)
from app.telephony.service import screens, systems
from app.telephony.service.systems import System

router = rooms_router("telephony")
Keeping = problems(Invalid, NotFound, Stale, PreconditionRequired)
AtExtension = Annotated[Extension, Path()]


@router.post("/telephone-systems", status_code=201, responses=problems(Invalid))
async def register_telephone_system(body: SystemIn, work: TelephonyDoor, request: Request, response: Response) -> SystemMade:
    """Register an exchange of your organisation. The secret with which it signs its events is shown only in this answer."""
    made, secret = await systems.register(work, body.label, body.link)
    response.headers["Location"] = f"/v1/telephone-systems/{made.id}"
    return _with_secret(request, response, made, secret)


@router.get("/telephone-systems")
async def list_telephone_systems(work: TelephonyDoor) -> SystemsOut:
    """The exchanges of your organisation, and how far the clock of each is off."""
    return SystemsOut(items=[SystemOut.of(one) for one in await systems.systems(work)])


@router.get("/telephone-systems/{system_id}", responses=problems(Invalid, NotFound))
async def read_telephone_system(system_id: UUID, work: TelephonyDoor, response: Response) -> SystemOut:
    """One exchange. Its ETag is what If-Match wants."""
    found = await systems.system(work, system_id)
    response.headers["ETag"] = etag(found.version)
    return SystemOut.of(found)


@router.patch("/telephone-systems/{system_id}", responses=Keeping)
async def change_telephone_system(
    system_id: UUID, body: SystemChange, work: TelephonyDoor, request: Request, response: Response
) -> SystemOut:
    """Change its label or link. Needs If-Match."""
    found = await systems.change(work, system_id, expected_version(request), body.model_dump(exclude_none=True))
    response.headers["ETag"] = etag(found.version)
    return SystemOut.of(found)


@router.post("/telephone-systems/{system_id}/secret-rotation", status_code=201, responses=Keeping)
async def renew_telephone_system_secret(system_id: UUID, work: TelephonyDoor, request: Request, response: Response) -> SystemMade:
    """Another secret, shown only in this answer; the one before fits for a day more. Needs If-Match."""
    return _with_secret(request, response, *await systems.renew_secret(work, system_id, expected_version(request)))


@router.delete("/telephone-systems/{system_id}", status_code=204, responses=Keeping)
async def remove_telephone_system(system_id: UUID, work: TelephonyDoor, request: Request) -> None:
    """Take nothing more from an exchange; its calls and figures stay. Needs If-Match."""
    await systems.remove(work, system_id, expected_version(request))


@router.get("/telephone-systems/{system_id}/unknown-calls", responses=problems(Invalid, NotFound))
async def list_unknown_calls(
    system_id: UUID, work: TelephonyDoor, cursor: Cursor = None, limit: Limit = USUAL_LIMIT
) -> PageOut[UnknownCallOut]:
    """Calls of which the exchange told something, but never that they rang: events that got lost, or were never sent."""
    page = await screens.unknown(work, system_id, after(cursor), limit)
    items = [
        UnknownCallOut(
            id=one["id"], call=one["external"], events=one["events"], types=one["kinds"], first_at=one["first_at"],
            last_at=one["last_at"],
        )
        for one in page.items
    ]  # fmt: skip
    return PageOut[UnknownCallOut](items=items, next=page.next)


@router.get("/telephony/lines")
async def list_telephone_lines(work: CallReader) -> PhoneLinesOut:
    """The exchanges that you may sit at, and the extension at which you do."""
    return PhoneLinesOut(items=[PhoneLineOut.of(one) for one in await systems.lines(work)])


@router.put("/telephone-systems/{system_id}/agents/{extension}", status_code=204, responses=problems(Invalid, NotFound))
async def sit_down_at_extension(system_id: UUID, extension: AtExtension, work: IntakeDoor) -> None:
    """Calls that are answered at this extension are yours from now on, instead of whoever sat there before."""
    await systems.sit_down(work, system_id, extension)


@router.delete("/telephone-systems/{system_id}/agents/{extension}", status_code=204, responses=problems(Invalid, NotFound))
async def stand_up_from_extension(system_id: UUID, extension: AtExtension, work: IntakeDoor) -> None:
    """They are no longer yours. Whoever sits there instead of you stays."""
    await systems.stand_up(work, system_id, extension)


def _with_secret(request: Request, response: Response, found: System, secret: str) -> SystemMade:
    request.state.reservation = None  # a secret that is shown once must not lie in a stored answer
    response.headers["ETag"] = etag(found.version)
    return SystemMade(**SystemOut.of(found).model_dump(), secret=secret)
