"""Gaps as people see them: their own, or all of them for whoever watches over the country; acknowledged, counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.core.errors import Conflict, NotFound
from app.core.http import match
from app.core.paging import Page, page_of
from app.core.work import Work
from app.coverage import queries
from app.coverage.service.find import NO_ID


class Acknowledgement(StrEnum):
    """What whoever is responsible says of a gap; a code, no note."""

    BEING_FILLED = "being_filled"
    COVERED_OTHERWISE = "covered_otherwise"
    RISK_ACCEPTED = "risk_accepted"


class GapCleared(Conflict):
    """The gap is over."""

    slug, title = "gap-cleared", "The gap is over"


@dataclass(frozen=True, slots=True)
class Count:
    """Open gaps of a line, and when the first of them starts."""

    line: str
    count: int
    next_at: datetime


async def stored(work: Work, after: UUID | None, limit: int, *, cleared: bool | None, mine: bool) -> Page[Mapping[str, Any]]:
    """Gaps that this organisation may see, in the order in which they were found."""
    whose = str(work.organisation) if mine else ""
    rows = await work.rows(queries.GAPS, after=after or NO_ID, most=limit + 1, cleared=cleared, mine=whose)
    return page_of(list(rows), limit, rows[limit - 1]["id"] if len(rows) > limit else None)


async def one(work: Work, gap_id: UUID) -> Mapping[str, Any]:
    """One of them.

    Raises:
        NotFound: there is none with this id for this organisation.
    """
    row = await work.one(queries.GAP, gap_id=gap_id)
    if row is None:
        raise NotFound("There is no gap with this id for your organisation. GET /v1/gaps lists them.")
    return row


async def acknowledge(work: Work, gap_id: UUID, version: int, code: Acknowledgement) -> Mapping[str, Any]:
    """Say that it is known, and what is done about it. It stays open, and is told on, until it is filled.

    Raises:
        NotFound: there is none with this id for this organisation.
        Stale: it was changed since it was read.
        GapCleared: it is over.
    """
    row = await one(work, gap_id)
    match(version, row["version"])
    if row["cleared_at"]:
        raise GapCleared("This gap is over: there is nothing left to acknowledge.")
    binds = {"gap_id": gap_id, "version": version, "code": code, "organisation_id": work.organisation, "at": work.at}
    if not await work.change(queries.ACKNOWLEDGE, **binds):
        match(version, (await one(work, gap_id))["version"])
    return await one(work, gap_id)


async def counts(work: Work) -> list[Count]:
    """The open gaps by line, those that have begun too."""
    return [Count(row["line"], row["count"], row["next_at"]) for row in await work.rows(queries.COUNTS, at=work.at)]
