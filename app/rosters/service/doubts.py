"""Which shifts of whatever rosters nobody should rely on."""

from uuid import UUID

from app.core.spans import Span
from app.core.work import Work
from app.directory.service import shifts as directory
from app.rosters import queries
from app.rosters.doubts import Doubt, doubts_in
from app.rosters.service.people import people


async def doubts(work: Work, span: Span) -> list[Doubt]:
    """Every doubt about shifts that touch a span, of all rosters that this work may see, in three statements.

    Shifts of which only a name is known raise none.
    """
    shifts = await directory.shifts_with_participant(work, span)
    ids = sorted({one.participant_id for one in shifts if one.participant_id})
    busy: dict[UUID, list[Span]] = {}
    for row in await work.rows(queries.BUSY, ids=ids, starts_at=span.start, ends_at=span.end) if ids else ():
        busy.setdefault(row["participant_id"], []).append(Span(row["starts_at"], row["ends_at"]))
    return doubts_in(shifts, await people(work, ids), busy, span)
