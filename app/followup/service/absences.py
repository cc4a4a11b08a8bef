"""Coordinators: who coordinates a case, who stands in, and when somebody is away."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.cases import service as cases
from app.cases.service import Case
from app.core import outbox
from app.core.errors import FieldError, Invalid, NotFound
from app.core.http import match
from app.core.ids import new_id
from app.core.paging import Page, page_of
from app.core.spans import Span
from app.core.work import Work
from app.followup import queries
from app.followup.absences import Absence, AbsenceOverlaps, answers, span_of
from app.followup.events import CoordinatorNamed
from app.followup.service.plan import owned, readable
from app.followup.tables import coordinator_absence
from app.team.service.hearing import hears


async def answering(work: Work, owner: UUID, coordinator: str | None, deputy: str | None) -> str | None:
    """Who answers at this moment for a case of `owner` with this coordinator and deputy; None: nobody by name."""
    away = await work.rows(queries.AWAY, organisation_id=owner, at=work.at)
    return answers(coordinator, deputy, [_absence(row) for row in away], work.at)


async def who_answers(work: Work, case_id: UUID) -> tuple[Case, str | None]:
    """A case, and who answers for it at this moment; for its owner.

    Raises:
        NotFound: no such case for this organisation. Forbidden: another owns it.
    """
    case = await readable(work, case_id)
    return case, await answering(work, work.organisation, case.coordinator, case.deputy)


async def name_coordinator(work: Work, case_id: UUID, version: int, coordinator: str, deputy: str | None) -> Case:
    """Say who coordinates a case, and who stands in; for its owner.

    Raises:
        NotFound, Forbidden: as `who_answers`. Refused: it is closed. Stale: another version was read.
        Invalid: they are one and the same.
    """
    case, _ = await owned(work, case_id)
    match(version, case.version)
    _insist_on_two(coordinator, deputy)
    outbox.record(work, CoordinatorNamed(case_id=case_id, organisation_id=work.organisation), await hears(work, case))
    return await cases.coordinated(work, case, coordinator, deputy)


async def be_away(work: Work, coordinator: str, deputy: str, starts_at: datetime, ends_at: datetime) -> Absence:
    """A coordinator of this organisation is away from `starts_at` to `ends_at`; what is theirs is the deputy's meanwhile.

    Raises:
        Invalid: there is no such time, or they stand in for themselves. AbsenceOverlaps: they are away then already.
    """
    _insist_on_two(coordinator, deputy)
    span = span_of(starts_at, ends_at, work.at)
    await work.one(queries.ONE_AT_A_TIME, organisation_id=str(work.organisation))
    binds = {"organisation_id": work.organisation, "coordinator": coordinator, "starts_at": span.start, "ends_at": span.end}
    if taken := await work.one(queries.AWAY_THEN, **binds):
        raise AbsenceOverlaps(
            "End the other absence first, or choose another time. Nothing was changed.", absence=str(taken["id"])
        )
    made = Absence(new_id(work.at), coordinator, deputy, span)
    work.write(coordinator_absence, id=made.id, deputy=deputy, key_id=work.actor.key, written_at=work.at, **binds)
    return made


async def come_back(work: Work, absence_id: UUID) -> Absence:
    """An absence ends now, or does not begin; once is enough.

    Raises:
        NotFound: this organisation has none with this id.
    """
    row = await work.one(queries.ABSENCE, absence_id=absence_id)
    if row is None:
        raise NotFound("There is no such absence, or it is not your organisation's.")
    found = _absence(row)
    if found.withdrawn_at:
        return found
    await work.change(queries.WITHDRAW_ABSENCE, absence_id=absence_id, now=work.at)
    return replace(found, withdrawn_at=work.at)


async def absences(work: Work, *, after: UUID | None, limit: int, now: bool) -> Page[Absence]:
    """The absences of this organisation's coordinators, in the order they were told; `now`: only those that hold now."""
    rows = await work.rows(queries.absences_of(work.organisation, after, limit, work.at if now else None))
    found = [_absence(row) for row in rows]
    return page_of(found, limit, found[limit - 1].id if len(found) > limit else None)


def _insist_on_two(coordinator: str, deputy: str | None) -> None:
    if coordinator == deputy:
        fault = FieldError("/deputy", "same", "Somebody else than the coordinator.")
        raise Invalid("Nobody stands in for themselves. Nothing was changed.", errors=[fault])


def _absence(row: Mapping[str, Any]) -> Absence:
    return Absence(row["id"], row["coordinator"], row["deputy"], Span(row["starts_at"], row["ends_at"]), row["withdrawn_at"])
