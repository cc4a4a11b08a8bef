"""How far cases come: for figures of a period, as numbers only."""

from dataclasses import dataclass

from app.cases import queries
from app.core.ids import least_id
from app.core.spans import Span
from app.core.work import Work


@dataclass(frozen=True, slots=True)
class Funnel:
    """Of cases opened in a period: how many were accepted, in follow-up or further, and closed, whenever that was."""

    opened: int
    accepted: int
    followed: int
    closed: int


async def funnel(work: Work, opened: Span) -> Funnel:
    """Of the cases that this organisation may see; withdrawn ones and those joined into another are left out."""
    row = await work.one(queries.FUNNEL, first=least_id(opened.start), last=least_id(opened.end))
    return Funnel(**row) if row else Funnel(0, 0, 0, 0)
