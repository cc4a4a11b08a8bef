"""Opening hours in words, as they are typed, and what differs between two of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from babel.dates import format_date, get_day_names

from app.console.moments import LOCALES
from app.directory.holidays import service_holidays
from app.directory.opening_hours import OpeningHours

SHOWN: Final = 10  # ⚙ days ahead
SEVEN: Final = range(7)
CLOSED: Final = frozenset({"", "-", "closed", "dicht", "gesloten"})
TIME: Final = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?")
BETWEEN: Final = re.compile(r"\s*(?:-|–|—|\btot\b|\bto\b)\s*")
APART: Final = re.compile(r"\s*(?:,|;|&|\ben\b|\band\b)\s*")
DAY_LINE: Final = re.compile(r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}-[0-9]{1,2}-[0-9]{4})\s*:?\s*(?P<told>.*)")


@dataclass(frozen=True, slots=True)
class Day:
    """A day ahead: its hours, and `why` they are not those of the week (exception, holiday), if so."""

    day: date
    name: str
    spans: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A day of the week, a date or a rule that would be otherwise. `what`: its name, or a text's for a rule."""

    what: str
    before: str
    after: str


def ahead(hours: OpeningHours, today: date, language: str) -> list[Day]:
    """The coming days."""
    return [_day(hours, today + timedelta(days=away), language) for away in range(SHOWN)]


def week(hours: OpeningHours, language: str) -> list[tuple[str, str]]:
    """The usual week in few words: days that are alike together."""
    names = get_day_names("wide", locale=LOCALES[language])
    told = hours.to_json()["weekly"]
    groups: list[tuple[int, int, str]] = []
    for day in SEVEN:
        spans = typed(told.get(str(day), ()))
        if groups and groups[-1][2] == spans:
            groups[-1] = (groups[-1][0], day, spans)
        else:
            groups.append((day, day, spans))
    joined = {"nl": "t/m", "en": "to"}[language]
    return [(names[one] if one == last else f"{names[one]} {joined} {names[last]}", spans) for one, last, spans in groups]


def typed(spans: Sequence[str]) -> str:
    """The hours of a day as they are typed."""
    return ", ".join(spans)


def fields_of(hours: OpeningHours, today: date) -> dict[str, str]:
    """What a form shows of hours; special days of the past stay out of sight."""
    told = hours.to_json()
    days = {f"day{day}": typed(told["weekly"].get(str(day), ())) for day in SEVEN}
    special = [f"{day} {typed(spans)}".strip() for day, spans in told["exceptions"].items() if day >= today.isoformat()]
    checks = {"always": "yes" if hours.always else "", "holidays": "yes" if hours.closed_on_holidays else ""}
    return days | checks | {"exceptions": "\n".join(special)}


def told_by(fields: Mapping[str, str], before: OpeningHours, today: date) -> dict[str, Any]:
    """What a form says, as the API takes it; the rule that judges it is the directory's. Special days of the past stay."""
    told = _week(fields, before, today)
    if not fields["always"]:
        return told
    # Who was not always open may leave the week as it stood; who typed a week beside "always" is asked which of the two.
    return {"always": True, **told} if before.always and (told["weekly"] or told["exceptions"]) else {"always": True}


def _week(fields: Mapping[str, str], before: OpeningHours, today: date) -> dict[str, Any]:
    weekly = {str(day): spans for day in SEVEN if (spans := _spans(fields[f"day{day}"]))}
    past = {day: spans for day, spans in before.to_json()["exceptions"].items() if day < today.isoformat()}
    special = dict(_special(line) for line in fields["exceptions"].splitlines() if line.strip())
    return {"closedOnHolidays": bool(fields["holidays"]), "weekly": weekly, "exceptions": past | special}


def differences(before: OpeningHours, after: OpeningHours, language: str) -> Iterator[Difference]:
    """What would be otherwise."""
    was, will = before.to_json(), after.to_json()
    for rule, name in (("always", "dir_always"), ("closedOnHolidays", "dir_holidays")):
        if was[rule] != will[rule]:
            yield Difference(name, str(was[rule]), str(will[rule]))
    names = get_day_names("wide", locale=LOCALES[language])
    for day in SEVEN:
        one, other = (typed(hours["weekly"].get(str(day), ())) for hours in (was, will))
        if one != other:
            yield Difference(names[day], one, other)
    for special in sorted(was["exceptions"].keys() | will["exceptions"].keys()):
        spans = [hours["exceptions"].get(special) for hours in (was, will)]
        if spans[0] != spans[1]:
            told = ["usual" if one is None else typed(one) for one in spans]
            yield Difference(format_date(date.fromisoformat(special), "EEE d MMM y", LOCALES[language]), *told)


def _day(hours: OpeningHours, day: date, language: str) -> Day:
    special, holiday = day in hours.exceptions, day in service_holidays(day.year)
    why = "exception" if special else "holiday" if holiday else ""
    spans = tuple(f"{_clock(start)}–{_clock(end)}" for start, end in hours.on(day))
    return Day(day, format_date(day, "EEE d MMM", LOCALES[language]), spans, why)


def _clock(minutes: int) -> str:
    whole = minutes if minutes <= 24 * 60 else minutes - 24 * 60
    return f"{whole // 60:02}:{whole % 60:02}"


def _spans(text: str) -> list[str]:
    """`9-17` and `9.00 – 17.00` are what people type; what is neither goes on as it is, and is refused by its rule."""
    if text.strip().casefold() in CLOSED:
        return []
    return [_span(part) for part in APART.split(text.strip()) if part]


def _span(text: str) -> str:
    parts = [TIME.fullmatch(part) for part in BETWEEN.split(text)]
    if len(parts) != 2 or None in parts:  # noqa: PLR2004  from and until
        return text[:20]
    return "-".join(f"{int(part[1]):02}:{part[2] or '00'}" for part in parts if part)


def _special(line: str) -> tuple[str, list[str]]:
    found = DAY_LINE.fullmatch(line.strip())
    if found is None:
        return line.strip()[:20], []
    day = found["day"]
    if day[2:3] == "-" or day[1:2] == "-":
        numbers = day.split("-")
        day = f"{numbers[2]}-{int(numbers[1]):02}-{int(numbers[0]):02}"
    return day, _spans(found["told"])
