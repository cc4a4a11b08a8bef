"""Hours and contacts of a service or an organisation: typed, looked at with what they come to, and only then stored."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from app.console.checked import checked
from app.console.directory import hours
from app.console.pages import language_of
from app.console.visiting import PageRoute, Visit, told_of, visiting
from app.core.actor import Role
from app.core.errors import Problem
from app.core.work import EVERYWHERE, Work
from app.directory.contacts import Use, Way
from app.directory.opening_hours import OpeningHours
from app.directory.schemas.organisations import OrganisationChange
from app.directory.schemas.services import ServiceChange
from app.directory.service import look_up, organisations, services
from app.directory.service.services import Changed

router = APIRouter(include_in_schema=False, route_class=PageRoute)

CHANGERS: Final = (Role.ADMINISTRATOR, Role.DESK, Role.PLANNER)
Changer = Annotated[Visit, Depends(visiting(*CHANGERS), scope="function")]
READS: Final = ["GET", "HEAD"]
FIELDS: Final = (*(f"day{day}" for day in hours.SEVEN), "always", "holidays", "exceptions")
Kind = Literal["organisations", "services"]
MORE: Final = 2  # empty lines for contacts that are added
MOST: Final = 50
STALE: Final = 412  # what is typed is kept, and is looked at again beside what is there now


def may_change(visit: Visit, organisation_id: UUID) -> bool:
    """Whether the pages for changing are offered; the directory's services decide."""
    everywhere = EVERYWHERE in visit.account.actor.scopes
    return visit.account.role in CHANGERS and (everywhere or organisation_id == visit.account.organisation)


@router.api_route("/directory/services/{service_id}/hours", methods=READS)
async def hours_page(service_id: UUID, visit: Changer) -> Response:
    """The week, the holidays and the special days of a service."""
    told = await services.service(visit.work, service_id)
    fields = hours.fields_of(OpeningHours.parse(told["hours"]), look_up.local_day(visit.work.at))
    return _hours(visit, told, fields)


@router.post("/directory/services/{service_id}/hours")
async def change_hours(service_id: UUID, visit: Changer) -> Response:
    """Try them, and show what they come to; or store them, on the version that was read."""
    work, sent = visit.work, visit.sent
    before = await services.service(work, service_id)
    fields = {name: sent[name] for name in FIELDS}
    was, tried, saves = OpeningHours.parse(before["hours"]), {}, sent["act"] == "save"

    async def do(own: Work) -> None:
        wanted = hours.told_by(fields, was, look_up.local_day(own.at))
        body = checked(ServiceChange, {"hours": wanted})
        tried["it"] = await services.change_service(own, service_id, _version(visit), body.told(), dry_run=not saves)

    if fault := await visit.attempt(do):
        return _hours(visit, before, fields, fault=fault)
    if saves:
        return RedirectResponse(f"/directory/organisations/{before['organisation_id']}?done=dir_changed", 303)
    changed: Changed = tried["it"]
    language = language_of(visit.request)
    will = OpeningHours.parse(changed.service["hours"])
    names = await look_up.municipality_names(work, [one.municipality_code for one in changed.effect])
    return _hours(
        visit,
        before,
        fields,
        tried=True,
        differences=list(hours.differences(was, will, language)),
        days=hours.ahead(will, look_up.local_day(work.at), language),
        effect=changed.effect,
        names=names,
    )


@router.api_route("/directory/{kind}/{entry_id}/contacts", methods=READS)
async def contacts_page(kind: Kind, entry_id: UUID, visit: Changer) -> Response:
    """How an organisation, or a service of it, is reached."""
    told = await _entry(visit.work, kind, entry_id)
    return _contacts(visit, kind, told, told["contact_ways"] or [], told.get("phone") or "")


@router.post("/directory/{kind}/{entry_id}/contacts")
async def change_contacts(kind: Kind, entry_id: UUID, visit: Changer) -> Response:
    """Show what would be otherwise; or store it, on the version that was read."""
    sent = visit.sent
    before = await _entry(visit.work, kind, entry_id)
    lines = zip(sent.all("way"), sent.all("value"), sent.all("use"), strict=False)
    ways = [{"kind": way, "value": value, "use": use} for way, value, use in lines if value][: MOST + 1]
    saves, after = sent["act"] == "save", {}

    async def do(own: Work) -> None:
        if kind == "services":
            wanted = checked(ServiceChange, {"contactWays": ways}).told()
            done = await services.change_service(own, entry_id, _version(visit), wanted, dry_run=not saves)
            after["it"] = done.service
            return
        wanted = checked(OrganisationChange, {"contactWays": ways, "phone": sent["phone"] or None}).told()
        after["it"] = {**before, **wanted}
        if saves:
            after["it"] = await organisations.change_organisation(own, entry_id, _version(visit), wanted)

    if fault := await visit.attempt(do):
        return _contacts(visit, kind, before, ways, sent["phone"], fault=fault)
    if saves:
        return RedirectResponse(f"/directory/organisations/{_owner(before)}?done=dir_changed", 303)
    was, will = (_told_of(entry) for entry in (before, after["it"]))
    gone, come = [one for one in was if one not in will], [one for one in will if one not in was]
    return _contacts(visit, kind, before, ways, sent["phone"], tried=True, gone=gone, come=come)


async def _entry(work: Work, kind: str, entry_id: UUID) -> Mapping[str, Any]:
    return await (services.service if kind == "services" else organisations.organisation)(work, entry_id)


def _owner(entry: Mapping[str, Any]) -> Any:
    return entry.get("organisation_id", entry["id"])


def _told_of(entry: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Each way, for comparing; the telephone of an organisation is one too."""
    ways = [(one["kind"], one["value"], one["use"]) for one in entry["contact_ways"] or []]
    return [("phone", entry["phone"], ""), *ways] if entry.get("phone") else ways


def _hours(visit: Visit, one: Mapping[str, Any], fields: Mapping[str, str], **more: Any) -> Response:
    fault: Problem | None = more.get("fault")
    usual: dict[str, Any] = {"fault": None, "tried": False, "differences": [], "days": [], "effect": (), "names": {}}
    wrong = {_field_of(error.pointer): error for error in fault.errors} if fault else {}
    return visit.page(
        "directory/hours.html",
        status=fault.status if fault else 200,
        one=one,
        fields=fields,
        names_of_fields=FIELDS,
        version=one["version"] if fault and fault.status == STALE else _version(visit) or one["version"],
        wrong=wrong,
        told=told_of,
        links={error.pointer.removeprefix("/"): name for name, error in wrong.items()},
        week=hours.SEVEN,
        **usual | more,
    )


def _contacts(
    visit: Visit, kind: str, one: Mapping[str, Any], ways: Any, phone: str, *, fault: Problem | None = None, **more: Any
) -> Response:
    usual: dict[str, Any] = {"tried": False, "gone": [], "come": []}
    wrong = (
        {error.pointer.split("/")[2]: error for error in fault.errors if error.pointer.startswith("/contactWays/")}
        if fault
        else {}
    )
    return visit.page(
        "directory/contacts.html",
        status=fault.status if fault else 200,
        kind=kind,
        one=one,
        owner=_owner(one),
        lines=[*ways, *({"kind": "phone", "value": "", "use": "citizens"} for _ in range(MORE))],
        phone=phone,
        version=one["version"] if fault and fault.status == STALE else _version(visit) or one["version"],
        wrong=wrong,
        wrong_phone=next((error for error in fault.errors if error.pointer == "/phone"), None) if fault else None,
        fault=fault,
        told=told_of,
        kinds=list(Way),
        uses=list(Use),
        **usual | more,
    )


def _field_of(pointer: str) -> str:
    """The field of the form that a place in the hours is typed in."""
    parts = pointer.split("/")
    if len(parts) > 3 and parts[2] == "weekly":  # noqa: PLR2004  /hours/weekly/0
        return f"day{parts[3]}"
    return "exceptions" if "exceptions" in parts else "always"


def _version(visit: Visit) -> int:
    """The version that was read."""
    given = visit.sent["version"]
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0  # noqa: PLR2004  no version has more
