"""Webhook endpoints of the own organisation: how each is doing, and what its keepers do about it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from app.console.checked import checked, lines_of, local_moment
from app.console.visiting import PageRoute, Visit, told_of, visiting
from app.console.wall.overseeing import oversee
from app.core.actor import Role
from app.core.errors import FieldError, Invalid, Problem
from app.core.paging import after
from app.core.work import Work
from app.delivery.kinds import vet_types
from app.delivery.schemas.endpoints import EndpointChange, EndpointIn
from app.delivery.service import endpoints, messages, secrets, verification
from app.delivery.service.endpoints import Wishes
from app.delivery.service.messages import Asked
from app.directory.service import look_up as directory

router = APIRouter(include_in_schema=False, route_class=PageRoute)

Keeper = Annotated[Visit, Depends(visiting(Role.ADMINISTRATOR, Role.DESK), scope="function")]
Looker = Annotated[Visit, Depends(visiting(Role.ADMINISTRATOR, Role.DESK, Role.SUPERVISOR), scope="function")]
READS: Final = ["GET", "HEAD"]
PAGE: Final = 50
SHOWN: Final = 20
DAY: Final = timedelta(hours=24)


@router.api_route("/endpoints", methods=READS)
async def page(visit: Looker) -> Response:
    """All of them, and a form for another; a supervisor sees how they are doing, and at a national desk those of others too."""
    return await (_overseen(visit) if visit.account.role is Role.SUPERVISOR else _list(visit))


@router.post("/endpoints")
async def make(visit: Keeper) -> Response:
    """A new one; its secret is on this answer only."""
    made: dict[str, Any] = {}

    async def do(work: Work) -> None:
        body = checked(EndpointIn, _told(visit) | {"fromStart": bool(visit.sent["fromStart"]), **_token(visit)})
        vet_types(body.types, visit.request.app.state.event_types)
        wishes = Wishes(
            label=body.label,
            verification=body.verification or "handshake",
            municipality_codes=tuple(body.municipality_codes or ()),
            ordering=body.ordering or "strict",
            per_minute=body.per_minute,
            auth=body.auth.made() if body.auth else None,
        )
        made["endpoint"], made["secret"] = await endpoints.create_endpoint(
            work, url=body.url, types=body.types, from_start=body.from_start, wishes=wishes
        )

    if fault := await visit.attempt(do):
        return await _list(visit, fault)
    return await _one(visit, made["endpoint"].id, status=201, secret=made["secret"])


@router.api_route("/endpoints/{endpoint_id}", methods=READS)
async def one(endpoint_id: UUID, visit: Keeper) -> Response:
    """One: how it is doing, what was tried, and what can be done."""
    return await _one(visit, endpoint_id)


@router.post("/endpoints/{endpoint_id}")
async def change(endpoint_id: UUID, visit: Keeper) -> Response:
    """How it is to be, on the version that was read."""

    async def do(work: Work) -> None:
        body = checked(EndpointChange, _told(visit))
        vet_types(body.types or (), visit.request.app.state.event_types)
        named = ("url", "types", "label", "municipality_codes", "ordering", "per_minute")
        changes = {name: getattr(body, name) for name in named if name in body.model_fields_set}
        await endpoints.change_endpoint(work, endpoint_id, _version(visit), changes)

    return await _after(visit, endpoint_id, do, "changed")


@router.post("/endpoints/{endpoint_id}/secrets")
async def rotate(endpoint_id: UUID, visit: Keeper) -> Response:
    """Sign with a new secret; it is on this answer only."""
    made: dict[str, Any] = {}

    async def do(work: Work) -> None:
        hours = {"0": 0, "24": 24, "168": 168}.get(visit.sent["overlap"], 24)
        made["secret"] = (await secrets.rotate(work, endpoint_id, "hmac", timedelta(hours=hours)))[1]

    if fault := await visit.attempt(do):
        return await _one(visit, endpoint_id, fault=fault)
    return await _one(visit, endpoint_id, status=201, secret=made["secret"])


@router.post("/endpoints/{endpoint_id}/{act}")
async def act(endpoint_id: UUID, act: str, visit: Keeper) -> Response:
    """One of the acts that need a button."""
    carry_out = ACTS.get(act)
    if carry_out is None:
        raise Invalid("There is no such act.")
    if act == "removal":
        if fault := await visit.attempt(lambda work: endpoints.remove_endpoint(work, endpoint_id)):
            return await _one(visit, endpoint_id, fault=fault)
        return RedirectResponse("/endpoints?done=endpoint_removal", 303)
    return await _after(visit, endpoint_id, lambda work: carry_out(work, endpoint_id, visit), act)


async def _test(work: Work, endpoint_id: UUID, _visit: Visit) -> None:
    await messages.test(work, endpoint_id)


async def _verify(work: Work, endpoint_id: UUID, _visit: Visit) -> None:
    await verification.start_again(work, endpoint_id)


async def _confirm(work: Work, endpoint_id: UUID, visit: Visit) -> None:
    await verification.confirm(work, endpoint_id, visit.sent["code"])


async def _pause(work: Work, endpoint_id: UUID, visit: Visit) -> None:
    await endpoints.change_endpoint(work, endpoint_id, _version(visit), {"state": "paused"})


async def _resume(work: Work, endpoint_id: UUID, visit: Visit) -> None:
    await endpoints.change_endpoint(work, endpoint_id, _version(visit), {"state": "active"})


async def _resend(work: Work, endpoint_id: UUID, visit: Visit) -> None:
    await messages.send_again(work, endpoint_id, _id(visit, "event"))


async def _recover(work: Work, endpoint_id: UUID, visit: Visit) -> None:
    since = local_moment(visit.sent["since"], "since")
    await messages.recover(work, endpoint_id, since, None, everything=visit.sent["include"] == "all")


async def _end_secret(work: Work, endpoint_id: UUID, visit: Visit) -> None:
    await secrets.end(work, endpoint_id, _id(visit, "secret"))


async def _remove(work: Work, endpoint_id: UUID, _visit: Visit) -> None:
    await endpoints.remove_endpoint(work, endpoint_id)


ACTS: Final[Mapping[str, Callable[[Work, UUID, Visit], Awaitable[None]]]] = MappingProxyType(
    {
        "test": _test,
        "verification": _verify,
        "confirmation": _confirm,
        "pause": _pause,
        "resumption": _resume,
        "resending": _resend,
        "recovery": _recover,
        "secret_end": _end_secret,
        "removal": _remove,
    }
)


async def _after(visit: Visit, endpoint_id: UUID, do: Callable[[Work], Awaitable[None]], done: str) -> Response:
    if fault := await visit.attempt(do):
        return await _one(visit, endpoint_id, fault=fault)
    return RedirectResponse(f"/endpoints/{endpoint_id}?done=endpoint_{done}", 303)


async def _list(visit: Visit, fault: Problem | None = None) -> Response:
    return visit.page(
        "endpoints/list.html",
        status=fault.status if fault else 200,
        endpoints=await endpoints.ours(visit.work),
        far=await messages.how_far(visit.work),
        types=sorted(visit.request.app.state.event_types),
        fault=fault,
        **_form(visit, fault),
    )


async def _overseen(visit: Visit) -> Response:
    """Nothing can be changed here: an endpoint is its organisation's. Of others no address is shown, only how it is doing."""
    work = visit.work
    own, far = await endpoints.ours(work), await messages.how_far(work)
    is_national = work.organisation in await directory.national_desks(work)
    await work.let_go()
    others = (await oversee(visit.request.app.state.database)).endpoints if is_national else None
    return visit.page("endpoints/overseen.html", own=own, far=far, others=others)


async def _one(visit: Visit, endpoint_id: UUID, *, status: int = 200, fault: Problem | None = None, secret: str = "") -> Response:
    work = visit.work
    found = await endpoints.endpoint(work, endpoint_id)
    since, statistics = await messages.statistics(work, endpoint_id, DAY)
    stuck = [
        item
        for state in ("failed", "givenUp")
        for item in (await messages.messages(work, endpoint_id, Asked(state), SHOWN)).items
    ]
    return visit.page(
        "endpoints/endpoint.html",
        status=fault.status if fault else status,
        one=found,
        tried=await messages.attempts(work, endpoint_id, after(visit.request.query_params.get("cursor")), PAGE),
        statistics=statistics,
        since=since,
        stuck=stuck,
        waiting=(await messages.messages(work, endpoint_id, Asked("waiting"), SHOWN)).items,
        secrets=await secrets.of_endpoint(work, endpoint_id),
        secret=secret,
        types=sorted(visit.request.app.state.event_types),
        fault=fault,
        **_form(visit, fault),
    )


def _form(visit: Visit, fault: Problem | None) -> dict[str, Any]:
    """What a form shows again after a fault, and what is wrong with which field."""
    wrong = {error.pointer.split("/")[1]: error for error in fault.errors if error.pointer.startswith("/")} if fault else {}
    links = {error.pointer.removeprefix("/"): name for name, error in wrong.items()}
    return {"sent": visit.sent, "wrong": wrong, "links": links, "told": told_of}


def _told(visit: Visit) -> dict[str, Any]:
    sent = visit.sent
    told: dict[str, Any] = {
        "url": sent["url"],
        "label": sent["label"] or None,
        "types": lines_of(sent["types"]),
        "municipalityCodes": sent["municipalityCodes"].upper().replace(",", " ").split(),
        "perMinute": sent["perMinute"] or None,
    }
    return told | {name: sent[name] for name in ("ordering", "verification") if sent[name]}


def _token(visit: Visit) -> dict[str, Any]:
    token = visit.sent["token"]
    return {"auth": {"kind": "bearer", "token": token}} if token else {}


def _version(visit: Visit) -> int:
    """The version that was read."""
    given = visit.sent["version"]
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0  # noqa: PLR2004  no version has more


def _id(visit: Visit, name: str) -> UUID:
    try:
        return UUID(visit.sent[name])
    except ValueError:
        raise Invalid("This is not one of the list.", errors=[FieldError(f"/{name}", "id", "Choose one.")]) from None
