"""The access log for privacy officers: what strikes first, then every look, and the same as a file."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.console.access_log.asked import asked
from app.console.moments import exact
from app.console.pages import language_of
from app.console.visiting import PageRoute, Visit, visiting
from app.console.words import words
from app.core.actor import Role
from app.core.errors import Invalid
from app.core.ids import reference_for
from app.core.paging import after
from app.core.work import Work
from app.directory.service import look_up
from app.identity import service as identity
from app.vault import access_log
from app.vault.access_log import Look
from app.vault.purpose import Purpose

router = APIRouter(include_in_schema=False, route_class=PageRoute)

Officer = Annotated[Visit, Depends(visiting(Role.PRIVACY_OFFICER), scope="function")]
READS: Final = ["GET", "HEAD"]
PAGE: Final = 50
FILE: Final = 10_000  # ⚙ lines; a file that is longer is asked for in parts
IDS: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would carry out


@dataclass(frozen=True, slots=True)
class Line:
    """A look as it is shown: `who` by name when it was one of ours."""

    at: datetime
    reference: str
    what: str
    purpose: str
    role: str
    who: str
    organisation: str
    is_ours: bool


@router.api_route("/access-log", methods=READS)
async def page(visit: Officer) -> Response:
    """Who looked at which case, when, and what for."""
    work, query = visit.work, visit.request.query_params
    form = await asked(work, query)
    lines: list[Line] = []
    more, striking = "", None
    if form.asked:
        found = await access_log.looks(work, form.asked, after(query.get("cursor")), PAGE)
        lines = await _lines(work, found.items)
        more = form.address("/access-log", cursor=found.next) if found.next else ""
        striking = await access_log.striking(work, form.asked.since, form.asked.until)
    keys = sorted(await identity.keys(work), key=lambda key: key.label.casefold())
    return visit.page(
        "access_log/access_log.html",
        status=400 if form.wrong else 200,
        form=form,
        lines=lines,
        more=more,
        later="cursor" in query,
        striking=striking,
        names={key.id: key.label for key in keys},
        keys=keys,
        purposes=list(Purpose),
        reference=reference_for,
        file=form.address("/access-log/file"),
        hurry=access_log.HURRY,
        crowd=access_log.CROWD,
    )


@router.api_route("/access-log/file", methods=READS)
async def file(visit: Officer) -> Response:
    """The same looks, for a spreadsheet."""
    form = await asked(visit.work, visit.request.query_params)
    if form.asked is None:
        raise Invalid("The question is not right. Ask it on the page.")
    found = await access_log.looks(visit.work, form.asked, None, FILE)
    content = _csv(await _lines(visit.work, found.items), language_of(visit.request))
    name = f"access-log-{form.since}-{form.until}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if found.next:
        headers["X-Incomplete"] = "true"
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


async def _lines(work: Work, found: Sequence[Look]) -> list[Line]:
    whose = await identity.whose(work, {one.key_id for one in found if one.key_id})
    organisations = await look_up.named(work, list({one.organisation_id for one in found}))
    return list(_shown(found, {key: one.label for key, one in whose.items()}, {one.id: one.name for one in organisations}))


def _shown(found: Sequence[Look], people: Mapping[UUID, str], organisations: Mapping[UUID, str]) -> Iterator[Line]:
    for one in found:
        yield Line(
            at=one.at,
            reference=reference_for(one.case_id),
            what=" ".join(IDS.sub("", one.what).split()),  # of what kind; ids say nothing to a reader
            purpose=one.purpose,
            role=one.role,
            who=people.get(one.key_id, "") if one.key_id and one.is_ours else "",
            organisation=organisations.get(one.organisation_id, ""),
            is_ours=one.is_ours,
        )


def _csv(lines: Sequence[Line], language: str) -> bytes:
    t = words(language)
    made = io.StringIO()
    write = csv.writer(made).writerow
    write([t(f"log_{name}") for name in ("at", "case", "what", "purpose", "who", "role", "organisation")])
    for one in lines:
        role = t(f"role_{one.role}") if f"role_{one.role}" in t else one.role
        cells = (exact(language, one.at), one.reference, one.what, t(f"purpose_{one.purpose}"), one.who, role, one.organisation)
        write([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return b"\xef\xbb\xbf" + made.getvalue().encode()
