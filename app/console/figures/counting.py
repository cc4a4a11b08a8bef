"""What can be counted today, from the services of the rooms; municipalities with few reports are not told apart."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.cases.service import funnel as cases
from app.console.figures.period import Days
from app.core.spans import Span
from app.core.work import Work
from app.directory.service import look_up as directory
from app.followup.service import duties
from app.followup.service.duties import Kept
from app.routing.service.past import past_needs, refused
from app.signals.figures import SMALLEST, Figures
from app.signals.service import acting as signals
from app.telephony.service.waiting import LONGEST, Waited, waiting

MOST: Final = 100_000
FUNNEL: Final = ("opened", "accepted", "followed", "closed")
NONE: Final = Kept()
URGENCIES: Final = ("acute", "crisis", "urgent", "normal")


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports that were routed in a period. `whole`: there were not more than can be counted here."""

    total: int
    by_urgency: Mapping[str, int]
    by_place: Sequence[tuple[str, str, int | None]]
    whole: bool


async def reports(work: Work, days: Days) -> Reports:
    """Those that this organisation may see, by urgency and by municipality (code, name, count; None: fewer than five)."""
    found = await past_needs(work, days.span, MOST)
    places = Counter(one.municipality_code for one in found)
    names = await directory.municipality_names(work, sorted(places))
    told = [(code, names.get(code, code), count if count >= SMALLEST else None) for code, count in places.items()]
    return Reports(
        len(found),
        Counter(str(one.need.urgency) for one in found),
        sorted(told, key=lambda one: (-(one[2] or 0), one[1])),
        len(found) < MOST,
    )


async def phone(work: Work, span: Span) -> Waited | None:
    """The telephone in a period; None when it is longer than the exchange's figures reach at once."""
    if span.end - span.start > LONGEST:
        return None
    return (await waiting(work, span.start, span.end)).total


async def repeats(work: Work) -> list[tuple[str, Figures]]:
    """What came of early signals, over all time, by municipality's name; small numbers of others are left out."""
    found = await signals.evaluation(work)
    names = await directory.municipality_names(work, sorted({one.municipality_code for one in found if one.municipality_code}))
    return [(names.get(one.municipality_code or "", one.municipality_code or ""), one) for one in found]


@dataclass(frozen=True, slots=True)
class Step:
    """A row of a table: its name (a text begins with it), a number, and that of the period before when one is compared with."""

    name: str
    count: int
    before: int | None = None


async def funnel(work: Work, days: Days, other: Days | None) -> list[Step]:
    """How far the cases came that were opened in a period."""
    found, before = await cases.funnel(work, days.span), await cases.funnel(work, other.span) if other else None
    return [Step(name, getattr(found, name), getattr(before, name) if before else None) for name in FUNNEL]


async def reasons(work: Work, days: Days, other: Days | None) -> list[Step]:
    """Why offers of a period were not taken, what came most first."""
    found, before = await refused(work, days.span), await refused(work, other.span) if other else None
    names = sorted({*found, *(before or ())}, key=lambda name: (-found.get(name, 0), name))
    return [Step(name, found.get(name, 0), before.get(name, 0) if before is not None else None) for name in names]


@dataclass(frozen=True, slots=True)
class Checks:
    """The aftercare checks after so many weeks that were due in a period, and those of the one before."""

    week: int
    told: Kept
    before: Kept | None


async def aftercare(work: Work, days: Days, other: Days | None) -> list[Checks]:
    """The checks that were due in a period, as far as it has passed."""
    found = await duties.checks_kept(work, _past(days.span, work))
    before = await duties.checks_kept(work, other.span) if other else None
    weeks = sorted({*found, *(before or ())})
    return [Checks(week, found.get(week, NONE), before.get(week, NONE) if before is not None else None) for week in weeks]


def share(told: Kept) -> int | None:
    """How many of a hundred were done in time; None when there were none, or too few to tell."""
    return round(100 * told.on_time / told.due) if told.due >= SMALLEST else None


def _past(span: Span, work: Work) -> Span:
    return Span(span.start, max(span.start + timedelta(seconds=1), min(span.end, work.at)))
