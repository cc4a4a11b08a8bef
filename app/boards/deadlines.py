"""Deadlines as appointments of a calendar: the reference of a case and what must be done, nothing about anybody.

A statutory term is a number of days and ends with its last one (Algemene termijnenwet), so it is shown as a whole day.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from app.boards.rows import Shown
from app.cases.case import Case
from app.cases.deadlines import DeadlineKind
from app.cases.lifecycle import Urgency
from app.core.ical import Entry
from app.directory.holidays import AMSTERDAM
from app.followup.clocks import Deadline, deadlines_of
from app.followup.situation import Situation

LASTS: Final = timedelta(minutes=15)
STATUTORY: Final = frozenset({"inform_person", "inquiry"})  # GDPR art. 14(3) · Wvggz art. 5:2
# ⚙ How long before a first contact programs warn; before all else, a day.
WARNED: Final[Mapping[Urgency, timedelta]] = MappingProxyType(
    {
        Urgency.ACUTE: timedelta(minutes=15),
        Urgency.CRISIS: timedelta(minutes=30),
        Urgency.URGENT: timedelta(hours=2),
    }
)
A_DAY: Final = timedelta(days=1)
# Both count from the last act, which only the case's own deadline knows.
FROM_THE_LAST_ACT: Final = frozenset({"left_lying", "closing"})


def entries_of(case: Case, situation: Situation) -> Iterator[Entry]:
    """The appointments of an owned, open case: everything in it that has a moment, soonest first."""
    told = [one for one in deadlines_of(situation, case.opened_at) if one.what not in FROM_THE_LAST_ACT]
    if case.deadline_at and case.deadline_kind and case.deadline_at not in {one.at for one in told}:
        told = sorted([*told, Deadline(case.deadline_at, _own(case.deadline_kind), case.deadline_kind)])
    seen: Counter[str] = Counter()
    for one in told:
        seen[one.what] += 1
        warned = WARNED.get(case.urgency, A_DAY) if one.kind is DeadlineKind.FIRST_CONTACT else A_DAY
        yield _entry(case, f"{case.id}-{one.what}-{seen[one.what]}", one.what, one.at, (case.version, case.opened_at), warned)


def entries_of_others(shown: Iterable[Shown]) -> Iterator[Entry]:
    """What somebody must do in the cases of others."""
    for one in shown:
        said = (one.pending.version, one.pending.since)
        yield _entry(one.case, str(one.pending.id), one.pending.kind, one.pending.by, said, A_DAY)


def _own(kind: DeadlineKind) -> str:
    return "closing" if kind is DeadlineKind.AFTERCARE else str(kind)


def _entry(case: Case, uid: str, what: str, at: datetime, said: tuple[int, datetime], warned: timedelta) -> Entry:
    title = f"{case.reference} · {what.replace('_', ' ')}"
    sequence, since = said
    if what in STATUTORY:
        day = (at - timedelta(microseconds=1)).astimezone(AMSTERDAM).date()
        return Entry(f"{uid}@nodus", sequence, since, day, day + A_DAY, title, A_DAY)
    return Entry(f"{uid}@nodus", sequence, since.astimezone(UTC), at, at + LASTS, title, warned)
