"""Gaps are looked for, told of as they come nearer, and closed; every morning duty is summarised."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from app.core.due import Due
from app.core.metrics import OPEN_GAPS
from app.core.work import Work
from app.coverage.lines import Line
from app.coverage.service import gaps, look, summary

SOLE: Final = "all municipalities"


async def claim_look(work: Work) -> Sequence[str]:
    """One look, when something changed or an hour has passed; two short statements when not."""
    return [SOLE] if await look.must_look(work) else []


async def look_ahead(work: Work, _sole: str) -> None:
    """Find the gaps of the coming fourteen days."""
    await look.look(work)


async def claim_gaps(work: Work) -> Sequence[UUID]:
    """The gaps of which somebody must hear now; what is open is measured on the way."""
    counted = {one.line: one.count for one in await gaps.counts(work)}
    for line in Line:
        OPEN_GAPS.labels(line).set(counted.get(line, 0))
    return await look.due_gaps(work)


async def follow_gap(work: Work, gap_id: UUID) -> None:
    """Tell of it whoever must hear it, or close it."""
    await look.follow(work, gap_id)


async def claim_summaries(work: Work) -> Sequence[date]:
    """Today, once it is time."""
    return await summary.untold_days(work)


async def summarise(work: Work, day: date) -> None:
    """Tell every organisation with rosters."""
    await summary.summarise(work, day)


LOOKS: Final = Due(name="coverage_looks", claim=claim_look, act=look_ahead, idle=timedelta(seconds=30))
GAPS: Final = Due(name="gaps", claim=claim_gaps, act=follow_gap, idle=timedelta(seconds=5))
SUMMARIES: Final = Due(name="duty_summaries", claim=claim_summaries, act=summarise, idle=timedelta(minutes=1))
