"""The page of a case, its live parts, and its commands."""

from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from babel.dates import format_date
from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from app.cases import service as cases
from app.console.assets import assets
from app.console.case.commands import COMMANDS, carry_out, command
from app.console.case.forms import Command
from app.console.case.lines import KINDS, days_of, organisations_in, said_since
from app.console.case.next_step import next_of
from app.console.case.page import CasePage, news_of, page_of
from app.console.case.saying import Saying
from app.console.moments import LOCALES, day_and_time
from app.console.pages import language_of
from app.console.visiting import PageRoute, Visit, told_of, visiting
from app.console.words import words
from app.core.actor import Role
from app.core.errors import Problem
from app.directory.holidays import AMSTERDAM
from app.directory.service import look_up as directory
from app.directory.service import organisations as directory_of
from app.vault.purpose import Purpose

router = APIRouter(include_in_schema=False, route_class=PageRoute)
READS: Final = ["GET", "HEAD"]
MOST_ORGANISATIONS: Final = 2000
Reader = Annotated[Visit, Depends(visiting(Role.DESK, Role.SUPERVISOR, Role.OPERATOR), scope="function")]
Worker = Annotated[Visit, Depends(visiting(Role.DESK, Role.SUPERVISOR), scope="function")]


@router.api_route("/cases/organisations", methods=READS)
async def organisations(visit: Worker) -> Response:
    """Every organisation by name, for the list of a field in which one is typed."""
    page = await directory_of.organisations(visit.work, None, MOST_ORGANISATIONS)
    return visit.page("case/organisations.html", found=sorted(one["name"] for one in page.items if one["name"]))


@router.api_route("/cases/{case}", methods=READS)
async def case_page(case: str, visit: Reader) -> Response:
    """The page of a case; by its reference, the way to it."""
    case_id = _id_of(case)
    if case_id is None:
        return RedirectResponse(f"/cases/{await cases.by_reference(visit.work, case.upper())}", 303)
    return await _shown(visit, case_id)


@router.api_route("/cases/{case_id}/head", methods=READS)
async def head(case_id: UUID, visit: Reader) -> Response:
    """Where the case stands and what must happen next, in codes: the live part on top."""
    case, seen, _ = await news_of(visit.work, case_id)
    names = {one.id: one.name for one in await directory.named(visit.work, [case.owner] if case.owner else [])}
    municipality = (await directory.municipality_names(visit.work, [case.municipality_code])).get(case.municipality_code, "")
    shown = {
        "case": case,
        "next": next_of(case, seen),
        "municipality": municipality,
        "is_owner": case.owner == visit.work.organisation,
    }
    return visit.page("case/head.html", page=shown, says=_saying(visit, names))


@router.api_route("/cases/{case_id}/news", methods=READS)
async def news(case_id: UUID, visit: Reader) -> Response:
    """What was written since the page was opened, in codes: it waits above the timeline until the reader wants it."""
    _, _, entries = await news_of(visit.work, case_id)
    new = said_since(entries, _moment(visit.request.query_params.get("since", ""), visit.work.at))
    names = {one.id: one.name for one in await directory.named(visit.work, sorted(organisations_in(new)))}
    return visit.page("case/news.html", new=new, case_id=case_id, says=_saying(visit, names))


@router.api_route("/cases/{case_id}/{name}", methods=READS)
async def back(case_id: UUID, name: str, visit: Reader) -> Response:
    """The address of a command that did not succeed, asked for again, as by another language: the page of the case."""
    asked = visit.request.url.query
    return RedirectResponse(f"/cases/{case_id}{'?' + asked if asked else ''}#{command(name).at}", 303)


@router.post("/cases/{case_id}/{name}")
async def do(case_id: UUID, name: str, visit: Worker) -> Response:
    """A command. When something stands in its way, the same page again, with what was typed and what changed meanwhile."""
    one = command(name)
    if problem := await carry_out(visit, case_id, one):
        return await _shown(visit, case_id, one, problem)
    return RedirectResponse(f"/cases/{case_id}?done=case_{name.replace('-', '_')}#{one.at}", 303)


async def _shown(visit: Visit, case_id: UUID, tried: Command | None = None, fault: Problem | None = None) -> Response:
    asked = visit.request.query_params
    purpose = asked.get("for", "") or visit.sent["for"]
    chosen = Purpose(purpose) if purpose in set(Purpose) else None
    page: CasePage = await page_of(visit, case_id, chosen, asked.get("older"))
    language, seen = language_of(visit.request), _moment(visit.sent["seen"], visit.work.at)
    subject = visit.sent["subject"] if fault else ""
    return visit.page(
        "case/page.html",
        status=fault.status if fault else 200,
        page=page,
        days=days_of(page.entries, language, visit.work.at),
        kinds=[one for one in KINDS if any(entry.group == one for entry in page.entries)],
        says=_saying(visit, page.names),
        commands=COMMANDS,
        tried=tried.name if tried else "",
        subject=subject,
        sent=visit.sent,
        fault=fault,
        told_of=told_of,
        faulty=_faulty(tried, fault, subject),
        meanwhile=said_since(page.entries, seen) if fault else [],
        errors={error.pointer.removeprefix("/"): error for error in fault.errors} if fault else {},
        subject_sent=visit.sent["subject"],
        said_of={item.id: said for item, said in page.overview.open} if page.overview else {},
        exactly=partial(day_and_time, language),
        short_day=partial(_short_day, language),
        live=any(name.startswith("live.") and name.endswith(".js") for name in assets()),
        purposes=[Purpose.FIRST_CONTACT, Purpose.FOLLOW_UP, Purpose.HANDOVER, Purpose.FEEDBACK, Purpose.QUALITY],
        opened=asked.get("open", "") or subject,
    )


def _faulty(tried: Command | None, fault: Problem | None, subject: str) -> dict[str, str]:
    """The fields that are wrong, by the pointer of the fault: their ids on the page."""
    if tried is None or fault is None:
        return {}
    known = {one.name.replace(".", "/"): f"{tried.name}-{subject}-{one.name}" for one in tried.fields}
    wrong = [error.pointer.removeprefix("/") for error in fault.errors]
    return {one: known.get(one) or next((known[key] for key in known if key.startswith(f"{one}/")), "") for one in wrong}


def _saying(visit: Visit, names: Any) -> Saying:
    return Saying(words(language_of(visit.request)), names, visit.work.organisation)


def _short_day(language: str, at: datetime) -> str:
    return format_date(at.astimezone(AMSTERDAM).date(), "d MMM", LOCALES[language])


def _moment(text: str, otherwise: datetime) -> datetime:
    with suppress(ValueError):
        at = datetime.fromisoformat(text)
        return min(at, otherwise) if at.tzinfo else otherwise
    return otherwise


def _id_of(text: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(text)
    return None
