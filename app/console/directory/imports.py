"""Files of others, for administrators: looked at first, with what they would change; then carried out, exactly that one.

The file is sent as it is by a script, and read as the API reads it; without a script there is the command line. Its name is in a
header and in no address.
"""

from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import unquote

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.console.visiting import PageRoute, Visit, told_of, visiting
from app.core.actor import Role
from app.core.errors import FieldError, Invalid, Problem
from app.core.paging import after
from app.core.work import EVERYWHERE, Work
from app.directory.importing.difference import Report
from app.directory.importing.told import Kind, Told
from app.directory.importing.upload import read_apart, received
from app.directory.service import importing
from app.directory.service.importing import Wish
from app.directory.service.look_up import local_day
from app.identity.service import whose

router = APIRouter(include_in_schema=False, route_class=PageRoute)

Keeper = Annotated[Visit, Depends(visiting(Role.ADMINISTRATOR, needs=EVERYWHERE), scope="function")]
READS: Final = ["GET", "HEAD"]
WHOLE: Final = "application/octet-stream"
PAGE: Final = 20
NAME: Final = 200  # as the API has it
MOST_ENDING: Final = 50


@router.api_route("/directory/imports", methods=READS)
async def page(visit: Keeper) -> Response:
    """What was imported, newest first, and a form for another file."""
    return await _page(visit)


@router.get("/directory/imports/past")
async def past(visit: Keeper) -> Response:
    """What was imported."""
    return visit.page("directory/imported.html", **await _past(visit))


@router.post("/directory/imports")
async def look_at(visit: Keeper) -> Response:
    """What a file would change; carried out when `apply` names the digest of the one that was looked at."""
    request, query = visit.request, visit.request.query_params
    if request.headers.get("content-type") != WHOLE or query.get("kind") not in set(Kind):
        return await _page(
            visit, Invalid("Choose a file and what it is about.", errors=[FieldError("/file", "file", "Choose one.")])
        )
    name = "".join(letter for letter in unquote(request.headers.get("x-file-name", "")) if letter.isprintable())[:NAME]
    try:
        wish = _wish(visit)
        async with received(request.stream()) as (path, _):
            told = await read_apart(Kind(query["kind"]), path, name or "upload")
        if wish.apply and query["apply"] != told.source.sha256:
            raise Invalid("This is another file than the one that you looked at. Look at it first.")
    except Problem as fault:
        return _report(visit, fault=fault)
    return await _carried(visit, told, wish)


async def _carried(visit: Visit, told: Told, wish: Wish) -> Response:
    done: dict[str, Report] = {}

    async def do(work: Work) -> None:
        done["it"] = await importing.import_file(work, told, wish)

    if fault := await visit.attempt(do):
        return _report(visit, fault=fault)
    return _report(visit, report=done["it"])


def _wish(visit: Visit) -> Wish:
    query = visit.request.query_params
    try:
        on = date.fromisoformat(query["on"]) if query.get("on") else local_day(visit.work.at)
    except ValueError:
        raise Invalid("Choose a day.", errors=[FieldError("/on", "day", "Choose a day.")]) from None
    ending = frozenset(query.get("ending", "").upper().replace(",", " ").split()[:MOST_ENDING])
    return Wish(on, apply="apply" in query, ending=ending, smaller=query.get("smaller") == "yes")


def _report(visit: Visit, *, report: Report | None = None, fault: Problem | None = None) -> Response:
    return visit.page(
        "directory/report.html", status=fault.status if fault else 200, report=report, fault=fault, told=told_of
    )  # fmt: skip


async def _page(visit: Visit, fault: Problem | None = None) -> Response:
    return visit.page(
        "directory/imports.html",
        status=fault.status if fault else 200,
        fault=fault,
        told=told_of,
        report=None,
        kinds=list(Kind),
        today=local_day(visit.work.at),
        **await _past(visit),
    )


async def _past(visit: Visit) -> dict[str, Any]:
    found = await importing.imports(visit.work, after(visit.request.query_params.get("after") or None), PAGE)
    return {"past": found, "whose": await whose(visit.work, {row["key_id"] for row in found.items if row["key_id"]})}
