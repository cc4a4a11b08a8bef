"""What was needed in the past: moment, municipality, urgency and kind of the calls that opened a case; nothing about anybody."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.core.ids import EPOCH, least_id
from app.core.spans import Span
from app.core.work import Work
from app.routing import queries
from app.routing.need import Need


@dataclass(frozen=True, slots=True)
class PastNeed:
    """A call that was routed. What the operator chose is left out: the ladder is asked."""

    at: datetime
    municipality_code: str
    need: Need


async def past_needs(work: Work, period: Span, most: int) -> list[PastNeed]:
    """The first decisions of a period that this organisation may see, at most `most`, oldest first."""
    first, last = (UUID(int=max(0, int((at - EPOCH).total_seconds() * 1000)) << 80) for at in (period.start, period.end))
    last = UUID(int=last.int + (2 << 80))
    rows = await work.rows(queries.FIRST_DECISIONS, first=first, last=last, starts_at=period.start, ends_at=period.end, most=most)
    return [PastNeed(row["at"], row["code"], replace(Need.from_json(row["need"]), chosen=None)) for row in rows]


async def refused(work: Work, offered: Span) -> dict[str, int]:
    """Offers of a period that this organisation may see and that nobody took, by reason; `expired`: nobody answered in time."""
    rows = await work.rows(queries.REFUSED, first=least_id(offered.start), last=least_id(offered.end))
    return {str(row["reason"] or row["state"]): int(row["count"]) for row in rows}
