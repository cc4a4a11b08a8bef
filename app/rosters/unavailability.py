"""From somebody's own calendar to the spans in which they can't be on duty; what they do then is nobody's business.

Source: RFC 5545. A calendar comes from outside: rules are judged before anything is expanded, so that a file of a few lines
that means millions of moments is refused in milliseconds.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import recurring_ical_events
from icalendar import Calendar, Event

from app.core.errors import FieldError, Invalid
from app.core.spans import Span
from app.directory.holidays import AMSTERDAM

LARGEST: Final = 200_000  # ⚙ 2026-11: characters of a calendar
AHEAD: Final = timedelta(days=366)  # ⚙ 2026-11: how far ahead it is read
MOST: Final = 4_000  # ⚙ 2026-11: occurrences within that time, and components altogether
MOST_DATES: Final = 1_000  # ⚙ 2026-11: single dates on which entries recur, or don't
MOST_STEPS: Final = 60_000  # ⚙ 2026-11: turns of all rules since they began
LENGTHS: Final = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}
MULTIPLIED: Final = ("BYDAY", "BYMONTHDAY", "BYMONTH")
KNOWN: Final = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYSETPOS", *MULTIPLIED})
# A rule for certain months with a longer interval may step over them for ever.
LARGEST_INTERVAL: Final = {"DAILY": 28, "WEEKLY": 4, "MONTHLY": 1, "YEARLY": 1000}
LONGEST_DAYS: Final = dict(enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1))
A_WEEKDAY_IN: Final = {"MONTHLY": 5, "YEARLY": 53}
RULE: Final = re.compile(r"^(?:RRULE|EXRULE)[^:]*:(.*)$", re.MULTILINE | re.IGNORECASE)
DATES: Final = re.compile(r"^(?:RDATE|EXDATE)[^\n]*$", re.MULTILINE | re.IGNORECASE)
ZONE: Final = re.compile(r"BEGIN:VTIMEZONE.*?(?:END:VTIMEZONE|\Z)", re.IGNORECASE | re.DOTALL)
FOLDED: Final = re.compile(r"\r?\n[ \t]")


class CalendarRefused(Invalid):
    """A calendar that can't be read, or that means more than a person's calendar does."""

    slug, title = "calendar-refused", "The calendar can't be taken over"


def busy_in(text: str, now: datetime) -> list[Span]:
    """When whoever has this calendar is not available from `now` on for a year, UTC, in order, without overlaps.

    Transparent and cancelled events don't count; a time without a zone and a whole day are those of the Netherlands.

    Raises:
        CalendarRefused: no calendar, too large, or with a rule that recurs too often; nothing was expanded.
    """
    _judge_text(text)
    until = now + AHEAD
    try:
        calendar = Calendar.from_ical(text)
        assert isinstance(calendar, Calendar)  # noqa: S101  one was asked for
        _judge_rules(calendar, now, until)
        found = recurring_ical_events.of(calendar).between(now, until)
        spans = [_span(event) for event in found if _counts(event)]
    except CalendarRefused:
        raise
    except Exception as error:  # the libraries raise whatever a broken file makes them
        raise _refused("This is not a calendar that can be read. Export it again as iCalendar (.ics).", "syntax") from error
    ahead = (span for span in spans if span and span.end > now and span.start < until)
    return _joined(Span(max(span.start, now).astimezone(UTC), min(span.end, until).astimezone(UTC)) for span in ahead)


def _judge_text(text: str) -> None:
    if len(text) > LARGEST:
        raise _refused(f"The calendar has more than {LARGEST} characters. Export the coming year only.", "too_large")
    unfolded = FOLDED.sub("", text)
    if unfolded.upper().count("BEGIN:") > MOST:
        raise _refused(f"The calendar has more than {MOST} entries. Export the coming year only.", "too_many")
    if sum(line.count(",") for line in DATES.findall(unfolded)) > MOST_DATES:
        raise _refused(f"The calendar lists more than {MOST_DATES} single dates. Export the coming year only.", "too_many")
    for part in ZONE.findall(unfolded):
        if any("FREQ=YEARLY" not in rule.upper() for rule in RULE.findall(part)):
            raise _refused("A time zone in the calendar changes other than by the year.", "recurrence")
    for rule in RULE.findall(unfolded):
        if not any(f"FREQ={name}" in rule.upper() for name in LENGTHS):
            raise _refused("An entry recurs more than daily. Leave out what is not about being away.", "recurrence")


def _judge_rules(calendar: Calendar, now: datetime, until: datetime) -> None:
    steps = occurrences = 0
    for event in calendar.events:
        if "DTEND" in event and _moment(event.end) < _moment(event.start):
            raise _refused("An entry ends before it begins. Correct it, and export the calendar again.", "period")
        for rule in event.rrules:
            if not _comes_true(rule):
                raise _refused("An entry recurs in a way that can't be read, or never. Say it more simply.", "recurrence")
            steps += _times(rule, _wall(event.start), _wall(until))
            occurrences += min(_times(rule, _wall(now), _wall(until)), *rule.get("COUNT", [MOST]))
    if steps > MOST_STEPS or occurrences > MOST:
        raise _refused("The entries recur too often. Export the coming year only, and what is about being away.", "recurrence")


def _comes_true(rule: Mapping[str, list[Any]]) -> bool:
    """Whether a rule is one of those that come true again and again: the library looks for the next until the year 9999."""
    frequency, interval = rule["FREQ"][0].upper(), rule.get("INTERVAL", [1])[0]
    months, days = rule.get("BYMONTH", ()), rule.get("BYMONTHDAY", ())
    weekdays = [re.fullmatch(r"([+-]?\d*)([A-Z]{2})", str(one).upper()) for one in rule.get("BYDAY", ())]
    ordinals = [abs(int(one[1])) if one[1] not in {"", "+", "-"} else 0 for one in weekdays if one]
    by_month = frequency in {"MONTHLY", "YEARLY"}
    longest = 31 if not months and interval == 1 else max((LONGEST_DAYS[one] for one in months), default=28)
    return (
        rule.keys() <= KNOWN
        and interval >= 1
        and min(rule.get("COUNT", [1])) >= 1
        and not (months and interval > LARGEST_INTERVAL[frequency])
        and not (weekdays and frequency == "DAILY" and interval > 1)
        and not (days and (weekdays or not by_month or min(map(abs, days)) not in range(1, longest + 1)))
        and all(one <= (4 if by_month else 0) for one in ordinals)
        and all(0 < abs(one) <= 4 * len(weekdays) and by_month and not any(ordinals) for one in rule.get("BYSETPOS", ()))
    )


def _times(rule: Mapping[str, list[Any]], start: datetime, end: datetime) -> int:
    """How often a rule has a turn between two moments, at most."""
    frequency = rule["FREQ"][0].upper()
    each = 1
    for name in MULTIPLIED:
        values = len(rule.get(name, ()))
        each *= max(1, values * (A_WEEKDAY_IN.get(frequency, 1) if name == "BYDAY" else 1))
    days = max(0, (end - start).days) + 1
    interval: int = rule.get("INTERVAL", [1])[0]
    return (days // (LENGTHS[frequency] * interval) + 1) * each


def _counts(event: Event) -> bool:
    cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"
    return not cancelled and str(event.get("TRANSP", "OPAQUE")).upper() != "TRANSPARENT"


def _span(event: Event) -> Span | None:
    start, end = _moment(event.start), _moment(event.end)
    return Span(start, end) if start < end else None


def _moment(at: datetime | date) -> datetime:
    if not isinstance(at, datetime):
        at = datetime.combine(at, time())
    return at.replace(tzinfo=at.tzinfo or AMSTERDAM)


def _wall(at: datetime | date) -> datetime:
    """As a time without a zone; near enough to count with."""
    return at.replace(tzinfo=None) if isinstance(at, datetime) else datetime.combine(at, time())


def _joined(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def _refused(sentence: str, code: str) -> CalendarRefused:
    return CalendarRefused(f"{sentence} Nothing was changed.", errors=[FieldError("/calendar", code, sentence)])
