"""What a privacy officer asks of the log, as the form says it."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from starlette.datastructures import QueryParams

from app.cases import service as cases
from app.cases.references import reference_heard
from app.core.errors import Problem
from app.core.work import Work
from app.directory.holidays import AMSTERDAM
from app.directory.service.look_up import local_day
from app.vault.access_log import Asked
from app.vault.purpose import Purpose

USUAL: Final = timedelta(days=7)
LONGEST: Final = timedelta(days=92)
WHOSE: Final = ("", "ours", "others")


@dataclass(slots=True)
class Form:
    """The fields as they are shown again, what is wrong with which, and the question when nothing is."""

    reference: str
    since: str
    until: str
    key: str
    purpose: str
    whose: str
    wrong: dict[str, str] = field(default_factory=dict)
    asked: Asked | None = None

    def address(self, path: str, **more: str) -> str:
        """The same question elsewhere."""
        told = {name: getattr(self, name) for name in ("reference", "since", "until", "key", "purpose", "whose")} | more
        return f"{path}?{urlencode({name: value for name, value in told.items() if value})}"


async def asked(work: Work, sent: QueryParams) -> Form:
    """The question of an address; the last seven days when nothing is said."""
    today = local_day(work.at)
    form = Form(
        reference=sent.get("reference", "").strip()[:40],
        since=sent.get("since", "") or (today - USUAL).isoformat(),
        until=sent.get("until", "") or today.isoformat(),
        key=sent.get("key", ""),
        purpose=sent.get("purpose", "") if sent.get("purpose") in set(Purpose) else "",
        whose=sent.get("whose", "") if sent.get("whose") in WHOSE else "",
    )
    since, until = _day(form, "since"), _day(form, "until")
    if since and until and not timedelta() <= until - since <= LONGEST:
        form.wrong["until"] = "log_fault_period"
    case_id = await _case(work, form) if form.reference else None
    key = _key(form)
    if since and until and not form.wrong:
        form.asked = Asked(
            since=_midnight(since),
            until=_midnight(until + timedelta(days=1)),
            case_id=case_id,
            key_id=key,
            purpose=form.purpose or None,
            whose=form.whose,
        )
    return form


async def _case(work: Work, form: Form) -> UUID | None:
    try:
        return await cases.by_reference(work, reference_heard(form.reference))
    except Problem as problem:
        form.wrong["reference"] = "log_fault_reference" if problem.status == 400 else "log_fault_case"  # noqa: PLR2004
        return None


def _day(form: Form, name: str) -> date | None:
    try:
        found = date.fromisoformat(getattr(form, name))
    except ValueError:
        found = date.min
    if not 1950 < found.year < 2200:  # noqa: PLR2004  as the API's moments
        form.wrong[name] = "log_fault_day"
        return None
    return found


def _key(form: Form) -> UUID | None:
    try:
        return UUID(form.key) if form.key else None
    except ValueError:
        form.key = ""
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(tzinfo=AMSTERDAM))
