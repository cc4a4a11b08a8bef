"""Accounts of the own organisation: who there are, a new one, a new password, an end."""

from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from app.accounts.giving import POWERFUL, roles_at
from app.accounts.service import people
from app.accounts.service.signing_in import Sessions
from app.console.visiting import PageRoute, Visit, told_of, visiting
from app.core import clock
from app.core.actor import Role
from app.core.work import Work

router = APIRouter(include_in_schema=False, route_class=PageRoute)

Administrator = Annotated[Visit, Depends(visiting(Role.ADMINISTRATOR), scope="function")]
READS: Final = ["GET", "HEAD"]
NEWLY: Final = timedelta(days=14)  # ⚙ another administrator stands on top for so long


@router.api_route("/accounts", methods=READS)
async def accounts(visit: Administrator) -> Response:
    """Everybody who signs in for this organisation."""
    return await _page(visit)


@router.post("/accounts")
async def make(visit: Administrator) -> Response:
    """A new account; its password is on this answer only."""
    sent, given = visit.sent, {}

    async def do(work: Work) -> None:
        organisation = visit.account.organisation
        _, given["password"] = await people.add(
            work, organisation=organisation, role=sent["role"], login=sent["login"], name=sent["name"]
        )

    if fault := await visit.attempt(do):
        return await _page(visit, fault=fault, status=fault.status)
    return await _page(visit, status=201, given=given["password"], of=sent["name"], login=sent["login"].lower())


@router.post("/accounts/{account}/password")
async def give_password(account: UUID, visit: Administrator) -> Response:
    """A new password for somebody who lost his; open sessions end."""
    given = {}

    async def do(work: Work) -> None:
        given["password"] = await people.give_password(work, account)

    if fault := await visit.attempt(do):
        return await _page(visit, refused=fault, status=fault.status)
    sessions: Sessions = visit.request.app.state.sessions
    await sessions.sign_out_elsewhere("", account)
    one = next(one for one in await people.people(visit.work) if one.id == account)
    return await _page(visit, given=given["password"], of=one.name, login=one.login)


@router.post("/accounts/{account}/end")
async def end(account: UUID, visit: Administrator) -> Response:
    """Nobody signs in with it any more."""
    if fault := await visit.attempt(lambda work: people.end(work, account)):
        return await _page(visit, refused=fault, status=fault.status)
    return RedirectResponse("/accounts?done=account_end", 303)


async def _page(visit: Visit, *, status: int = 200, **values: Any) -> Response:
    found, mine = await people.people(visit.work), visit.account.id
    living = [one for one in found if one.ended_at is None]
    usual: dict[str, Any] = {"fault": None, "refused": None, "given": "", "of": "", "login": ""}
    fault = values.get("fault")
    return visit.page(
        "accounts/accounts.html",
        status=status,
        living=living,
        ended=[one for one in found if one.ended_at],
        roles=roles_at(visit.account.organisation_kind),
        newly=[one for one in living if one.role in POWERFUL and clock.wall() - one.created_at < NEWLY and one.id != mine],
        sent=visit.sent,
        wrong={error.pointer.removeprefix("/"): error.code for error in fault.errors} if fault else {},
        told=told_of,
        **usual | values,
    )
