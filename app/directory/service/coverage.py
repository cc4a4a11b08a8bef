"""Tell who would get a case over a whole period, everywhere: what `look_up` says of a moment, as spans."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson

from app.core.spans import Span
from app.core.work import Work
from app.directory.answers import Answer, Asked, Group, Member
from app.directory.holidays import AMSTERDAM
from app.directory.opening_hours import LOOKED_AHEAD, OpeningHours, openings_in
from app.directory.queries import coverage as queries
from app.directory.service.look_up import local_day


async def groups(
    work: Work,
    period: Span,
    asked: Iterable[Asked],
    doubted: Iterable[tuple[UUID, Span]] = (),
    codes: Iterable[str] | None = None,
) -> list[Group]:
    """Everybody's answers over a period, in three statements; `doubted` shifts of a service are taken for not there.

    `codes`: of these municipalities only; all of them otherwise.
    """
    told = [
        {"hours": row["hours"], **_told(orjson.dumps(row["hours"], option=orjson.OPT_SORT_KEYS), period)}
        for row in await work.rows(queries.HOURS)
    ]
    doubts = [{"service_id": str(one), "starts_at": span.start, "ends_at": span.end} for one, span in doubted]
    only = None if codes is None else sorted(codes)
    binds = {"starts_at": period.start, "ends_at": period.end, "codes": only}
    members: dict[tuple[str, ...], list[Member]] = {}
    for row in await work.rows(queries.MEMBERS, **binds):
        one = Member(row["service_id"], row["organisation_id"], row["kind"], row["rostered"], _spans(row))
        members.setdefault(tuple(row["codes"]), []).append(one)
    answers: dict[tuple[tuple[str, ...], Span], list[Answer]] = {}
    for row in await work.rows(queries.ANSWERS, **binds, asked=_json(asked), hours=_json(told), doubted=_json(doubts)):
        found = answers.setdefault((tuple(row["codes"]), Span(row["starts_at"], row["ends_at"])), [])
        if row["line"]:
            found.append(
                Answer(row["line"], row["organisation_id"], row["name"], row["rung"], row["reason"], _spans(row)),
            )
    return [Group(codes, span, tuple(found), tuple(members.get(codes, ()))) for (codes, span), found in answers.items()]


async def version(work: Work) -> int:
    """The version of the directory: higher after every change."""
    row = await work.one(queries.VERSION)
    return int(row["number"]) if row else 0


async def regions(work: Work) -> Sequence[Mapping[str, Any]]:
    """Every municipality with its name and the regions of each scheme that it lies in."""
    return await work.rows(queries.REGIONS)


async def own_area(work: Work) -> frozenset[str]:
    """The municipalities that a service of this organisation serves, now or later."""
    rows = await work.rows(queries.OWN_AREA, organisation_id=work.organisation, day=local_day(work.at))
    return frozenset(row["municipality_code"] for row in rows)


async def services(work: Work, first: UUID, second: UUID) -> dict[UUID, Mapping[str, Any]]:
    """Two services by id, those that exist: organisation and kind."""
    return {row["id"]: dict(row) for row in await work.rows(queries.SERVICES, first=first, second=second)}


async def duties(work: Work, period: Span, organisation_id: UUID | None = None) -> Sequence[Mapping[str, Any]]:
    """Rosters with their shifts that touch a period, of one organisation or of all; a roster without any has one empty row.

    Those of services that ended before the period are not told.
    """
    binds = {"starts_at": period.start, "ends_at": period.end, "day": local_day(period.start)}
    found = await work.rows(queries.DUTIES, organisation_id=organisation_id, **binds)
    return [dict(row) for row in found]


@lru_cache(maxsize=512)
def _told(hours: bytes, period: Span) -> Mapping[str, str]:
    """Opening hours as spans, once for all who keep them, and for who looks at the same period again and again.

    `waits`: closed, but with an opening that somebody can wait for.
    """
    parsed = OpeningHours.parse(orjson.loads(hours))
    longer = Span(period.start, period.end + timedelta(days=LOOKED_AHEAD + 1))
    opened = openings_in(parsed, longer)
    waits, closed_from = [], period.start
    for one in opened:
        earliest = local_day(one.start) - timedelta(days=LOOKED_AHEAD - 1)
        start = max(closed_from, datetime.combine(earliest, time(), AMSTERDAM))
        if start < one.start:
            waits.append(Span(start, one.start))
        closed_from = one.end
    return MappingProxyType({"opened": _text(opened), "waits": _text(waits)})


def _text(spans: Iterable[Span]) -> str:
    """As PostgreSQL writes a multirange."""
    return "{" + ",".join(f"[{one.start.isoformat()},{one.end.isoformat()})" for one in spans) + "}"


def _spans(row: Mapping[str, Any]) -> tuple[Span, ...]:
    return tuple(map(Span, row["starts"], row["ends"]))


def _json(values: Iterable[object]) -> str:
    return orjson.dumps(list(values)).decode()
