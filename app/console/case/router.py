"""The page of a case, its live parts, and its commands."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from babel.dates import format_date
from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from app.cases import service as cases
from app.console.assets import assets
from app.console.case.blank import Blank
from app.console.case.commands import COMMANDS, carry_out, command
from app.console.case.forms import Command
from app.console.case.lines import KINDS, days_of, organisations_in, said_since
from app.console.case.next_step import next_of
from app.console.case.page import CasePage, news_of, page_of
from app.console.case.saying import Saying
from app.console.moments import LOCALES, day_and_time
from app.console.pages import language_of
from app.console.visiting import NotYourPage, PageRoute, Sent, Visit, told_of, visiting
from app.console.why import why
from app.console.words import words
from app.core.actor import Role
from app.core.errors import Invalid, NotFound, Problem
from app.directory.holidays import AMSTERDAM
from app.directory.service import look_up as directory
from app.directory.service import organisations as directory_of
from app.directory.surroundings import Desk, NationalDesk, Provider
from app.followup.caller import Language
from app.followup.feedback import Listener
from app.followup.service import telling
from app.routing.service import explain
from app.vault.purpose import Purpose

router = APIRouter(include_in_schema=False, route_class=PageRoute)
READS: Final = ["GET", "HEAD"]
MOST_ORGANISATIONS: Final = 2000
Reader = Annotated[Visit, Depends(visiting(Role.DESK, Role.SUPERVISOR, Role.OPERATOR), scope="function")]
Worker = Annotated[Visit, Depends(visiting(Role.DESK, Role.SUPERVISOR), scope="function")]


@dataclass(frozen=True, slots=True)
class Proposed:
    """A text for the caller; `may_hear_outcome`: more may be told than it says."""

    text: str
    language: Language
    may_hear_outcome: bool


@router.api_route("/cases/organisations", methods=READS)
async def organisations(visit: Worker) -> Response:
    """Every organisation by name, those near a municipality first, for the list of a field in which one is typed."""
    near = await _near(visit, visit.request.query_params.get("near", ""))
    page = await directory_of.organisations(visit.work, None, MOST_ORGANISATIONS)
    every = sorted(one["name"] for one in page.items if one["name"])
    return visit.page("case/organisations.html", found=list(dict.fromkeys([*near, *every])))


async def _near(visit: Visit, municipality: str) -> list[str]:
    """The names of those around a municipality, as they are asked; nobody around what is none."""
    try:
        found = await directory.around(visit.work, municipality)
    except Invalid:
        return []
    every: tuple[Desk | Provider | NationalDesk, ...] = (*found.desks, *found.providers, *found.national_desks)
    return list(dict.fromkeys(one.name for one in every if one.organisation_id != visit.work.organisation))


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
    return visit.page("case/head.html", page=shown, on_paper=False, says=_saying(visit, names))


@router.api_route("/cases/{case_id}/news", methods=READS)
async def news(case_id: UUID, visit: Reader) -> Response:
    """What was written since the page was opened, in codes: it waits above the timeline until the reader wants it."""
    _, _, entries = await news_of(visit.work, case_id)
    new = said_since(entries, _moment(visit.request.query_params.get("since", ""), visit.work.at))
    names = {one.id: one.name for one in await directory.named(visit.work, sorted(organisations_in(new)))}
    return visit.page("case/news.html", new=new, case_id=case_id, says=_saying(visit, names))


@router.api_route("/cases/{case_id}/paper", methods=READS)
async def paper(case_id: UUID, visit: Reader) -> Response:
    """All of a case to read and print: its whole timeline, and nothing that can be done."""
    return await _shown(visit, case_id, on_paper=True)


@router.api_route("/cases/{case_id}/why", methods=READS)
async def why_here(case_id: UUID, visit: Reader) -> Response:
    """Who was asked to take the case, and of everybody around why, or why not; newest first."""
    case = await cases.get(visit.work, case_id)
    cases.remember(visit.work, case)
    decisions, offers = await explain.explain(visit.work, case_id)
    ids = {one.offered_to for one in decisions} | {one.organisation for one in offers}
    names = {one.id: one.name for one in await directory.named(visit.work, sorted(ids))}
    language = language_of(visit.request)
    told = partial(why, language=language, at=visit.work.at)
    return visit.page("case/why.html", case=case, decisions=decisions, offers=offers, says=_saying(visit, names), why=told)


@router.api_route("/cases/{case_id}/{name}", methods=READS)
async def back(case_id: UUID, name: str, visit: Reader) -> Response:
    """The address of a command that did not succeed, asked for again, as by another language: the page of the case."""
    asked = visit.request.url.query
    return RedirectResponse(f"/cases/{case_id}{'?' + asked if asked else ''}#{command(name).at}", 303)


@router.post("/cases/{case_id}/proposal")
async def proposal(case_id: UUID, visit: Worker) -> Response:
    """A text for the caller to begin with, in the form that asked for it; nothing is stored, and nothing typed is lost."""
    sent = visit.sent
    known, language = {*Listener}, Language.EN if sent["language"] == Language.EN else Language.NL
    listener = Listener(sent["listener"]) if sent["listener"] in known else Listener.OTHER
    found = await telling.propose(visit.work, case_id, listener, sure=bool(sent["sure"]))
    text = found.text.en if language is Language.EN else found.text.nl
    if not sent["text"]:
        visit.sent = Sent([*((name, value) for name, value in sent.pairs if name != "text"), ("text", text)])
    return await _shown(visit, case_id, COMMANDS["tell"], proposed=Proposed(text, language, found.outcome))


@router.post("/cases/{case_id}/{name}")
async def do(case_id: UUID, name: str, visit: Reader) -> Response:
    """A command. When something stands in its way, the same page again, with what was typed and what changed meanwhile."""
    one = command(name)
    if visit.account.role is Role.OPERATOR and not one.is_of_intake:
        raise NotYourPage("Your role does not have this page.")
    if problem := await carry_out(visit, case_id, one):
        try:
            return await _shown(visit, case_id, one, problem)
        except NotFound:  # it went to another while this was typed, or never was theirs
            typed = [(field, visit.sent[field.name]) for field in one.fields if field.kind in {"text", "line"}]
            said = _saying(visit, {})
            return visit.page("case/elsewhere.html", status=404, typed=typed, command=one, says=said)
    return RedirectResponse(f"/cases/{case_id}?done=case_{name.replace('-', '_')}#{one.at}", 303)


async def _shown(
    visit: Visit,
    case_id: UUID,
    tried: Command | None = None,
    fault: Problem | None = None,
    proposed: Proposed | None = None,
    *,
    on_paper: bool = False,
) -> Response:
    asked = visit.request.query_params
    purpose = asked.get("for", "") or visit.sent["for"]
    chosen = Purpose(purpose) if purpose in set(Purpose) else None
    page: CasePage = await page_of(visit, case_id, chosen, asked.get("older"), on_paper=on_paper)
    present = {entry.group for entry in page.entries}
    language, seen = language_of(visit.request), _moment(visit.sent["seen"], visit.work.at)
    subject = visit.sent["subject"] if fault else ""
    by_name = tried is not None and any(field.kind == "organisation" for field in tried.fields)
    return visit.page(
        "case/page.html",
        status=fault.status if fault else 200,
        page=page,
        days=days_of(page.entries, language, visit.work.at),
        kinds=[one for one in KINDS if one in present],
        says=_saying(visit, page.names),
        commands=COMMANDS,
        blank=Blank(language, tuple(page.people)),
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
        said_at=datetime.fromisoformat,
        local_now=f"{visit.work.at.astimezone(AMSTERDAM):%Y-%m-%dT%H:%M}",
        exactly=partial(day_and_time, language),
        short_day=partial(_short_day, language),
        live=any(name.startswith("live.") and name.endswith(".js") for name in assets()),
        purposes=[Purpose.FIRST_CONTACT, Purpose.FOLLOW_UP, Purpose.HANDOVER, Purpose.FEEDBACK, Purpose.QUALITY],
        opened=asked.get("open", "") or subject,
        proposed=proposed,
        on_paper=on_paper,
        asked_for=chosen,
        organisations=await _near(visit, page.case.municipality_code) if by_name else (),
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
