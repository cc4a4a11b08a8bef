"""Where a service is there: municipalities and parts of them, typed a line each, looked at with what a change does, then stored.

As it was before the last change is one link away: what the directory knew then is filled in, looked at and stored as any other.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from app.console.checked import checked
from app.console.directory.looking import the_country
from app.console.visiting import PageRoute, Visit, told_of, visiting
from app.core.actor import Role
from app.core.errors import Problem
from app.core.work import Work
from app.directory.schemas.services import AreasIn
from app.directory.service import areas as keeping
from app.directory.service import history, look_up, services
from app.directory.service.areas import Areas

router = APIRouter(include_in_schema=False, route_class=PageRoute)

Changer = Annotated[Visit, Depends(visiting(Role.ADMINISTRATOR, Role.DESK, Role.PLANNER), scope="function")]
READS: Final = ["GET", "HEAD"]
MORE: Final = 3  # empty lines for what is added
STALE: Final = 412
A_DAY: Final = timedelta(days=1)
CODE: Final = re.compile(r"\bGM[0-9]{4}\b")
FIELD: Final = re.compile(r"/items/([0-9]+)/(\w+)")
NAMES: Final = ("place", "postcodes", "first", "last")


@dataclass(frozen=True, slots=True)
class Line:
    """A municipality as it is typed: all of it or some postcodes, from a first day until a last one."""

    place: str = ""
    postcodes: str = ""
    first: str = ""
    last: str = ""


@router.api_route("/directory/services/{service_id}/areas", methods=READS)
async def areas_page(service_id: UUID, visit: Changer) -> Response:
    """The areas of now; with `known` those of a moment before, to be put back."""
    known = _moment(visit.request.query_params.get("known", ""))
    of = await services.service(visit.work, service_id)
    found = await keeping.areas(visit.work, service_id, known=known)
    return await _page(visit, of, await _lines(visit, found.items), known=known)


@router.post("/directory/services/{service_id}/areas")
async def change_areas(service_id: UUID, visit: Changer) -> Response:
    """Try them, and show what they come to; or store them, on the version that was read."""
    before = await services.service(visit.work, service_id)
    was = await keeping.areas(visit.work, service_id)
    lines, saves = _sent(visit), visit.sent["act"] == "save"
    codes = {one.name.casefold(): one.code for one in (await the_country(visit.work, visit.request.app.state)).municipalities}
    tried: dict[str, Areas] = {}

    async def do(own: Work) -> None:
        items = [_item(line, codes) for line in lines if line.place]
        wanted = [one.area() for one in checked(AreasIn, {"items": items}).items]
        tried["it"] = await keeping.change_areas(own, service_id, _version(visit), wanted, dry_run=not saves)

    if fault := await visit.attempt(do):
        return await _page(visit, before, lines, fault=fault)
    if saves:
        return RedirectResponse(f"/directory/organisations/{before['organisation_id']}?done=dir_changed", 303)
    gone, come = _apart(was.items, tried["it"].items), _apart(tried["it"].items, was.items)
    names = await look_up.municipality_names(visit.work, [one.municipality_code for one in tried["it"].effect])
    return await _page(visit, before, lines, tried=True, gone=gone, come=come, effect=tried["it"].effect, names=names)


async def _page(visit: Visit, of: Mapping[str, Any], lines: Sequence[Line], **more: Any) -> Response:
    fault: Problem | None = more.get("fault")
    usual: dict[str, Any] = {"fault": None, "tried": False, "gone": [], "come": [], "effect": (), "names": {}, "known": None}
    wrong = _wrong(fault, lines) if fault else {}
    return visit.page(
        "directory/areas.html",
        status=fault.status if fault else 200,
        one=of,
        lines=[*lines, *(Line() for _ in range(MORE))],
        version=of["version"] if fault and fault.status == STALE else _version(visit) or of["version"],
        wrong=wrong,
        told=told_of,
        places=[one.name for one in (await the_country(visit.work, visit.request.app.state)).municipalities],
        last_change=None if more.get("tried") or more.get("known") else await _last_change(visit.work, of["id"]),
        **usual | more,
    )


async def _lines(visit: Visit, items: Iterable[Mapping[str, Any]]) -> list[Line]:
    """A municipality that is no more is told by its code too: its name is not one to choose."""
    living = {one.code for one in (await the_country(visit.work, visit.request.app.state)).municipalities}
    found = []
    for one in items:
        code, ends_on = one["municipality_code"], one["ends_on"]
        name = one["municipality_name"] if code in living else f"{one['municipality_name'] or ''} {code}".strip()
        last = str(ends_on - A_DAY) if ends_on else ""
        found.append(Line(name, " ".join(one["pc4s"] or ()), str(one["starts_on"] or ""), last))
    return sorted(found, key=lambda line: (line.place.casefold(), line.first))


def _sent(visit: Visit) -> list[Line]:
    lists = [visit.sent.all(name) for name in NAMES]
    return [line for line in map(Line, *lists) if any((line.place, line.postcodes, line.first, line.last))]


def _item(line: Line, codes: Mapping[str, str]) -> dict[str, Any]:
    """As the API takes it; whose rule says what is wrong with it."""
    named = CODE.search(line.place.upper())
    code = named[0] if named else codes.get(line.place.casefold(), line.place[:20])
    postcodes = line.postcodes.replace(",", " ").split()
    return {
        "municipalityCode": code,
        "postcodes": postcodes or None,
        "startsOn": line.first or None,
        "endsOn": _day_after(line.last) if line.last else None,
    }


def _day_after(last: str) -> str:
    try:
        return str(date.fromisoformat(last) + A_DAY)
    except (ValueError, OverflowError):
        return last[:20]


def _apart(some: Iterable[Mapping[str, Any]], others: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of `some` that are not among the others, as they are shown."""
    known = [_key(one) for one in others]
    return [{**one, "last": one["ends_on"] - A_DAY if one["ends_on"] else None} for one in some if _key(one) not in known]


def _key(one: Mapping[str, Any]) -> tuple[Any, ...]:
    return one["municipality_code"], one["starts_on"], one["ends_on"], one["pc4s"]


def _wrong(fault: Problem, lines: Sequence[Line]) -> dict[tuple[int, str], Any]:
    """What is wrong, by line and field as they are on the page: a line without a place was not sent on."""
    kept = [number for number, line in enumerate(lines) if line.place]
    fields = {"postcodes": "postcodes", "startsOn": "first", "endsOn": "last"}
    found = {}
    for error in fault.errors:
        where = FIELD.match(error.pointer)
        if where and int(where[1]) < len(kept):
            found[kept[int(where[1])], fields.get(where[2], "place")] = error
    return found


async def _last_change(work: Work, service_id: UUID) -> datetime | None:
    """A moment before the areas were changed last; None when they never were otherwise."""
    entries = (await history.history_of_service(work, service_id)).entries
    changes = [(entry.at, change) for entry in entries for change in entry.changes if change.field == "areas"]
    return next((at - timedelta(microseconds=1) for at, change in changes if change.before), None)


def _moment(told: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        return None
    return found if found.tzinfo and 1950 < found.year < 2200 else None  # noqa: PLR2004  as the API's moments


def _version(visit: Visit) -> int:
    given = visit.sent["version"]
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0  # noqa: PLR2004  no version has more
