"""What can be counted today, from the services of the rooms; municipalities with few reports are not told apart."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.console.figures.period import Days
from app.core.spans import Span
from app.core.work import Work
from app.directory.service import look_up as directory
from app.routing.service.past import past_needs
from app.signals.figures import SMALLEST, Figures
from app.signals.service import acting as signals
from app.telephony.service.waiting import LONGEST, Waited, waiting

MOST: Final = 100_000
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
